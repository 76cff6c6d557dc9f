/** Small sums over what the engine measured, for drawing. Pure. */
import { num } from '../format.js';

/** α_k of one head's T × T map: the attention token k draws, averaged over the queries that can see
 * it (Gu et al. 2025). @param {Float32Array} data @param {number} offset @param {number} T
 * @returns {Float64Array} */
export function importance(data, offset, T) {
  const out = new Float64Array(T);
  for (let i = 0; i < T; i++) {
    for (let k = 0; k <= i; k++) out[k] += data[offset + i * T + k];
  }
  for (let k = 0; k < T; k++) out[k] /= T - k;
  return out;
}

/** The same, averaged over heads; or of the one head chosen.
 * @param {import('../types.js').Probe} attention (L,H,T,T) @param {{layer: number, head: number} | null} one
 * @returns {Float64Array} */
export function importanceOf(attention, one) {
  const [L, H, T] = attention.shape;
  if (one) return importance(attention.data, (one.layer * H + one.head) * T * T, T);
  const sum = new Float64Array(T);
  for (let i = 0; i < L * H; i++) {
    importance(attention.data, i * T * T, T).forEach((value, k) => { sum[k] += value / (L * H); });
  }
  return sum;
}

/** A row of numbers divided by the mean of all but its first. @param {ArrayLike<number>} row
 * @returns {number[]} */
export function againstOthers(row) {
  const all = Array.from(row);
  const others = all.slice(1);
  const mean = others.reduce((sum, value) => sum + value, 0) / Math.max(1, others.length);
  return all.map((value) => (mean > 0 ? value / mean : NaN));
}

/** Several curves on one x axis: null where a curve has no point.
 * @param {Array<Array<[number, number]>>} curves each sorted by x
 * @returns {{x: number[], ys: Array<Array<number | null>>}} */
export function join(curves) {
  const x = [...new Set(curves.flatMap((curve) => curve.map(([at]) => at)))].sort((a, b) => a - b);
  const place = new Map(x.map((at, i) => [at, i]));
  const ys = curves.map((curve) => {
    /** @type {Array<number | null>} */
    const y = new Array(x.length).fill(null);
    for (const [at, value] of curve) y[/** @type {number} */ (place.get(at))] = Number.isFinite(value) ? value : null;
    return y;
  });
  return { x, ys };
}

/** At most `most` points of a long curve: means of equal stretches, so that noise is thinned and not
 * picked from. @param {Array<[number, number]>} curve @param {number} most
 * @returns {Array<[number, number]>} */
export function thin(curve, most) {
  const width = Math.ceil(curve.length / most);
  if (width <= 1) return curve;
  /** @type {Array<[number, number]>} */
  const out = [];
  for (let i = 0; i < curve.length; i += width) {
    const part = curve.slice(i, i + width);
    const value = part.reduce((sum, point) => sum + point[1], 0) / part.length;
    out.push([part[part.length - 1][0], value]);
  }
  return out;
}

/** @param {import('../types.js').Metric[]} metrics
 * @param {(record: import('../types.js').Metric) => unknown} pick @returns {Array<[number, number]>} */
export function curve(metrics, pick) {
  /** @type {Array<[number, number]>} */
  const out = [];
  for (const record of metrics) {
    const value = num(pick(record));
    if (Number.isFinite(value)) out.push([record.step, value]);
  }
  return out;
}

/** Where documents start in a window. @param {ArrayLike<number>} documents @returns {number[]} */
export function starts(documents) {
  const out = [];
  for (let i = 0; i < documents.length; i++) {
    if (i === 0 || documents[i] !== documents[i - 1]) out.push(i);
  }
  return out;
}
