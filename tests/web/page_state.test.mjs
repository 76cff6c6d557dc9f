// The page's pure parts: paths, address, history, small sums.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { DEFAULT_VIEW, decode, decodeValue, defaults, encode, encodeValue } from '../../web/src/state/hash.js';
import { History } from '../../web/src/state/history.js';
import { build, get, same, set, without } from '../../web/src/state/paths.js';
import { againstOthers, groupOf, importance, join, starts, thin } from '../../web/src/panels/measure.js';
import { spread } from '../../web/src/plot/ink.js';
import { place } from '../../web/src/plot/colour.js';
import { bytes, counted, fixed, percent, show, times, token, whole } from '../../web/src/format.js';
import { csv } from '../../web/src/ui/files.js';
import { en } from '../../web/src/strings/en.js';
import { t } from '../../web/src/strings/index.js';

const world = { presets: ['R0', 'R2'] };
const usual = { preset: 'R0', seed: '1' };

test('a path reads through a bare family id and writes through it', () => {
  const config = { model: { position: 'rotary' } };
  assert.equal(get(config, 'model.position.type'), 'rotary');
  assert.equal(get(config, 'model.none.of.this'), undefined);
  set(config, 'model.position.base', 500);
  assert.deepEqual(config, { model: { position: { type: 'rotary', base: 500 } } });
});

test('overrides: a family is picked before its own settings are set', () => {
  const base = { model: { position: { type: 'learned' }, width: 32 } };
  const config = build(base, { 'model.position.base': 500, 'model.position': 'rotary' }, '7');
  assert.deepEqual(config, { seed: '7', model: { position: { type: 'rotary', base: 500 }, width: 32 } });
  assert.deepEqual(base.model.position, { type: 'learned' });
  assert.deepEqual(without({ 'a.b': 1, 'a.b.c': 2, 'a.bc': 3 }, 'a.b'), { 'a.bc': 3 });
  assert.ok(same({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }));
  assert.ok(!same({ a: 1 }, { a: 1, b: 2 }));
});

test('values survive the address', () => {
  for (const value of [1, 0.001, -3, true, false, null, 'rotary', ' et', '12', 'true', '', '1e3', 'ä & = #',
    '"', { type: 'rope', base: 10 }]) {
    assert.deepEqual(decodeValue(encodeValue(value)), value);
  }
});

test('the default state has an empty address', () => {
  assert.equal(encode({ ...defaults(), preset: 'R0', seed: '1' }, usual), '');
});

test('state survives the address', () => {
  const wanted = {
    preset: 'R2', seed: '77',
    overrides: { 'model.width': 64, 'model.position': 'rotary', 'data.corpus.triggers': ' e:&' },
    view: { scale: 'log', theme: 'dark', arithmetic: 'fma', head: '1.0', tables: ['loss', 'sink'], more: ['query_norm'],
      input: 'bos_prompt', window: 3, prompt: 'a #1 & “b” =\u001c', why: true, pace: ['query_norm.eval', 'attention.16'], epsilon: 0.2 },
  };
  const { wanted: back, problems } = decode(`#${encode(wanted, usual)}`, world);
  assert.deepEqual(problems, []);
  assert.deepEqual(back, wanted);
});

test('what an address says wrongly is named and left out, the rest counts', () => {
  const { wanted, problems } = decode('#preset=R9&colour=red&model.width=64&seed=-1&scale=cubic&model.x=1&__proto__=1',
    { ...world, known: (path) => path === 'model.width' });
  assert.deepEqual(problems.map(({ key, why }) => [key, why]),
    [['preset', 'preset'], ['colour', 'key'], ['seed', 'seed'], ['scale', 'view'], ['model.x', 'key'], ['__proto__', 'key']]);
  assert.deepEqual(wanted.overrides, { 'model.width': 64 });
  assert.deepEqual(wanted.view, DEFAULT_VIEW);
});

const frame = (step, size = 10) => ({
  step, probes: { attention: { data: new Float32Array(size), shape: [size] } },
  tokens: new Int32Array(0), documents: new Int32Array(0),
});

test('history stays within its budget and covers the whole run', () => {
  const history = new History(4 * 10 * 20);
  for (let step = 0; step <= 1000; step++) history.add(frame(step));
  const steps = history.frames.map((one) => one.step);
  assert.ok(history.bytes <= 4 * 10 * 20, `${history.bytes}`);
  assert.equal(steps[0], 0);
  assert.equal(history.last.step, 1000);
  assert.ok(steps.length >= 8, `${steps}`);
  assert.ok(Math.max(...steps.slice(1).map((step, i) => step - steps[i])) < 350, `${steps}`);
  assert.equal(history.at(-5).step, 0);
  assert.ok(history.at(500).step <= 500);
});

test('history begins anew when the run does', () => {
  const history = new History();
  history.add(frame(0));
  history.add(frame(50));
  history.add(frame(0));
  assert.deepEqual(history.frames.map((one) => one.step), [0]);
});

test('importance is the mean of a column over the queries that see it', () => {
  const map = (shape, numbers) => ({ shape, data: Float32Array.from(numbers) });
  const one = importance(map([1, 1, 3, 3], [1, 0, 0, 0.5, 0.5, 0, 0.75, 0, 0.25]), 0);
  assert.deepEqual([[...one.tokens], one.slot], [[0.75, 0.25, 0.25], NaN]);
  const second = map([1, 2, 2, 2], [9, 9, 9, 9, 1, 0, 0.5, 0.5]);
  assert.deepEqual([...importance(second, 1).tokens], [0.75, 0.5]);
  const slot = importance(map([1, 1, 2, 3], [0.75, 0.25, 0, 0.5, 0, 0.5]), 0);
  assert.deepEqual([[...slot.tokens], slot.slot], [[0.125, 0.5], 0.625], 'the slot is column 0');
  const signed = importance(map([1, 1, 2, 2], [-4, 0, 1, -3]), 0);
  assert.deepEqual([...signed.tokens], [0.625, 0.75], 'shares of a row of any sum and sign');
  const padded = importance(map([1, 1, 3, 3], [1, 0, 0, 0.5, 0.5, 0, 0.2, 0.4, 0.4]), 0, 2);
  assert.deepEqual([...padded.tokens], [0.75, 0.5, 0], 'padding does not ask');
});

test('small sums', () => {
  assert.deepEqual(againstOthers([1, 2, 2]), [0.5, 1, 1]);
  assert.deepEqual(againstOthers([9, 1, 2, 2], 1), [4.5, 0.5, 1, 1]);
  assert.deepEqual([0, 1, 2, 3, 4, 5].map((head) => groupOf(head, 6, 2)), [0, 0, 0, 1, 1, 1]);
  assert.deepEqual(join([[[0, 1], [2, 3]], [[1, 5], [2, NaN]]]), { x: [0, 1, 2], ys: [[1, null, 3], [null, 5, null]] });
  assert.deepEqual(thin([[1, 1], [2, 3], [3, 5], [4, 7]], 2), [[2, 2], [4, 6]]);
  assert.deepEqual(starts([0, 0, 1, 1, 2]), [0, 2, 4]);
  const labels = spread([{ y: 10 }, { y: 10 }, { y: 11 }], 5, 0, 18).map((one) => one.y);
  assert.deepEqual(labels, [8, 13, 18]);
  assert.equal(place(0.001, true), 0);
  assert.equal(place(1, true), 1);
  assert.ok(Math.abs(place(Math.sqrt(0.001), true) - 0.5) < 1e-12);
});

test('numbers as words', () => {
  assert.equal(show('nan'), 'n/a');
  assert.equal(show('-inf'), '−∞');
  assert.equal(show(0), '0');
  assert.equal(show(-0.12345), '−0.123');
  assert.deepEqual([22, 0, -3, 2.5, NaN].map(counted), ['22', '0', '−3', '2.50', 'n/a']);
  assert.equal(show(123456), '123456');
  assert.equal(show(1e-7, 2), '1.0e−7');
  assert.equal(fixed(-1.005, 1), '−1.0');
  assert.equal(percent(0.004), 'under 1\u00a0%');
  assert.equal(percent(0.564), '56\u00a0%');
  assert.equal(times(8.9), '9');
  assert.equal(times(1.26), '1.3');
  assert.equal(whole(1234567), '1,234,567');
  assert.equal(bytes(2752504), '2.8 MB');
  assert.equal(token('\n'), '⏎');
  assert.equal(csv(['a', 'b'], [[1, 'x,"y"']]), 'a,b\r\n1,"x,""y"""\r\n');
});

test('strings fill in what they name and nothing is left over', () => {
  assert.equal(t('step_of', { step: 3, steps: 9 }), 'step 3 of 9');
  for (const [key, text] of Object.entries(en)) assert.ok(text.trim(), `${key} is empty`);
});

// The engine folder may lag behind: what is not listed loads a little later.
test('the page fetches its modules at once: the list in index.html is the import graph', () => {
  const web = new URL('../../web/', import.meta.url);
  const html = readFileSync(new URL('index.html', web), 'utf8');
  const found = new Set();
  const walk = (url) => {
    if (found.has(url.href)) return;
    found.add(url.href);
    if (url.href.includes('/vendor/')) return;
    for (const [, from] of readFileSync(url, 'utf8').matchAll(/^(?:import|export)\b[^;'"]*?from '(\.[^']+)'/gm)) walk(new URL(from, url));
  };
  walk(new URL('src/main.js', web));
  found.delete(new URL('src/main.js', web).href);
  const listed = [...html.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, href]) => new URL(href, web).href);
  assert.deepEqual(listed.filter((url) => !found.has(url)), []);
  assert.deepEqual([...found].filter((url) => !listed.includes(url) && !url.includes('/engine/')), []);
});

test('what the HTML says before any script runs is what the strings say', () => {
  const html = readFileSync(new URL('../../web/index.html', import.meta.url), 'utf8');
  for (const [, key, text] of html.matchAll(/data-t="(\w+)">([^<]*)</g)) assert.equal(text, en[key], key);
});
