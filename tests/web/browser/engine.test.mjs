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
    if (url.searchParams.has('isolated')) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
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

/** An empty page of the server, with this content security policy; isolated: its workers may share memory. */
async function blank(policy = '', isolated = false) {
  const page = await browser.newPage();
  await page.goto(`${base}blank.html?policy=${encodeURIComponent(policy)}${isolated ? '&isolated' : ''}`);
  assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), isolated);
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

for (const [name, options, workers, rung, isolated = false] of [
  ['a worker', {}, 1, 'worker'],
  ['two workers', {}, 2, 'worker'],
  ['three workers', {}, 3, 'worker'],
  ['two workers that share memory', {}, 2, 'worker', true],
  ['three workers that share memory', {}, 3, 'worker', true],
  ['two workers of an isolated page that send messages', { isolated: false }, 2, 'worker', true],
  ['a worker behind a blob', { rungs: ['blob'] }, 1, 'blob'],
  ['two workers behind a blob that share memory', { rungs: ['blob'] }, 2, 'blob', true],
  ['the page itself', { rungs: ['page'] }, 1, 'page'],
]) {
  test(`${name} gives the bits that Node gives`, async () => {
    const page = await blank('', isolated);
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

for (const isolated of [false, true]) {
  test(`a run goes on to the same bits when the browser ends a helping worker (${isolated ? 'shared memory' : 'messages'})`, async () => {
    const page = await blank('', isolated);
    const told = await page.evaluate(async (run) => {
      const workers = [];
      const { Worker } = window;
      window.Worker = class extends Worker {
        constructor(...args) {
          super(...args);
          workers.push(this);
        }
      };
      const { LabClient } = await import('./web/src/engine/client.js');
      const lab = new LabClient({ engineUrl: 'build/wasm/sinklab.wasm', pulse: { every: 50, patience: 500 } });
      const errors = [];
      lab.addEventListener('error', ({ detail }) => errors.push(detail.message));
      const heard = (type, when) => new Promise((resolve) => {
        lab.addEventListener(type, ({ detail }) => when(detail) && resolve(null));
      });
      await lab.open({ config: run, workers: 3 });
      const done = heard('state', ({ status }) => status === 'done');
      const begun = heard('frame', ({ step }) => step > 5);
      await lab.play();
      await begun;
      workers[2].terminate(); // without a word
      await done;
      const told = { errors, left: lab.workers, fingerprint: await lab.fingerprint() };
      lab.dispose();
      return told;
    }, { ...config, train: { ...config.train, steps: 400 } });
    const lab = await engine({ ...config, train: { ...config.train, steps: 400 } });
    lab.train(400);
    assert.equal(told.errors.length, 1);
    assert.match(told.errors[0], /no longer answers.*goes on with one worker/);
    assert.deepEqual([told.left, told.fingerprint], [1, lab.fingerprint()]);
    await page.close();
  });
}
