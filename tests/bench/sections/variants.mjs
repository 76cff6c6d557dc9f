/** What a choice costs: a step of R2 with each row of every family against R2 itself, and R2 itself
 * against the engine of another folder. In Node, in processor time, in turns. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { loadEngine } from '../../../web/src/engine/wasm.js';
import { TEXT, rowsOf } from '../../rows/rows.mjs';
import { endless } from '../machines.mjs';
import { median } from '../sample.mjs';
import { times, under } from '../table.mjs';

const LIMIT = 2;
/** Those that compute more by what they are: two matrices for every key, a token in front. */
const MORE = { 'model.similarity=mlp': 3, 'model.slot=sink_token': 3 };
const ROUNDS = 5;
const SLOWER = [1.03, 1.01]; // than before there were rows

const engineOf = (folder) => readFileSync(path.join(folder, 'build/wasm/sinklab.wasm'));
const here = fileURLToPath(new URL('../../..', import.meta.url));

/** A run past its first steps, which compile. */
async function opened(engine, config) {
  const lab = await loadEngine(engine);
  lab.open(config, { text: TEXT });
  lab.train(3);
  return lab;
}

/** Microseconds of the processor for a step. */
function cost(lab) {
  const before = process.cpuUsage();
  lab.train(1);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** What a step of one costs against a step of another, so many times; each goes first in turns. */
function inTurns(one, other, count) {
  return Array.from({ length: count }, (_, i) => {
    const first = i % 2 ? cost(one) : 0;
    const against = cost(other);
    return (first || cost(one)) / against;
  });
}

/** @returns {Promise<import('../table.mjs').Told>} */
export async function variants() {
  const R2 = endless('R2');
  const engine = await WebAssembly.compile(engineOf(here));
  const plain = await opened(engine, R2);
  const ratios = [];
  for (const { name, config } of rowsOf(R2)) {
    const lab = await opened(engine, config);
    const list = inTurns(lab, plain, ROUNDS);
    ratios.push({ name, ratio: median(list), list });
    lab.dispose();
  }
  return { lines: ratios.map(({ name, ratio }) => under(`a step of R2 with ${name}`, ratio, times, MORE[name.split(' ')[0]] ?? LIMIT)), data: ratios };
}

/** @param {string | undefined} folder a checkout of another commit, with its engine built
 * @returns {Promise<import('../table.mjs').Told>} */
export async function plain(folder) {
  if (!folder) throw new Error('--before DIR has to name the folder to compare with');
  const [now, before] = await Promise.all([here, folder].map((one) => opened(engineOf(one), endless('R2'))));
  const list = inTurns(now, before, 10 * ROUNDS);
  return { lines: [under('a step of plain R2, against the engine of the folder', median(list), times, SLOWER[0], SLOWER[1])], data: list };
}
