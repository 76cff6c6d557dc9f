/** Every choice that differs from a configuration's own, one at a time: the rows of all families, the
 * options of all choices, the other side of switches, and numbers that 0 turns off. Read off the
 * registry, so that a new row is walked without a line here. */
import { readFileSync } from 'node:fs';

import { text } from '../bench/text.mjs';
import { engine, registry } from '../web/real_engine.mjs';

/** For a corpus that is made of one. */
export const TEXT = text(20000);

/**
 * @typedef {{name: string, section: string, key: string, config: any}} Row config: the whole
 *   configuration, with this choice
 * @typedef {{section: string, key: string, value: any}} Choice
 */

/** @returns {any} a preset's configuration */
export const presetOf = (name) => JSON.parse(readFileSync(new URL(`../../models/presets/${name}.json`, import.meta.url), 'utf8')).config;

const lab = await engine(null);

/** Whether such a run can be. */
function opens(config) {
  try {
    lab.open(config, { text: TEXT });
    return true;
  } catch {
    return false;
  }
}

/** What anyone can know about the data of a configuration. */
export function baselinesOf(config) {
  lab.open(config, { text: TEXT });
  return lab.data().baselines;
}

/** All values of a setting but the one it has; of each list the first possible one counts. */
function others({ type, family, options, min, max }, now) {
  if (type === 'family') return registry.families[family].rows.filter(({ id }) => id !== now.type).map(({ id }) => [{ type: id }]);
  if (type === 'choice') return options.filter(({ id }) => id !== now).map(({ id }) => [id]);
  if (type === 'bool') return [[!now]];
  if (min !== 0) return [];
  return [now !== 0 ? [0] : type === 'int' ? [1, 2, 3, 4] : [Number((0.05 * Math.min(1, max)).toPrecision(2))]];
}

/** @param {any} config @param {...Choice} choices */
function chosen(config, ...choices) {
  const out = structuredClone(config);
  for (const { section, key, value } of choices) out[section][key] = value;
  return out;
}

const named = ({ section, key, value }) => `${section}.${key}=${value?.type ?? value}`;

/** The rows that differ from a configuration in one choice; where the engine refuses one, with one more
 * choice that it cannot do without. @returns {Row[]} */
export function rowsOf(config) {
  const own = lab.resolve(config);
  const sections = registry.config.params.filter(({ type, key }) => type === 'section' && key !== 'eval');
  /** @type {Choice[][]} */
  const all = sections.flatMap(({ key: section, section: { params } }) => params.flatMap((param) => (
    others(param, own[section][param.key]).map((values) => values.map((value) => ({ section, key: param.key, value }))))));
  const settled = (list) => {
    for (const more of [[], ...all.flat().map((one) => [one])]) {
      const one = list.find((it) => it.key !== more[0]?.key && opens(chosen(own, it, ...more)));
      if (one) return [one, ...more];
    }
    throw new Error(`${named(list[0])} cannot be opened, whatever else is chosen`);
  };
  return all.map((list) => {
    const choices = settled(list);
    return { name: choices.map(named).join(' '), section: choices[0].section, key: choices[0].key, config: chosen(own, ...choices) };
  });
}
