/** What the page costs the training that it shows: steps with all the page's panels, against the same
 * worker with nothing shown, in turns. The same measurements are made in both, and every sample is of
 * whole periods between evaluations: one costs as much as several steps. One worker, told by a browser
 * that knows of one processor: how many are best changes while a page trains. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { browserMachine } from '../machines.mjs';
import { sample } from '../sample.mjs';
import { percent, under } from '../table.mjs';

const PRESETS = ['R1', 'R2', 'R3s'];
const LIMIT = [0.05, 0.01]; // more time
const ENDLESS = 1000000; // steps
const LEAST = 1.5; // seconds: many frames, several measurements

const preset = (name) => JSON.parse(readFileSync(fileURLToPath(new URL(`../../../models/presets/${name}.json`, import.meta.url)), 'utf8')).config;

/** The page training a preset without end. */
async function livePage(lab, name) {
  const { page } = await lab.open({ hash: `#preset=${name}&train.steps=${ENDLESS}`, motion: true, before: (one) => one.addInitScript(() => {
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });
  }) });
  await page.evaluate(() => window.sinklab.play());
  await page.waitForFunction(() => window.sinklab.getState().run.step > 100);
  await page.evaluate(() => window.sinklab.pause());
  return {
    /** The engine that this page chose. */
    engine: await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((name) => /[.]wasm$/.test(name)).pop()),
    workers: await page.evaluate(() => window.sinklab.client().workers),
    /** Seconds of n steps: from the first frame after the start to the first that is n steps on. */
    step: (n) => page.evaluate(async (count) => {
      const client = window.sinklab.client();
      const passed = new Promise((resolve) => {
        let from = null;
        const frame = ({ detail: { step } }) => {
          const now = { step, at: performance.now() };
          from ??= now;
          if (step < from.step + count) return;
          client.removeEventListener('frame', frame);
          resolve(count * (now.at - from.at) / (now.step - from.step) / 1000);
        };
        client.addEventListener('frame', frame);
      });
      await window.sinklab.play();
      const seconds = await passed;
      await window.sinklab.pause();
      return seconds;
    }, n),
    stop: () => page.context().close(),
  };
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function live(lab) {
  const machine = await browserMachine(lab, []);
  const pages = [];
  try {
    const tasks = [];
    for (const name of PRESETS) {
      const shown = await livePage(lab, name);
      pages.push(shown);
      const config = preset(name);
      config.train.steps = ENDLESS;
      await machine.page.crew(name, { engine: shown.engine, config, workers: shown.workers });
      const how = { bracket: shown.workers > 1 ? 'two' : machine.best.name, least: LEAST, every: config.eval.every };
      tasks.push({ name: `${name} live`, ...how, run: (n) => shown.step(n) },
        { name: `${name} bare`, ...how, run: (n) => machine.page.ask(name, 'step', n) });
    }
    const sampled = await sample(machine, tasks, { seconds: 150 });
    const seconds = (name) => sampled.of[name].seconds;
    return {
      lines: PRESETS.map((name, i) => under(`${name}: more time for a step on the live page (workers: ${pages[i].workers})`,
        seconds(`${name} live`) / seconds(`${name} bare`) - 1, percent, LIMIT[0], LIMIT[1])),
      more: [`the page computes with ${pages[0].engine}`, ...sampled.said], data: sampled,
    };
  } finally {
    for (const page of pages) await page.stop();
    await machine.stop();
  }
}
