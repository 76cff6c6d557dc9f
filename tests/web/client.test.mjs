// LabClient on the real engine: in the page, in a worker, in several; a worker that dies.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { LabClient } from '../../web/src/engine/client.js';
import { longest } from '../../web/src/engine/pulse.js';
import './custom_event.mjs';
import { NodeWorker } from './node_worker.mjs';
import { engine, engineBytes, small } from './real_engine.mjs';

globalThis.Worker = NodeWorker;
after(() => NodeWorker.all.forEach((worker) => worker.terminate()));

/** @param {import('../../web/src/engine/client.js').Options} [options] */
function client(options = {}) {
  const lab = new LabClient({ engine: engineBytes, rungs: ['worker'], ...options });
  const seen = { frame: [], metrics: [], state: [], error: [], autosave: [] };
  for (const type of Object.keys(seen)) {
    lab.addEventListener(type, (event) => seen[type].push(event.detail));
  }
  return { lab, seen };
}

/** Waits for an event. */
function heard(lab, type, when = () => true) {
  return new Promise((resolve) => {
    const listen = ({ detail }) => {
      if (!when(detail)) return;
      lab.removeEventListener(type, listen);
      resolve(detail);
    };
    lab.addEventListener(type, listen);
  });
}

/** @param {number} hardwareConcurrency */
const cores = (hardwareConcurrency) =>
  Object.defineProperty(globalThis, 'navigator', { value: { hardwareConcurrency }, configurable: true });

const done = (lab) => heard(lab, 'state', ({ status }) => status === 'done');

async function fingerprintOf(config) {
  const lab = await engine(config);
  lab.train(config.train.steps);
  return lab.fingerprint();
}

for (const rung of ['page', 'worker']) {
  test(`a run from open to done (${rung})`, async () => {
    const { lab, seen } = client({ rungs: [rung] });
    await lab.setWanted({ probes: ['attention', 'hidden_norm'], sequences: 2 });
    const { config, data, estimate } = await lab.open({ config: small });
    assert.equal(lab.rung, rung);
    assert.equal(config.train.steps, 20);
    assert.ok(data.vocabulary.length && estimate.bytes);
    const end = [
      done(lab),
      heard(lab, 'frame', ({ step }) => step === 20),
      heard(lab, 'metrics', ({ step }) => step === 20),
    ];
    await lab.play();
    const [, last] = await Promise.all(end);
    assert.deepEqual(last.probes.attention.shape, [1, 2, 16, 16]);
    assert.equal(last.probes.attention.data.length, 512);
    assert.equal(last.tokens.length, 16);
    assert.deepEqual(
      seen.frame.flatMap((f) => f.losses.map(([step]) => step)),
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    const steps = seen.metrics.map((m) => m.step);
    assert.ok([5, 10, 15, 20].every((s) => steps.includes(s)), String(steps));
    assert.equal(await lab.fingerprint(), await fingerprintOf(small));
    assert.equal((await lab.runFile()).metrics.length, seen.metrics.length);
    assert.deepEqual(seen.error, []);
    lab.dispose();
    await assert.rejects(lab.play(), { name: 'SinklabError' });
  });
}

test('a frame keeps its arrays until the next one has been told', async () => {
  const { lab } = client();
  await lab.setWanted({ probes: ['hidden_norm'] });
  const next = () => heard(lab, 'frame');
  let told = next();
  await lab.open({ config: small });
  const first = await told;
  assert.ok(first.probes.hidden_norm.data.length > 0);
  told = next();
  await lab.step(1);
  const second = await told;
  assert.ok(second.probes.hidden_norm.data.length > 0);
  assert.equal(first.probes.hidden_norm.data.length, 0, 'given back');
  lab.dispose();
});

test('refusals arrive with path and sentence and leave the run alone', async () => {
  const { lab } = client();
  await assert.rejects(lab.play(), { code: 'state' });
  await lab.open({ config: small });
  await lab.step(4);
  const before = await lab.fingerprint();
  await assert.rejects(lab.open({ config: { model: { wdith: 1 } } }), {
    name: 'SinklabError', code: 'config', path: 'model.wdith',
  });
  await assert.rejects(lab.open({ config: { model: { wdith: 1 } }, workers: 2 }), { code: 'config' });
  await assert.rejects(lab.load(Uint8Array.of(1, 2, 3)), { code: 'file' });
  await assert.rejects(lab.setWanted({ probes: ['nonsense'] }), { name: 'SinklabError' });
  await assert.rejects(lab.resolve({ seed: 'x' }), { name: 'SinklabError' });
  await assert.rejects(lab.tensor('nonsense'), { name: 'SinklabError' });
  assert.equal(await lab.fingerprint(), before);
  assert.equal(lab.workers, 1);
  lab.dispose();
});

test('save, load and reset go on bit for bit', async () => {
  const { lab } = client();
  await lab.open({ config: small });
  assert.deepEqual(await lab.step(10), { step: 10 });
  const bytes = await lab.save();
  await lab.step(10);
  const whole = await lab.fingerprint();
  await lab.load(bytes);
  assert.equal(lab.state.step, 10);
  await lab.step(10);
  assert.equal(await lab.fingerprint(), whole);
  await lab.reset();
  assert.equal(lab.state.step, 0);
  await lab.step(20);
  assert.equal(await lab.fingerprint(), whole);
  assert.equal(whole, await fingerprintOf(small));
  lab.dispose();
});

for (const [how, options] of Object.entries({ page: { rungs: ['page'] }, 'one worker': {}, 'three, by messages': { isolated: false },
  'three, sharing memory': { isolated: true } })) {
  test(`settings that change on the way are recorded and can be repeated (${how})`, async () => {
    const { lab, seen } = client(options);
    const workers = how.startsWith('three') ? 3 : 1;
    const config = { ...small, train: { ...small.train, steps: 60 } };
    await assert.rejects(lab.setLive('train.lr', 1), { code: 'state' });
    assert.deepEqual((await lab.open({ config, workers })).changes, []);
    await assert.rejects(lab.setLive('model.width', 8), { code: 'config', path: 'model.width' });
    await assert.rejects(lab.setLive('train.lr', -1), { code: 'config', path: 'train.lr' });
    await lab.setLive('train.lr', 0.02);
    await lab.step(10);
    assert.deepEqual(await lab.setLive('train.optimiser.decay', 0.4), { step: 10 });
    const saved = await lab.save();
    const end = done(lab);
    await lab.play();
    const { step } = await lab.setLive('train.lr', 0.05); // somewhere on the way
    await end;
    const run = await lab.runFile();
    const last = await lab.fingerprint();
    const changes = [{ step: 0, path: 'train.lr', value: 0.02 }, { step: 10, path: 'train.optimiser.decay', value: 0.4 }];
    assert.deepEqual(run.changes, [...changes, { step, path: 'train.lr', value: 0.05 }]);
    assert.equal(run.config.train.lr, 0.003, 'the configuration is that of the start');
    const again = await engine(config);
    for (const change of [...run.changes, { step: 60 }]) {
      again.train(change.step - again.step);
      if (change.path) again.setLive(change.path, change.value);
    }
    assert.equal(again.fingerprint(), last);
    assert.deepEqual(again.runFile().fingerprint, run.fingerprint);
    assert.deepEqual((await lab.load(saved)).changes, changes);
    assert.deepEqual((await lab.reset()).changes, []);
    assert.deepEqual(seen.error, []);
    lab.dispose();
  });
}

test('pause stops a long run at once', async () => {
  const { lab, seen } = client();
  await lab.open({ config: { ...small, train: { ...small.train, steps: 100000 } } });
  await lab.play();
  await heard(lab, 'frame', ({ step }) => step > 0);
  const { step } = await lab.pause();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(lab.state.status, 'paused');
  assert.equal(lab.state.step, step);
  await lab.step(1);
  assert.equal(seen.frame.at(-1).step >= step, true);
  assert.equal(lab.state.step, step + 1);
  lab.dispose();
});

for (const isolated of [false, true]) {
  const how = isolated ? 'shared memory' : 'messages';

  test(`any number of workers gives the bits of one (${how})`, async () => {
    const expected = await fingerprintOf(small);
    for (const workers of [2, 3, 6]) {
      const { lab, seen } = client({ isolated });
      await lab.open({ config: small, workers });
      assert.equal(lab.workers, Math.min(workers, 4), 'no more than there are shards');
      const end = done(lab);
      await lab.step(7);
      const bytes = await lab.save();
      await lab.step(4);
      await lab.load(bytes);
      await lab.play();
      await end;
      assert.equal(await lab.fingerprint(), expected, `${workers} workers`);
      await lab.reset();
      await lab.step(20);
      assert.equal(await lab.fingerprint(), expected);
      const { metrics } = await lab.runFile();
      assert.deepEqual(metrics.map(({ step }) => step), [0, 5, 10, 15, 20]);
      assert.deepEqual(seen.error, []);
      lab.dispose();
    }
  });

  test(`the number of workers is found while it trains, to the same bits (${how})`, async () => {
    const config = { ...small, train: { ...small.train, steps: 300 } };
    cores(8);
    const { lab, seen } = client({ isolated });
    await lab.open({ config });
    const end = done(lab);
    await lab.step(150);
    await lab.pause();
    await lab.play();
    await end;
    const used = new Set(seen.state.map(({ workers }) => workers));
    assert.ok(used.has(1) && used.has(2), `tried ${[...used]}`);
    assert.equal(await lab.fingerprint(), await fingerprintOf(config));
    assert.deepEqual(seen.error, []);
    lab.dispose();
    cores(1);
  });

  test(`a run goes on when a helping worker dies (${how})`, async () => {
    const config = { ...small, train: { ...small.train, steps: 3000 } };
    const { lab, seen } = client({ isolated });
    await lab.open({ config, workers: 3 });
    assert.equal(lab.workers, 3);
    const end = done(lab);
    await lab.play();
    await heard(lab, 'frame', ({ step }) => step > 0);
    NodeWorker.all.at(-1).terminate();
    NodeWorker.all.at(-1).onerror({ message: 'out of memory', preventDefault() {} });
    assert.equal(lab.state.status, 'running');
    assert.match(seen.error.at(-1).message, /out of memory.*goes on with one worker/);
    await end;
    assert.equal(lab.workers, 1);
    assert.equal(seen.error.length, 1);
    assert.equal(await lab.fingerprint(), await fingerprintOf(config));
    await lab.reset();
    assert.equal(lab.workers, 3, 'a whole crew again');
    await lab.step(20);
    lab.dispose();
  });
}

test('a diverged run says where and can go back to its autosave', async () => {
  for (const workers of [1, 2]) {
    const { lab, seen } = client();
    // Each step multiplies the weights by 1 - 100.
    const optimiser = { type: 'adamw', decay: 1 };
    const train = { ...small.train, steps: 60, lr: 100, clip: 0, warmup: 0, optimiser };
    const saved = heard(lab, 'autosave');
    await lab.open({ config: { ...small, train: { ...small.train, steps: 10 } }, workers });
    await lab.step(10);
    await saved;
    const { bytes } = lab.lastSave;
    await lab.open({ config: { ...small, train }, workers });
    await lab.step(60);
    const { status, tensor, message, step } = lab.state;
    assert.equal(status, 'diverged');
    assert.ok(tensor.length > 0 && step < 60);
    assert.match(message, /diverged at step/);
    await assert.rejects(lab.play(), { code: 'diverged', path: tensor });
    assert.deepEqual(seen.error, []);
    await lab.load(bytes);
    assert.notEqual(lab.state.status, 'diverged');
    assert.ok(lab.state.step > 0);
    lab.dispose();
  }
});

test('as many workers are hired as may be of use', async () => {
  const tiny = { ...small, model: { layers: 1, heads: 1, width: 4, ffn_width: 4 }, train: { ...small.train, batch: 4 } };
  for (const [machine, config, hired] of [[1, small, 1], [2, small, 2], [3, small, 2], [4, small, 3], [16, small, 4], [16, tiny, 1]]) {
    cores(machine);
    const { lab } = client();
    const before = NodeWorker.all.length;
    await lab.open({ config });
    const left = NodeWorker.all.slice(before).filter((worker) => !worker.ended).length;
    assert.equal(left, hired, `${machine} cores`);
    assert.equal(lab.workers, 1, 'it begins with one');
    lab.dispose();
  }
  cores(1);
});

test('an engine that stops is a worker that died', async () => {
  const { lab, seen } = client();
  await lab.open({ config: small });
  await lab.step(3);
  const message = 'The engine stopped (unreachable).';
  const body = { code: 'crashed', path: 'sl_train', offset: -1, message };
  const waiting = lab.fingerprint();
  await Promise.resolve();
  NodeWorker.all.at(-1).onmessage({ data: { topic: 'error', run: 1, seq: 0, body } });
  await assert.rejects(waiting, { code: 'worker', message });
  assert.equal(lab.state.status, 'failed');
  assert.equal(seen.error.at(-1).message, message);
  await lab.step(20);
  assert.equal(await lab.fingerprint(), await fingerprintOf(small));
  lab.dispose();
});

test('a worker that dies is replaced and goes on from the last autosave', async () => {
  for (const workers of [1, 2]) {
    const config = { ...small, train: { ...small.train, steps: 400 } };
    const { lab, seen } = client();
    const count = NodeWorker.all.length;
    await lab.setWanted({ probes: ['alpha'] });
    await lab.open({ config, workers });
    const saved = heard(lab, 'autosave');
    await lab.step(20);
    const { step } = await saved;
    assert.equal(lab.lastSave.step, step);
    NodeWorker.all.at(-workers).onerror({ message: 'out of memory', preventDefault() {} });
    assert.equal(lab.state.status, 'failed');
    assert.match(seen.error.at(-1).message, /out of memory.*Continue/);
    assert.deepEqual(await lab.pause(), { step: lab.state.step });
    const end = done(lab);
    await lab.play();
    assert.equal(NodeWorker.all.length, count + 2 * workers, 'a whole new crew');
    const resumed = seen.state.find((s, i) => seen.state[i - 1]?.status === 'failed');
    assert.equal(resumed.step, step);
    await end;
    assert.equal(await lab.fingerprint(), await fingerprintOf(config));
    assert.ok(seen.frame.at(-1).probes.alpha, 'what was wanted is still wanted');
    lab.dispose();
  }
});

for (const workers of [1, 2]) {
  test(`a worker that vanishes without a word is missed (${workers})`, async () => {
    const config = { ...small, train: { ...small.train, steps: 4000 } };
    const { lab, seen } = client({ pulse: { every: 40, patience: 400 } });
    await lab.open({ config, workers });
    await lab.play();
    await heard(lab, 'autosave');
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(lab.state.status, 'running', 'one that answers is left alone');
    const missed = heard(lab, 'state', ({ status }) => status === 'failed');
    NodeWorker.all.at(-workers).terminate(); // says nothing
    await missed;
    assert.match(seen.error.at(-1).message, /no longer answers.*Continue/);
    await lab.play();
    await heard(lab, 'frame');
    await lab.pause();
    assert.ok(lab.state.step > 0, 'from the last autosave');
    for (const worker of NodeWorker.all.slice(-workers)) worker.terminate();
    const failed = assert.rejects(lab.step(1), { code: 'worker' }, 'one that vanished while idle too');
    await failed;
    assert.equal(lab.state.status, 'failed');
    lab.dispose();
  });
}

test('a step that takes long is no reason to miss anyone', () => {
  const times = longest({ config: { eval: { sequences: 100 }, train: { batch: 50 } }, estimate: { flops_per_step: 1e10 } });
  assert.deepEqual(times, { ms: 30000, steps: 3 });
  assert.deepEqual(longest(null), { ms: 0, steps: 1 });
});

test('where no worker starts, the page computes', async () => {
  globalThis.Worker = class {
    constructor() {
      throw new Error('SecurityError');
    }
  };
  try {
    const { lab } = client({ rungs: undefined });
    await lab.open({ config: small, workers: 4 });
    assert.equal(lab.rung, 'page');
    await lab.step(20);
    assert.equal(await lab.fingerprint(), await fingerprintOf(small));
    lab.dispose();
  } finally {
    globalThis.Worker = NodeWorker;
  }
});

test('an engine that cannot be fetched is said in a sentence, and asked for again', async () => {
  const lab = new LabClient({ engineUrl: 'data:text/plain,none', rungs: ['page'] });
  await assert.rejects(lab.resolve({}), { code: 'file' });
  const gone = new LabClient({ engineUrl: 'http://127.0.0.1:1/sinklab.wasm', rungs: ['page'] });
  await assert.rejects(gone.resolve({}), { code: 'network' });
  await assert.rejects(gone.open({ config: small }), { code: 'network' });
});
