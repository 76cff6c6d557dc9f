// Relaxed SIMD in Node: on by itself from version 22 on, behind a flag before.
import { setFlagsFromString } from 'node:v8';

import { canFuse } from '../../web/src/engine/arithmetic.js';

/** Switches it on where it is there. To be called before the first module that uses it is compiled.
 * @returns {boolean} whether this Node can compile the fma engine */
export function allowRelaxed() {
  if (!canFuse()) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return canFuse();
}
