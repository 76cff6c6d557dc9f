/** The page as a reader has it: how soon it can be clicked, and how soon a sink is there. */
import { median } from '../sample.mjs';
import { percent, seconds, under } from '../table.mjs';

const HIGH = 0.5; // sink rate of the first token
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const LIMITS = { R0: 1.5, R1: 3 }; // seconds

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
 * Clicks on Train, as a reader would. @param {any} lab of browser.mjs
 * @returns {Promise<{seconds: number, step: number, sink: number, workers: number}>} seconds: Infinity, never
 */
async function firstSink(lab, preset, seed) {
  const { page } = await lab.open({ hash: `#preset=${preset}&seed=${seed}`, motion: true });
  try {
    await page.evaluate((high) => {
      const client = window.sinklab.client();
      let clicked = NaN;
      document.getElementById('train').addEventListener('click', (event) => { clicked = event.timeStamp; }, { capture: true, once: true });
      window.first = new Promise((resolve) => {
        let best = 0;
        client.addEventListener('metrics', ({ detail: { step, sink_rate: [sink] } }) => {
          if (Number.isNaN(clicked)) return;
          best = Math.max(best, sink);
          if (sink >= high) resolve({ seconds: (performance.now() - clicked) / 1000, step, sink, workers: client.workers });
        });
        client.addEventListener('state', ({ detail: { status, step, message } }) => {
          if (Number.isNaN(clicked) || !/done|diverged|failed/.test(status)) return;
          setTimeout(() => resolve({ seconds: null, step, sink: best, workers: client.workers, status, message }), 300);
        });
      });
    }, HIGH);
    await page.click('#train');
    const told = await page.evaluate(() => window.first);
    return { ...told, seconds: told.seconds ?? Infinity };
  } finally {
    await page.context().close();
  }
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function readySoon(lab) {
  const times = [];
  for (let i = 0; i < 5; i++) times.push(await ready(lab));
  const all = times.map((one) => one.ready / 1000);
  return { lines: [under('page can be clicked, from the start of loading (median of 5)', median(all), seconds, 1)],
    more: [`each: ${all.map(seconds).join(', ')}; after the load event: ${times.map((one) => seconds((one.ready - one.load) / 1000)).join(', ')}`],
    data: times };
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function sinkSoon(lab) {
  const told = { lines: [], more: [], data: {} };
  for (const [preset, limit] of Object.entries(LIMITS)) {
    const runs = [];
    for (const seed of SEEDS) runs.push({ seed, ...(await firstSink(lab, preset, seed)) });
    told.lines.push(under(`${preset}: from the click on Train to a sink rate of 50 % (median of 10 seeds)`, median(runs.map((one) => one.seconds)), seconds, limit));
    told.more.push(`${preset}, seeds 1 to 10: ${runs.map((one) => `${seconds(one.seconds)} (${Number.isFinite(one.seconds) ? `step ${one.step}` : `at most ${percent(one.sink)}`})`).join(', ')}; workers ${runs[0].workers}`);
    told.data[preset] = runs;
  }
  return told;
}
