/** Small sums over what the engine measured, for drawing. Pure. */
import { num } from '../format.js';

/** @typedef {import('../types.js').Probe} Probe */

/** α_k of one map: the share of attention that token k draws, averaged over the queries from itself on
 * (Gu et al. 2025, sec. 3.2). Shares are of a row's magnitudes: not every operation makes rows of sum one.
 * @param {Probe} attention (L,H,T,S); columns before the T tokens' belong to a slot
 * @param {number} map which of the L × H @param {number} [length] of the window, without padding
 * @returns {{tokens: Float64Array, slot: number}} slot: the same of the slot's column, NaN without one */
export function importance({ data, shape }, map, length = shape[2]) {
  const [, , T, S] = shape;
  const column = S - T;
  const sums = new Float64Array(S);
  for (let i = 0; i < length; i++) {
    const at = (map * T + i) * S;
    let total = 0;
    for (let j = 0; j < S; j++) total += Math.abs(data[at + j]);
    if (total > 0) for (let j = 0; j <= column + i; j++) sums[j] += Math.abs(data[at + j]) / total;
  }
  const tokens = sums.slice(column).map((sum, k) => (k < length ? sum / (length - k) : 0));
  return { tokens, slot: column ? sums[0] / length : NaN };
}

/** The same, averaged over heads; or of the one head chosen.
 * @param {Probe} attention @param {{layer: number, head: number} | null} one @param {number} [length]
 * @returns {{tokens: Float64Array, slot: number}} */
export function importanceOf(attention, one, length) {
  const [L, H, T] = attention.shape;
  if (one) return importance(attention, one.layer * H + one.head, length);
  const sum = { tokens: new Float64Array(T), slot: 0 };
  for (let i = 0; i < L * H; i++) {
    const { tokens, slot } = importance(attention, i, length);
    tokens.forEach((value, k) => { sum.tokens[k] += value / (L * H); });
    sum.slot += slot / (L * H);
  }
  return sum;
}

/** The head of keys and values that a query head uses. @param {number} head @param {number} heads
 * @param {number} groups @returns {number} */
export function groupOf(head, heads, groups) {
  return Math.floor((head * groups) / heads);
}

/** A row of numbers divided by the mean of all behind its first. @param {ArrayLike<number>} row
 * @param {number} [first] place of the first token @returns {number[]} */
export function againstOthers(row, first = 0) {
  const all = Array.from(row);
  const others = all.slice(first + 1);
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
