/** A second server beside the site's, isolated like it, so that shared memory and fine clocks are there:
 * the site at /, tests/bench/ at /bench/, build/ at /build/ and what the rivals install at /rivals/. */
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { listen, makeServer } from '../../web/tools/serve.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
async function serve() {
  const site = makeServer(path.join(root, 'dist'));
  const homes = { bench: makeServer(path.join(root, 'tests/bench')), rivals: makeServer(path.join(root, 'tests/bench/rivals/node_modules')),
    build: makeServer(path.join(root, 'build')) };
  const server = createServer((request, response) => {
    const first = (request.url ?? '/').split('/')[1];
    if (Object.hasOwn(homes, first)) request.url = request.url?.slice(first.length + 1);
    (homes[first] ?? site).emit('request', request, response);
  });
  const port = await listen(server, 0);
  server.unref();
  return `http://127.0.0.1:${port}/`;
}

/** @type {Promise<string> | null} */
let base = null;

/** A page of its own process with nothing on it. @param {any} lab of browser.mjs */
export async function blankPage(lab) {
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  const from = await (base ??= serve());
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  await page.goto(`${from}bench/page/blank.html`);
  await page.waitForFunction(() => window.ask);
  if (!(await page.evaluate(() => crossOriginIsolated))) throw new Error('the page is not isolated');
  return {
    page,
    hire: (name, url) => page.evaluate(([n, u]) => window.hire(n, u), [name, `/bench/${url}`]),
    ask: (name, what, ...args) => page.evaluate(([n, w, a]) => window.ask(n, w, ...a), [name, what, args]),
    crew: (name, how) => page.evaluate(([n, h]) => window.crew(n, h), [name, how]),
    dismiss: (name) => page.evaluate((n) => window.dismiss(n), name),
    stop: () => context.close(),
  };
}
