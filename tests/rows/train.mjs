// Every row trains: node tests/rows/train.mjs [--only PART] [--batch 32] [--steps 300]
// Each row of every family (rows.mjs) takes the place of R2's own for 300 steps, in fma arithmetic, one
// run per core, with a quarter of R2's batch, for there are many rows. Its losses have to stay finite and
// to fall: on R2's data below what pairs of tokens tell, so that attention has to work; on other data a
// good part of the way there. The table's "way" is how far it came from the mean of its first losses.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { train } from '../cli.mjs';
import { TEXT, baselinesOf, presetOf, rowsOf } from './rows.mjs';

const program = fileURLToPath(new URL('../../build/sinklab', import.meta.url));
const EVERY = 3; // steps between two losses that are looked at
const WINDOW = 30; // steps whose mean loss is compared, first and last
const OTHER_DATA = 0.25; // of the way, where the corpus is not R2's

/** What a row cannot train R2 without. */
const TAKES = {
  // Without a scale of its own for every weight it takes the rate that R0 and R2b have.
  'train.optimiser=sgd': { lr: 1 },
};

const given = (name) => {
  const i = process.argv.indexOf(name);
  return i < 0 ? undefined : process.argv[i + 1];
};
const steps = Number(given('--steps') ?? 300);
const batch = Number(given('--batch') ?? 8);
const folder = mkdtempSync(path.join(tmpdir(), 'sinklab-rows-'));

const mean = (list) => list.reduce((sum, { train_loss: loss }) => sum + Number(loss), 0) / list.length;

/** What training came to. @param {import('./rows.mjs').Row} row */
async function told({ name, key, config: { train: settings, eval: seen, ...config } }) {
  const run = { ...config,
    train: { ...settings, steps, batch, warmup: Math.min(settings.warmup, steps >> 1), ...TAKES[name] },
    eval: { ...seen, every: EVERY, sequences: 1, tokens: 8, fingerprint_every: steps } };
  const { code, said, run: file } = await train(program, run, { folder, arithmetic: 'fma', text: TEXT });
  if (code !== 0) return { name, why: said.trim().split('\n').pop() || `it ended with ${code}` };
  const losses = file.metrics.filter(({ step }) => step > 0);
  const first = mean(losses.filter(({ step }) => step <= WINDOW));
  const last = mean(losses.filter(({ step }) => step > steps - WINDOW));
  const { floor, bigram } = baselinesOf(run);
  const goal = Math.max(floor ?? 0, bigram); // a sample's pairs tell too much of data that is random
  const way = (first - last) / (first - goal);
  const finite = losses.length === Math.floor(steps / EVERY) && losses.every(({ train_loss: loss }) => Number.isFinite(loss));
  const must = key === 'corpus' ? OTHER_DATA : 1;
  const why = !finite ? 'a loss is not finite' : !(last < first) ? 'the loss does not fall'
    : !(way >= must) ? `${Math.round(100 * way)} % of the way, not ${100 * must} %` : '';
  return { name, first, last, goal, way, why };
}

const config = presetOf('R2');
const rows = [{ name: 'R2', section: '', key: '', config }, ...rowsOf(config)]
  .filter(({ name }) => name.includes(given('--only') ?? ''));
const results = Array(rows.length);
let next = 0;
async function hand() {
  for (let i = next++; i < rows.length; i = next++) results[i] = await told(rows[i]);
}
const cores = availableParallelism?.() ?? cpus().length;
await Promise.all(Array.from({ length: cores }, hand));
rmSync(folder, { recursive: true });

console.log(`${'R2 but for'.padEnd(52)}first 30    last 30    pairs tell    way`);
for (const { name, first, last, goal, way, why } of results) {
  const shown = first === undefined ? '' : `${first.toFixed(3)}${last.toFixed(3).padStart(11)}${goal.toFixed(3).padStart(14)}${`${Math.round(100 * way)} %`.padStart(7)}`;
  console.log(`${name.padEnd(55)}${shown}${why && `  FAIL: ${why}`}`);
}
const failed = results.filter(({ why }) => why).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
