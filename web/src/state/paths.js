/** Reading and changing nested plain objects by dotted path. Pure. */

/** @typedef {import('../types.js').Config} Config */
/** @typedef {import('../types.js').Json} Json */

/** @template T @param {T} value @returns {T} */
export function clone(value) {
  return value === undefined ? value : JSON.parse(JSON.stringify(value));
}

/** The value at a path. A family may be a bare id: "model.norm.type" finds it there too.
 * @param {any} object @param {string} path @returns {any} */
export function get(object, path) {
  let at = object;
  for (const key of path.split('.')) {
    if (typeof at === 'string' && key === 'type') return at;
    if (at === null || typeof at !== 'object') return undefined;
    at = at[key];
  }
  return at;
}

/** Sets in place, making objects on the way; a bare family id on the way becomes an object.
 * @param {any} object @param {string} path @param {Json} value */
export function set(object, path, value) {
  const keys = path.split('.');
  const last = /** @type {string} */ (keys.pop());
  let at = object;
  for (const key of keys) {
    const next = at[key];
    if (typeof next === 'string') at[key] = { type: next };
    else if (next === null || typeof next !== 'object') at[key] = {};
    at = at[key];
  }
  at[last] = value;
}

/** @param {any} a @param {any} b @returns {boolean} whatever the order of keys */
export function same(a, b) {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** A preset's configuration with the reader's changes on top. Short paths come first, so that a
 * family is picked before its own settings are set.
 * @param {Config} base @param {{[path: string]: Json}} overrides @param {string} [seed]
 * @returns {Config} */
export function build(base, overrides, seed) {
  const config = clone(base);
  const paths = Object.keys(overrides).sort((a, b) => a.split('.').length - b.split('.').length);
  for (const path of paths) set(config, path, clone(overrides[path]));
  if (seed !== undefined) config.seed = seed;
  return config;
}

/** The overrides without a path and all that lies under it.
 * @param {{[path: string]: Json}} overrides @param {string} path
 * @returns {{[path: string]: Json}} */
export function without(overrides, path) {
  return Object.fromEntries(Object.entries(overrides)
    .filter(([key]) => key !== path && !key.startsWith(`${path}.`)));
}
