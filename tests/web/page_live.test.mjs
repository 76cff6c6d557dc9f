// Settings that act on the way: what is told of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { emptyRun, Track } from '../../web/src/lab/track.js';
import { liveControls, liveDraft, setLive, story } from '../../web/src/lab/live.js';
import './custom_event.mjs';
import { engine as makeEngine, registry } from './real_engine.mjs';

const engine = await makeEngine(null);
const config = engine.resolve({ train: { lr: 0.01, optimiser: { type: 'sgd', momentum: 0.5 } } });
const run = (changes) => ({ ...emptyRun('live'), config, changes });
const controls = liveControls(registry, run([]));

test('the controls are those that the registry calls live, of the chosen optimiser', () => {
  const paths = controls.map((one) => one.path);
  for (const path of ['train.lr', 'train.optimiser.decay', 'train.optimiser.momentum']) assert.ok(paths.includes(path), path);
  assert.ok(!paths.includes('train.batch') && !paths.includes('model.layers'));
  assert.deepEqual(liveControls(registry, emptyRun('live')), []);
});

test('the story: each change from its last value, several between two steps as one, back and forth as none', () => {
  const told = story(controls, run([
    { step: 10, path: 'train.lr', value: 0.02 }, { step: 10, path: 'train.lr', value: 0.05 },
    { step: 20, path: 'train.optimiser.decay', value: 0.1 }, { step: 30, path: 'train.lr', value: 0.01 },
    { step: 40, path: 'train.lr', value: 0.03 }, { step: 40, path: 'train.lr', value: 0.01 },
    { step: 50, path: 'unheard.of', value: 1 },
  ])).map(({ step, control, from, to }) => [step, control.path, from, to]);
  assert.deepEqual(told, [[10, 'train.lr', 0.01, 0.05], [20, 'train.optimiser.decay', 0, 0.1], [30, 'train.lr', 0.05, 0.01]]);
});

test('the controls show what acts now, and the way back is what the run began with', () => {
  const { overrides, usual, resolved } = liveDraft(run([{ step: 1, path: 'train.lr', value: 0.5 },
    { step: 2, path: 'train.optimiser.momentum', value: 0.9 }, { step: 3, path: 'train.optimiser.momentum', value: 0.5 }]), new Map());
  assert.deepEqual(overrides, { 'train.lr': 0.5 });
  assert.equal(resolved.train.lr, 0.5);
  assert.equal(resolved.train.optimiser.momentum, 0.5);
  assert.equal(usual.train.lr, 0.01);
});

test('a change is asked of the worker and kept; a refused one stands beside its control', async () => {
  const lab = new EventTarget();
  const live = new Track(lab, 'live', { changed: () => {}, failed: () => {}, status: () => {} });
  live.opened({ config, data: {}, estimate: {} });
  const asked = [];
  const app = { live, livePending: new Map(), changed: () => {}, client: { setLive: async (path, value) => {
    if (value < 0) throw Object.assign(new Error('Too small.'), { path });
    asked.push([path, value]);
    return { step: 7 };
  } } };
  await setLive(app, 'train.lr', 0.5);
  await setLive(app, 'train.lr', 0.5);
  await setLive(app, 'train.lr', -1);
  assert.deepEqual(asked, [['train.lr', 0.5]]);
  assert.deepEqual(live.run.changes, [{ step: 7, path: 'train.lr', value: 0.5 }]);
  assert.equal(app.livePending.get('train.lr').refusal.message, 'Too small.');
  const kept = [{ step: 3, path: 'train.lr', value: 0.2 }];
  lab.dispatchEvent(new CustomEvent('reopened', { detail: { config, data: {}, estimate: {}, changes: kept } }));
  assert.deepEqual(live.run.changes, kept, 'after a crash: those that the autosave holds');
  lab.dispatchEvent(new CustomEvent('state', { detail: { status: 'ready', step: 0, steps: 9 } }));
  assert.deepEqual(live.run.changes, []);
});
