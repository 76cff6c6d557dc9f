// Sink slots, and what the strip says of each token.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { start } from './browser.mjs';

/** @type {Awaited<ReturnType<typeof start>>} */
let lab;
before(async () => { lab = await start(); });
after(() => lab?.stop());

test('a slot’s column stands apart, is read by pointer and keys, and its rate is drawn', async () => {
  const { page, complaints } = await lab.open({ hash: '#preset=R1&model.slot=sink_logit' });
  await page.evaluate(() => window.sinklab.step(1));
  await page.waitForSelector('.map-slot canvas');
  const [slot, map] = await page.evaluate(() => ['.map-slot canvas', '.map-square canvas'].map((name) => {
    const canvas = document.querySelector(name);
    const { left, right, width } = canvas.getBoundingClientRect();
    return { left, right, width, cells: [canvas.width, canvas.height] };
  }));
  assert.deepEqual([slot.cells, map.cells], [[1, 64], [64, 64]]);
  assert.ok(slot.width >= 8 && map.left - slot.right >= 4, `${JSON.stringify([slot, map])}`);
  await page.hover('.map-slot canvas');
  assert.match(await page.textContent('.readout'), /gives the slot 0?\.\d/);
  await page.mouse.move(0, 0);
  await page.focus('.wall');
  await page.keyboard.press('ArrowLeft');
  assert.match(await page.textContent('.readout'), /query 64 .* gives the slot/);
  await page.keyboard.press('ArrowRight');
  assert.match(await page.textContent('.readout'), /query 64 .* gives key 1 “BOS”/);
  await page.keyboard.press('Home');
  assert.equal(await page.evaluate(() => document.querySelector('.cell-cursor').parentElement.className), 'map-slot');
  assert.match(await page.textContent('#attention-summary'), /on the sink slot/);
  assert.match(await page.textContent('#tokens-summary'), /The slot draws/);
  await page.waitForFunction(() => /Of the slot/.test(document.getElementById('sink-summary').textContent));
  await page.locator('.panel-sink').hover();
  await page.locator('.panel-sink').getByRole('button', { name: 'Table', exact: true }).click();
  await page.waitForSelector('.panel-sink thead');
  assert.match(await page.locator('.panel-sink thead').textContent(), /Sink of the slot.*α slot L1H1/);
  assert.deepEqual(complaints, []);
});

test('a sink token stands in front of the window with a sign of its own; the legend names what there is', async () => {
  const { page, complaints } = await lab.open({ hash: '#preset=R2&model.slot=sink_token&data.packing=one_per_window' });
  await page.evaluate(() => window.sinklab.step(1));
  await page.waitForSelector('.strip .is-sink');
  assert.equal(await page.textContent('.strip .tok:first-child .tok-text'), '⤓');
  const legend = await page.textContent('.tok-legend');
  for (const word of [/sink token.* × 1/, /BOS × 1/, /EOS.* × 1/, /padding × \d\d/, /text × \d\d/]) assert.match(legend, word);
  assert.ok(await page.locator('.strip .is-padding').count() > 10);
  await page.focus('.wall');
  await page.keyboard.press('ArrowLeft');
  assert.match(await page.textContent('.readout'), /gives key 0 “⤓”/);
  await page.locator('.panel-tokens').hover();
  await page.locator('.panel-tokens').getByRole('button', { name: 'Table', exact: true }).click();
  await page.waitForSelector('.panel-tokens tbody tr');
  const rows = await page.locator('.panel-tokens tbody tr').allTextContents();
  assert.match(rows[0], /^0⤓sink token/);
  assert.match(rows[1], /^1BOSBOS/);
  assert.match(rows.at(-1), /padding/);
  assert.deepEqual(complaints, []);
});
