/** From the engine's registry to a list of controls. The page knows no setting by itself. Pure. */
import { get } from '../state/paths.js';

/** @typedef {import('../types.js').Registry} Registry */
/** @typedef {import('../types.js').Param} Param */
/** @typedef {import('../types.js').Option} Option */
/** @typedef {import('../types.js').Row} Row */
/** @typedef {import('../types.js').Config} Config */
/**
 * @typedef {{
 *   path: string, param: Param, depth: number, label: string, help: string, paper?: string,
 *   kind: 'number' | 'bool' | 'pick' | 'string', options: Array<Option & {paper?: string}>
 * }} Control
 * @typedef {{id: string, label: string, help: string, controls: Control[]}} Section
 */

/** The few settings that matter most, in the order of the strip. */
export const FIRST = [
  'data.packing', 'model.position', 'model.init_embedding', 'train.optimiser', 'train.lr',
  'model.layers', 'model.heads', 'model.width',
];

/** @param {Registry} registry @param {Param} param @param {string} path @param {number} depth
 * @returns {Control} */
function control(registry, param, path, depth) {
  const base = { path, param, depth, label: param.label, help: param.help };
  if (param.type === 'family') {
    const rows = registry.families[param.family ?? '']?.rows ?? [];
    return { ...base, kind: 'pick', options: rows };
  }
  if (param.type === 'choice') return { ...base, kind: 'pick', options: param.options ?? [] };
  if (param.type === 'bool') return { ...base, kind: 'bool', options: [] };
  if (param.type === 'int' || param.type === 'real') return { ...base, kind: 'number', options: [] };
  return { ...base, kind: 'string', options: [] };
}

/** The settings of a list of parameters and, below each family, those of its chosen row.
 * @param {Registry} registry @param {Param[]} params @param {string} prefix @param {Config} config
 * @param {number} depth @returns {Control[]} */
function controls(registry, params, prefix, config, depth) {
  /** @type {Control[]} */
  const out = [];
  for (const param of params) {
    const path = prefix ? `${prefix}.${param.key}` : param.key;
    if (param.type === 'section') {
      out.push(...controls(registry, param.section?.params ?? [], path, config, depth));
      continue;
    }
    out.push(control(registry, param, path, depth));
    if (param.type !== 'family') continue;
    const row = chosenRow(registry, param, get(config, path));
    if (row?.params) out.push(...controls(registry, row.params, path, config, depth + 1));
  }
  return out;
}

/** @param {Registry} registry @param {Param} param @param {any} value @returns {Row | undefined} */
function chosenRow(registry, param, value) {
  const id = typeId(value);
  return registry.families[param.family ?? '']?.rows.find((row) => row.id === id);
}

/** @param {any} value a family's value: a bare id or an object with type @returns {string} */
export function typeId(value) {
  return value !== null && typeof value === 'object' ? String(value.type) : String(value);
}

/** Sections of the form for a (resolved) configuration. The seed has its own place.
 * @param {Registry} registry @param {Config} config @returns {Section[]} */
export function sections(registry, config) {
  return registry.config.params.filter((param) => param.type === 'section').map((param) => ({
    id: param.key,
    label: param.section?.label ?? param.label,
    help: param.section?.help ?? param.help ?? '',
    controls: controls(registry, param.section?.params ?? [], param.key, config, 0),
  }));
}

/** @param {Registry} registry @param {Config} config @param {string} path
 * @returns {Control | undefined} */
export function findControl(registry, config, path) {
  for (const section of sections(registry, config)) {
    const found = section.controls.find((one) => one.path === path);
    if (found) return found;
  }
  return undefined;
}

/** Whether any configuration could have this path: used on links, before anything is resolved.
 * @param {Registry} registry @param {string} path @returns {boolean} */
export function knownPath(registry, path) {
  /** @param {Param[]} params @param {string[]} keys @returns {boolean} */
  const walk = (params, keys) => {
    const param = params.find((one) => one.key === keys[0]);
    if (!param) return false;
    const rest = keys.slice(1);
    if (param.type === 'section') return rest.length > 0 && walk(param.section?.params ?? [], rest);
    if (rest.length === 0) return true;
    if (param.type !== 'family') return false;
    if (rest.length === 1 && rest[0] === 'type') return true;
    const rows = registry.families[param.family ?? '']?.rows ?? [];
    return rows.some((row) => walk(row.params ?? [], rest));
  };
  return walk(registry.config.params, path.split('.'));
}

/** The value a control shows. @param {Control} one @param {Config} config @returns {any} */
export function valueOf(one, config) {
  const value = get(config, one.path);
  return one.param.type === 'family' ? typeId(value) : value;
}

/** What a reader typed, as the engine wants it. What is no number is handed on as it is: the engine
 * says best what is wrong with it.
 * @param {Control} one @param {string} raw @returns {import('../types.js').Json} */
export function parse(one, raw) {
  if (one.kind === 'number') {
    const text = raw.trim().replace('−', '-').replace(',', '.');
    const value = Number(text);
    return text !== '' && Number.isFinite(value) ? value : raw;
  }
  return one.kind === 'bool' ? raw === 'true' : raw;
}

/** The neighbouring value for the − and + buttons: ×2 for powers, 1-2-5 for logarithmic scales.
 * @param {Param} param @param {number} value @param {1 | -1} way @returns {number} */
export function neighbour(param, value, way) {
  const min = param.min ?? -Infinity;
  const max = param.max ?? Infinity;
  let next;
  if (param.scale === 'power2') next = powerOfTwo(value, way);
  else if (param.scale === 'log') next = oneTwoFive(value, way, min);
  else next = value + way * linearStep(param);
  if (param.type === 'int') next = Math.round(next);
  return Math.min(max, Math.max(min, Number(next.toPrecision(10))));
}

/** @param {number} value @param {1 | -1} way */
function powerOfTwo(value, way) {
  if (value <= 0) return way > 0 ? 1 : 0;
  const exponent = Math.log2(value);
  return 2 ** (way > 0 ? Math.floor(exponent + 1e-9) + 1 : Math.ceil(exponent - 1e-9) - 1);
}

/** Where a logarithmic scale that may be zero begins. */
const LEAST = 1e-4;

/** @param {number} value @param {1 | -1} way @param {number} min */
function oneTwoFive(value, way, min) {
  if (value <= 0) return way > 0 ? Math.max(min, LEAST) : min;
  if (way < 0 && min === 0 && value <= LEAST) return 0;
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const steps = [0.5, 1, 2, 5, 10].map((mantissa) => mantissa * 10 ** exponent);
  const slack = value * 1e-9;
  if (way > 0) return steps.find((one) => one > value + slack) ?? value * 2;
  return steps.reverse().find((one) => one < value - slack) ?? value / 2;
}

/** @param {Param} param */
function linearStep(param) {
  if (param.type === 'int') return 1;
  const span = (param.max ?? 1) - (param.min ?? 0);
  return Number.isFinite(span) && span > 0 && span <= 1 ? 0.05 : span <= 10 ? 0.1 : 1;
}

/** A number as it is typed: short, and read back as the same number. @param {number} value
 * @returns {string} */
export function plain(value) {
  const usual = String(value);
  if (value === 0 || Math.abs(value) >= 1e-3) return usual;
  const short = value.toExponential();
  return short.length < usual.length ? short : usual;
}

/** A value as text. @param {Control} one @param {any} value @returns {string} */
export function display(one, value) {
  if (value === undefined) return '';
  if (one.kind === 'number' && typeof value === 'number') return plain(value);
  if (one.kind === 'pick') return one.options.find((option) => option.id === value)?.label ?? String(value);
  return String(value);
}
