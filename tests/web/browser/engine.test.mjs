// The engine layer in Chromium: every place to compute gives the bits that Node gives, a pause is
// prompt, and what a page forbids is said.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { makeServer } from '../../../web/tools/serve.mjs';
import { engine } from '../real_engine.mjs';
import { launch } from './browser.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { config } = JSON.parse(readFileSync(path.join(root, 'models/presets/R0.json'), 'utf8'));
config.train.steps = 40;

let server, browser, base, expected;

before(async () => {
  const lab = await engine(config);
  lab.train(40);
  expected = lab.fingerprint();
  const files = makeServer(root);
  server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname !== '/blank.html') return files.emit('request', request, response);
    response.setHeader('content-security-policy', url.searchParams.get('policy'));
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>lab</title>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${server.address().port}/`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** An empty page of the server, with this content security policy. */
async function blank(policy = '') {
  const page = await browser.newPage();
  await page.goto(`${base}blank.html?policy=${encodeURIComponent(policy)}`);
  return page;
}

/** Trains to the end in the page, with a pause on the way. */
function train(page, options, workers) {
  return page.evaluate(async ({ config: run, options: given, workers: count }) => {
    const { LabClient } = await import('./web/src/engine/client.js');
    const lab = new LabClient({ engineUrl: 'build/wasm/sinklab.wasm', ...given });
    try {
      const losses = [];
      lab.addEventListener('frame', ({ detail }) => losses.push(...detail.losses));
      await lab.setWanted({ probes: ['attention', 'hidden_norm'], sequences: 2 });
      await lab.open({ config: run, workers: count });
      const done = new Promise((resolve) => {
        lab.addEventListener('state', ({ detail }) => detail.status === 'done' && resolve(null));
      });
      const last = new Promise((resolve) => {
        lab.addEventListener('frame', ({ detail }) => detail.step === 40 && resolve(null));
      });
      await lab.step(3);
      await lab.play();
      await new Promise((resolve) => setTimeout(resolve, 30));
      const { step } = await lab.pause();
      const paused = lab.state;
      await lab.play();
      await Promise.all([done, last]);
      const { rung, workers: used } = lab;
      return { rung, used, step, paused, steps: losses.map(([s]) => s), fingerprint: await lab.fingerprint() };
    } catch (error) {
      return { code: error.code, message: error.message };
    } finally {
      lab.dispose();
    }
  }, { config, options, workers });
}

for (const [name, options, workers, rung] of [
  ['a worker', {}, 1, 'worker'],
  ['two workers', {}, 2, 'worker'],
  ['three workers', {}, 3, 'worker'],
  ['a worker behind a blob', { rungs: ['blob'] }, 1, 'blob'],
  ['the page itself', { rungs: ['page'] }, 1, 'page'],
]) {
  test(`${name} gives the bits that Node gives`, async () => {
    const page = await blank();
    const told = await train(page, options, workers);
    assert.equal(told.message, undefined);
    assert.equal(told.fingerprint, expected);
    assert.equal(told.rung, rung);
    assert.equal(told.used, workers);
    assert.ok(told.step >= 3 && told.step < 40 && told.paused.step === told.step);
    assert.deepEqual(told.steps, Array.from({ length: 40 }, (_, i) => i + 1));
    await page.close();
  });
}

test('a page of another origin computes behind a blob', async () => {
  const page = await blank();
  const { port } = server.address();
  const workerUrl = `http://localhost:${port}/web/src/engine/worker.js`;
  const told = await train(page, { workerUrl }, 2);
  assert.deepEqual([told.rung, told.used, told.fingerprint], ['blob', 2, expected]);
  await page.close();
});

test('where workers are forbidden the page computes; where WebAssembly is, that is said', async () => {
  const inline = "script-src 'self' 'unsafe-inline'";
  const page = await blank(`${inline} 'wasm-unsafe-eval'; worker-src 'none'`);
  const told = await train(page, {}, 2);
  assert.deepEqual([told.rung, told.used, told.fingerprint], ['page', 1, expected]);
  await page.close();
  const strict = await blank(inline);
  const refused = await train(strict, {}, 1);
  assert.equal(refused.code, 'browser');
  assert.match(refused.message, /wasm-unsafe-eval/);
  await strict.close();
});
