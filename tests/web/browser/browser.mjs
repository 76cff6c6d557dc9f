/** A real browser on the built site. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

import { listen, makeServer } from '../../../web/tools/serve.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The browser that SINKLAB_CHROMIUM names, or the first on PATH. @returns {string} */
function program() {
  if (process.env.SINKLAB_CHROMIUM) return process.env.SINKLAB_CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      /* the next one */
    }
  }
  throw new Error('no Chromium: install it or set SINKLAB_CHROMIUM to the program');
}

/** Starts it with an empty profile. */
export function launch() {
  return chromium.launch({
    executablePath: program(),
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** What axe finds wrong on the page. @returns {Promise<string[]>} */
export async function violations(page) {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations: found } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return found.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`);
}

/** Site and browser, both for one test file. */
export async function start() {
  const server = makeServer(path.resolve(root, process.env.SITE ?? 'dist'));
  const port = await listen(server, 0);
  const browser = await launch();
  const base = `http://127.0.0.1:${port}/`;

  /** A page in a fresh profile; what it complains about is kept in `complaints`.
   * @param {{hash?: string, width?: number, height?: number, theme?: 'light' | 'dark', motion?: boolean,
   *   touch?: boolean, wait?: boolean, before?: (page: any) => Promise<void>}} [how] */
  async function open({ hash = '', width = 1280, height = 800, theme = 'light', motion = false, touch = false,
    wait = true, before } = {}) {
    const context = await browser.newContext({
      viewport: { width, height }, colorScheme: theme, reducedMotion: motion ? 'no-preference' : 'reduce',
      hasTouch: touch, isMobile: touch, acceptDownloads: true,
    });
    const page = await context.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(base) && !/^(blob|data):/.test(request.url())) complaints.push(`elsewhere: ${request.url()}`);
    });
    if (before) await before(page);
    await page.goto(base + hash);
    if (wait) await page.evaluate(() => window.sinklab.ready);
    return { page, complaints, base };
  }

  /** Until the run is in one of these states. */
  const until = (page, statuses, timeout = 60000) => page.waitForFunction(
    (wanted) => wanted.includes(window.sinklab.getState().run.status), [].concat(statuses), { timeout });

  const verdict = (page) => page.evaluate(() => `${document.getElementById('verdict-head').textContent} ${document.getElementById('verdict-more').textContent}`.replaceAll('\u00a0', ' '));

  /** Waits until a text of the page matches; says what it is instead after five seconds. */
  async function matches(page, read, pattern) {
    const end = Date.now() + 5000;
    let text = await read(page);
    for (; !pattern.test(text) && Date.now() < end; text = await read(page)) await page.waitForTimeout(50);
    assert.match(text, pattern);
  }
  const reads = (page, pattern) => matches(page, verdict, pattern);
  const notices = async (page) => (await page.locator('.notice').allTextContents()).join();
  const warns = (page, pattern) => matches(page, notices, pattern);

  /** Until the page has drawn what it knows. */
  const drawn = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

  return { base, browser, open, until, reads, warns, drawn, stop: async () => {
    await browser.close();
    server.closeAllConnections?.();
    server.close();
  } };
}
