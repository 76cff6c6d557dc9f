// Settings that act while a run trains, on the page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { start } from './browser.mjs';

/** @type {Awaited<ReturnType<typeof start>>} */
let lab;
before(async () => { lab = await start(); });
after(() => lab?.stop());

test('the learning rate changes on the way: marked, listed, set back, and in the run file', async () => {
  const { page, complaints } = await lab.open({ hash: '#preset=R1' });
  await page.click('#live-open');
  const rate = page.locator('#live-box [data-path="train.lr"] input');
  assert.ok(await rate.isDisabled(), 'nothing trains yet');
  await page.evaluate(() => window.sinklab.step(30));
  await page.waitForFunction(() => !document.querySelector('#live-box fieldset').disabled);
  await rate.fill('0.002');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /Learning rate 0.01 → 0.002/.test(document.querySelector('.live-list').textContent));
  await page.evaluate(() => window.sinklab.step(10));
  await page.waitForFunction(() => /Learning rate is 0.002 since step 30/.test(document.getElementById('loss-summary').textContent));
  // No restart is needed.
  await page.waitForFunction(() => document.querySelector('#train .word').textContent === 'Continue');
  await page.getByRole('button', { name: 'Set back to 0.01', exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll('.live-list li').length === 2);
  const file = await page.evaluate(() => window.sinklab.runFile());
  assert.deepEqual(file.changes, [{ step: 30, path: 'train.lr', value: 0.002 }, { step: 40, path: 'train.lr', value: 0.01 }]);
  assert.equal(file.config.train.lr, 0.01);
  await rate.fill('-1');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /must be/.test(document.querySelector('#live-box .refusal').textContent));
  await page.click('#reset');
  await page.waitForFunction(() => document.querySelectorAll('.live-list li').length === 0);
  assert.deepEqual(complaints, []);
});

test('what is half typed stays, whatever happens elsewhere', async () => {
  const { page } = await lab.open({ hash: '#preset=R1' });
  await page.evaluate(() => window.sinklab.step(5));
  await page.click('#live-open');
  const rate = page.locator('#live-box [data-path="train.lr"] input');
  await page.waitForFunction(() => !document.querySelector('#live-box fieldset').disabled);
  await rate.fill('0.00');
  await page.evaluate(() => document.querySelector('#live-box [data-path="train.optimiser.decay"] .nudge:last-child').click());
  await page.waitForFunction(() => document.querySelectorAll('.live-list li').length === 1);
  await lab.drawn(page);
  assert.equal(await rate.inputValue(), '0.00');
});
