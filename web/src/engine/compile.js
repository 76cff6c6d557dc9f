/** From an engine file to a module, and what a module may ask for. */
import { engineText as text } from '../text/engine.js';
import { checkBrowser } from './arithmetic.js';
import { SinklabError } from './errors.js';

/**
 * @param {BufferSource | WebAssembly.Module} source
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compileEngine(source) {
  checkBrowser();
  if (source instanceof WebAssembly.Module) return source;
  try {
    return await WebAssembly.compile(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (/unsafe-eval|security policy|disallowed/i.test(why)) {
      throw new SinklabError({ code: 'browser', message: text.blocked });
    }
    throw new SinklabError({ code: 'file', path: 'engine', message: text.notEngine(why) });
  }
}

/**
 * @param {string} url of the engine file
 * @returns {Promise<WebAssembly.Module>}
 */
export async function fetchEngine(url) {
  let bytes;
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    bytes = await response.arrayBuffer();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SinklabError({ code: 'network', path: 'engine', message: text.fetch(url, why) });
  }
  return compileEngine(bytes);
}

/**
 * The engine asks nothing of its surroundings. Should a build import something all the same,
 * calling it is an error: the engine neither prints nor reads files.
 * @param {WebAssembly.Module} module
 */
export function imports(module) {
  /** @type {Record<string, Record<string, WebAssembly.ImportValue>>} */
  const out = {};
  for (const { module: space, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') {
      throw new SinklabError({ code: 'file', path: 'engine', message: text.notEngine(name) });
    }
    (out[space] ??= {})[name] = () => {
      throw new WebAssembly.RuntimeError(`it called ${space}.${name}`);
    };
  }
  return out;
}
