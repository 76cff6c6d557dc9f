// Measures what the README promises: node tests/bench/run.mjs [--only sink,ready,peak,kernels,fingerprints,site,recipes]
//   [--json FILE] [--full: fingerprints of every compiler after 300 steps] [--from DIR: finished runs for recipes]
//   [--recipes r0,r2-fixed: these only]
// Every line says whether its limit is reached; the exit status is 1 only where something could not
// be measured. Ratios are of one run: no time is compared with that of another machine.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { fingerprints, lines } from '../fingerprints.mjs';
import { start } from '../web/browser/browser.mjs';
import { browserMachine, nativeMachine } from './machines.mjs';
import { recipes } from './recipes.mjs';
import { median, sample } from './sample.mjs';
import { firstSink, ready } from './sink.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (...parts) => path.join(root, ...parts);
const cores = availableParallelism?.() ?? cpus().length;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const STEPS = 20; // for the fingerprints, unless --full

/**
 * @typedef {{what: string, value: string, limit?: string, reached?: boolean, number?: number | null, inside?: string}} Line
 *   inside: of several seeds, how many are within the limits
 * @typedef {{lines: Line[], more?: string[], data?: any}} Told more: shown below the table's lines
 */

const seconds = (x) => (Number.isFinite(x) ? `${x.toFixed(2)} s` : 'never');
const percent = (x) => `${(100 * x).toFixed(1)} %`;
/** A value under its limit. @returns {Line} */
const under = (what, value, limit, say) => ({ what, value: say(value), limit: `≤ ${say(limit)}`, reached: value <= limit,
  number: Number.isFinite(value) ? value : null });
const over = (what, value, limit, say) => ({ ...under(what, value, limit, say), limit: `≥ ${say(limit)}`, reached: value >= limit });

/** What is going on, on one line of a terminal. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** @type {any} */
let browser = null;
const inBrowser = () => (browser ??= start());

/** @type {Record<string, () => Promise<Told>>} */
const sections = {
  async ready() {
    const lab = await inBrowser();
    const times = [];
    for (let i = 0; i < 5; i++) times.push(await ready(lab));
    const all = times.map((one) => one.ready / 1000);
    return { lines: [under('page can be clicked, from the start of loading (median of 5)', median(all), 1, seconds)],
      more: [`each: ${all.map(seconds).join(', ')}; after the load event: ${times.map((one) => seconds((one.ready - one.load) / 1000)).join(', ')}`],
      data: times };
  },

  async sink() {
    const lab = await inBrowser();
    const told = { lines: [], more: [], data: {} };
    for (const [preset, limit] of /** @type {[string, number][]} */ ([['R0', 3], ['R1', 6]])) {
      const runs = [];
      for (const seed of SEEDS) {
        progress(`${preset} seed ${seed} …`);
        runs.push({ seed, ...(await firstSink(lab, preset, seed)) });
      }
      progress('');
      told.lines.push(under(`${preset}: from the click on Train to a sink rate of 50 % (median of 10 seeds)`, median(runs.map((one) => one.seconds)), limit, seconds));
      told.more.push(`${preset}, seeds 1 to 10: ${runs.map((one) => `${seconds(one.seconds)} (${Number.isFinite(one.seconds) ? `step ${one.step}` : `at most ${percent(one.sink)}`})`).join(', ')}; workers ${runs[0].workers}`);
      told.data[preset] = runs;
    }
    return told;
  },

  async peak() {
    const presets = ['R2', 'R0', 'R1', 'R3s', 'R3'];
    const machine = await browserMachine(await inBrowser(), presets);
    try {
      const tasks = presets.map((name, i) => ({ name, least: 0.04, run: (times) => machine.step(i, times) }));
      const { peak, lowest, of } = await sample(machine, tasks, { seconds: 60 });
      const part = (name) => machine.flops[presets.indexOf(name)] * of[name].share;
      const told = { lines: [over('R2: a step in WebAssembly, against the peak of multiply and add', part('R2'), 0.4, percent)], more: [],
        data: { peak, lowest, steps: Object.fromEntries(presets.map((name) => [name, { ...of[name], part: part(name) }])) } };
      for (const name of presets.slice(1)) told.lines.push({ what: `${name}: the same, for information`, value: percent(part(name)), number: part(name) });
      told.more.push(`peak ${(peak / 1e9).toFixed(1)} GFLOP/s of four lanes, one thread (lowest reading ${percent(lowest)} of the best); ` +
        presets.map((name) => `${name} ${(1000 * of[name].seconds).toFixed(1)} ms a step, ${of[name].samples} calm samples`).join('; '));
      if (presets.some((name) => !of[name].calm)) told.more.push('the machine was not calm: fewer than nine good samples of some');
      return told;
    } finally {
      await machine.stop();
    }
  },

  async kernels() {
    const presets = ['R2', 'R3s'];
    const wasm = await browserMachine(await inBrowser(), presets);
    const native = await nativeMachine(presets);
    /** @type {Told} */
    const told = { lines: [], more: [], data: {} };
    try {
      const { of } = await sample(wasm, [
        ...wasm.kernels.flatMap(({ name }, i) => [1, 0].map((vec) => (
          { name: `${name} ${vec}`, least: 0.015, run: (times) => wasm.kernel(i, vec, times) }))),
        ...presets.flatMap((name, i) => [
          { name: `${name} page`, least: 0.03, run: (times) => wasm.step(i, times) },
          ...[1, 0].map((vec) => ({ name: `${name} ${vec}`, least: 0.03, run: (times) => native.step(i, vec, times) }))]),
      ], { seconds: 75 });
      const faster = (slow, fast) => of[slow].seconds / of[fast].seconds;
      for (const { name, flops } of wasm.kernels) {
        const ratio = faster(`${name} 0`, `${name} 1`);
        const share = flops ? flops * of[`${name} 1`].share : undefined;
        told.lines.push({ what: `${name}: vector tier against plain loops, WebAssembly`,
          value: `${ratio.toFixed(2)} ×${share ? `, ${percent(share)} of the peak` : ''}`, number: ratio });
        told.data[name] = { ratio, share };
      }
      for (const name of presets) {
        const ratio = faster(`${name} 0`, `${name} 1`);
        told.lines.push({ what: `${name}: a native step, vector tier against plain loops`, value: `${ratio.toFixed(2)} ×`, number: ratio });
        told.lines.push(over(`${name}: speed of a step in WebAssembly, against the native one`, faster(`${name} 1`, `${name} page`), 0.85, percent));
        told.more.push(`${name}: ${(1000 * of[`${name} page`].seconds).toFixed(1)} ms a step in WebAssembly, ${(1000 * of[`${name} 1`].seconds).toFixed(1)} natively`);
      }
      told.data.samples = of;
      const few = Object.entries(of).filter(([, one]) => !one.calm);
      if (few.length) told.more.push(`the machine was not calm: fewer than nine good samples of ${few.length} of ${Object.keys(of).length} tasks`);
      return told;
    } finally {
      await wasm.stop();
      await native.stop();
    }
  },

  async fingerprints() {
    const steps = full ? 300 : STEPS;
    if (full) {
      execFileSync(at('.ci/setup'), ['fingerprints'], { stdio: ['ignore', 'ignore', 'inherit'] });
      execFileSync(at('.ci/build'), [String(cores), 'gcc-O0', 'gcc-O3', 'clang-O0', 'clang-O3'], { stdio: ['ignore', 'ignore', 'inherit'] });
    }
    const builds = full ? ['compilers', 'node', 'chromium'] : ['native', 'node', 'chromium'];
    const result = await fingerprints({ steps, builds, say: (line) => process.stderr.write(`${line}\n`) });
    const differ = result.rows.reduce((sum, row) => sum + row.differ.length, 0);
    return { lines: [{ what: `the same bits after ${steps} steps of ${result.rows.length} presets, ${result.columns.length} builds and ways to run`,
      value: differ ? `${differ} differ` : 'all agree', limit: 'all agree', reached: !differ, number: differ }], more: lines(result), data: result };
  },

  async site() {
    const [, engine, engineLimit, page, pageLimit] = sizes;
    return { lines: [under('engine, compressed', Number(engine), Number(engineLimit), (x) => `${x} KB`),
      under('all that the page loads, compressed', Number(page), Number(pageLimit), (x) => `${x} KB`)] };
  },

  recipes: () => recipes({ from: given('--from'), some: given('--recipes')?.split(','), workers: cores, say: (line) => process.stderr.write(`${line}\n`) }),
};

const args = process.argv.slice(2);
function given(name) {
  const i = args.indexOf(name);
  return i < 0 ? undefined : args[i + 1] ?? '';
}
const full = args.includes('--full');
const wanted = given('--only')?.split(',') ?? Object.keys(sections).filter((name) => name !== 'recipes');
const unknown = wanted.find((name) => !(name in sections));
if (unknown !== undefined) {
  console.error(`There is no "${unknown}" to measure: there are ${Object.keys(sections).join(', ')}.`);
  process.exit(2);
}

// The site as it stands in the sources; its own line says how large it is.
const told = execFileSync(process.execPath, [at('web/tools/site.mjs')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const sizes = /engine ([\d.]+) KB of ([\d.]+) KB compressed, the page loads ([\d.]+) KB of ([\d.]+) KB/.exec(told) ?? [];

const began = Date.now();
const report = {};
let failed = false;
const WIDTH = 82;
for (const name of Object.keys(sections)) {
  if (!wanted.includes(name)) continue;
  try {
    const { lines: all, more = [], data } = await sections[name]();
    report[name] = { lines: all, more, data };
    for (const { what, value, limit, reached, inside } of all) {
      console.log(`${what.padEnd(WIDTH)} ${value.padStart(26)}${limit ? `  ${limit.padEnd(12)} ${reached ? 'reached' : 'NOT reached'}${inside ? `, ${inside}` : ''}` : ''}`);
    }
    for (const line of more) console.log(`    ${line}`);
  } catch (error) {
    failed = true;
    const why = String(error?.message ?? error).split('\n')[0];
    report[name] = { error: why };
    console.log(`${name}: could not be measured: ${why}`);
  }
}
await (await browser?.catch?.(() => null))?.stop();
const spent = Math.round((Date.now() - began) / 1000);
console.log(`${spent} s`);
const file = given('--json');
if (file !== undefined) writeFileSync(file || 'bench.json', `${JSON.stringify({ seconds: spent, sections: report }, null, 1)}\n`);
process.exit(failed ? 1 : 0);
