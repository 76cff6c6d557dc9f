// The form's model on the real registry: what is shown, what is refused, what survives.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import { FIRST, display, findControl, knownPath, neighbour, parse, plain, sections, valueOf } from '../../web/src/form/model.js';
import { find, parts } from '../../web/src/form/find.js';
import { adopt, change, draft, obstacles, reseed, reset } from '../../web/src/form/settle.js';
import { get } from '../../web/src/state/paths.js';
import { engine as makeEngine, registry } from './real_engine.mjs';

const engine = await makeEngine(null);
const resolve = (config) => engine.resolve(config);
const R0 = JSON.parse(readFileSync(new URL('../../models/presets/R0.json', import.meta.url), 'utf8'));
const fresh = () => draft(R0.config, '', resolve);

test('every setting of the engine has a control, and the strip finds its own', () => {
  const config = engine.resolve({});
  const paths = sections(registry, config).flatMap((section) => section.controls.map((control) => control.path));
  const leaves = (value, at) => (value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, below]) => leaves(below, at ? `${at}.${key}` : key)) : [at]);
  const needed = leaves(config, '').filter((path) => path !== 'seed').map((path) => path.replace(/\.type$/, ''));
  assert.deepEqual([...new Set(needed)].filter((path) => !paths.includes(path)), []);
  assert.deepEqual(FIRST.filter((path) => !paths.includes(path)), []);
  for (const path of paths) assert.ok(knownPath(registry, path), path);
  for (const path of ['model.nothing', 'model', 'data.corpus.nothing', 'constructor.name']) assert.ok(!knownPath(registry, path), path);
});

test('every control has words', () => {
  for (const section of sections(registry, engine.resolve({}))) {
    assert.ok(section.label, section.id);
    for (const control of section.controls) {
      assert.ok(control.label && control.help, control.path);
      for (const option of control.options) assert.ok(option.label, `${control.path} ${option.id}`);
    }
  }
});

test('a change counts, is undone, and one that says what the preset says is none', () => {
  const d = fresh();
  assert.equal(change(d, 'model.width', 64, resolve), null);
  assert.equal(d.resolved.model.width, 64);
  assert.deepEqual(d.overrides, { 'model.width': 64 });
  assert.equal(change(d, 'model.width', 32, resolve), null);
  assert.deepEqual(d.overrides, {});
  change(d, 'train.optimiser', 'adamw', resolve);
  assert.deepEqual(d.overrides, { 'train.optimiser': 'adamw' });
  reset(d, 'train.optimiser', resolve);
  assert.deepEqual(d.overrides, {});
  assert.equal(get(d.resolved, 'train.optimiser.type'), 'sgd');
});

test('a refusal is kept beside its control and the last good configuration stays', () => {
  const d = fresh();
  const refusal = change(d, 'model.width', 3.5, resolve);
  assert.ok(refusal?.message);
  assert.match(refusal.path, /^model\.width/);
  assert.equal(d.resolved.model.width, 32);
  assert.equal(d.pending.get('model.width')?.value, 3.5);
  assert.ok(change(d, 'train.lr', 'quick', resolve)?.message);
  assert.equal(change(d, 'model.width', 64, resolve), null);
  assert.ok(!d.pending.has('model.width'));
});

test('two changes that only fit together both count, in either order', () => {
  for (const order of [['model.heads', 'model.width'], ['model.width', 'model.heads']]) {
    const d = fresh();
    const values = { 'model.heads': 5, 'model.width': 40 };
    for (const path of order) change(d, path, values[path], resolve);
    assert.equal(d.pending.size, 0, [...d.pending].map(([, one]) => one.refusal.message).join());
    assert.deepEqual([d.resolved.model.heads, d.resolved.model.width], [5, 40]);
  }
});

test('picking another row drops the settings of the row before', () => {
  const d = fresh();
  change(d, 'train.optimiser.momentum', 0.5, resolve);
  change(d, 'train.optimiser', 'adamw', resolve);
  assert.deepEqual(d.overrides, { 'train.optimiser': 'adamw' });
});

test('a link’s settings are adopted; what the engine refuses is left out with its sentence', () => {
  const d = fresh();
  const left = adopt(d, { 'model.width': 64, 'train.lr': -5, 'train.optimiser': 'adamw' }, resolve);
  assert.deepEqual(left.map((one) => one.path), ['train.lr']);
  assert.ok(left[0].refusal.message);
  assert.deepEqual(d.overrides, { 'model.width': 64, 'train.optimiser': 'adamw' });
  assert.equal(d.pending.size, 0);
});

test('choices that do not fit have the engine’s sentence', () => {
  let blocked = 0;
  for (const file of readdirSync(new URL('../../models/presets/', import.meta.url))) {
    const { config } = JSON.parse(readFileSync(new URL(`../../models/presets/${file}`, import.meta.url), 'utf8'));
    const d = draft(config, '', resolve);
    for (const control of sections(registry, d.resolved).flatMap((section) => section.controls)) {
      if (control.kind !== 'pick') continue;
      const why = obstacles(d, control.path, control.options.map((one) => one.id), resolve);
      assert.equal(why.get(String(valueOf(control, d.resolved))), null, control.path);
      for (const sentence of why.values()) {
        if (sentence === null) continue;
        blocked++;
        assert.match(sentence, /\w{3,}.*[.;]?$/);
      }
    }
  }
  assert.ok(blocked >= 0);
});

test('the seed', () => {
  const d = fresh();
  assert.equal(d.seed, '1');
  assert.equal(reseed(d, '42', resolve), null);
  assert.equal(d.resolved.seed, '42');
  assert.ok(reseed(d, 'x', resolve)?.message);
  assert.equal(d.seed, '42');
});

test('typed numbers', () => {
  const one = findControl(registry, engine.resolve({}), 'train.lr');
  assert.equal(parse(one, ' 0,5 '), 0.5);
  assert.equal(parse(one, '−2'), -2);
  assert.equal(parse(one, 'abc'), 'abc');
  assert.equal(display(one, 0.5), '0.5');
  assert.deepEqual([1e-5, 0.001, 0.00025, -3, 0, 1e6].map(plain), ['1e-5', '0.001', '2.5e-4', '-3', '0', '1000000']);
  const pick = findControl(registry, engine.resolve({}), 'train.optimiser');
  assert.equal(display(pick, 'adamw'), 'AdamW');
});

test('− and + move along the scale and stop at its ends', () => {
  const log = { type: 'real', scale: 'log', min: 0.001, max: 4 };
  assert.deepEqual([1, 0.5, 0.2, 0.03].map((x) => neighbour(log, x, 1)), [2, 1, 0.5, 0.05]);
  assert.deepEqual([1, 0.5, 0.001, 0.03].map((x) => neighbour(log, x, -1)), [0.5, 0.2, 0.001, 0.02]);
  assert.equal(neighbour(log, 3, 1), 4);
  const fromNone = { type: 'real', scale: 'log', min: 0, max: 1 };
  assert.deepEqual([0, 1e-4, 2e-4].map((x) => neighbour(fromNone, x, 1)), [1e-4, 2e-4, 5e-4]);
  assert.deepEqual([0, 1e-4, 2e-4].map((x) => neighbour(fromNone, x, -1)), [0, 0, 1e-4]);
  const power = { type: 'int', scale: 'power2', min: 4, max: 1024 };
  assert.deepEqual([32, 48, 1024].map((x) => neighbour(power, x, 1)), [64, 64, 1024]);
  assert.deepEqual([32, 48, 4].map((x) => neighbour(power, x, -1)), [16, 32, 4]);
  assert.equal(neighbour({ type: 'int', scale: 'linear', min: 1, max: 24 }, 1, -1), 1);
  assert.equal(neighbour({ type: 'real', scale: 'linear', min: 0, max: 1 }, 0.9, 1), 0.95);
});

test('a setting is found by its words and by those of its choices', () => {
  const all = sections(registry, engine.resolve({})).flatMap((section) => section.controls);
  const found = (query) => all.filter((one) => find(one, query).found).map((one) => one.path);
  const offered = (query) => all.flatMap((one) => find(one, query).options.map((option) => `${one.path} ${option.id}`));
  assert.equal(found('').length, all.length);
  assert.ok(found('learning rate').includes('train.lr'));
  assert.ok(found('WARM up').includes('train.warmup'), 'hyphens and capitals do not count');
  assert.deepEqual(found('softpick'), ['model.similarity']);
  assert.deepEqual(offered('softpick'), ['model.similarity softpick']);
  assert.deepEqual(offered('learning rate'), [], 'its own words: nothing has to be offered');
  assert.ok(offered('sink token').includes('model.slot sink_token'));
  assert.deepEqual(found('no such words'), []);
});

test('every setting stands in one part, and every part begins with a setting that there is', () => {
  for (const section of sections(registry, engine.resolve({}))) {
    const groups = parts(section.controls);
    assert.deepEqual(groups.flatMap((one) => one.controls), section.controls);
    if (section.id !== 'eval') assert.ok(groups.length > 1 && groups.every((one) => one.part), section.id);
  }
});
