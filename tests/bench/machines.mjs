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

/** The engine files that there may be; the first is the one whose peak brackets every sample. */
const TIERS = [
  { name: 'strict', engine: 'sinklab.wasm', bench: 'bench.wasm', target: 'bench_wasm' },
  { name: 'fma', engine: 'sinklab-fma.wasm', bench: 'bench-fma.wasm', target: 'bench_wasm_fma' },
];
export const NO_FMA = 'fma: dist/engine/sinklab-fma.wasm is not there, so the tier is left out';

/** Those that are built; makes their kernels. */
export function tiers() {
  return TIERS.filter(({ engine }) => existsSync(at('dist/engine', engine))).map(({ name, engine, bench, target }) => {
    execFileSync('cmake', ['--build', at('build/wasm'), '--target', target], { stdio: ['ignore', 'ignore', 'inherit'] });
    return { name, engine: `/engine/${engine}`, bench: `/build/${bench}` };
  });
}

/** A configuration of configs/ with its text, or a preset: without end and without evaluations, so
 * that a step is a step. @param {string} name @returns {{config: any, text?: string}} */
export function endless(name) {
  const own = at('tests/bench/configs', `${name}.json`);
  if (existsSync(own)) return { config: JSON.parse(readFileSync(own, 'utf8')), text: text() };
  const { config } = JSON.parse(readFileSync(at('models/presets', `${name}.json`), 'utf8'));
  config.train.steps = 1000000;
  config.eval = { ...config.eval, every: 100000, sequences: 1, fingerprint_every: 100000 };
  return { config };
}

/**
 * A worker with the engine of every tier; labs are named "NAME TIER".
 * @param {any} lab of browser.mjs @param {string[]} names to open @param {string[]} [some] tiers; all of them
 */
export async function browserMachine(lab, names, some) {
  const page = await blankPage(lab);
  await page.hire('ours', 'page/engine.js');
  const ask = (what, ...args) => page.ask('ours', what, ...args);
  const there = tiers().filter(({ name }) => !some || some.includes(name));
  const told = await ask('begin', there);
  /** @type {Record<string, any>} */
  const estimates = {};
  for (const name of names) {
    for (const tier of there) estimates[name] = await ask('open', `${name} ${tier.name}`, tier.name, endless(name));
  }
  const [first] = there;
  return {
    page, ask, estimates, tiers: there.map(({ name }) => name), files: there,
    peakFlops: told[first.name].peakFlops, kernels: told[first.name].kernels,
    peak: (thousands) => ask('peak', first.name, thousands),
    /** Tasks that measure the peak of the other tiers. */
    peaks: there.slice(1).map(({ name }) => ({ name: `peak ${name}`, run: (times) => ask('peak', name, 100 * times) })),
    /** Rate of the peak of a tier against that of the first. */
    peakOf: (tier, { peak, of }) => (tier === first.name ? 1 : 100 * told[tier].peakFlops / of[`peak ${tier}`].seconds / peak),
    kernel: (tier, i, vec, times) => ask('kernel', tier, i, vec, times),
    step: (name, tier, times) => ask('step', `${name} ${tier}`, times),
    stop: () => page.stop(),
  };
}

/** @param {string[]} names */
export async function nativeMachine(names) {
  const compiler = /^CMAKE_C_COMPILER:[A-Z]+=(.*)$/m.exec(readFileSync(at('build/native/CMakeCache.txt'), 'utf8'))?.[1] ?? 'cc';
  execFileSync(compiler, ['-O2', '-std=gnu11', at('tests/bench/bench.c'), at('build/native/libsinklab.a'),
    '-Wl,--wrap=sl_kernels_best', '-lm', '-o', at('build/native/bench')], { stdio: 'inherit' });
  const folder = mkdtempSync(path.join(tmpdir(), 'sinklab-bench-'));
  const files = names.flatMap((name) => {
    const { config, text: own } = endless(name);
    const file = path.join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(config));
    if (own) writeFileSync(`${file}.txt`, own);
    return [file, own ? `${file}.txt` : '-'];
  });
  const child = spawn(at('build/native/bench'), files, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await answers.next();
    if (done) throw new Error('build/native/bench ended early');
    return value;
  };
  await next();
  rmSync(folder, { recursive: true });
  const ask = async (...words) => {
    child.stdin.write(`${words.join(' ')}\n`);
    return Math.max(1e-9, Number(await next()));
  };
  return {
    step: (name, vec, times) => ask('step', names.indexOf(name), vec, times),
    stop: async () => child.stdin.end(),
  };
}
