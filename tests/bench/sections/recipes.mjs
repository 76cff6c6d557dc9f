/** The recipes trained to their ends with the command line, against the ranges in ranges.json. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

import { median } from '../sample.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const at = (...parts) => path.join(root, ...parts);

/** @typedef {{what: string, measure: string, at?: number, low?: number, high?: number, about?: number}} Row */

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;
/** The streams between the first and the last: behind every block but the last. */
const inner = (list) => list.slice(1, -1);

/** What can be read off a record of a run file. @type {Record<string, (record: any) => number>} */
const measures = {
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
/** What needs the attention maps: the same run is trained again in Node, to the same bits. */
const again = ['idle', 'idle_step'];
const PASSES = 0.3;
const WINDOWS = 20;
const EVERY = 10; // steps

/** Attention to the first token, over the queries that are no triggers, highest head. */
async function idle({ file, until, every }) {
  const { loadEngine } = await import('../../../web/src/engine/wasm.js');
  const run = JSON.parse(readFileSync(file, 'utf8'));
  const lab = await loadEngine(readFileSync(at('build/wasm/sinklab.wasm')));
  lab.open(run.config);
  const { vocabulary } = lab.data();
  const triggers = new Set([...run.config.data.corpus.triggers].map((one) => vocabulary.indexOf(one)));
  const curve = [];
  while (lab.step < until) {
    lab.train(Math.min(every, until - lab.step));
    const sums = [];
    let count = 0;
    for (let first = 0; first < WINDOWS; first++) {
      const { attention: { data, shape: [layers, heads, T] } } = lab.probe(['attention'], { first, sequences: 1 });
      const tokens = lab.tokens();
      for (let t = 1; t < T; t++) {
        if (triggers.has(tokens[t])) continue;
        count++;
        for (let h = 0; h < layers * heads; h++) sums[h] = (sums[h] ?? 0) + data[(h * T + t) * T];
      }
    }
    curve.push([lab.step, Math.max(...sums) / count]);
  }
  const told = run.fingerprint.find((one) => one.step === lab.step);
  return { curve, same: !told || told.hash === lab.fingerprint() };
}

function inThread(data) {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: { idle: data } });
    thread.on('message', resolve);
    thread.on('error', reject);
  });
}

/** @returns {Promise<string>} '' or what went wrong */
function train(recipe, seed, file) {
  const set = Object.entries(recipe.set ?? {}).flatMap(([key, value]) =>
    ['--set', `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`]);
  return new Promise((resolve) => {
    const child = spawn(at('build/sinklab'), ['train', '--preset', at('models/presets', `${recipe.preset}.json`), '--seed', String(seed),
      '--workers', '1', '--quiet', '--json', file, ...set], { stdio: ['ignore', 'ignore', 'pipe'] });
    let out = '';
    child.stderr.on('data', (data) => (out += data));
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? '' : out.trim().split('\n')[0] || `ended with ${code}`));
  });
}

const short = (x) => (Number.isFinite(x) ? String(Number(Math.abs(x) >= 100 ? x.toFixed(0) : x.toPrecision(3))) : '–');

/**
 * @param {{from?: string, some?: string[], workers: number, say: (line: string) => void}} how from: a folder of
 *   finished runs; nothing is trained then. some: these recipes only
 */
export async function recipes({ from, some, workers, say }) {
  const { source, recipes: known } = JSON.parse(readFileSync(new URL('ranges.json', import.meta.url), 'utf8'));
  const unknown = some?.find((name) => !known.some((one) => one.file === name));
  if (unknown !== undefined) throw new Error(`there is no recipe "${unknown}": there are ${known.map((one) => one.file).join(', ')}`);
  const all = known.filter((one) => !some || some.includes(one.file));
  const folder = from ? path.resolve(from) : at('build/recipes');
  mkdirSync(folder, { recursive: true });
  const runs = all.flatMap((recipe) => Array.from({ length: recipe.seeds }, (_, i) => (
    { recipe, seed: i + 1, name: `${recipe.file}-${i + 1}`, file: path.join(folder, `${recipe.file}-${i + 1}.json`), error: '', run: null, idle: null })));
  const left = [...runs];
  const hand = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      if (!from) {
        say(`${one.name} …`);
        one.error = await train(one.recipe, one.seed, one.file);
      } else if (!existsSync(one.file)) one.error = 'not there';
      if (!existsSync(one.file)) continue;
      try {
        one.run = JSON.parse(readFileSync(one.file, 'utf8'));
      } catch (error) {
        one.error = error.message;
        continue;
      }
      if (one.run.step < one.run.config.train.steps) one.error ||= `stopped at step ${one.run.step}`;
      const rows = one.recipe.rows.filter((row) => again.includes(row.measure));
      if (!rows.length || one.error) continue;
      const steps = rows.some((row) => row.measure === 'idle_step' || row.at);
      try {
        one.idle = await inThread({ file: one.file, until: one.run.step, every: steps ? EVERY : one.run.step });
        if (!one.idle.same) throw new Error('its engine was another version');
      } catch (error) {
        one.idle = null;
        say(`${one.name}: could not be trained again in Node to the same bits: ${error.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, hand));

  const value = (one, row) => {
    if (!one.run || one.error) return NaN;
    if (again.includes(row.measure) && !one.idle) return NaN;
    if (row.measure === 'idle_step') return one.idle.curve.find(([, x]) => x > PASSES)?.[0] ?? Infinity;
    if (row.measure === 'idle') return one.idle.curve.find(([step]) => step === (row.at ?? one.run.step))?.[1] ?? NaN;
    const record = row.at ? one.run.metrics.find((r) => r.step === row.at) : one.run.metrics.at(-1);
    return record ? measures[row.measure](record) : NaN;
  };
  const lines = [];
  const more = [`ranges: ${source}`];
  const problems = runs.filter((one) => one.error);
  for (const recipe of all) {
    const mine = runs.filter((one) => one.recipe === recipe && one.run && !one.error);
    if (!mine.length) continue;
    for (const row of /** @type {Row[]} */ (recipe.rows)) {
      const values = mine.map((one) => value(one, row)).filter((x) => !Number.isNaN(x));
      const { low, high, about } = row;
      if (!values.length) continue;
      const mid = median(values);
      const inside = values.filter((x) => x >= Number(low) && x <= Number(high)).length;
      more.push(`${recipe.file.padEnd(14)}${row.what.padEnd(56)}${values.map(short).join(' ')}`);
      lines.push({
        what: `${recipe.file}: ${row.what} (median of ${values.length})`, value: short(mid), number: Number.isFinite(mid) ? mid : null,
        ...(low !== undefined && { limit: `${low} to ${high}`, reached: mid >= low && mid <= Number(high), inside: `${inside} of ${values.length}` }),
        ...(about !== undefined && { value: `${short(mid)} (there ${about})` }), values, source,
      });
    }
  }
  const missing = problems.filter((one) => one.error === 'not there');
  for (const one of problems) if (!missing.includes(one)) more.push(`${one.name}: ${one.error}`);
  if (missing.length) more.push(`not there: ${missing.map((one) => one.name).join(', ')}`);
  if (!lines.length) throw new Error(`there is no finished run in ${from ?? 'build/recipes'}`);
  return { lines, more, data: runs.map(({ name, error, idle: curve }) => ({ name, error, idle: curve?.curve })) };
}

if (!isMainThread && workerData?.idle) parentPort.postMessage(await idle(workerData.idle));
