// The page in a real browser: what a reader sees and does.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { start } from './browser.mjs';

/** @type {Awaited<ReturnType<typeof start>>} */
let lab;
before(async () => { lab = await start(); });
after(() => lab.stop());

const hashOf = (page) => page.evaluate(() => location.hash);
const state = (page) => page.evaluate(() => window.sinklab.getState());

describe('the page', () => {
  test('opens on a recorded run that shows its sink, quickly and without complaints', async () => {
    const { page, complaints } = await lab.open({ wait: false });
    await page.waitForFunction(() => /^A sink has formed/.test(document.getElementById('verdict-head').textContent));
    const shown = await page.evaluate(() => performance.now());
    await page.evaluate(() => window.sinklab.ready);
    const ready = await page.evaluate(() => performance.now());
    await lab.reads(page, /gives \d+ % of its attention to the first token/);
    assert.ok(shown < 2500, `shown after ${shown} ms`);
    assert.ok(ready < 4000, `ready after ${ready} ms`); // under 1 s on an idle machine
    assert.equal(await hashOf(page), '');
    assert.deepEqual(complaints, []);
  });

  test('the recording plays by itself once, and not for those who want calm', async () => {
    const { page } = await lab.open({ motion: true });
    await page.waitForFunction(() => /^No sink yet|^Nothing/.test(document.getElementById('verdict-head').textContent), null, { timeout: 10000 });
    await page.waitForFunction(() => /^A sink has formed/.test(document.getElementById('verdict-head').textContent), null, { timeout: 15000 });
    const { page: calm } = await lab.open();
    await calm.waitForTimeout(2200);
    await lab.reads(calm, /^A sink has formed/);
  });

  test('Train runs it live: a sink forms', async () => {
    const { page, complaints } = await lab.open();
    await page.click('#train');
    await lab.until(page, 'running');
    await lab.drawn(page);
    assert.equal(await page.textContent('#train'), 'Pause');
    await lab.until(page, 'done');
    await page.waitForFunction(() => window.sinklab.metrics().at(-1)?.step === 300);
    const last = (await page.evaluate(() => window.sinklab.metrics())).at(-1);
    assert.ok(last.sink_rate[0] >= 0.5, `Sink_1 ${last.sink_rate[0]}`);
    await lab.reads(page, /^A sink has formed\. Head 1 gives \d\d % .* smaller than the others’\.$/);
    assert.equal(await page.textContent('#train'), 'Train again');
    const run = await page.evaluate(() => window.sinklab.runFile());
    assert.equal(run.sinklab, 1);
    assert.equal(run.metrics.at(-1).step, 300);
    assert.deepEqual(complaints, []);
  });

  test('the live run is the recorded one, to the last digit', async () => {
    const { page } = await lab.open({ hash: '#arithmetic=strict' });
    const recorded = await page.evaluate(() => window.sinklab.metrics());
    await page.evaluate(() => window.sinklab.step(40));
    await page.waitForFunction(() => window.sinklab.metrics().at(-1)?.step === 40);
    const live = await page.evaluate(() => window.sinklab.metrics());
    assert.deepEqual(live, recorded.slice(0, live.length));
  });

  test('looking back shows the run as it stood', async () => {
    const { page } = await lab.open();
    await page.locator('#time').fill('0');
    await lab.drawn(page);
    await lab.reads(page, /^Nothing learned yet/);
    await page.getByRole('button', { name: 'Back to now' }).click();
    await lab.drawn(page);
    await lab.reads(page, /^A sink has formed/);
  });
});

describe('keyboard', () => {
  test('space, arrow, R, N and ?', async () => {
    const { page } = await lab.open();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => { const { run } = window.sinklab.getState(); return run.source === 'live' && run.step === 1; });
    await page.keyboard.press(' ');
    await lab.until(page, 'running');
    await page.keyboard.press(' ');
    await lab.until(page, 'paused');
    await page.keyboard.press('r');
    await page.waitForFunction(() => window.sinklab.getState().run.step === 0);
    assert.equal((await state(page)).seed, '1');
    await page.keyboard.press('n');
    await page.waitForFunction(() => window.sinklab.getState().seed !== '1');
    await page.keyboard.press('?');
    assert.ok(await page.locator('#help-dialog').isVisible());
    await page.keyboard.press(' ');
    await page.keyboard.press('Escape');
    assert.ok(!(await page.locator('#help-dialog').isVisible()));
    assert.equal((await state(page)).run.status, 'ready');
  });

  test('no key acts while typing', async () => {
    const { page } = await lab.open();
    await page.click('.open-drawer');
    await page.locator('#own-text').focus();
    await page.keyboard.type('rain ? n r');
    assert.equal(await page.locator('#own-text').inputValue(), 'rain ? n r');
    assert.equal((await state(page)).run.source, 'recorded');
    assert.ok(!(await page.locator('#help-dialog').isVisible()));
  });

  test('arrow keys move a cell cursor over the map and read it out', async () => {
    const { page } = await lab.open();
    await page.locator('.wall').focus();
    await page.keyboard.press('ArrowUp');
    assert.match(await page.textContent('.readout'), /^Head 1: query 64 “.+” gives key 1 “BOS” [01]\.\d+/);
    await page.keyboard.press('ArrowRight');
    assert.match(await page.textContent('.readout'), /key 2/);
    await page.keyboard.press('Enter');
    assert.match(await page.textContent('.readout'), /held/);
    assert.equal((await state(page)).run.source, 'recorded');
    await page.keyboard.press('Escape');
    assert.match(await page.textContent('.readout'), /^Point at a cell/);
  });
});

describe('the address', () => {
  test('says what differs, and brings it back', async () => {
    const { page } = await lab.open();
    await page.selectOption('#strip [data-path="train.optimiser"] select', 'adamw');
    await page.fill('#strip [data-path="model.width"] input', '64');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Log', exact: true }).click();
    await lab.drawn(page);
    const hash = await hashOf(page);
    assert.deepEqual([...new URLSearchParams(hash.slice(1))].sort(),
      [['model.width', '64'], ['scale', 'log'], ['train.optimiser', 'adamw']]);
    const first = await state(page);
    await page.reload();
    await page.evaluate(() => window.sinklab.ready);
    const again = await state(page);
    assert.deepEqual(again.config, first.config);
    assert.equal(again.view.scale, 'log');
    assert.equal(await hashOf(page), hash);
    const { page: other } = await lab.open({ hash });
    assert.deepEqual((await state(other)).config, first.config);
  });

  test('a change of the address is followed', async () => {
    const { page } = await lab.open();
    await page.evaluate(() => { location.hash = '#model.heads=2&seed=9'; });
    await page.waitForFunction(() => window.sinklab.getState().config.model.heads === 2);
    assert.equal((await state(page)).seed, '9');
  });

  test('what it says wrongly is named and left out', async () => {
    const { page } = await lab.open({ hash: '#colour=red&train.lr=-4&model.heads=2' });
    const notices = await page.locator('.notice').allTextContents();
    assert.equal(notices.length, 2, notices.join('\n'));
    assert.ok(notices.some((text) => text.includes('colour')));
    assert.ok(notices.some((text) => text.includes('train.lr')));
    assert.equal((await state(page)).config.model.heads, 2);
    await lab.drawn(page);
    assert.equal(await hashOf(page), '#model.heads=2');
  });

  test('another experiment opens ready to train', async () => {
    const { page, complaints } = await lab.open();
    await page.selectOption('#preset', 'R2');
    await page.waitForFunction(() => window.sinklab.getState().run.source === 'live');
    await lab.drawn(page);
    assert.equal(await hashOf(page), '#preset=R2');
    assert.equal(await page.locator('.map').count(), 4);
    await lab.reads(page, /^Nothing learned yet/);
    await page.getByRole('button', { name: 'Enlarge head' }).click();
    await lab.drawn(page);
    assert.equal(await page.locator('.map').count(), 1);
    assert.match(await hashOf(page), /head=\d\.\d/);
    assert.deepEqual(complaints, []);
  });
});

describe('settings', () => {
  test('a refusal stands beside its control, the last good configuration stays', async () => {
    const { page } = await lab.open();
    const control = page.locator('#strip [data-path="train.lr"]');
    await control.locator('input').fill('-3');
    await control.locator('input').press('Enter');
    const refusal = page.locator('#strip .refusal:visible');
    const sentence = await refusal.textContent();
    assert.match(sentence, /^Learning rate: .{15}/);
    const named = await control.locator('input').getAttribute('aria-describedby');
    assert.equal(await page.locator(`#${named}`).textContent(), sentence);
    assert.equal(await control.locator('input').getAttribute('aria-invalid'), 'true');
    assert.equal((await state(page)).config.train.lr, 1);
    await control.locator('input').fill('0.5');
    await control.locator('input').press('Enter');
    await lab.drawn(page);
    assert.equal(await refusal.count(), 0);
    assert.equal((await state(page)).config.train.lr, 0.5);
    await control.locator('.back').click();
    assert.equal((await state(page)).config.train.lr, 1);
  });

  test('the button says when a restart brings changes', async () => {
    const { page } = await lab.open();
    await page.evaluate(() => window.sinklab.step(3));
    await page.locator('#strip [data-path="model.init_embedding"] .nudge').first().click();
    await page.waitForFunction(() => document.getElementById('train').textContent === 'Restart with changes');
    await page.click('#train');
    await page.waitForFunction(() => { const { run } = window.sinklab.getState(); return run.status === 'running' && run.step < 100; });
    assert.equal(await page.textContent('#train'), 'Pause');
    await page.evaluate(() => window.sinklab.pause());
  });

  test('choices that do not fit are greyed out with the engine’s sentence', async () => {
    const { page } = await lab.open();
    await page.click('.open-drawer');
    await page.waitForTimeout(300);
    const why = await page.evaluate(() => [...document.querySelectorAll('option[disabled]')].map((one) => one.title));
    for (const sentence of why) assert.ok(sentence.length > 15, sentence);
    const barred = page.locator('#drawer [data-path="data.packing"] .barred');
    await barred.locator('summary').click();
    assert.match(await barred.textContent(), /do not fit here.*Within documents.*needs documents that end/s);
    await page.locator('#drawer [data-path="model.position"] .what').click();
    assert.match(await page.textContent('.popover'), /Paper|arXiv|Choices|Learned/);
  });

  test('a setting is found by a word, a choice is taken where it was found', async () => {
    const { page, complaints } = await lab.open();
    await page.click('.open-drawer');
    await page.fill('#find', 'softpick');
    await page.waitForFunction(() => document.querySelectorAll('#drawer [data-path]:not([hidden])').length === 1);
    await page.getByRole('button', { name: 'Softpick', exact: true }).click();
    assert.equal(await page.evaluate(() => window.sinklab.getState().config.model.similarity.type), 'softpick');
    assert.equal(await page.evaluate(() => document.activeElement.closest('[data-path]')?.dataset.path), 'model.similarity');
    await page.focus('#find');
    await page.keyboard.press('Escape');
    assert.equal(await page.inputValue('#find'), '');
    assert.ok(await page.locator('#drawer [data-path]:visible').count() > 30);
    await page.getByRole('button', { name: 'Changed', exact: true }).click();
    assert.deepEqual(await page.locator('#drawer [data-path]:visible').evaluateAll((all) => all.map((one) => one.dataset.path)), ['model.similarity']);
    await page.locator('#drawer [data-path="model.similarity"] .what').click();
    assert.ok(await page.locator('.popover a[href^="https://arxiv.org/abs/"]').count() > 3);
    assert.deepEqual(complaints, []);
  });

  test('one’s own text: too short is said with its place, long enough trains', async () => {
    const { page, complaints } = await lab.open();
    await page.click('.open-drawer');
    await page.fill('#own-text', 'too short');
    await page.getByRole('button', { name: 'Use this text' }).click();
    await page.waitForFunction(() => !document.getElementById('own-text-refusal').hidden);
    assert.ok((await page.textContent('#own-text-refusal')).length > 15);
    assert.notEqual((await state(page)).config.data.corpus.type, 'text');
    await page.fill('#own-text', 'It was a bright cold day in April, and the clocks were striking. '.repeat(60));
    await page.getByRole('button', { name: 'Use this text' }).click();
    await page.waitForFunction(() => window.sinklab.getState().config.data.corpus.type === 'text');
    await page.evaluate(() => window.sinklab.step(2));
    await page.waitForFunction(() => window.sinklab.getState().run.step === 2);
    await page.reload();
    await page.evaluate(() => window.sinklab.ready);
    await page.evaluate(() => window.sinklab.step(2));
    await page.waitForFunction(() => window.sinklab.getState().run.step === 2);
    assert.equal((await state(page)).config.data.corpus.type, 'text');
    assert.deepEqual(complaints, []);
    const { page: other } = await lab.open({ hash: await hashOf(page) });
    assert.match((await page.evaluate(() => location.hash)), /corpus=text/);
    await lab.warns(other, /own text/);
  });
});

describe('when something goes wrong', () => {
  test('a run that diverges says where, and half the rate is one click away', async () => {
    const { page } = await lab.open({ hash: '#train.lr=10&train.clip=0&train.warmup=0&model.init_matrix=1&model.init_embedding=4&train.steps=200' });
    await page.click('#train');
    await lab.until(page, ['diverged', 'done']);
    const { run } = await state(page);
    assert.equal(run.status, 'diverged');
    await lab.drawn(page);
    await lab.reads(page, /^The run diverged\. At step \d+, \S+/);
    await page.getByRole('button', { name: /half the learning rate/ }).click();
    await page.waitForFunction(() => window.sinklab.getState().config.train.lr === 5);
  });

  test('a worker that dies is said, and Continue goes on from the last evaluation', async () => {
    const { page } = await lab.open();
    await page.evaluate(() => window.sinklab.step(25));
    await page.waitForFunction(() => window.sinklab.metrics().at(-1)?.step === 20);
    await page.waitForTimeout(300);
    const [worker] = page.workers();
    await worker.evaluate(() => { setTimeout(() => { throw new Error('struck by the test'); }, 0); });
    await lab.until(page, 'failed');
    await lab.drawn(page);
    await lab.warns(page, /worker/);
    await page.click('#train');
    await lab.until(page, 'done');
    await page.waitForFunction(() => window.sinklab.metrics().at(-1)?.step === 300);
    await lab.reads(page, /^A sink has formed/);
  });

  test('a worker that vanishes without a word is missed within seconds', async () => {
    const { page } = await lab.open({ hash: '#train.steps=20000' });
    await page.click('#train');
    await page.waitForFunction(() => window.sinklab.metrics().length > 2);
    const [worker] = page.workers();
    await worker.evaluate(() => { self.close(); }).catch(() => {});
    await lab.until(page, 'failed');
    await lab.drawn(page);
    await lab.warns(page, /no longer answers.*Continue/);
    assert.equal(await page.textContent('#train'), 'Continue');
    await page.click('#train');
    await lab.until(page, 'running');
    await page.evaluate(() => window.sinklab.pause());
  });

  test('without WebAssembly the recording still shows, and the page says why it cannot train', async () => {
    const { page } = await lab.open({ before: (one) => one.addInitScript(() => { delete globalThis.WebAssembly; }) });
    await lab.reads(page, /^A sink has formed/);
    await lab.warns(page, /WebAssembly/);
    assert.ok(await page.locator('#train').isDisabled());
  });

  test('without the list of experiments the page says so', async () => {
    const { page } = await lab.open({ before: (one) => one.route('**/presets.json', (route) => route.fulfill({ status: 404, body: '' })) });
    await lab.warns(page, /list of experiments/);
    await lab.reads(page, /^Nothing to show/);
  });

  test('without the recording the page trains all the same', async () => {
    const { page } = await lab.open({ before: (one) => one.route('**/recorded/**', (route) => route.fulfill({ status: 404, body: '' })) });
    await page.evaluate(() => window.sinklab.step(2));
    await page.waitForFunction(() => window.sinklab.getState().run.step === 2);
  });
});

describe('explanations', () => {
  test('a question mark opens what it is about, Escape and a second press close it', async () => {
    const { page } = await lab.open();
    const button = page.getByRole('button', { name: 'About Sink rate' });
    await button.click();
    assert.match(await page.textContent('.popover'), /α₁ > ε.*2410\.10781/);
    assert.equal(await button.getAttribute('aria-expanded'), 'true');
    await button.click();
    assert.ok(!(await page.locator('.popover').isVisible()));
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
    await button.press('Enter');
    assert.ok(await page.locator('.popover').isVisible());
    await page.keyboard.press('Escape');
    assert.ok(!(await page.locator('.popover').isVisible()));
  });
});

describe('files', () => {
  test('a checkpoint comes back', async () => {
    const { page } = await lab.open();
    await page.evaluate(() => window.sinklab.step(15));
    await page.click('#share');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save checkpoint' }).click()]);
    assert.match(download.suggestedFilename(), /^sinklab-R0-15/);
    const file = await download.path();
    const { page: other } = await lab.open();
    await other.click('#share');
    const [chooser] = await Promise.all([other.waitForEvent('filechooser'), other.getByRole('button', { name: 'Load checkpoint' }).click()]);
    await chooser.setFiles(file);
    await other.waitForFunction(() => window.sinklab.getState().run.step === 15);
    await other.evaluate(() => window.sinklab.step(5));
    await page.evaluate(() => window.sinklab.step(5));
    await other.waitForFunction(() => window.sinklab.metrics().at(-1)?.step === 20);
    await page.waitForFunction(() => window.sinklab.metrics().at(-1)?.step === 20);
    const [one, two] = await Promise.all([page, other].map((each) => each.evaluate(() => window.sinklab.metrics().at(-1))));
    assert.deepEqual(one, two);
  });

  test('every panel has a table and a CSV', async () => {
    const { page } = await lab.open({ hash: '#tables=attention,loss,sink,residual,values,tokens,layers' });
    assert.equal(await page.locator('.table-box table').count(), 7);
    await page.locator('.panel-sink').hover();
    const [download] = await Promise.all([page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export Sink rate as CSV' }).click()]);
    assert.equal(download.suggestedFilename(), 'sinklab-sink.csv');
  });
});
