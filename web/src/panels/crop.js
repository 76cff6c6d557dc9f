/** Some windows are not full: what is drawn of them ends where their padding begins. Pure. */

/** @typedef {import('../types.js').Frame} Frame */

export const PADDING = -2;

/** Tokens of a window without the padding at its end. @param {ArrayLike<number>} documents
 * @returns {number} */
export function lengthOf(documents) {
  let n = documents.length;
  while (n > 0 && documents[n - 1] === PADDING) n--;
  return n;
}

/** The first `sizes` of each axis. @param {Float32Array} data @param {number[]} shape
 * @param {number[]} sizes @returns {Float32Array} */
function corner(data, shape, sizes) {
  const out = new Float32Array(sizes.reduce((n, one) => n * one, 1));
  const run = sizes[sizes.length - 1] ?? 1;
  for (let at = 0; at < out.length; at += run) {
    let rest = at / run;
    let from = 0;
    let stride = shape[shape.length - 1] ?? 1;
    for (let axis = sizes.length - 2; axis >= 0; axis--) {
      from += (rest % sizes[axis]) * stride;
      rest = Math.floor(rest / sizes[axis]);
      stride *= shape[axis];
    }
    out.set(data.subarray(from, from + run), at);
  }
  return out;
}

/** @param {Frame} frame @param {{[id: string]: string[]}} axes letters of each probe's axes: T runs over
 * tokens, S over what is attended to
 * @returns {Frame} without its padding */
export function crop(frame, axes) {
  const T = frame.tokens.length;
  const n = lengthOf(frame.documents);
  if (n === T || n < 2) return frame;
  /** @type {Frame['probes']} */
  const probes = {};
  for (const [id, probe] of Object.entries(frame.probes)) {
    const { data, shape } = probe;
    const sizes = shape.map((size, i) => (axes[id]?.[i] === 'T' || axes[id]?.[i] === 'S' ? size - (T - n) : size));
    probes[id] = { data: corner(data, shape, sizes), shape: sizes };
  }
  return { ...frame, probes, tokens: frame.tokens.slice(0, n), documents: frame.documents.slice(0, n), padding: T - n };
}
