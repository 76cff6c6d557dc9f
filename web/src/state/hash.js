/** The whole state in the address: preset, changed settings, seed and view, defaults left out. Pure.
 * "#preset=R0&model.width=64&model.position=rope&seed=7&scale=log" */

import { ARITHMETICS } from '../engine/arithmetic.js';

/** @typedef {import('../types.js').Wanted} Wanted */
/** @typedef {import('../types.js').View} View */
/** @typedef {import('../types.js').Json} Json */

const SECTIONS = /^(model|data|train|eval)(\.[A-Za-z0-9_]+)+$/;
const SEED = /^[0-9]{1,20}$/;

/** Sink thresholds that measurements can be made with; 0: the run's own. */
export const EPSILONS = [0, 0.1, 0.2, 0.3, 0.4, 0.5];

/** @type {View} */
export const DEFAULT_VIEW = { scale: 'linear', theme: 'auto', arithmetic: 'auto', head: '', tables: [], more: [],
  input: '', window: 0, prompt: '', why: false, pace: [], epsilon: 0 };

/** @returns {Wanted} */
export function defaults() {
  return { preset: '', seed: '', overrides: {}, view: { ...DEFAULT_VIEW, tables: [], more: [], pace: [] } };
}

/** Numbers and true/false stand bare; a text that would read as one is quoted.
 * @param {Json} value @returns {string} */
export function encodeValue(value) {
  if (typeof value === 'string') return same(decodeValue(value), value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}

/** @param {unknown} a @param {unknown} b */
function same(a, b) {
  return typeof a === typeof b && a === b;
}

/** @param {string} text @returns {Json} */
export function decodeValue(text) {
  if (!/^(["{[]|-?[0-9.]|true$|false$|null$)/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {Wanted} wanted @param {{preset: string, seed: string}} usual what needs no saying
 * @returns {string} without the # */
export function encode(wanted, usual) {
  const out = new URLSearchParams();
  if (wanted.preset && wanted.preset !== usual.preset) out.set('preset', wanted.preset);
  for (const path of Object.keys(wanted.overrides).sort()) {
    out.set(path, encodeValue(wanted.overrides[path]));
  }
  if (wanted.seed && wanted.seed !== usual.seed) out.set('seed', wanted.seed);
  const { view } = wanted;
  if (view.scale !== DEFAULT_VIEW.scale) out.set('scale', view.scale);
  if (view.theme !== DEFAULT_VIEW.theme) out.set('theme', view.theme);
  if (view.arithmetic !== DEFAULT_VIEW.arithmetic) out.set('arithmetic', view.arithmetic);
  if (view.head !== DEFAULT_VIEW.head) out.set('head', view.head);
  if (view.tables.length) out.set('tables', view.tables.join(','));
  if (view.more?.length) out.set('more', view.more.join(','));
  if (view.pace?.length) out.set('pace', view.pace.join(','));
  if (view.epsilon) out.set('epsilon', String(view.epsilon));
  if (view.why) out.set('why', '1');
  if (view.input) out.set('input', view.input);
  if (view.window) out.set('window', String(view.window));
  if (view.input && view.prompt) out.set('prompt', view.prompt);
  return out.toString();
}

/** What cannot be understood is left out and named in problems; the rest counts.
 * @param {string} hash with or without the #
 * @param {{presets: string[], known?: (path: string) => boolean}} world
 * @returns {{wanted: Wanted, problems: Array<{key: string, value: string, why: 'key'|'preset'|'seed'|'view'}>}} */
export function decode(hash, world) {
  const wanted = defaults();
  /** @type {Array<{key: string, value: string, why: 'key'|'preset'|'seed'|'view'}>} */
  const problems = [];
  for (const [key, value] of new URLSearchParams(hash.replace(/^#/, ''))) {
    const why = take(wanted, key, value, world);
    if (why) problems.push({ key, value, why });
  }
  return { wanted, problems };
}

/** @param {Wanted} wanted @param {string} key @param {string} value
 * @param {{presets: string[], known?: (path: string) => boolean}} world
 * @returns {'key'|'preset'|'seed'|'view'|null} why it was left out */
function take(wanted, key, value, world) {
  if (key === 'preset') {
    if (!world.presets.includes(value)) return 'preset';
    wanted.preset = value;
    return null;
  }
  if (key === 'seed') {
    if (!SEED.test(value)) return 'seed';
    wanted.seed = value;
    return null;
  }
  if (Object.hasOwn(DEFAULT_VIEW, key)) return takeView(wanted.view, key, value);
  if (!SECTIONS.test(key) || (world.known && !world.known(key))) return 'key';
  wanted.overrides[key] = decodeValue(value);
  return null;
}

/** @param {View} view @param {string} key @param {string} value @returns {'view'|null} */
function takeView(view, key, value) {
  if (key === 'scale' && (value === 'linear' || value === 'log')) view.scale = value;
  else if (key === 'theme' && (value === 'auto' || value === 'light' || value === 'dark')) view.theme = value;
  else if (key === 'arithmetic' && /** @type {string[]} */ (ARITHMETICS).includes(value)) view.arithmetic = /** @type {any} */ (value);
  else if (key === 'head' && /^[0-9]+\.[0-9]+$/.test(value)) view.head = value;
  else if (key === 'tables' && /^[a-z][a-z0-9_,-]*$/.test(value)) view.tables = value.split(',');
  else if (key === 'more' && /^[a-z][a-z0-9_,]*$/.test(value)) view.more = value.split(',');
  else if (key === 'input' && /^[a-z][a-z0-9_]*$/.test(value)) view.input = value;
  else if (key === 'window' && /^[0-9]{1,4}$/.test(value)) view.window = Number(value);
  else if (key === 'pace' && /^[a-z][a-z0-9_.,]*$/.test(value)) view.pace = value.split(',');
  else if (key === 'epsilon' && value && EPSILONS.includes(Number(value))) view.epsilon = Number(value);
  else if (key === 'why' && /^[01]$/.test(value)) view.why = value === '1';
  else if (key === 'prompt') view.prompt = value;
  else return 'view';
  return null;
}
