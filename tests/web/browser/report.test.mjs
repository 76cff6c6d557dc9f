// The report, in a real browser: it appears with training, says what the run does, and leads back to
// the steps at which it came about.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { start, violations } from './browser.mjs';

/** @type {Awaited<ReturnType<typeof start>>} */
let lab;
before(async () => { lab = await start(); });
after(() => lab?.stop());

const head = (page) => page.textContent('#why-head');

/** How often the lab is asked for a report. */
const count = (page) => page.evaluate(() => {
  const client = window.sinklab.client();
  const { report } = client;
  globalThis.reports = 0;
  client.report = (...args) => {
    globalThis.reports++;
    return report.apply(client, args);
  };
});
const counted = (page) => page.evaluate(() => globalThis.reports);

describe('the report', () => {
  test('comes with training R0, says that there is a sink, and when it was born', async () => {
    const { page, complaints } = await lab.open({ hash: '#seed=2' });
    await count(page);
    await page.click('#why-open');
    await lab.drawn(page);
    assert.match(await head(page), /comes with/);
    await page.click('#train');
    await lab.until(page, 'done');
    await page.waitForFunction(() => /step 300$/.test(document.querySelector('.why .fine').textContent));
    assert.match(await head(page), /^This model has an attention sink/);
    const [records, births] = await page.evaluate(() => [window.sinklab.metrics().length,
      [...document.querySelectorAll('.why-births li')].map((one) => [Number(one.dataset.step), one.dataset.what])]);
    assert.ok(await counted(page) <= records, `${await counted(page)} reports of ${records} evaluations`);
    assert.ok(await page.locator('.why-lines li').count() >= 3);
    assert.ok(births.some(([, what]) => what === 'sink'));
    assert.deepEqual(births.map(([step]) => step), births.map(([step]) => step).sort((a, b) => a - b));
    const [born] = births[0];
    await page.locator('.why-births button').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction((step) => document.getElementById('time').value === String(step), born);
    assert.equal(await page.locator('.why-births [aria-current=true]').count(), births.filter(([step]) => step === born).length);
    assert.match(await page.evaluate(() => location.hash), /why=1/);
    assert.deepEqual(complaints, []);
  });

  test('nobody is asked while it is closed, and opened at the end it is there', async () => {
    const { page } = await lab.open();
    await count(page);
    await page.click('#train');
    await lab.until(page, 'done');
    assert.equal(await counted(page), 0);
    await page.click('#why-open');
    await page.waitForFunction(() => /^This model has/.test(document.getElementById('why-head').textContent));
    const before = await page.evaluate(() => window.sinklab.metrics());
    await page.click('#share');
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Report (JSON)' }).click()]);
    const report = JSON.parse(readFileSync(await file.path(), 'utf8'));
    assert.equal(report.lines[0].text, await head(page));
    assert.equal(report.verdict, 'sink');
    assert.deepEqual(await page.evaluate(() => window.sinklab.metrics()), before, 'a report measures nothing by itself');
    await page.click('#why-open');
    await page.locator('#why').waitFor({ state: 'hidden' });
  });

  test('a loaded checkpoint has one, a recording says where it comes from', async () => {
    const { page } = await lab.open({ hash: '#why=1' });
    assert.match(await head(page), /comes with training/);
    await page.evaluate(() => window.sinklab.step(45));
    const saved = await page.evaluate(async () => Array.from(await window.sinklab.client().save()));
    const { page: other } = await lab.open({ hash: '#why=1' });
    await other.click('#share');
    const [chooser] = await Promise.all([other.waitForEvent('filechooser'), other.getByRole('button', { name: 'Load checkpoint' }).click()]);
    await chooser.setFiles({ name: 'run.sinklab', mimeType: 'application/octet-stream', buffer: Buffer.from(saved) });
    await other.waitForFunction(() => /^This model has/.test(document.getElementById('why-head').textContent));
  });

  test('axe finds nothing, it fits a small screen, and it can be touched', async () => {
    for (const [theme, width] of [['light', 1280], ['dark', 1280], ['light', 390], ['dark', 390]]) {
      const { page } = await lab.open({ theme, width, height: 844, touch: width < 500, hash: '#why=1' });
      await page.click('#train');
      await lab.until(page, 'done');
      await page.waitForFunction(() => /step 300$/.test(document.querySelector('.why .fine').textContent));
      assert.deepEqual(await violations(page), [], `${theme} ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide at ${width}`);
      if (width > 500) continue;
      const small = await page.evaluate(() => [...document.querySelectorAll('.why button')].filter((one) => one.checkVisibility())
        .map((one) => one.getBoundingClientRect()).filter((box) => box.height < 43.5 || box.width < 43.5).length);
      assert.equal(small, 0, 'something is too small to be touched');
    }
  });
});
