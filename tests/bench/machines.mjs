/** Two machines to time on: a worker of a blank page in Chromium, and the native library. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { blankPage } from './isolated.mjs';
import { text } from './text.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (...parts) => path.join(root, ...parts);

/** The engine files that there may be; the peak of the first brackets every sample. */
const TIERS = [
  { name: 'strict', build: 'wasm', engine: 'sinklab.wasm' },
  { name: 'fma', build: 'wasm-fma', engine: 'sinklab-fma.wasm' },
];
export const NO_FMA = 'build/wasm-fma/sinklab-fma.wasm is not there: the fma tier is left out';

/** Those that are built, with their kernels. @returns {{name: string, engine: string, bench: string}[]} */
export function tiers() {
  return TIERS.filter(({ build, engine }) => existsSync(at('build', build, engine))).map(({ name, build, engine }) => {
    execFileSync('cmake', ['--build', at('build', build), '--target', 'bench_wasm'], { stdio: ['ignore', 'ignore', 'inherit'] });
    return { name, engine: `/build/${build}/${engine}`, bench: `/build/${build}/bench.wasm` };
  });
}

/** A preset without end and without evaluations, so that a step is a step. @param {string} preset */
export function endless(preset) {
  const { config } = JSON.parse(readFileSync(at('models/presets', `${preset}.json`), 'utf8'));
  config.train.steps = 1000000;
  config.eval = { ...config.eval, every: 100000, sequences: 1, fingerprint_every: 100000 };
  return config;
}

/** A configuration of configs/ with its text, or such a preset. @param {string} name
 * @returns {{config: any, text?: string}} */
export function runOf(name) {
  const own = at('tests/bench/configs', `${name}.json`);
  if (existsSync(own)) return { config: JSON.parse(readFileSync(own, 'utf8')), text: text() };
  return { config: endless(name) };
}

/** The loops at the peak that bracket samples: of each tier, and of the last tier in two workers at once
 * (two seconds of work in the time of the slower), for what needs both cores to be free. */
function brackets(page, files, told) {
  const last = files[files.length - 1];
  /** @type {Record<string, import('./sample.mjs').Bracket>} */
  const out = {};
  for (const { name } of files) {
    out[name] = { flops: told[name].peakFlops, peak: (thousands) => page.ask('ours', 'peak', name, thousands) };
  }
  let second = null;
  out.two = { flops: 2 * told[last.name].peakFlops, peak: async (thousands) => {
    await (second ??= page.hire('second', 'page/engine.js').then(() => page.ask('second', 'begin', [last])));
    return Math.max(...await Promise.all(['ours', 'second'].map((one) => page.ask(one, 'peak', last.name, thousands))));
  } };
  return out;
}

/**
 * A worker with the engine of every tier; labs are named "NAME TIER".
 * @param {any} lab of browser.mjs @param {string[]} names to open @param {string[]} [some] tiers; all of them
 */
export async function browserMachine(lab, names, some) {
  const page = await blankPage(lab);
  await page.hire('ours', 'page/engine.js');
  const ask = (what, ...args) => page.ask('ours', what, ...args);
  const files = tiers().filter(({ name }) => !some || some.includes(name));
  const told = await ask('begin', files);
  /** @type {Record<string, any>} */
  const estimates = {};
  for (const name of names) {
    for (const tier of files) estimates[name] = await ask('open', `${name} ${tier.name}`, tier.name, runOf(name));
  }
  return {
    page, ask, files, estimates, tiers: files.map(({ name }) => name), best: files[files.length - 1],
    brackets: brackets(page, files, told), kernels: told[files[0].name].kernels,
    kernel: (tier, i, vec, times) => ask('kernel', tier, i, vec, times),
    step: (name, tier, times) => ask('step', `${name} ${tier}`, times),
    stop: () => page.stop(),
  };
}

/** The native program of bench.c, and files for it: each configuration and its text.
 * @param {string[]} names @param {string} folder to write to @param {string} build */
export function nativeBench(names, folder, build) {
  execFileSync('cmake', ['--build', build, '--target', 'bench'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const files = names.flatMap((name) => {
    const { config, text: own } = runOf(name);
    const file = path.join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(config));
    if (own) writeFileSync(`${file}.txt`, own);
    return [file, own ? `${file}.txt` : '-'];
  });
  return { program: path.join(build, 'bench'), files };
}

/** Steps in the tiers of the native library; "plain": the reference kernels. @param {string[]} names */
export async function nativeMachine(names) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sinklab-bench-'));
  const { program, files } = nativeBench(names, folder, at('build/native'));
  const child = spawn(program, files, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await answers.next();
    if (done) throw new Error('build/native/bench ended early');
    return value;
  };
  const tiersThere = JSON.parse(await next());
  rmSync(folder, { recursive: true });
  const ask = async (...words) => {
    child.stdin.write(`${words.join(' ')}\n`);
    return Math.max(1e-9, Number(await next()));
  };
  return {
    tiers: tiersThere,
    step: (name, tier, times) => ask('step', names.indexOf(name), tiersThere.indexOf(tier), times),
    stop: async () => child.stdin.end(),
  };
}
