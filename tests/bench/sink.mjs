/** The page as a reader has it: how soon it can be clicked, and how soon a sink is there. */

const HIGH = 0.5; // sink rate of the first token

/** Milliseconds from the start of the navigation to the load event and to a page that can be clicked. */
export async function ready(lab) {
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
export async function firstSink(lab, preset, seed) {
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
