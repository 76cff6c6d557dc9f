// Inputs to look at, on the page.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { start } from './browser.mjs';

/** @type {Awaited<ReturnType<typeof start>>} */
let lab;
before(async () => { lab = await start(); });
after(() => lab?.stop());

const strip = (page) => page.evaluate(() => [...document.querySelectorAll('.strip .tok-text')].map((one) => one.textContent).join(''));
const stripIs = (page, pattern) => page.waitForFunction((source) => new RegExp(source).test(
  [...document.querySelectorAll('.strip .tok-text')].map((one) => one.textContent).join('')), pattern.source, { timeout: 5000 });

describe('the panels look at', () => {
  test('natural, random and repeated tokens, each with and without BOS, and the next window', async () => {
    const { page, complaints } = await lab.open({ hash: '#preset=R1' });
    await page.evaluate(() => window.sinklab.step(1));
    await stripIs(page, /^BOS/);
    const before = await strip(page);
    await page.selectOption('#input', 'repeated');
    await stripIs(page, /^(.)\1+$/u);
    await page.selectOption('#input', 'bos_repeated');
    await stripIs(page, /^BOS(.)\1+$/u);
    await page.selectOption('#input', 'text');
    await stripIs(page, /^(?!BOS)..../);
    const first = await strip(page);
    await page.getByRole('button', { name: 'The next window' }).click();
    await page.waitForFunction((old) => [...document.querySelectorAll('.strip .tok-text')].map((one) => one.textContent).join('') !== old, first);
    assert.match(await page.evaluate(() => location.hash), /input=text/);
    assert.match(await page.evaluate(() => location.hash), /window=1/);
    await page.selectOption('#input', 'packed');
    await page.getByRole('button', { name: 'The window before' }).click();
    await page.waitForFunction((old) => [...document.querySelectorAll('.strip .tok-text')].map((one) => one.textContent).join('') === old, before);
    assert.deepEqual(complaints, []);
  });

  test('a prompt: drawn without padding, cut with a notice, refused by name, read again by the next run', async () => {
    const { page, complaints } = await lab.open({ hash: '#preset=R1' });
    await page.evaluate(() => window.sinklab.step(1));
    await page.selectOption('#input', 'bos_prompt');
    await page.fill('#prompt', 'the heart');
    await page.keyboard.press('Enter');
    await stripIs(page, /^BOSthe␣heart$/);
    assert.match(await page.evaluate(() => location.hash), /prompt=the\+heart/);
    await page.evaluate(() => { window.sinklab.setState({ overrides: { 'train.lr': 0.0123 } }); });
    await page.waitForFunction(() => window.sinklab.getState().run.step === 0);
    await page.evaluate(() => window.sinklab.step(2));
    await stripIs(page, /^BOSthe␣heart$/);
    await page.fill('#prompt', 'ab'.repeat(400));
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.waitForFunction(() => /800 tokens/.test(document.getElementById('prompt-note').textContent));
    await page.fill('#prompt', 'the ß');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /ß/.test(document.getElementById('prompt-note').textContent));
    assert.equal(await page.getAttribute('#prompt', 'aria-invalid'), 'true');
    assert.deepEqual(complaints, []);
  });

  test('a link holds the input; the recording says that it has one window; an unknown one is named', async () => {
    const { page } = await lab.open({ hash: '#input=bos_repeated' });
    await stripIs(page, /^BOS(.)\1+$/u);
    const { page: plain } = await lab.open();
    assert.ok(await plain.locator('#input').isDisabled());
    assert.match(await plain.textContent('#prompt-note'), /recording/);
    const { page: wrong } = await lab.open({ hash: '#input=nonsense' });
    await lab.warns(wrong, /input.*nonsense/);
  });
});
