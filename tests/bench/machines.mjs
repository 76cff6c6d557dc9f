/** Two machines to time on: a worker of the built site in Chromium, and the native library. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (...parts) => path.join(root, ...parts);

/** A preset without end and without evaluations, so that a step is a step. */
export function endless(preset) {
  const { config } = JSON.parse(readFileSync(at('models/presets', `${preset}.json`), 'utf8'));
  config.train.steps = 1000000;
  config.eval = { ...config.eval, every: 100000, sequences: 1, fingerprint_every: 100000 };
  return config;
}

/** @param {any} lab of browser.mjs @param {string[]} presets */
export async function browserMachine(lab, presets) {
  execFileSync('cmake', ['--build', at('build/wasm'), '--target', 'bench_wasm'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const { page, base } = await lab.open();
  await page.evaluate((source) => {
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' });
    const waiting = new Map();
    let last = 0;
    worker.onmessage = ({ data }) => {
      const { resolve, reject } = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.error) reject(new Error(data.error));
      else resolve(data.answer);
    };
    worker.onerror = (event) => { for (const { reject } of waiting.values()) reject(new Error(event.message)); };
    window.bench = (what, args) => new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      worker.postMessage({ id: last, what, args });
    });
  }, readFileSync(new URL('worker.js', import.meta.url), 'utf8'));
  const ask = (what, ...args) => page.evaluate(([w, a]) => window.bench(w, a), [what, args]);
  const begun = await page.evaluate(([base64, rest]) => window.bench('begin', {
    ...rest, bench: Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)),
  }), [readFileSync(at('build/wasm/bench.wasm')).toString('base64'), { base, configs: presets.map(endless) }]);
  return {
    ...begun,
    peak: (thousands) => ask('peak', thousands),
    kernel: (i, vec, times) => ask('kernel', i, vec, times),
    step: (i, times) => ask('step', i, times),
    stop: () => page.context().close(),
  };
}

/** @param {string[]} presets */
export async function nativeMachine(presets) {
  const compiler = /^CMAKE_C_COMPILER:[A-Z]+=(.*)$/m.exec(readFileSync(at('build/native/CMakeCache.txt'), 'utf8'))?.[1] ?? 'cc';
  execFileSync(compiler, ['-O2', '-std=gnu11', at('tests/bench/bench.c'), at('build/native/libsinklab.a'),
    '-Wl,--wrap=sl_kernels_best', '-lm', '-o', at('build/native/bench')], { stdio: 'inherit' });
  const folder = mkdtempSync(path.join(tmpdir(), 'sinklab-bench-'));
  const files = presets.map((preset) => {
    const file = path.join(folder, `${preset}.json`);
    writeFileSync(file, JSON.stringify(endless(preset)));
    return file;
  });
  const child = spawn(at('build/native/bench'), files, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await answers.next();
    if (done) throw new Error('build/native/bench ended early');
    return value;
  };
  const begun = JSON.parse(await next());
  rmSync(folder, { recursive: true });
  const ask = async (...words) => {
    child.stdin.write(`${words.join(' ')}\n`);
    return Math.max(1e-9, Number(await next()));
  };
  return {
    peakFlops: begun.peak_flops, kernels: begun.kernels,
    peak: (thousands) => ask('peak', thousands),
    kernel: (i, vec, times) => ask('kernel', i, vec, times),
    step: (i, vec, times) => ask('step', i, vec, times),
    stop: async () => child.stdin.end(),
  };
}
