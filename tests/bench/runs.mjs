/** Runs that the command line trains to their ends, or that lie finished in a folder. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (...parts) => path.join(root, ...parts);

/**
 * @typedef {{name: string, preset: string, seed: number, set?: {[path: string]: any}}} Wanted
 * @typedef {Wanted & {file: string, error: string, run: any}} Run error: '' or what went wrong; run: the run file
 * @typedef {{from?: string, workers: number, say: (line: string) => void}} How from: a folder of finished
 *   runs; nothing is trained then
 */

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;
/** The streams between the first and the last: behind every block but the last. */
const inner = (list) => list.slice(1, -1);

/** What can be read off a record of a run file. @type {Record<string, (record: any) => number>} */
export const measures = {
  sink: (r) => r.sink_rate[0],
  bos_sink: (r) => r.eval.bos_text.sink_rate[0],
  text_sink: (r) => r.eval.text.sink_rate[0],
  bos_loss: (r) => r.eval.bos_text.loss,
  text_loss: (r) => r.eval.text.loss,
  alpha: (r) => mean(r.alpha.flat()),
  alpha_top: (r) => Math.max(...r.alpha.flat()),
  value_ratio: (r) => mean(r.value_ratio.flat()),
  norm_peak: (r) => Math.max(...inner(r.norm_ratio)),
  norm_end: (r) => r.norm_ratio.at(-1),
  median_peak: (r) => Math.max(...inner(r.max_over_median)),
};

export const short = (x) => (Number.isFinite(x) ? String(Number(Math.abs(x) >= 100 ? x.toFixed(0) : x.toPrecision(3))) : '–');

/** @param {Run} one @returns {Promise<string>} '' or what went wrong */
function train({ preset, seed, set = {}, file }) {
  const settings = Object.entries(set).flatMap(([key, value]) =>
    ['--set', `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`]);
  return new Promise((resolve) => {
    const child = spawn(at('build/sinklab'), ['train', '--preset', at('models/presets', `${preset}.json`), '--seed', String(seed),
      '--workers', '1', '--quiet', '--json', file, ...settings], { stdio: ['ignore', 'ignore', 'pipe'] });
    let out = '';
    child.stderr.on('data', (data) => (out += data));
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? '' : out.trim().split('\n')[0] || `ended with ${code}`));
  });
}

/** @param {Run} one @param {How} how */
async function finish(one, { from, say }) {
  if (!from) {
    say(`${one.name} …`);
    one.error = await train(one);
  } else if (!existsSync(one.file)) one.error = 'not there';
  if (!existsSync(one.file)) return;
  try {
    one.run = JSON.parse(readFileSync(one.file, 'utf8'));
    if (one.run.step < one.run.config.train.steps) one.error ||= `stopped at step ${one.run.step}`;
  } catch (error) {
    one.error = error.message;
  }
}

/**
 * @template {Wanted} W @param {W[]} wanted @param {string} folder below build/ @param {How} how
 * @param {(run: W & Run) => Promise<void>} [then] of each run that is finished
 * @returns {Promise<{runs: (W & Run)[], good: (W & Run)[], bad: string[]}>} good: those that are finished; bad:
 *   lines about the others
 */
export async function runsOf(wanted, folder, how, then = async () => {}) {
  const where = how.from ? path.resolve(how.from) : at('build', folder);
  mkdirSync(where, { recursive: true });
  const runs = wanted.map((one) => ({ ...one, file: path.join(where, `${one.name}.json`), error: '', run: null }));
  const left = [...runs];
  const hand = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      await finish(one, how);
      if (one.run && !one.error) await then(one);
    }
  };
  await Promise.all(Array.from({ length: how.workers }, hand));
  const good = runs.filter((one) => one.run && !one.error);
  const missing = runs.filter((one) => one.error === 'not there');
  const bad = runs.filter((one) => one.error && !missing.includes(one)).map((one) => `${one.name}: ${one.error}`);
  if (missing.length) bad.push(`not there: ${missing.map((one) => one.name).join(', ')}`);
  if (!good.length) throw new Error(`there is no finished run in ${how.from ?? `build/${folder}`}; ${bad[0]}`);
  return { runs, good, bad };
}
