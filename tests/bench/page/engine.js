// In a worker of the page: the site's engine, and the kernels of bench.wasm, of every tier.
import { compileEngine } from '/src/engine/compile.js';
import { loadEngine } from '/src/engine/wasm.js';

import { answering, timed } from './answer.js';

/** @type {Record<string, {module: WebAssembly.Module, kernels: any}>} */
const tiers = {};
const labs = new Map();

async function kernelsOf(url) {
  const { instance } = await WebAssembly.instantiate(await (await fetch(url)).arrayBuffer(), {});
  const kernels = instance.exports;
  kernels._initialize();
  if (!kernels.bench_setup()) throw new Error('the kernels need more scratch than bench.c has');
  return kernels;
}

answering({
  /** @param {{name: string, engine: string, bench: string}[]} list of files */
  async begin(list) {
    const told = {};
    for (const { name, engine, bench } of list) {
      const kernels = await kernelsOf(bench);
      tiers[name] = { module: await compileEngine(await (await fetch(engine)).arrayBuffer()), kernels };
      const memory = new Uint8Array(kernels.memory.buffer);
      const text = (from) => new TextDecoder().decode(memory.subarray(from, memory.indexOf(0, from)));
      told[name] = { peakFlops: kernels.bench_peak_flops(), kernels: Array.from({ length: kernels.bench_count() },
        (_, i) => ({ name: text(kernels.bench_name(i)), flops: kernels.bench_flops(i) })) };
    }
    return told;
  },
  /** @returns {Promise<any>} the estimate */
  async open(name, tier, { config, text }) {
    const lab = await loadEngine(tiers[tier].module);
    const estimate = lab.estimate(config, { text });
    lab.open(config, { text });
    labs.set(name, lab);
    return estimate;
  },
  close(name) {
    labs.get(name).dispose();
    labs.delete(name);
  },
  peak: (tier, thousands) => timed(() => tiers[tier].kernels.bench_peak(thousands)),
  kernel: (tier, i, vec, times) => timed(() => tiers[tier].kernels.bench_kernel(i, vec, times)),
  step: (name, times) => timed(() => labs.get(name).train(times)),
  at: (name) => labs.get(name).step,

  /** What a rival needs to go on from here, and the held-out loss that it must find as well.
   * @param {string} own the text @param {number} batches windows for so many steps */
  export(name, own, batches) {
    const lab = labs.get(name);
    const config = lab.config();
    const T = config.data.context;
    const parameters = {};
    for (const { name: of, role, shape } of lab.tensors()) {
      if (role === 'param') parameters[of] = { shape, data: lab.tensor(of).data.slice() };
    }
    const place = new Map(lab.data().vocabulary.map((one, i) => [one, i]));
    const code = Int32Array.from([...own], (one) => /** @type {number} */ (place.get(one)));
    const cut = (starts) => {
      const out = new Int32Array(starts.length * (T + 1));
      starts.forEach((at, b) => out.set(code.subarray(at, at + T + 1), b * (T + 1)));
      return out;
    };
    lab.evaluate();
    const { valid_loss: loss } = lab.metrics(lab.metricsCount - 1);
    const heldOut = Array.from({ length: config.eval.sequences }, (_, first) => {
      lab.probe(['alpha'], { first, sequences: 1 });
      const window = lab.tokens();
      const at = code.findIndex((_, i) => window.every((token, t) => code[i + t] === token));
      if (at < 0 || at + T >= code.length) throw new Error('a held-out window is not in the text');
      return at;
    });
    const room = Math.floor(0.9 * code.length) - T - 1;
    const windows = Array.from({ length: batches }, (_, i) => cut(Array.from({ length: config.train.batch },
      (__, b) => ((i * config.train.batch + b) * 7919) % room)));
    return { config, parameters, windows, heldOut: cut(heldOut), loss };
  },

  /** Bytes that sl_open takes, without what the wrapper reserves beside it. */
  async taken(tier, { config, text }) {
    const instance = await WebAssembly.instantiate(tiers[tier].module, {});
    instance.exports._initialize?.();
    const c = /** @type {Record<string, (...args: any[]) => any>} */ (/** @type {unknown} */ (instance.exports));
    const memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    const bytes = (from) => {
      const list = new TextEncoder().encode(from ?? '');
      const at = c.malloc(list.length + 1);
      new Uint8Array(memory.buffer, at, list.length).set(list);
      return [at, list.length];
    };
    const lab = c.sl_new();
    const [json, own] = [bytes(JSON.stringify(config)), bytes(text)];
    const before = c.malloc(16); // memory above it is free
    if (c.sl_open(lab, ...json, ...(text ? own : [0, 0]), 1, 0n)) throw new Error('sl_open refused');
    return memory.buffer.byteLength - before;
  },
  memory: (name) => labs.get(name).memoryBytes,
});
