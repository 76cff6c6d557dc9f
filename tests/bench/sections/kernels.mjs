/** The vector kernels against plain loops, and WebAssembly against the same source native. */
import { browserMachine, nativeMachine } from '../machines.mjs';
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
  const machine = await browserMachine(lab, NAMES, ['strict']);
  const other = await nativeMachine(NAMES);
  try {
    const sampled = await sample(machine, NAMES.flatMap((name) => [
      { name: `${name} page`, least: 0.03, run: (n) => machine.step(name, 'strict', n) },
      { name: `${name} native`, least: 0.03, run: (n) => other.step(name, 1, n) },
      ...(LIMITED.includes(name) ? [] : [{ name: `${name} plain`, least: 0.03, run: (n) => other.step(name, 0, n) }])]), { seconds: 120 });
    const faster = (slow, fast) => sampled.of[slow].seconds / sampled.of[fast].seconds;
    return { lines: NAMES.flatMap((name) => {
      const what = `speed of a step of ${name} in WebAssembly, against native at four lanes`;
      const value = faster(`${name} native`, `${name} page`);
      if (LIMITED.includes(name)) return [over(what, value, percent, LIMITS[0], LIMITS[1])];
      return [info(what, value, percent), info(`${name}: a native step, vector tier against plain loops`, faster(`${name} plain`, `${name} native`), times)];
    }), more: sampled.said, data: sampled };
  } finally {
    await machine.stop();
    await other.stop();
  }
}
