/** Settings that act while a run trains: what they are now, what was changed and when. Pure but for
 * the one function that asks the worker. */
import { asRefusal } from '../form/settle.js';
import { sections, valueOf } from '../form/model.js';
import { build, get } from '../state/paths.js';

/** @typedef {import('../types.js').Run} Run */
/** @typedef {import('../types.js').Change} Change */
/** @typedef {import('../form/model.js').Control} Control */
/** @typedef {{step: number, control: Control, from: number, to: number}} Told */

/** @param {import('../types.js').Registry} registry @param {Run} run @returns {Control[]} those of the
 * run's settings that may change on the way */
export function liveControls(registry, run) {
  if (!run.config) return [];
  return sections(registry, run.config).flatMap((section) => section.controls).filter((one) => one.param.live);
}

/** The run's settings as they are now, in the shape that controls follow: the way back leads to what
 * the run began with. @param {Run} run @param {import('../form/settle.js').Draft['pending']} pending
 * @returns {import('../form/settle.js').Draft} */
export function liveDraft(run, pending) {
  const usual = run.config ?? {};
  /** @type {{[path: string]: number}} */
  const overrides = {};
  for (const { path, value } of run.changes) overrides[path] = value;
  for (const path of Object.keys(overrides)) if (overrides[path] === get(usual, path)) delete overrides[path];
  return { base: usual, usual, overrides, seed: '', resolved: build(usual, overrides), pending };
}

/** What was changed, in order; several changes between the same two steps are one.
 * @param {Control[]} controls @param {Run} run @returns {Told[]} */
export function story(controls, run) {
  /** @type {Told[]} */
  const out = [];
  for (const { step, path, value } of run.changes) {
    const control = controls.find((one) => one.path === path);
    if (!control) continue;
    const before = out.filter((one) => one.control === control);
    const last = before[before.length - 1];
    if (last?.step === step) last.to = value;
    else out.push({ step, control, from: last?.to ?? Number(valueOf(control, run.config ?? {})), to: value });
  }
  return out.filter((one) => one.from !== one.to);
}

/** @param {import('../app.js').App} app @param {string} path @param {import('../types.js').Json} value */
export async function setLive(app, path, value) {
  const { client, live } = app;
  if (!client || !live) return;
  app.livePending.delete(path);
  const { resolved } = liveDraft(live.run, new Map());
  if (get(resolved, path) === value) return app.changed();
  try {
    const { step } = await client.setLive(path, /** @type {number} */ (value));
    live.run.changes = [...live.run.changes, { step, path, value: Number(value) }];
  } catch (error) {
    app.livePending.set(path, { value, refusal: asRefusal(error) });
  }
  app.changed();
}
