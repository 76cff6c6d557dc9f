/** How to draw numbers of which nothing is known but kind and shape. Pure. */
import { layerName } from '../say.js';
import { groupOf } from './measure.js';
import { t } from '../strings/index.js';
import { fixed, show, times, token } from '../format.js';

/** @typedef {import('../types.js').ProbeInfo} ProbeInfo */
/** @typedef {import('../types.js').Probe} Probe */
/** @typedef {import('./panel.js').Table} Table */
/**
 * number: one value. bars: a few values side by side. lines: values over the last axis, one line for
 * each place on the axes before it. cells: rows and columns with the numbers written in. maps: a
 * square of pixels for each place on the axes before the last two. points: a cloud of tokens for each place
 * on the axes before them and their coordinates. table: numbers alone.
 * @typedef {'number' | 'bars' | 'lines' | 'cells' | 'maps' | 'points' | 'table'} Way
 */

/** So many columns have room for their numbers. */
const CELLS = 16;
const BARS = 48;

/** @param {string} kind @param {number[]} shape @returns {Way} */
export function wayOf(kind, shape) {
  const last = shape[shape.length - 1] ?? 1;
  if (shape.every((n) => n === 1)) return 'number';
  if (kind === 'points' && shape.length > 1 && last > 1) return 'points';
  if (kind === 'table' || kind === 'points') return 'table';
  if (kind === 'tokens') return 'lines';
  if (shape.length === 1) return last <= BARS ? 'bars' : 'lines';
  if (kind === 'matrix') return shape.length === 2 && last <= CELLS ? 'cells' : 'maps';
  return 'lines';
}

/** What place i on an axis is called, where its letter says what it runs over.
 * @param {string} axis its letter in the registry, or its length @param {number} i @returns {string} */
function placeName(axis, i) {
  if (axis === 'P') return layerName(i);
  if (axis === 'L') return t('layer_n', { n: i + 1 });
  if (axis === 'H') return t('head_n', { n: i + 1 });
  if (axis === 'G') return t('kv_head_n', { n: i + 1 });
  if (axis === 'T' || axis === 'K') return t('token_n', { n: i + 1 });
  if (axis === 'Q') return t('band_n', { n: i + 1 });
  return `${i + 1}`;
}

/** The registry names an axis by a letter, or gives its length. @param {ProbeInfo} info
 * @param {number[]} shape @param {number} axis @returns {string} */
function axisOf(info, shape, axis) {
  return info.shape?.length === shape.length ? String(info.shape[axis]) : '';
}

/** What the places on one axis are called: the last that is a plain length has the registry's names.
 * @param {ProbeInfo} info @param {number[]} shape @param {number} axis @returns {string[]} */
function axisNames(info, shape, axis) {
  const letter = axisOf(info, shape, axis);
  const named = info.names && /^\d$/.test(letter) && !info.shape?.slice(axis + 1).some((one) => /^\d$/.test(one));
  return Array.from({ length: shape[axis] ?? 1 }, (_, i) => (named && info.names?.[i]) || placeName(letter, i));
}

/** Names of the places on the axes before the last `inner` ones, in the order of the numbers.
 * @param {ProbeInfo} info @param {number[]} shape @param {number} inner @returns {string[]} */
export function outerNames(info, shape, inner) {
  let names = [''];
  for (let axis = 0; axis < shape.length - inner; axis++) {
    const own = axisNames(info, shape, axis);
    names = names.flatMap((before) => own.map((name) => (before ? `${before}, ${name}` : name)));
  }
  return names;
}

/** Of what there is for each head, the enlarged head's place in the order of outerNames; -1: none is, or it has
 * no place of its own. @param {ProbeInfo} info @param {number[]} shape @param {{layer: number, head: number} | null} solo
 * @param {number} heads of the model, which may share keys and values @returns {number} */
export function rowOf(info, shape, solo, heads) {
  const letter = axisOf(info, shape, 1);
  if (!solo || axisOf(info, shape, 0) !== 'L' || !['H', 'G'].includes(letter)) return -1;
  return solo.layer * shape[1] + (letter === 'G' ? groupOf(solo.head, heads, shape[1]) : solo.head);
}

/** What stands at one place of the axes before the last `inner`, alone. @param {Probe} probe @param {number} inner
 * @param {number} row @returns {Probe} */
export function placeOf({ data, shape }, inner, row) {
  const last = shape.slice(-inner);
  const n = last.reduce((a, b) => a * b, 1);
  return { data: data.subarray(row * n, (row + 1) * n), shape: [...shape.slice(0, -inner).fill(1), ...last] };
}

/** Names along one axis from the end. @param {ProbeInfo} info @param {number[]} shape
 * @param {number} fromEnd 1: the last @returns {string[]} */
export function namesAlong(info, shape, fromEnd) {
  return axisNames(info, shape, shape.length - fromEnd);
}

/** Whether the last axis runs over the tokens of the window. @param {ProbeInfo} info
 * @param {number[]} shape */
export function overTokens(info, shape) {
  return info.kind === 'tokens' || axisOf(info, shape, shape.length - 1) === 'T';
}

/** @param {ArrayLike<number>} data @returns {{min: number, max: number, at: number}} of the finite
 * ones; at: where the largest stands */
export function extent(data) {
  let min = Infinity;
  let max = -Infinity;
  let at = -1;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) continue;
    if (data[i] < min) min = data[i];
    if (data[i] > max) { max = data[i]; at = i; }
  }
  return at < 0 ? { min: NaN, max: NaN, at } : { min, max, at };
}

/** How far the first token stands from the middle of the others, in each cloud of points: 1 is as far as
 * they themselves are from it, in the root mean square. @param {Probe} probe (…, tokens, coordinates)
 * @returns {number[]} */
export function apart({ data, shape }) {
  const [T, C] = shape.slice(-2);
  return Array.from({ length: data.length / (T * C) || 0 }, (_, cloud) => {
    let own = 0;
    let others = 0;
    for (let c = 0; c < C; c++) {
      let [sum, squares] = [0, 0];
      /** @param {number} i */
      const at = (i) => data[(cloud * T + i) * C + c];
      for (let i = 1; i < T; i++) sum += at(i);
      const middle = sum / (T - 1);
      for (let i = 1; i < T; i++) squares += (at(i) - middle) ** 2;
      own += (at(0) - middle) ** 2;
      others += squares / (T - 1);
    }
    return Math.sqrt(own / others);
  });
}

/** @param {ProbeInfo} info @param {Probe} probe @returns {string} */
function sumApart(info, probe) {
  const ratios = apart(probe);
  const { at, max } = extent(ratios);
  if (at < 0) return t('no_numbers');
  if (ratios.length === 1) return t('more_apart', { most: times(max) });
  const known = ratios.filter(Number.isFinite).sort((a, b) => a - b);
  const median = (known[(known.length - 1) >> 1] + known[known.length >> 1]) / 2;
  return t('more_apart_most', { most: times(max), where: outerNames(info, probe.shape, 2)[at], median: times(median), n: known.length });
}

/** One line of numbers above the chart. @param {ProbeInfo} info @param {Probe} probe @returns {string} */
export function sum(info, probe) {
  const { data, shape } = probe;
  const { min, max, at } = extent(data);
  if (at < 0) return t('no_numbers');
  const T = shape[shape.length - 1] ?? 1;
  if (data.length === 1) return '';
  if (wayOf(info.kind, shape) === 'points') return sumApart(info, probe);
  if (overTokens(info, shape) && wayOf(info.kind, shape) === 'lines' && T > 1) {
    let first = 0;
    let others = 0;
    for (let i = 0; i < data.length; i++) {
      if (i % T) others += data[i];
      else first += data[i];
    }
    return t('more_first', { ratio: fixed((first * (T - 1)) / others) });
  }
  return info.kind === 'table' ? '' : t('more_extent', { min: show(min), max: show(max), where: outerNames(info, shape, 0)[at] });
}

/** All the numbers: the last axis across, every place on the others a row. A single axis stands
 * upright, and so does one over tokens, whose lines are its columns.
 * @param {ProbeInfo} info @param {Probe} probe
 * @param {{words?: string[], cell?: (value: number) => string | number}} [how] words: the window's tokens
 * @returns {Table} */
export function numbers(info, { data, shape }, { words = [], cell = (value) => value } = {}) {
  const n = shape[shape.length - 1] ?? 1;
  const along = namesAlong(info, shape, 1);
  const rows = outerNames(info, shape, 1);
  if (!overTokens(info, shape) && shape.length > 1) {
    return { columns: ['', ...along], rows: rows.map((name, r) => [name, ...cut(data, r * n, n).map(cell)]) };
  }
  const tokens = overTokens(info, shape);
  const square = shape.length > 1 && tokens && wayOf(info.kind, shape) === 'maps';
  if (square) return { columns: ['', ...along], rows: rows.map((name, r) => [name, ...cut(data, r * n, n).map(cell)]) };
  return {
    columns: [tokens ? t('col_position') : '', ...(tokens ? [t('col_token')] : []),
      ...rows.map((name) => name || info.label)],
    rows: along.map((name, i) => [tokens ? i + 1 : name, ...(tokens ? [token(words[i])] : []),
      ...rows.map((_, r) => cell(data[r * n + i]))]),
  };
}

/** @param {Float32Array} data @param {number} from @param {number} n */
function cut(data, from, n) {
  return Array.from(data.subarray(from, from + n));
}
