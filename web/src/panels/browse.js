/** All that the engine can measure, grouped by what it is about, to be found by a word. Pure. */
import { holds, plain, words } from '../form/find.js';

/** @typedef {import('../types.js').ProbeInfo} ProbeInfo */

/** By the tensors that a probe reads; the first that fits. One with passes of its own changes something
 * and looks what becomes of it.
 * @type {Array<[group: 'attention' | 'heads' | 'residual' | 'changes' | 'rest', is: (info: ProbeInfo) => boolean]>} */
const GROUPS = [
  ['changes', (info) => !!info.passes],
  ['attention', (info) => /\bweights\b/.test(info.needs ?? '')],
  ['heads', (info) => /\battention\./.test(info.needs ?? '')],
  ['residual', (info) => /\bhidden\b/.test(info.needs ?? '')],
  ['rest', () => true],
];

/** In reading order. */
const ORDER = /** @type {const} */ (['attention', 'heads', 'residual', 'rest', 'changes']);

/** @param {ProbeInfo} info */
export function groupOf(info) {
  return /** @type {typeof GROUPS[number]} */ (GROUPS.find(([, is]) => is(info)))[0];
}

/** @param {ProbeInfo[]} probes @returns {Array<{group: typeof ORDER[number], probes: ProbeInfo[]}>} */
export function grouped(probes) {
  return ORDER.map((group) => ({ group, probes: probes.filter((info) => groupOf(info) === group) }))
    .filter((one) => one.probes.length);
}

/** Whether it depends on the sink threshold: then its sentence names it. @param {ProbeInfo} info */
export function namesEpsilon(info) {
  return /ε/.test(info.help ?? '');
}

/** Its sentence with the threshold in use. @param {ProbeInfo} info @param {number} epsilon @returns {string} */
export function helpWith(info, epsilon) {
  return (info.help ?? '').replace('ε', `ε\u00a0=\u00a0${epsilon}`);
}

/** @param {ProbeInfo} info @param {string} raw what the reader typed */
export function matches(info, raw) {
  const query = plain(raw).trim();
  return !query || holds(words([info.label, info.id, info.help, info.paper]), query);
}
