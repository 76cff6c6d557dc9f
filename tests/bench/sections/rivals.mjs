/** The same model, weights and batches in jax-js and TensorFlow.js: steps in turns with ours, on one
 * page. Before anything is timed each rival must find our held-out loss and train like the others. */
import { NO_FMA, browserMachine, runOf, tiers } from '../machines.mjs';
import { sample } from '../sample.mjs';
import { info, over, times } from '../table.mjs';

const LIMITS = { // must, aim
  A: { jax1: [2.5, 3], jax2: [2.5, 3], tfjs: [15, 18], two: [1.8, 1.93] },
  S: { jax1: [3, 4], jax2: [4, 5], tfjs: [15, 18], two: [1.6, 1.8] },
};
const RIVALS = {
  jax1: { url: 'rivals/jax.js', begin: [1], what: 'jax-js, one worker each' },
  jax2: { url: 'rivals/jax.js', begin: [2], what: 'jax-js, two workers each' },
  tfjs: { url: 'rivals/tfjs.js', begin: [], what: 'TensorFlow.js WASM, one worker each' },
};
const SAME = 1e-4; // of the loss, and of the rivals' losses to each other after some steps
const LEARNING = 20; // steps of ours before the loss is compared, so that no bias is 0 any more
const BATCHES = 4;

/** Hands our weights to a rival and compares what it makes of them. */
async function check(page, name) {
  const told = await page.page.evaluate(async ([rival, batches]) => {
    const { loss, heldOut, ...given } = await window.given;
    await window.ask(rival, 'open', given);
    const theirs = await window.ask(rival, 'loss', heldOut);
    const losses = [];
    for (let i = 0; i < 2 * batches; i++) losses.push((await window.ask(rival, 'step', 1)).loss);
    return { ours: loss, theirs, losses };
  }, [name, BATCHES]);
  if (!(Math.abs(told.ours - told.theirs) <= SAME)) throw new Error(`${name} finds the loss ${told.theirs}, ours is ${told.ours}`);
  for (let i = 0; i < BATCHES; i++) {
    if (!(told.losses[i + BATCHES] < told.losses[i])) throw new Error(`${name} does not learn: ${told.losses.join(', ')}`);
  }
  return told;
}

/** @param {any} lab @param {string} config */
async function against(lab, config) {
  const machine = await browserMachine(lab, [config]);
  const { page } = machine;
  const best = machine.best.name;
  try {
    await machine.step(config, best, LEARNING);
    await page.page.evaluate(([name, text, batches]) => { window.given = window.ask('ours', 'export', name, text, batches); },
      [`${config} ${best}`, runOf(config).text, BATCHES]);
    /** @type {Record<string, any>} */
    const checks = {};
    for (const [name, { url, begin }] of Object.entries(RIVALS)) {
      await page.hire(name, url);
      await page.ask(name, 'begin', ...begin);
      checks[name] = await check(page, name);
    }
    const all = Object.values(checks);
    const drift = Math.max(...all[0].losses.map((_, i) => Math.max(...all.map((one) => one.losses[i])) - Math.min(...all.map((one) => one.losses[i]))));
    if (!(drift <= SAME)) throw new Error(`the rivals train apart, by ${drift}`);
    await page.crew('two', { engine: machine.best.engine, ...runOf(config), workers: 2 });

    const run = (name) => async (n) => (await page.ask(name, 'step', n)).seconds;
    const sampled = await sample(machine, [
      { name: 'one', bracket: best, least: 0.1, run: (n) => machine.step(config, best, n) },
      ...['jax1', 'tfjs'].map((name) => ({ name, bracket: best, least: 0.1, run: run(name) })),
      { name: 'two', bracket: 'two', least: 0.1, run: (n) => page.ask('two', 'step', n) },
      { name: 'jax2', bracket: 'two', least: 0.1, run: run('jax2') },
    ], { seconds: 240 });
    const seconds = (name) => sampled.of[name].seconds;
    const limit = LIMITS[config];
    const worst = Math.max(...all.map((one) => Math.abs(one.ours - one.theirs)));
    return {
      lines: [
        ...Object.entries(RIVALS).map(([name, { what }]) => over(`${config}: ours against ${what}`,
          seconds(name) / seconds(name === 'jax2' ? 'two' : 'one'), times, limit[name][0], limit[name][1])),
        over(`${config}: two workers against one`, seconds('one') / seconds('two'), times, limit.two[0], limit.two[1]),
        info(`${config}: jax-js, its two workers against one`, seconds('jax1') / seconds('jax2'), times),
      ],
      more: [`${config} (ours: ${best}): ${['one', 'two', ...Object.keys(RIVALS)].map((name) => `${name} ${(1000 * seconds(name)).toFixed(1)} ms`).join(', ')}; ` +
        `the same loss to ${worst.toExponential(1)}, apart by ${drift.toExponential(1)} after ${2 * BATCHES} steps`, ...sampled.said],
      data: { ...sampled, checks },
    };
  } finally {
    await machine.stop();
  }
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function rivals(lab) {
  const told = [];
  for (const config of Object.keys(LIMITS)) told.push(await against(lab, config));
  return { lines: told.flatMap(({ lines }) => lines), more: [...told.flatMap(({ more }) => more),
    ...(tiers().length > 1 ? [] : [NO_FMA])], data: Object.fromEntries(Object.keys(LIMITS).map((name, i) => [name, told[i].data])) };
}
