// The same run on every build must end in the same bits: node tests/fingerprints.mjs
//   [--steps N] [--presets R0,R1] [--builds native,node] [--arithmetic strict|fma]
// (make fingerprints builds and runs all, in both arithmetics; fma has bits of its own). One line per
// preset; the exit status is 1 where a build differs or could not be run.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

import { train } from './cli.mjs';
import { allowRelaxed } from './web/relaxed.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => path.join(root, ...parts);
const ENGINES = { strict: 'wasm/sinklab.wasm', fma: 'wasm-fma/sinklab-fma.wasm' };
const cores = availableParallelism?.() ?? cpus().length;

export const PRESETS = ['R0', 'R1', 'R2', 'R3s'];

/**
 * @typedef {{name: string, short: string, slow: number, run: (config: any, where: Where) => Promise<string>}} Build
 *   slow: time it takes, against gcc -O3
 * @typedef {{folder: string, arithmetic: string, text: string | null,
 *   page: (act: (page: any) => Promise<any>) => Promise<any>, at: (step?: string) => void}} Where page: does
 *   something in the built site, when it is its turn; at: is told the step that has been reached
 */

/** A preset's run of so many steps. Evaluating changes no parameter: it is made rare, and tells how far a
 * command line is. */
export function shortRun(preset, steps) {
  const { config } = JSON.parse(readFileSync(at('models/presets', `${preset}.json`), 'utf8'));
  config.train.steps = steps;
  config.train.warmup = Math.min(config.train.warmup, steps >> 1);
  config.eval = { ...config.eval, every: Math.ceil(steps / 10), sequences: 1, fingerprint_every: steps };
  return config;
}

/** Trains with a command line; gives the last fingerprint. */
async function native(program, workers, config, { folder, arithmetic, text, at: told }) {
  const { code, said, run } = await train(program, config, { folder, workers, arithmetic, text,
    told: (some) => told(/step +(\d+)\/[^]*$/.exec(some)?.[1]) });
  if (code !== 0) throw new Error(/^sinklab: .*$/m.exec(said)?.[0] ?? `it ended with ${code}`);
  if (run.arithmetic !== arithmetic) throw new Error(`its arithmetic is ${run.arithmetic}`);
  const last = run.fingerprint.at(-1);
  if (last.step !== config.train.steps) throw new Error(`its last fingerprint is of step ${last.step}`);
  return last.hash;
}

/** @type {Record<string, Promise<WebAssembly.Module>>} */
const modules = {};

/** Trains with the page's engine in Node, alone or as replicas; in a thread of its own. */
async function inNode(replicas, config, { arithmetic, text }) {
  const module = await (modules[arithmetic] ??= WebAssembly.compile(readFileSync(at('build', ENGINES[arithmetic]))));
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: { replicas, config, arithmetic, text, module } });
    thread.on('message', resolve);
    thread.on('error', reject);
    thread.on('exit', () => reject(new Error('the thread ended early')));
  });
}

async function trainHere({ replicas, config, arithmetic, text, module }) {
  const { loadEngine } = await import('../web/src/engine/wasm.js');
  const { Replica, joinAll } = await import('../web/src/engine/replicas.js');
  const labs = await Promise.all(Array.from({ length: replicas }, () => loadEngine(module)));
  for (const lab of labs) {
    if (lab.arithmetics()[0] !== arithmetic) throw new Error(`it computes in ${lab.arithmetics()[0]} arithmetic here`);
    lab.open(config, { text });
  }
  if (replicas === 1) {
    labs[0].train(config.train.steps);
    return labs[0].fingerprint();
  }
  const ports = joinAll(replicas);
  const all = labs.map((lab, i) => {
    const replica = new Replica(lab, { index: i, ports: ports[i], isolated: false }, {
      sized: () => {}, failed: (error) => { throw error; }, now: () => performance.now(),
    });
    replica.opened(lab.config(), { text, limit: 0, auto: false });
    return replica;
  });
  for (let step = 0; step < config.train.steps; step++) await all[0].step();
  while (labs.some((lab) => lab.step < config.train.steps)) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const port of ports.flat()) port?.close();
  const hashes = [...new Set(labs.map((lab) => lab.fingerprint()))];
  if (hashes.length > 1) throw new Error(`its replicas differ: ${hashes.join(', ')}`);
  return hashes[0];
}

/** Trains on the built site, with the page's own client, which opens one run after the other. */
async function inChromium(workers, config, { arithmetic, text, page }) {
  const told = await page((there) => there.evaluate(async ({ config: run, text: own, count, file, wanted }) => {
    const { LabClient } = await import(new URL('src/engine/client.js', document.baseURI).href);
    const lab = window.fingerprinted ??= new LabClient({ engineUrl: new URL(file, document.baseURI).href });
    try {
      const opened = await lab.open({ config: run, text: own, workers: count });
      if (opened.arithmetic !== wanted) return { error: `it computes in ${opened.arithmetic} arithmetic here` };
      const ended = new Promise((resolve) => {
        lab.addEventListener('state', ({ detail }) => /done|failed|diverged|paused/.test(detail.status) && resolve(detail));
      });
      await lab.play();
      const { status, step, message } = await ended;
      if (status !== 'done') return { error: message ?? `${status} at step ${step}` };
      if (lab.workers !== count || lab.rung !== 'worker') return { error: `${lab.workers} computed, on "${lab.rung}"` };
      return { hash: await lab.fingerprint() };
    } catch (error) {
      lab.dispose();
      delete window.fingerprinted;
      return { error: error.message };
    }
  }, { config, text, count: workers, wanted: arithmetic, file: `engine/${path.basename(ENGINES[arithmetic])}` }));
  if (told.error) throw new Error(told.error);
  return told.hash;
}

/** @type {Record<string, () => Build[]>} */
const groups = {
  native: () => [1, 2, 4].map((workers) => ({ name: `the command line, ${workers} worker${workers > 1 ? 's' : ''}`,
    short: `cli ${workers}`, slow: 1, run: (config, where) => native(at('build/sinklab'), workers, config, where) })),
  compilers: () => [['gcc', '-O0', 15], ['clang', '-O0', 10], ['gcc', '-O3', 1], ['clang', '-O3', 1]].flatMap(([compiler, level, slow]) => {
    const program = at('build', `fp-${compiler}${level}`, 'sinklab');
    return (compiler + level === 'gcc-O3' ? [1, 2, 4] : [1]).map((workers) => ({
      name: `${compiler} ${level}${workers > 1 ? `, ${workers} workers` : ''}`,
      short: `${compiler}${level}${workers > 1 ? ` ${workers}` : ''}`, slow: Number(slow),
      run: (config, where) => native(program, workers, config, where) }));
  }),
  node: () => [1, 2].map((replicas) => ({ name: replicas > 1 ? `Node, ${replicas} replicas` : 'Node',
    short: replicas > 1 ? `node ${replicas}` : 'node', slow: 1.3, run: (config, where) => inNode(replicas, config, where) })),
  chromium: () => [1, 2].map((workers) => ({ name: `Chromium, ${workers} worker${workers > 1 ? 's' : ''}`,
    short: `chrome ${workers}`, slow: 1.3, run: (config, where) => inChromium(workers, config, where) })),
};

/** Why a group cannot compute in this arithmetic at all, if so. */
function missing(group, arithmetic) {
  if (arithmetic === 'strict' || (group !== 'node' && group !== 'chromium')) return '';
  if (!existsSync(at('build', ENGINES[arithmetic]))) return 'no Emscripten here could build the fma engine';
  return group === 'node' && !allowRelaxed() ? `Node ${process.version} has no relaxed SIMD` : '';
}

/** Roughly how much a step of it takes. */
const work = ({ model, data, train }) => model.layers * model.width * (12 * model.width + data.context) * data.context * train.batch;

/**
 * @param {{presets?: string[], steps?: number, runs?: Record<string, any>, text?: string | null, builds?: string[],
 *   ways?: string[], arithmetic?: string, say?: (line: string) => void}} [how] runs: configurations by name, instead of
 *   presets; text: for a corpus that is made of one; ways: some columns of the table, instead of all
 * @returns {Promise<{steps: number, columns: string[], ok: boolean, seconds: number, rows: {preset: string,
 *   fingerprint: string, agree: string[], differ: {build: string, got: string, error: string}[], short: Record<string, string>}[]}>}
 */
export async function fingerprints({ presets = PRESETS, steps = 300, text = null, builds = ['compilers', 'node', 'chromium'], ways, arithmetic = 'strict',
  runs = Object.fromEntries(presets.map((preset) => [preset, shortRun(preset, steps)])), say = () => {} } = {}) {
  const started = Date.now();
  const minutes = () => {
    const s = Math.round((Date.now() - started) / 1000);
    return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
  };
  const all = builds.filter((group) => {
    const why = missing(group, arithmetic);
    if (why) say(`Without ${group}: ${why}.`);
    return !why;
  }).flatMap((group) => groups[group]()).filter(({ short }) => !ways || ways.includes(short));
  const folder = mkdtempSync(path.join(tmpdir(), 'sinklab-fp-'));
  /** @type {Promise<any> | null} */
  let browser = null;
  /** @type {Promise<any> | null} what the page has to do, in turns */
  let turns = null;
  const opened = async () => {
    browser = import('./web/browser/browser.mjs').then(({ start }) => start());
    return (await (await browser).open()).page;
  };
  const inPage = (act) => {
    const page = (turns ??= opened());
    const told = page.then(act);
    turns = told.then(() => page, () => page);
    turns.catch(() => {}); // whoever asked is told
    return told;
  };
  const where = { folder, arithmetic, text, page: inPage };
  const jobs = Object.entries(runs).flatMap(([preset, config]) => (
    all.map((build) => ({ preset, build, config, cost: build.slow * work(config), got: '', error: '', step: '' }))));
  const left = [...jobs].sort((a, b) => b.cost - a.cost); // the longest first, so that none is waited for
  const running = new Set();
  const watch = setInterval(() => say(`  ${minutes()} ${jobs.length - left.length - running.size} of ${jobs.length} done; under way: ` +
    [...running].map((job) => `${job.preset} ${job.build.name}${job.step && ` (step ${job.step})`}`).join('; ')), 30000);
  const hand = async () => {
    for (let job = left.shift(); job; job = left.shift()) {
      running.add(job);
      try {
        job.got = await job.build.run(job.config, { ...where, at: (step = '') => { job.step = step || job.step; } });
      } catch (error) {
        job.error = String(error.message).split('\n')[0];
      }
      running.delete(job);
      if (job.error) say(`  ${minutes()} ${job.preset} ${job.build.name}: ${job.error}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(2, cores) }, hand));
  } finally {
    clearInterval(watch);
    await (await browser?.catch?.(() => null))?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const rows = Object.keys(runs).map((preset) => {
    const mine = jobs.filter((job) => job.preset === preset);
    const counts = new Map();
    for (const { got } of mine) if (got) counts.set(got, (counts.get(got) ?? 0) + 1);
    const fingerprint = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
    return {
      preset, fingerprint,
      agree: mine.filter((job) => job.got && job.got === fingerprint).map((job) => job.build.name),
      differ: mine.filter((job) => !job.got || job.got !== fingerprint).map((job) => ({ build: job.build.name, got: job.got, error: job.error })),
      short: Object.fromEntries(mine.map((job) => [job.build.short, !job.got ? '!' : job.got === fingerprint ? '=' : '≠'])),
    };
  });
  return { steps, columns: all.map((build) => build.short), rows, ok: all.length > 0 && rows.every((row) => !row.differ.length),
    seconds: (Date.now() - started) / 1000 };
}

/** The table, and below it who differs. */
export function lines({ steps, columns, rows }) {
  const wide = (text) => text.padStart(Math.max(...columns.map((c) => c.length)) + 1);
  const out = [`preset  after ${steps} steps  `.padEnd(26) + columns.map(wide).join('')];
  for (const row of rows) {
    out.push(`${row.preset.padEnd(8)}${row.fingerprint.padEnd(18)}` + columns.map((c) => wide(row.short[c] ?? '')).join(''));
  }
  for (const row of rows) for (const { build, got, error } of row.differ) {
    out.push(`${row.preset}: ${build} ${got ? `gives ${got}` : `could not be run: ${error}`}`);
  }
  return out;
}

async function main() {
  const args = process.argv.slice(2);
  const given = (name) => {
    const i = args.indexOf(name);
    return i < 0 ? undefined : args[i + 1] ?? '';
  };
  const steps = Number(given('--steps') ?? 300);
  const presets = (given('--presets') ?? PRESETS.join()).split(',');
  const builds = (given('--builds') ?? 'compilers,node,chromium').split(',');
  const arithmetic = given('--arithmetic') ?? 'strict';
  const unknown = [arithmetic].find((name) => !(name in ENGINES)) ?? builds.find((name) => !(name in groups)) ?? presets.find((name) => !existsSync(at('models/presets', `${name}.json`)));
  if (!Number.isInteger(steps) || steps < 1 || unknown !== undefined) {
    console.error(unknown === undefined ? '--steps must be a whole number from 1 on.'
      : `There is no "${unknown}": builds are ${Object.keys(groups).join(', ')}, arithmetics ${Object.keys(ENGINES).join(', ')}, presets those of models/presets.`);
    process.exit(2);
  }
  if (builds.includes('native')) execFileSync(at('.ci/build'), [String(cores), 'native'], { stdio: 'inherit' });
  if (builds.includes('node') || builds.includes('chromium')) execFileSync(at('.ci/build'), [String(cores), 'wasm', 'wasm-fma'], { stdio: 'inherit' });
  if (builds.includes('chromium')) execFileSync(process.execPath, [at('web/tools/site.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
  const result = await fingerprints({ presets, steps, builds, arithmetic, say: console.log });
  console.log(lines(result).join('\n'));
  const count = result.columns.length;
  console.log(result.ok ? `OK: ${count} builds and ways to run them agree on ${presets.length} presets in ${arithmetic} arithmetic (${Math.round(result.seconds)} s).`
    : 'NOT the same everywhere: see above.');
  process.exit(result.ok ? 0 : 1);
}

if (!isMainThread && workerData?.config) parentPort.postMessage(await trainHere(workerData));
else if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
