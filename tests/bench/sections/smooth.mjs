/** Whether the page stays quick to the hand while it trains: frames while it is scrolled, and the time
 * from a key or a click to the next picture. */
import { median } from '../sample.mjs';
import { info, over, percent, under } from '../table.mjs';

const PRESETS = ['R2', 'R3s'];
const FRAMES = 60; // a second
const LATENCY = 50; // ms
const SCROLLS = 9;
const PRESSES = 30;
const milliseconds = (x) => `${x.toFixed(0)} ms`;
const rate = (x) => `${x.toFixed(0)} a second`;

/** Frames of one scroll down or up the page. @returns {Promise<{rate: number, late: number}>} late: share
 * of the frames that came a frame's time too late */
async function scroll(page, session, down) {
  await page.evaluate(() => {
    window.times = [];
    window.looking = true;
    const look = (time) => {
      window.times.push(time);
      if (window.looking) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const before = await page.evaluate(() => scrollY);
  await session.send('Input.synthesizeScrollGesture', { x: 640, y: 400, yDistance: down ? -1200 : 1200, speed: 1000, gestureSourceType: 'mouse' });
  const told = await page.evaluate(() => {
    window.looking = false;
    const gaps = window.times.slice(1).map((time, i) => time - window.times[i]);
    return { rate: (1000 * gaps.length) / gaps.reduce((a, b) => a + b, 0), late: gaps.filter((gap) => gap > 25).length / gaps.length, y: scrollY };
  });
  if (told.y === before) throw new Error('the page did not scroll');
  return told;
}

/** From an input event to the next picture, as the browser times it. @returns {Promise<number[]>} ms */
async function latencies(page) {
  await page.evaluate(() => {
    window.presses = [];
    new PerformanceObserver((list) => {
      for (const one of list.getEntries()) if (/^(keydown|pointerdown)$/.test(one.name)) window.presses.push(one.duration);
    }).observe({ type: 'event', durationThreshold: 16 });
  });
  for (let i = 0; i < PRESSES; i++) {
    if (i % 2) await page.keyboard.press('Shift');
    else await page.mouse.click(4, 400);
    await page.waitForTimeout(60 + 7 * (i % 5));
  }
  await page.waitForTimeout(300);
  const told = await page.evaluate(() => window.presses);
  // The browser leaves out what took less than a frame.
  return [...told, ...Array(Math.max(0, PRESSES - told.length)).fill(16)];
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function smooth(lab) {
  /** @type {import('../table.mjs').Line[]} */
  const lines = [];
  const data = {};
  for (const preset of PRESETS) {
    const { page } = await lab.open({ hash: `#preset=${preset}&train.steps=1000000`, motion: true });
    try {
      await page.evaluate(() => window.sinklab.play());
      await page.waitForFunction(() => window.sinklab.getState().run.step > 20);
      const session = await page.context().newCDPSession(page);
      const scrolls = [];
      for (let i = 0; i < SCROLLS; i++) scrolls.push(await scroll(page, session, i % 2 === 0));
      const waits = await latencies(page);
      const status = await page.evaluate(() => window.sinklab.getState().run.status);
      if (status !== 'running') throw new Error(`${preset} is ${status}, not running`);
      data[preset] = { scrolls, waits };
      lines.push(over(`${preset}: frames while the training page is scrolled (median of ${SCROLLS})`, Math.round(median(scrolls.map((one) => one.rate))), rate, FRAMES));
      lines.push(info(`${preset}: frames that came late by half a frame or more`, median(scrolls.map((one) => one.late)), percent));
      lines.push(under(`${preset}: from a key or click to the next picture (median of ${PRESSES})`, median(waits), milliseconds, LATENCY));
      lines.push(info(`${preset}: the slowest of ten such`, [...waits].sort((a, b) => a - b)[Math.floor(0.9 * waits.length)], milliseconds));
    } finally {
      await page.context().close();
    }
  }
  return { lines, data };
}
