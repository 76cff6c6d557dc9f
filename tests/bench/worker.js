// In a worker of the page: the site's engine, and the kernels of bench.wasm. Answers each message
// {id, what, args} with {id, answer}.
let kernels;
const labs = [];

const does = {
  async begin({ base, bench, configs }) {
    const { loadEngine } = await import(`${base}src/engine/wasm.js`);
    const engine = await WebAssembly.compile(await (await fetch(`${base}engine/sinklab.wasm`)).arrayBuffer());
    const { instance } = await WebAssembly.instantiate(bench, {});
    kernels = instance.exports;
    kernels._initialize();
    if (!kernels.bench_setup()) throw new Error('the kernels need more scratch than bench.c has');
    const memory = new Uint8Array(kernels.memory.buffer);
    const text = (from) => new TextDecoder().decode(memory.subarray(from, memory.indexOf(0, from)));
    const flops = [];
    for (const config of configs) {
      const lab = await loadEngine(engine);
      flops.push(lab.estimate(config).flops_per_step);
      lab.open(config);
      labs.push(lab);
    }
    return { flops, peakFlops: kernels.bench_peak_flops(), kernels: Array.from({ length: kernels.bench_count() },
      (_, i) => ({ name: text(kernels.bench_name(i)), flops: kernels.bench_flops(i) })) };
  },
  peak: ([thousands]) => timed(() => kernels.bench_peak(thousands)),
  kernel: ([i, vec, times]) => timed(() => kernels.bench_kernel(i, vec, times)),
  step: ([i, times]) => timed(() => labs[i].train(times)),
};

function timed(act) {
  const start = performance.now();
  act();
  return Math.max(1e-6, (performance.now() - start) / 1000);
}

onmessage = async ({ data: { id, what, args } }) => {
  try {
    postMessage({ id, answer: await does[what](args) });
  } catch (error) {
    postMessage({ id, error: String(error?.message ?? error) });
  }
};
