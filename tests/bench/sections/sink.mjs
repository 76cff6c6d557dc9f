/** The page as a reader has it: how soon it can be clicked, and how soon a sink is there. */
import { median } from '../sample.mjs';
import { percent, seconds, times, under } from '../table.mjs';

const HIGH = { sink: 0.5, norm: 5 };
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const LIMITS = { R0: 1.5, R1: 3 }; // seconds
const NORM_LIMITS = { R3s: [45, [1, 2, 3]], R3: [300, [1]] }; // seconds, seeds

/** Milliseconds from the start of the navigation to the load event and to a page that can be clicked. */
async function ready(lab) {
  const { page } = await lab.open({ motion: true, wait: false, before: (one) => one.addInitScript(() => {
    let api;
    Object.defineProperty(window, 'sinklab', { configurable: true, get: () => api, set: (value) => {
      api = value;
      value.ready.then(() => { window.readyAt = performance.now(); });
    } });
  }) });
  await page.waitForFunction(() => window.readyAt && !document.getElementById('train').disabled);
  const told = await page.evaluate(() => ({ ready: window.readyAt, load: performance.getEntriesByType('navigation')[0].loadEventEnd }));
  await page.context().close();
  return told;
}

/**
 * Clicks on Train, as a reader would, and waits until a record's measure is high.
 * @param {any} lab of browser.mjs
 * @param {'sink' | 'norm'} measure sink rate of the first token, or its norm between the blocks
 *   against the others'
 * @returns {Promise<{seconds: number, step: number, best: number, workers: number}>} seconds: Infinity, never
 */
async function firstTime(lab, preset, seed, measure) {
  const { page } = await lab.open({ hash: `#preset=${preset}&seed=${seed}`, motion: true });
  try {
    await page.evaluate(([kind, high]) => {
      const client = window.sinklab.client();
      let clicked = NaN;
      document.getElementById('train').addEventListener('click', (event) => { clicked = event.timeStamp; }, { capture: true, once: true });
      window.first = new Promise((resolve) => {
        let best = 0;
        client.addEventListener('metrics', ({ detail: { step, sink_rate: [sink], norm_ratio: norms } }) => {
          if (Number.isNaN(clicked)) return;
          const now = kind === 'sink' ? sink : Math.max(...norms.slice(1, -1));
          best = Math.max(best, now);
          if (now >= high) resolve({ seconds: (performance.now() - clicked) / 1000, step, best, workers: client.workers });
        });
        client.addEventListener('state', ({ detail: { status, step, message } }) => {
          if (Number.isNaN(clicked) || !/done|diverged|failed/.test(status)) return;
          setTimeout(() => resolve({ seconds: null, step, best, workers: client.workers, status, message }), 300);
        });
      });
    }, [measure, HIGH[measure]]);
    await page.click('#train');
    const told = await page.evaluate(() => window.first);
    return { ...told, seconds: told.seconds ?? Infinity };
  } finally {
    await page.context().close();
  }
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function readySoon(lab) {
  const loads = [];
  for (let i = 0; i < 5; i++) loads.push(await ready(lab));
  const all = loads.map((one) => one.ready / 1000);
  return { lines: [under('page can be clicked, from the start of loading (median of 5)', median(all), seconds, 1)],
    more: [`each: ${all.map(seconds).join(', ')}; after the load event: ${loads.map((one) => seconds((one.ready - one.load) / 1000)).join(', ')}`],
    data: loads };
}

/** @param {string} preset @param {'sink' | 'norm'} measure @param {number[]} seeds @param {number} limit */
async function soon(lab, preset, measure, seeds, limit) {
  const runs = [];
  for (const seed of seeds) runs.push({ seed, ...(await firstTime(lab, preset, seed, measure)) });
  const [until, say] = measure === 'sink' ? [`a sink rate of ${percent(HIGH.sink)}`, percent] : [`${HIGH.norm} times the others' norm`, times];
  return {
    line: under(`${preset}: from the click on Train to ${until} (median of ${seeds.length})`, median(runs.map((one) => one.seconds)), seconds, limit),
    more: `${preset}, seeds ${seeds.join(', ')}: ${runs.map((one) => `${seconds(one.seconds)} (${Number.isFinite(one.seconds) ? `step ${one.step}` : `at most ${say(one.best)}`})`).join(', ')}; workers ${runs[0].workers}`,
    runs,
  };
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function sinkSoon(lab) {
  const told = [];
  for (const [preset, limit] of Object.entries(LIMITS)) told.push(await soon(lab, preset, 'sink', SEEDS, limit));
  return { lines: told.map(({ line }) => line), more: told.map(({ more }) => more), data: told.map(({ runs }) => runs) };
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function normsSoon(lab) {
  const told = [];
  for (const [preset, [limit, seeds]] of Object.entries(NORM_LIMITS)) told.push(await soon(lab, preset, 'norm', seeds, limit));
  return { lines: told.map(({ line }) => line), more: told.map(({ more }) => more), data: told.map(({ runs }) => runs) };
}
