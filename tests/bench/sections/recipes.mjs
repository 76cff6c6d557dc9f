/** The recipes trained to their ends with the command line, against the ranges in ranges.json. */
import { readFileSync } from 'node:fs';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

import { measures, runsOf, short } from '../runs.mjs';
import { median } from '../sample.mjs';

/** @typedef {{what: string, measure: string, at?: number, low?: number, high?: number, about?: number}} Row */

/** What needs the attention maps: the same run is trained again in Node, to the same bits. */
const again = ['idle', 'idle_step'];
const PASSES = 0.3;
const WINDOWS = 20;
const EVERY = 10; // steps

/** Attention to the first token, over the queries that are no triggers, highest head. */
async function idle({ file, until, every }) {
  const { loadEngine } = await import('../../../web/src/engine/wasm.js');
  const run = JSON.parse(readFileSync(file, 'utf8'));
  const lab = await loadEngine(readFileSync(new URL('../../../build/wasm/sinklab.wasm', import.meta.url)));
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

/**
 * @param {{from?: string, some?: string[], workers: number, say: (line: string) => void}} how from: a folder of
 *   finished runs; nothing is trained then. some: these recipes only
 */
export async function recipes({ from, some, workers, say }) {
  const { source, recipes: known } = JSON.parse(readFileSync(new URL('ranges.json', import.meta.url), 'utf8'));
  const unknown = some?.find((name) => !known.some((one) => one.file === name));
  if (unknown !== undefined) throw new Error(`there is no recipe "${unknown}": there are ${known.map((one) => one.file).join(', ')}`);
  const all = known.filter((one) => !some || some.includes(one.file));
  const wanted = all.flatMap((recipe) => Array.from({ length: recipe.seeds }, (_, i) => (
    { recipe, preset: recipe.preset, set: recipe.set, seed: i + 1, name: `${recipe.file}-${i + 1}`, idle: null })));
  const { runs, good, bad } = await runsOf(wanted, 'recipes', { from, workers, say }, async (one) => {
    const rows = one.recipe.rows.filter((row) => again.includes(row.measure));
    if (!rows.length) return;
    const steps = rows.some((row) => row.measure === 'idle_step' || row.at);
    try {
      one.idle = await inThread({ file: one.file, until: one.run.step, every: steps ? EVERY : one.run.step });
      if (!one.idle.same) throw new Error('its engine was another version');
    } catch (error) {
      one.idle = null;
      say(`${one.name}: could not be trained again in Node to the same bits: ${error.message}`);
    }
  });

  const value = (one, row) => {
    if (again.includes(row.measure) && !one.idle) return NaN;
    if (row.measure === 'idle_step') return one.idle.curve.find(([, x]) => x > PASSES)?.[0] ?? Infinity;
    if (row.measure === 'idle') return one.idle.curve.find(([step]) => step === (row.at ?? one.run.step))?.[1] ?? NaN;
    const record = row.at ? one.run.metrics.find((r) => r.step === row.at) : one.run.metrics.at(-1);
    return record ? measures[row.measure](record) : NaN;
  };
  const lines = [];
  const more = [`ranges: ${source}`];
  for (const recipe of all) {
    const mine = good.filter((one) => one.recipe === recipe);
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
  more.push(...bad);
  return { lines, more, data: runs.map(({ name, error, idle: curve }) => ({ name, error, idle: curve?.curve })) };
}

if (!isMainThread && workerData?.idle) parentPort.postMessage(await idle(workerData.idle));
