/** A theory drawn over what it is about: two probes with the same axes. Pure. */
import { show } from '../format.js';
import { t } from '../strings/index.js';
import { outerNames } from './generic.js';

/** @typedef {import('../types.js').ProbeInfo} ProbeInfo */
/** @typedef {import('../types.js').Probe} Probe */

/** More heads than these are not told apart in one chart. */
const LINES = 4;

/** @param {ArrayLike<number>} theory @param {ArrayLike<number>} measured @param {number} [from]
 * @param {number} [to] @returns {{gap: number, at: number}} the largest difference, and where it is; -1: nowhere */
export function widest(theory, measured, from = 0, to = theory.length) {
  let [gap, at] = [-1, -1];
  for (let i = from; i < to; i++) {
    const here = Math.abs(theory[i] - measured[i]);
    if (here > gap) [gap, at] = [here, i];
  }
  return { gap, at };
}

/** The lines to draw: the one chosen (-1: none), else those that differ most, in their own order.
 * @param {Probe} theory @param {Probe} measured @param {number} one @returns {number[]} */
export function linesOf(theory, measured, one) {
  const n = theory.shape[theory.shape.length - 1];
  const rows = Array.from({ length: theory.data.length / n || 0 }, (_, r) => r);
  if (one in rows) return [one];
  const gaps = rows.map((r) => widest(theory.data, measured.data, r * n, (r + 1) * n).gap);
  return rows.sort((a, b) => gaps[b] - gaps[a]).slice(0, LINES).sort((a, b) => a - b);
}

/** @param {ProbeInfo} info @param {Probe} theory @param {Probe} measured @param {number[]} lines that are drawn
 * @returns {string} */
export function sayWidest(info, theory, measured, lines) {
  const n = theory.shape[theory.shape.length - 1];
  const names = outerNames(info, theory.shape, 1);
  const { gap, at } = lines.map((r) => widest(theory.data, measured.data, r * n, (r + 1) * n)).reduce((a, b) => (b.gap > a.gap ? b : a), { gap: -1, at: -1 });
  if (at < 0) return t('no_numbers');
  const said = t('over_gap', { gap: show(gap, 2), where: names[Math.floor(at / n)], n: (at % n) + 1, measured: show(measured.data[at]), theory: show(theory.data[at]) });
  return lines.length === names.length || lines.length === 1 ? said : `${said} ${t('over_some', { some: lines.length, n: names.length })}`;
}
