/** Matrix products and whole steps against the peak of their tier; one tier against the other. */
import { NO_FMA, browserMachine } from '../machines.mjs';
import { sample } from '../sample.mjs';
import { info, over, percent, times, under } from '../table.mjs';

const GEMM = { NN: [0.9, 0.95], NT: [0.9, 0.95], TN: [0.85, 0.9] };
const STEP = { A: [0.7, 0.78], S: [0.6, 0.68] };
const NAMES = ['A', 'S', 'R0', 'R1', 'R2', 'R3', 'R3s'];
const RATIO = [1.35, 1.25]; // strict step / fma step

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function gemm(lab) {
  const machine = await browserMachine(lab, []);
  try {
    const products = machine.kernels.map(({ name, flops }, i) => ({ name, flops, i })).filter(({ name }) => / gemm /.test(name));
    const sampled = await sample(machine, machine.tiers.flatMap((tier) => products.map(({ name, i }) => (
      { name: `${name} ${tier}`, bracket: tier, least: 0.02, run: (n) => machine.kernel(tier, i, 1, n) }))), { seconds: 60 });
    const share = (tier, { name, flops }) => flops * sampled.of[`${name} ${tier}`].share;
    const lines = machine.tiers.flatMap((tier) => products.map((one) => {
      const [config, , op] = one.name.split(' ');
      return over(`${op} products of a block of ${config}, against the peak (${tier})`, share(tier, one), percent, GEMM[op][0], GEMM[op][1]);
    }));
    return { lines, more: [...sampled.said, ...(machine.tiers.includes('fma') ? [] : [NO_FMA])], data: sampled };
  } finally {
    await machine.stop();
  }
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function steps(lab) {
  const machine = await browserMachine(lab, NAMES);
  try {
    const sampled = await sample(machine, machine.tiers.flatMap((tier) => NAMES.map((name) => (
      { name: `${name} ${tier}`, bracket: tier, least: 0.04, run: (n) => machine.step(name, tier, n) }))), { seconds: 150 });
    const { of } = sampled;
    /** @type {import('../table.mjs').Line[]} */
    const lines = [];
    for (const tier of machine.tiers) {
      for (const name of NAMES) {
        const what = `a step of ${name}, against the peak (${tier})`;
        const share = machine.estimates[name].flops_per_step * of[`${name} ${tier}`].share;
        lines.push(name in STEP ? over(what, share, percent, STEP[name][0], STEP[name][1]) : info(what, share, percent));
      }
    }
    if (machine.tiers.includes('fma')) {
      for (const name of NAMES) {
        const ratio = of[`${name} strict`].seconds / of[`${name} fma`].seconds;
        const what = `a strict step of ${name}, in the time of an fma step`;
        lines.push(name in STEP ? under(what, ratio, times, RATIO[0], RATIO[1]) : info(what, ratio, times));
      }
    }
    const took = NAMES.map((name) => `${name} ${(1000 * of[`${name} ${machine.tiers[0]}`].seconds).toFixed(1)} ms`).join(', ');
    return { lines, more: [...sampled.said, `${took} a step`, ...(machine.tiers.includes('fma') ? [] : [NO_FMA])],
      data: { ...sampled, estimates: machine.estimates } };
  } finally {
    await machine.stop();
  }
}
