// Which engine file the page fetches, and the bits that come of it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { engine } from '../real_engine.mjs';
import { start } from './browser.mjs';

const root = new URL('../../../', import.meta.url);
const built = existsSync(new URL('dist/engine/sinklab-fma.wasm', root));
const skip = built ? false : 'the fma engine was not built';
const STEPS = 10;

/** @type {Awaited<ReturnType<typeof start>>} */
let lab;
let strict = '';
before(async () => {
  lab = await start();
  const here = await engine(JSON.parse(readFileSync(new URL('models/presets/R0.json', root), 'utf8')).config);
  here.train(STEPS);
  strict = here.fingerprint();
});
after(() => lab.stop());

/** A page with the engine files that it asked for. `html` changes what the server sends. */
async function opened(hash, html = (text) => text) {
  const files = [];
  const { page, complaints } = await lab.open({ hash, before: async (fresh) => {
    fresh.on('request', (request) => {
      const name = new URL(request.url()).pathname.split('/').at(-1);
      if (name.endsWith('.wasm')) files.push(name);
    });
    await fresh.route(lab.base, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: html(await response.text()) });
    });
  } });
  return { page, complaints, files };
}

/** Trains a little; what the run says of itself. */
async function train(page) {
  await page.evaluate((n) => window.sinklab.step(n), STEPS);
  await page.waitForFunction((n) => { const { run } = window.sinklab.getState(); return run.source === 'live' && run.step === n; }, STEPS);
  return page.evaluate(async () => ({ state: window.sinklab.getState(), file: (await window.sinklab.runFile()).arithmetic,
    hash: await window.sinklab.client().fingerprint() }));
}

/** Waits until the page has drawn it. */
const shows = (page, selector, text) => page.waitForFunction(([where, what]) => (
  [...document.querySelectorAll(where)].some((one) => one.textContent.includes(what))), [selector, text]);

test('Chromium computes in fma by itself, and fetches that engine alone, once', { skip }, async () => {
  const { page, complaints, files } = await opened('');
  const { state, file, hash } = await train(page);
  assert.deepEqual([file, state.run.arithmetic, state.view.arithmetic], ['fma', 'fma', 'auto']);
  assert.notEqual(hash, strict);
  assert.deepEqual(files, ['sinklab-fma.wasm']);
  assert.deepEqual(complaints, []);
});

test('the address asks for strict: that engine alone, and the bits that every machine has', async () => {
  const { page, complaints, files } = await opened('#arithmetic=strict');
  const { state, file, hash } = await train(page);
  assert.deepEqual([file, state.run.arithmetic, state.view.arithmetic], ['strict', 'strict', 'strict']);
  assert.equal(hash, strict);
  assert.deepEqual(files, ['sinklab.wasm']);
  assert.deepEqual(complaints, []);
});

test('a site without the fma engine computes in strict, and says so to who asks for fma', async () => {
  const { page, complaints, files } = await opened('#arithmetic=fma', (text) => text.replace('content="strict fma"', 'content="strict"'));
  await shows(page, '.notice', 'built without the engine');
  await page.click('.open-drawer');
  assert.ok(await page.locator('#arithmetic option[value="fma"]').isDisabled());
  assert.equal((await train(page)).hash, strict);
  assert.deepEqual(files, ['sinklab.wasm']);
  assert.deepEqual(complaints, []);
});

test('chosen in the drawer it holds from the next start on, and a checkpoint of the other is marked', { skip }, async () => {
  const { page, complaints, files } = await opened('#arithmetic=strict');
  await train(page);
  const saving = page.waitForEvent('download');
  await page.click('#share');
  await page.getByRole('button', { name: 'Save checkpoint' }).click();
  const saved = await (await saving).path();
  await page.keyboard.press('Escape');
  await page.click('.open-drawer');
  await page.selectOption('#arithmetic', 'auto');
  await page.waitForFunction(() => document.getElementById('train').textContent === 'Restart with changes');
  await page.waitForFunction(() => location.hash === '');
  await shows(page, '#arithmetic-used', 'in strict arithmetic');
  const { file, hash } = await train(page);
  assert.equal(file, 'fma');
  assert.notEqual(hash, strict);
  await shows(page, '#arithmetic-used', 'in fused arithmetic');
  assert.deepEqual(files, ['sinklab.wasm', 'sinklab-fma.wasm']);

  const choosing = page.waitForEvent('filechooser');
  await page.click('#share');
  await page.getByRole('button', { name: 'Load checkpoint' }).click();
  await (await choosing).setFiles(saved);
  await page.waitForFunction(() => window.sinklab.getState().run.arithmetic === 'mixed');
  await shows(page, '.notice', 'mixed from now on');
  assert.equal(await page.evaluate(() => window.sinklab.client().fingerprint()), strict);
  await page.evaluate(() => window.sinklab.step(1));
  assert.deepEqual(await page.evaluate(async () => { const { arithmetic, step } = await window.sinklab.runFile(); return [arithmetic, step]; }), ['mixed', STEPS + 1]);
  assert.deepEqual(complaints, []);
});
