// More measurements: what has no panel of its own, in a real browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { start, violations } from './browser.mjs';

/** @type {Awaited<ReturnType<typeof start>>} */
let lab;
before(async () => { lab = await start(); });
after(() => lab.stop());

/** Saves a panel's picture. @returns {Promise<[number, number]>} how large it is */
async function picture(page, panel) {
  const [saved] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: 'PNG' }).click()]);
  const bytes = readFileSync(await saved.path());
  assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

/** A registry nobody has, and one frame of it. */
async function invented(page) {
  await page.evaluate(async () => {
    const { MorePanels } = await import('./src/panels/more.js');
    const kinds = [
      { id: 'one_number', kind: 'scalar', shape: [], size: [] },
      { id: 'few', kind: 'series', shape: ['P'], size: [3] },
      { id: 'by_head', kind: 'matrix', shape: ['L', 'H'], size: [2, 4] },
      { id: 'squares', kind: 'matrix', shape: ['L', 'H', 'T', 'T'], size: [1, 2, 24, 24] },
      { id: 'along', kind: 'tokens', shape: ['L', 'H', 'T'], size: [2, 2, 24] },
      { id: 'rows', kind: 'table', shape: ['P', '3', '2'], size: [3, 3, 2] },
      { id: 'named', kind: 'series', shape: ['3'], names: ['as it is', 'halved', 'gone'], size: [3] },
      { id: 'cloud', kind: 'points', shape: ['L', 'T', '2'], size: [2, 24, 2] },
      { id: 'never_seen', kind: 'hologram', shape: ['Q'], size: [5] },
    ].map((one) => ({ ...one, label: `Made-up ${one.id}`, help: 'Of no use.' }));
    const view = { scale: 'linear', theme: 'auto', head: '', tables: [], more: [], pace: [], epsilon: 0 };
    const client = { wanted: [] };
    let more;
    const show = () => {
      const probes = Object.fromEntries(kinds.filter((one) => client.wanted.includes(one.id)).map(({ id, size }) => {
        const length = size.reduce((n, one) => n * one, 1);
        return [id, { shape: size, data: Float32Array.from({ length }, (_, i) => Math.sin(i)) }];
      }));
      const frame = { step: 1, input: 0, probes, tokens: new Int32Array(24), documents: new Int32Array(24) };
      more.update({ run: { source: 'live', data: { vocabulary: ['a'] } }, frame, record: null, metrics: [], losses: [],
        view, solo: null, epsilon: 0.3, pointed: null, base: '',
        holding: (id) => (frame.probes[id] ? frame : null) });
    };
    const hands = {
      tableShown: (id) => view.tables.includes(id), showTable: (id) => { view.tables.push(id); show(); },
      setView: (change) => { Object.assign(view, change); client.wanted = view.more; show(); }, point() {}, say() {}, measure() {},
    };
    more = new MorePanels(hands, kinds, []);
    document.querySelector('.more').replaceWith(more.el);
    globalThis.invented = { view, client };
  });
}

describe('more measurements', () => {
  test('a probe that nobody has heard of needs no JavaScript', async () => {
    const { page, complaints } = await lab.open();
    await invented(page);
    await page.locator('.more > summary').click();
    assert.deepEqual(await page.evaluate(() => globalThis.invented.client.wanted), []);
    for (const chip of await page.locator('.more .chip').all()) await chip.click();
    await lab.drawn(page);
    assert.equal(await page.locator('[data-probe=one_number] .big-number').textContent(), '0');
    assert.equal(await page.locator('[data-probe=few] .bars li').count(), 3);
    assert.equal(await page.locator('[data-probe=by_head] .cells td').count(), 9);
    assert.equal(await page.locator('[data-probe=squares] canvas').count(), 2);
    assert.equal(await page.locator('[data-probe=along] .uplot').count(), 1);
    assert.equal(await page.locator('[data-probe=rows] tbody tr').count(), 9);
    assert.equal(await page.locator('[data-probe=never_seen] .bars li').count(), 5);
    assert.equal(await page.locator('[data-probe=cloud] figure canvas').count(), 2);
    assert.deepEqual(await page.locator('[data-probe=named] .bar-name').allTextContents(), ['as it is', 'halved', 'gone']);
    assert.equal(await page.textContent('#more-named-summary'), 'From 0 to 0.909; largest: gone.');
    await page.locator('.panel[data-probe=along]').hover();
    await page.locator('.panel[data-probe=along]').getByRole('button', { name: 'Table', exact: true }).click();
    assert.equal(await page.locator('[data-probe=along] .table-box tbody tr').count(), 24);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export Made-up along as CSV' }).click()]);
    assert.equal(file.suggestedFilename(), 'sinklab-more-along.csv');
    const [names] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export Made-up named as CSV' }).click()]);
    assert.match(readFileSync(await names.path(), 'utf8'), /^,Made-up named\r?\nas it is,0\r?\nhalved,0\.84/);
    await page.locator('.more > summary').click();
    await page.waitForFunction(() => globalThis.invented.client.wanted.length === 0);
    assert.deepEqual(complaints, []);
  });

  test('the norms of the queries, measured only while they are looked at, and kept in the link', async () => {
    const { page, complaints } = await lab.open();
    await page.evaluate(() => {
      globalThis.measured = [];
      window.sinklab.client().addEventListener('frame', ({ detail }) => globalThis.measured.push(Object.keys(detail.probes).includes('query_norm')));
    });
    await page.evaluate(() => window.sinklab.step(2));
    await page.locator('.more > summary').click();
    await page.locator('.chip[data-probe=query_norm]').click();
    await page.waitForFunction(() => document.querySelector('.panel[data-probe=query_norm] .uplot'));
    await page.waitForFunction(() => /^Token 1 against the others: \d/.test(document.getElementById('more-query_norm-summary').textContent));
    assert.equal(await page.evaluate(() => globalThis.measured[0]), false);
    assert.match(await page.evaluate(() => location.hash), /more=query_norm/);
    await page.locator('.chip[data-probe=query_norm]').click();
    await lab.drawn(page);
    await page.evaluate(() => window.sinklab.step(1));
    await page.waitForFunction(() => window.sinklab.getState().run.step === 3 && globalThis.measured.at(-1) === false);
    assert.equal(await page.locator('.panel[data-probe=query_norm]').count(), 0);
    assert.deepEqual(complaints, []);
    const { page: other } = await lab.open({ hash: '#more=query_norm,nothing' });
    assert.match(await other.textContent('#more-query_norm-summary'), /recording/);
    assert.match((await other.locator('.notice').allTextContents()).join(), /more.*nothing/);
    await other.evaluate(() => window.sinklab.step(1));
    await other.waitForFunction(() => document.querySelector('.panel[data-probe=query_norm] .uplot'));
  });

  test('all that the engine measures is grouped and explained, and found by a word', async () => {
    const { page, complaints } = await lab.open();
    const all = await page.evaluate(async () => (await (await fetch('registry.json')).json()).probes);
    await page.locator('.more > summary').click();
    assert.equal(await page.locator('.more .chip').count(), all.length);
    assert.ok(await page.locator('.more-group').count() >= 3);
    assert.ok(await page.locator('.more-group a[href^="https://arxiv.org/abs/"]').count() > all.length / 2);
    await page.fill('#more-search', 'query');
    assert.equal(await page.locator('.chip[data-probe=query_norm]').isVisible(), true);
    assert.equal(await page.locator('.chip[data-probe=hidden_norm]').isVisible(), false);
    await page.fill('#more-search', 'nothing of the kind');
    assert.match(await page.textContent('.more'), /No measurement has “nothing of the kind”/);
    assert.equal(await page.locator('.more-group:visible').count(), 0);
    await page.fill('#more-search', '');
    assert.equal(await page.locator('.more .chip:visible').count(), all.length);
    assert.deepEqual(complaints, []);
  });

  test('each can be opened on a live run, and says something', async () => {
    const { page, complaints } = await lab.open({ hash: '#preset=R1' });
    await page.evaluate(() => window.sinklab.step(2));
    await page.locator('.more > summary').click();
    for (const chip of await page.locator('.more .chip').all()) {
      const id = await chip.getAttribute('data-probe');
      await chip.focus();
      await page.keyboard.press('Enter');
      const panel = page.locator(`.panel[data-probe=${id}]`);
      await panel.waitFor();
      await lab.drawn(page);
      const measure = panel.getByRole('button', { name: 'Measure' });
      if (await measure.isVisible()) await measure.click();
      await page.waitForFunction((one) => {
        const { body, summary } = { body: document.querySelector(`.panel[data-probe=${one}] .more-body`), summary: document.getElementById(`more-${one}-summary`) };
        return body?.childElementCount > 0 || summary && /\w+ \w+ \w+ \w+ \w+/.test(summary.textContent.replace(/^(Not measured|Press Measure).*/, ''));
      }, id, { timeout: 15000 });
      await chip.click();
    }
    assert.deepEqual(complaints, []);
  });

  test('keys as points: pointer and keys name a token, which is marked everywhere', async () => {
    const { page, complaints } = await lab.open({ hash: '#preset=R2&more=key_pca' });
    await page.evaluate(() => window.sinklab.step(2));
    const panel = page.locator('.panel[data-probe=key_pca]');
    const wall = panel.getByRole('application');
    await panel.locator('figure').nth(3).waitFor();
    assert.match(await page.textContent('#more-key_pca-summary'), /^The window’s first token stands [\d.]+ times as far .* in the median of 4\.$/);
    assert.match(await wall.getAttribute('aria-label'), /^Keys in three dimensions\. The window’s first token stands .* Page Down/);
    const inked = await panel.locator('canvas').first().evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    assert.ok(inked > 5, `${inked} colours`);
    await wall.focus();
    for (const key of ['ArrowRight', 'PageDown', 'Shift+ArrowRight']) await page.keyboard.press(key);
    assert.match(await panel.locator('.dots-read').textContent(), /^Layer 1, key\/value head 2: token 9 “.+” at (−?[\d.]+(e−\d+)?(, )?){3}$/);
    assert.equal(await panel.locator('[role=status]').textContent(), await panel.locator('.dots-read').textContent());
    await lab.drawn(page);
    assert.equal(await page.evaluate(() => [...document.querySelectorAll('.tok')].findIndex((one) => one.classList.contains('pointed'))), 8);
    assert.equal(await panel.locator('.dot-ring:visible').count(), 4);
    const width = await panel.locator('canvas').first().evaluate((one) => one.width);
    const [ring, canvas] = [await panel.locator('.dot-ring').nth(2).boundingBox(), panel.locator('canvas').nth(2)];
    await page.keyboard.press('Escape');
    await lab.drawn(page);
    assert.equal(await panel.locator('.dot-ring:visible').count(), 0);
    assert.match(await panel.locator('.dots-read').textContent(), /^Point at a dot/);
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    await page.mouse.move(ring.x + ring.width / 2, ring.y + ring.height / 2);
    assert.ok(ring.y > box.y - 1 && ring.y < box.y + box.height, 'the page has not moved');
    assert.match(await panel.locator('.dots-read').textContent(), /^Layer 2, key\/value head 1: token \d+ /);
    await page.mouse.move(1, 1);
    await page.locator('.tok').nth(4).hover();
    await lab.drawn(page);
    assert.equal(await panel.locator('.dot-ring:visible').count(), 4, 'a token pointed at elsewhere');
    await panel.getByRole('button', { name: 'Table', exact: true }).click();
    assert.match(await panel.locator('thead').textContent(), /1st component2nd component3rd component/);
    await panel.getByRole('button', { name: 'Table', exact: true }).click();
    assert.deepEqual(await picture(page, panel), [4 * width + 5 * 12, width + 16 + 2 * 12]);
    await page.evaluate(() => window.sinklab.setState({ view: { head: '1.0' } }));
    await page.waitForFunction(() => document.querySelectorAll('.panel[data-probe=key_pca] figure').length === 1);
    assert.match(await panel.locator('figcaption').textContent(), /^layer 2, key\/value head 1: [\d.]+×$/);
    await wall.focus();
    await page.keyboard.press('ArrowRight');
    assert.match(await panel.locator('.dots-read').textContent(), /^Layer 2, key\/value head 1: token 1 /);
    assert.deepEqual(complaints, []);
  });

  test('a theory is drawn over what it is about, or the engine says why there is none', async () => {
    const { page, complaints } = await lab.open({ hash: '#preset=R1&model.position=alibi&model.heads=2&model.layers=3&more=closed_form' });
    const panel = page.locator('.panel[data-probe=closed_form]');
    const summary = () => page.textContent('#more-closed_form-summary');
    await page.evaluate(() => window.sinklab.step(2));
    await panel.getByRole('button', { name: 'Measure' }).click();
    await panel.locator('.uplot').waitFor();
    assert.match(await summary(), /^Solid: measured; dashed: by theory\. Largest difference \S+: in layer .* Drawn are the 4 of 6 lines/);
    assert.deepEqual(await violations(page), []);
    assert.ok((await picture(page, panel))[0] > 200);
    await page.evaluate(() => window.sinklab.setState({ view: { head: '1.1' } }));
    await page.waitForFunction(() => /in layer 2, head 2 at token \d+, \S+ measured, \S+ by theory\.$/.test(document.getElementById('more-closed_form-summary').textContent));
    await panel.getByRole('button', { name: 'Table', exact: true }).click();
    await panel.locator('thead').waitFor();
    const columns = await panel.locator('thead th').allTextContents();
    assert.equal(columns.length, 14);
    assert.deepEqual([columns[2], columns[8]], ['layer 1, head 1, by theory', 'layer 1, head 1, measured']);
    const row = (await panel.locator('tbody tr').last().locator('td').allTextContents()).slice(1).map(Number);
    assert.ok(row[0] > 0.001);
    for (let i = 0; i < 6; i++) assert.ok(Math.abs(row[i] - row[i + 6]) <= 1e-3 * row[i], `${row}`);
    assert.deepEqual(complaints, []);
    const { page: other } = await lab.open({ hash: '#preset=R1&model.position=rotary&more=closed_form' });
    await other.evaluate(() => window.sinklab.step(1));
    await other.locator('.panel[data-probe=closed_form]').getByRole('button', { name: 'Measure' }).click();
    await other.waitForFunction(() => /no closed form is known/.test(document.getElementById('more-closed_form-summary').textContent));
  });

  test('sink rates at another threshold, kept in the link; the recorded curve stays', async () => {
    const { page: recorded } = await lab.open({ hash: '#more=sink_rate_keys&epsilon=0.1' });
    assert.equal(await recorded.locator('#more-epsilon').isDisabled(), true, 'the recording has its own');
    assert.match(await recorded.textContent('.more'), /more than ε\s=\s0\.3 of/);
    /** Weights that are random spread the attention: the first of 16 tokens draws a mean of 1/t, .21. */
    const { page, complaints } = await lab.open({ hash: '#preset=R1&data.context=16&more=sink_rate_keys' });
    await page.evaluate(() => window.sinklab.step(1));
    const panel = page.locator('.panel[data-probe=sink_rate_keys]');
    await panel.locator('.uplot').waitFor();
    const numbers = async () => {
      const [file] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: /as CSV/ }).click()]);
      return readFileSync(await file.path(), 'utf8').trim().split(/\r?\n/).slice(1).map((line) => Number(line.split(',').at(-1)));
    };
    const help = async () => {
      await panel.getByRole('button', { name: 'About' }).first().click();
      const text = await page.textContent('.popover p');
      await page.keyboard.press('Escape');
      return text;
    };
    assert.match(await page.locator('#more-epsilon option').first().textContent(), /\(0\.3\)/);
    assert.match(await help(), /more than ε\s=\s0\.3 of/);
    const [own, rate] = [await numbers(), await page.textContent('#sink-summary')];
    await page.getByLabel('ε of sink rates', { exact: true }).selectOption('0.1');
    await page.waitForFunction(() => /epsilon=0\.1/.test(location.hash));
    await page.waitForFunction(() => document.querySelector('.panel[data-probe=sink_rate_keys] .uplot') && /ε\s=\s0\.1 /.test(document.querySelector('.more').textContent));
    assert.match(await help(), /more than ε\s=\s0\.1 of/);
    const more = await numbers();
    assert.ok(more.every((one, i) => one >= own[i]) && more.some((one, i) => one > own[i]), `${own} against ${more}`);
    assert.equal(await page.textContent('#sink-summary'), rate);
    assert.deepEqual(complaints, []);
    const { page: other } = await lab.open({ hash: '#preset=R1&more=sink_rate_keys&epsilon=0.5' });
    assert.equal(await other.locator('#more-epsilon').inputValue(), '0.5');
    const { page: wrong } = await lab.open({ hash: '#epsilon=7' });
    assert.match((await wrong.locator('.notice').allTextContents()).join(), /epsilon.*7/);
  });

  test('measured when asked for, and looked at afterwards', async () => {
    const { page, complaints } = await lab.open({ hash: '#more=query_norm&pace=query_norm.once' });
    const panel = page.locator('.panel[data-probe=query_norm]');
    await page.evaluate(() => window.sinklab.step(2));
    await page.waitForFunction(() => /Press Measure/.test(document.getElementById('more-query_norm-summary').textContent));
    await panel.getByRole('button', { name: 'Measure' }).click();
    await page.waitForFunction(() => document.querySelector('.panel[data-probe=query_norm] .uplot'));
    await page.evaluate(() => window.sinklab.step(3));
    await page.waitForFunction(() => /measured at step 2/.test(document.querySelector('.panel[data-probe=query_norm] .pace').textContent));
    await panel.getByRole('combobox').selectOption('eval');
    await page.evaluate(() => window.sinklab.step(10));
    // The first picture behind the evaluation of step 10, whichever that is.
    await page.waitForFunction(() => /^$|step 1[0-5]/.test(document.querySelector('.panel[data-probe=query_norm] .pace .fine').textContent));
    assert.match(await page.evaluate(() => location.hash), /pace=query_norm\.eval/);
    assert.deepEqual(complaints, []);
  });

  test('axe finds nothing, and it fits a small screen', async () => {
    for (const [theme, width] of [['light', 1280], ['dark', 390]]) {
      const { page } = await lab.open({ theme, width, height: 844, touch: width < 500, hash: '#more=query_norm,attention,sink_rate_head,spiked,key_pca' });
      await page.evaluate(() => window.sinklab.step(2));
      await page.waitForFunction(() => document.querySelector('.panel[data-probe=query_norm] .uplot'));
      assert.deepEqual(await violations(page), [], `${theme} ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide at ${width}`);
    }
  });
});
