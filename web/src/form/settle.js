/** Which changes count: the engine decides, its refusals are kept beside the control they are about,
 * and the last good configuration stays. Pure but for the resolve that is handed in. */
import { build, get, same, without } from '../state/paths.js';
import { typeId } from './model.js';

/** @typedef {import('../types.js').Config} Config */
/** @typedef {import('../types.js').Json} Json */
/** @typedef {import('../types.js').Refusal} Refusal */
/** @typedef {{[path: string]: Json}} Overrides */
/** @typedef {{value: Json, refusal: Refusal}} Pending */
/**
 * @typedef {{
 *   base: Config, usual: Config, overrides: Overrides, seed: string, resolved: Config,
 *   pending: Map<string, Pending>
 * }} Draft  usual: the preset resolved, what "reset" goes back to
 */
/** @typedef {(config: Config) => Config} Resolve  throws a Refusal */

/** @param {unknown} error @returns {Refusal} */
export function asRefusal(error) {
  if (error && typeof error === 'object' && 'message' in error) return /** @type {Refusal} */ (error);
  return { message: String(error) };
}

/** @param {Config} base @param {string} seed @param {Resolve} resolve @returns {Draft} */
export function draft(base, seed, resolve) {
  const usual = resolve(base);
  const used = seed || String(usual.seed ?? '1');
  return {
    base, usual, overrides: {}, seed: used, resolved: resolve(build(base, {}, used)), pending: new Map(),
  };
}

/** The overrides after a change: one that only says what the preset says is none, and picking
 * another row of a family drops the settings of the row before.
 * @param {Draft} d @param {Overrides} overrides @param {string} path @param {Json} value
 * @returns {Overrides} */
function withChange(d, overrides, path, value) {
  const out = without(overrides, path);
  const usual = get(d.usual, path);
  const plain = usual !== null && typeof usual === 'object' && typeof value === 'string' ? typeId(usual) : usual;
  if (!same(plain, value)) out[path] = value;
  return out;
}

/** Tries a change: together with those still pending first, then alone.
 * @param {Draft} d @param {string} path @param {Json} value @param {Resolve} resolve
 * @returns {Refusal | null} what the engine said against it */
export function change(d, path, value, resolve) {
  d.pending.delete(path);
  const attempts = d.pending.size ? [[...d.pending.keys()], []] : [[]];
  /** @type {Refusal | null} */
  let refusal = null;
  for (const others of attempts) {
    let overrides = withChange(d, d.overrides, path, value);
    for (const other of others) {
      const waiting = /** @type {Pending} */ (d.pending.get(other));
      overrides = withChange(d, overrides, other, waiting.value);
    }
    try {
      d.resolved = resolve(build(d.base, overrides, d.seed));
      d.overrides = overrides;
      for (const other of others) d.pending.delete(other);
      return null;
    } catch (error) {
      refusal = asRefusal(error);
    }
  }
  d.pending.set(path, { value, refusal: /** @type {Refusal} */ (refusal) });
  return refusal;
}

/** The changes that make one resolved configuration of another. @param {Config} config
 * @param {Config} usual @returns {Overrides} */
export function differences(config, usual) {
  /** @type {Overrides} */
  const out = {};
  for (const section of ['model', 'data', 'train', 'eval']) {
    for (const key of Object.keys(config[section] ?? {})) {
      if (!same(config[section][key], usual[section]?.[key])) out[`${section}.${key}`] = config[section][key];
    }
  }
  return out;
}

/** Back to what the preset says. @param {Draft} d @param {string} path @param {Resolve} resolve
 * @returns {Refusal | null} */
export function reset(d, path, resolve) {
  const usual = get(d.usual, path);
  d.pending.delete(path);
  const value = usual !== null && typeof usual === 'object' && !Array.isArray(usual) ? typeId(usual) : usual;
  return change(d, path, value, resolve);
}

/** @param {Draft} d @param {string} seed @param {Resolve} resolve @returns {Refusal | null} */
export function reseed(d, seed, resolve) {
  try {
    d.resolved = resolve(build(d.base, d.overrides, seed));
    d.seed = seed;
    return null;
  } catch (error) {
    return asRefusal(error);
  }
}

/** The changes of a link, one by one, short paths first; what the engine refuses is left out.
 * @param {Draft} d @param {Overrides} overrides @param {Resolve} resolve
 * @returns {Array<{path: string, refusal: Refusal}>} */
export function adopt(d, overrides, resolve) {
  try {
    d.resolved = resolve(build(d.base, overrides, d.seed));
    d.overrides = { ...overrides };
    return [];
  } catch {
    /* One of them does not fit: find out which. */
  }
  const paths = Object.keys(overrides).sort((a, b) => a.split('.').length - b.split('.').length);
  for (const path of paths) change(d, path, overrides[path], resolve);
  const left = [...d.pending].map(([path, { refusal }]) => ({ path, refusal }));
  d.pending.clear();
  return left;
}

/** Why each choice of a family or list cannot be taken now; null where it can.
 * @param {Draft} d @param {string} path @param {string[]} ids @param {Resolve} resolve
 * @returns {Map<string, string | null>} */
export function obstacles(d, path, ids, resolve) {
  /** @type {Map<string, string | null>} */
  const out = new Map();
  const current = get(d.resolved, path);
  for (const id of ids) {
    out.set(id, null);
    if (typeId(current) === id || current === id) continue;
    try {
      resolve(build(d.base, withChange(d, d.overrides, path, id), d.seed));
    } catch (error) {
      out.set(id, asRefusal(error).message);
    }
  }
  return out;
}
