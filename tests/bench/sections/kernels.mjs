/** The vector kernels against plain loops, and WebAssembly against the same source native. */
import { NO_FMA, browserMachine, nativeMachine } from '../machines.mjs';
import { sample } from '../sample.mjs';
import { info, over, percent, times } from '../table.mjs';

const LIMITS = [0.85, 0.92]; // native step / WebAssembly step
const LIMITED = ['A', 'S'];
const NAMES = [...LIMITED, 'R2', 'R3s'];

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function kernels(lab) {
  const machine = await browserMachine(lab, [], ['strict']);
  try {
    const sampled = await sample(machine, machine.kernels.flatMap(({ name }, i) => [1, 0].map((vec) => (
      { name: `${name} ${vec}`, least: 0.015, run: (n) => machine.kernel('strict', i, vec, n) }))), { seconds: 60 });
    return { lines: machine.kernels.map(({ name }) => info(`${name}: vector tier against plain loops, WebAssembly`,
      sampled.of[`${name} 0`].seconds / sampled.of[`${name} 1`].seconds, times)), more: sampled.said, data: sampled };
  } finally {
    await machine.stop();
  }
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function native(lab) {
  const machine = await browserMachine(lab, NAMES);
  const other = await nativeMachine(NAMES);
  try {
    const tiers = machine.tiers.filter((tier) => other.tiers.includes(tier));
    const sampled = await sample(machine, NAMES.flatMap((name) => [
      ...tiers.flatMap((tier) => [
        { name: `${name} ${tier} page`, least: 0.03, run: (n) => machine.step(name, tier, n) },
        { name: `${name} ${tier} native`, least: 0.03, run: (n) => other.step(name, tier, n) }]),
      ...(LIMITED.includes(name) ? [] : [{ name: `${name} plain`, least: 0.03, run: (n) => other.step(name, 'plain', n) }])]), { seconds: 120 });
    const faster = (slow, fast) => sampled.of[slow].seconds / sampled.of[fast].seconds;
    const lines = NAMES.flatMap((name) => tiers.map((tier) => {
      const what = `speed of a step of ${name} in WebAssembly, against native at four lanes (${tier})`;
      const value = faster(`${name} ${tier} native`, `${name} ${tier} page`);
      return LIMITED.includes(name) ? over(what, value, percent, LIMITS[0], LIMITS[1]) : info(what, value, percent);
    }));
    for (const name of NAMES.filter((one) => !LIMITED.includes(one))) {
      lines.push(info(`${name}: a native step, vector tier against plain loops`, faster(`${name} plain`, `${name} strict native`), times));
    }
    return { lines, more: [...sampled.said, ...(machine.tiers.includes('fma') ? [] : [NO_FMA])], data: sampled };
  } finally {
    await machine.stop();
    await other.stop();
  }
}
