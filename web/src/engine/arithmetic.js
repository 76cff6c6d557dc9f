/**
 * What this browser can compute, and which engine file does. The site has one in strict arithmetic
 * and, where it could be built, one in fused multiply-adds, whose instructions (relaxed SIMD) make
 * it invalid in a browser without them.
 */
import { engineText as text } from '../text/engine.js';
import { SinklabError } from './errors.js';

/** @typedef {'auto' | 'strict' | 'fma'} Wanted what the reader asks for */
/** @typedef {'strict' | 'fma'} Arithmetic */

/** @type {Wanted[]} */
export const ARITHMETICS = ['auto', 'strict', 'fma'];

/** @type {Record<Arithmetic, string>} from the page */
const FILES = { strict: 'engine/sinklab.wasm', fma: 'engine/sinklab-fma.wasm' };

/** A module with one function that uses a vector instruction. */
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

/** Refuses, in a sentence, a browser that cannot run the engine. */
export function checkBrowser() {
  if (typeof WebAssembly !== 'object') {
    throw new SinklabError({ code: 'browser', message: text.noWasm });
  }
  if (!WebAssembly.validate(SIMD)) {
    throw new SinklabError({ code: 'browser', message: text.noSimd });
  }
}

/** A module with one function that uses f32x4.relaxed_madd. */
const RELAXED = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15,
  65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11,
]);

/** Whether this browser has the fused multiply-add. */
export function canFuse() {
  return typeof WebAssembly === 'object' && WebAssembly.validate(RELAXED);
}

/**
 * @param {string} wanted one of ARITHMETICS; anything else counts as auto
 * @param {string[]} built the arithmetics that the site has engine files for, as site.mjs wrote them
 *   into index.html
 * @param {boolean} [can]
 * @returns {{arithmetic: Arithmetic, file: string, lacks: '' | 'file' | 'browser'}} lacks: why fma
 *   cannot be had, whether or not it is wanted
 */
export function choose(wanted, built, can = canFuse()) {
  const lacks = !built.includes('fma') ? 'file' : can ? '' : 'browser';
  const arithmetic = wanted === 'strict' || lacks ? 'strict' : 'fma';
  return { arithmetic, file: FILES[arithmetic], lacks };
}

/** What site.mjs wrote into the page. */
export function builtEngines() {
  const meta = document.querySelector('meta[name="engines"]');
  return (meta?.getAttribute('content') ?? 'strict').split(' ');
}
