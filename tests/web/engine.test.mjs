// The engine through web/src/engine/wasm.js: what goes in, what comes out, what is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compileEngine } from '../../web/src/engine/compile.js';
import { Engine, SinklabError, loadEngine } from '../../web/src/engine/wasm.js';
import { checkRegistry, fetchRegistry } from '../../web/src/engine/registry.js';
import { engine, engineBytes, registry, small } from './real_engine.mjs';

/** @returns {SinklabError} */
function refusal(act) {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof SinklabError, String(error));
    assert.match(error.message, /^\S.* .*[.?]$/s, 'a sentence');
    return error;
  }
  assert.fail('was not refused');
}

test('a view is read where the core says its fields are', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const layout = { size: 64, generation: 4, shape: 8, rank: 32, type: 40, data: 48 };
  const text = new TextEncoder().encode(`${JSON.stringify({ abi: 1, view: layout })}\0`);
  new Uint8Array(memory.buffer).set(text, 1024);
  new Float32Array(memory.buffer, 2048, 6).set([1, 2, 3, 4, 5, 6]);
  let top = 4096;
  const exports = {
    memory,
    malloc: (n) => (top += n) - n,
    free: () => {},
    sl_abi: () => 1,
    sl_new: () => 8,
    sl_layout_json: () => 1024,
    sl_generation: () => 5,
    sl_tensor: (lab, name, view) => {
      const v = new DataView(memory.buffer, view);
      v.setUint32(layout.data, 2048, true);
      v.setInt32(layout.type, 0, true);
      v.setInt32(layout.rank, 2, true);
      v.setInt32(layout.shape, 2, true);
      v.setInt32(layout.shape + 4, 3, true);
      v.setUint32(layout.generation, 5, true);
      return 0;
    },
  };
  const { data, shape, generation } = new Engine({ exports }).tensor('w');
  assert.deepEqual([...data], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(shape, [2, 3]);
  assert.equal(generation, 5);
});

test('a browser without SIMD, a foreign file and a cut one get sentences', async () => {
  const { validate } = WebAssembly;
  WebAssembly.validate = () => false;
  try {
    await assert.rejects(compileEngine(engineBytes), (e) => e.code === 'browser' && /Safari/.test(e.message));
  } finally {
    WebAssembly.validate = validate;
  }
  const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  await assert.rejects(loadEngine(empty), { name: 'SinklabError', code: 'file' });
  await assert.rejects(loadEngine(engineBytes.subarray(0, 1000)), { name: 'SinklabError', code: 'file' });
});

test('the registry beside the engine is its own, and that of another is refused', async () => {
  const lab = await engine(null);
  assert.equal(registry.abi, 1);
  assert.ok(registry.families.similarity.rows.length >= 1);
  assert.equal(checkRegistry(registry, lab), registry);
  const other = { ...registry, hash: '0123456789abcdef' };
  assert.equal(refusal(() => checkRegistry(other, lab)).code, 'file');
  await assert.rejects(fetchRegistry('data:text/plain,none'), { code: 'network', path: 'registry' });
});

test('resolved configuration, estimate and data are there', async () => {
  const lab = await engine(null);
  const config = lab.resolve({});
  assert.equal(config.seed, '1');
  assert.deepEqual(lab.resolve(config), config);
  const { bytes } = lab.estimate(small);
  assert.ok(bytes > 10000);
  lab.open(small);
  const data = lab.data();
  assert.ok(data.vocabulary.length > 10);
  assert.ok(data.baselines.bigram < data.baselines.uniform);
});

test('a refused call leaves the open lab untouched', async () => {
  const lab = await engine();
  lab.train(3);
  const before = lab.fingerprint();
  const generation = lab.generation;
  const unknown = refusal(() => lab.open({ model: { wdith: 3 } }));
  assert.equal(unknown.code, 'config');
  assert.equal(unknown.path, 'model.wdith');
  refusal(() => lab.open('{"seed":"1"} rest'));
  refusal(() => lab.open('{'));
  assert.equal(refusal(() => lab.open(small, { limit: 1000 })).code, 'memory');
  refusal(() => lab.open({ data: { corpus: 'text' } }));
  refusal(() => lab.probe(['nonsense']));
  refusal(() => lab.tensor('nonsense'));
  refusal(() => lab.resolve({ train: { steps: -1 } }));
  assert.equal(lab.fingerprint(), before);
  assert.equal(lab.generation, generation);
  assert.equal(lab.step, 3);
  const other = await engine();
  other.train(20);
  lab.train(17);
  assert.equal(lab.fingerprint(), other.fingerprint());
});

test('20 steps are some, saved, loaded elsewhere, and the rest', async () => {
  const whole = await engine();
  whole.train(20);
  for (const part of [10, 7, 0]) {
    const first = await engine();
    if (part) first.train(part);
    const second = await engine(null);
    second.load(first.save());
    assert.equal(second.step, part);
    assert.equal(second.fingerprint(), first.fingerprint());
    assert.deepEqual(second.config(), first.config());
    second.train(20 - part);
    assert.equal(second.fingerprint(), whole.fingerprint());
    assert.deepEqual(second.runFile(), whole.runFile());
  }
});

test('damaged checkpoints are refused and nothing is lost', async () => {
  const lab = await engine();
  lab.train(5);
  const bytes = lab.save();
  const before = lab.fingerprint();
  for (const length of [0, 1, 7, 8, 64, bytes.length >> 1, bytes.length - 1]) {
    assert.equal(refusal(() => lab.load(bytes.subarray(0, length))).code, 'file', `${length} bytes`);
  }
  for (let i = 0; i < 97; i++) {
    const bad = bytes.slice();
    const at = Math.floor((i * bytes.length) / 97);
    bad[at] ^= 1 << i % 8;
    assert.ok(refusal(() => lab.load(bad)), `bit ${i % 8} of byte ${at}`);
  }
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  refusal(() => lab.load(longer));
  assert.equal(lab.fingerprint(), before);
  lab.load(bytes);
  assert.equal(lab.fingerprint(), before);
});

test('probes have the shapes that are declared, tokens are of the vocabulary', async () => {
  const lab = await engine();
  lab.train(2);
  /** No model has all: what cannot be measured is refused with a sentence. */
  const ids = registry.probes.map((probe) => probe.id).filter((id) => {
    try {
      return lab.probe([id], { sequences: 1 });
    } catch (error) {
      refusal(() => { throw error; });
      return false;
    }
  });
  assert.ok(ids.length > registry.probes.length - 9, `only ${ids}`);
  const { model, data } = lab.config();
  const { layers: L, heads: H } = model;
  const T = data.context;
  const shapes = {
    attention: [L, H, T, T], hidden_norm: [L + 1, T], key_norm: [L, H, T], value_norm: [L, H, T],
    alpha: [L, H], sink_rate: [4], norm_ratio: [L + 1], spiked: [L + 1, 3, 2],
  };
  const views = lab.probe(ids, { first: 1, sequences: 3 });
  for (const [id, shape] of Object.entries(shapes)) assert.deepEqual(views[id].shape, shape, id);
  for (const id of ids) {
    assert.ok(views[id].data instanceof Float32Array, id);
    assert.equal(views[id].data.length, views[id].shape.reduce((a, b) => a * b, 1), id);
  }
  const tokens = lab.tokens();
  assert.equal(tokens.length, T);
  assert.equal(lab.documents().length, T);
  const size = lab.data().vocabulary.length;
  assert.ok(tokens.every((t) => t >= 0 && t < size));
});

test('the sink threshold of a measurement can be another than the run\'s', async () => {
  const lab = await engine();
  const rate = (epsilon) => lab.probe(['sink_rate'], { sequences: 8, epsilon }).sink_rate.data[0];
  assert.ok(rate(0.005) > rate(0.9));
  assert.equal(rate(undefined), rate(lab.config().eval.epsilon));
  assert.throws(() => rate(1), /between 0 and 1/);
});

test('looking does not change training, and memory does not grow while it goes on', async () => {
  const plain = await engine();
  plain.train(20);
  const lab = await engine();
  const bytes = lab.memoryBytes;
  for (let i = 0; i < 20; i++) {
    lab.train(1);
    lab.probe(['attention', 'hidden_norm'], { first: i, sequences: 2 });
    lab.save();
    lab.runText();
  }
  assert.equal(lab.fingerprint(), plain.fingerprint());
  assert.equal(lab.memoryBytes, bytes);
});

test('the memory that an open run takes is the one that was told before', async () => {
  for (const [width, batch] of [[16, 8], [16, 512], [64, 256]]) {
    const lab = await engine(null);
    const config = { ...small, model: { ...small.model, width }, train: { ...small.train, batch } };
    const { memory } = lab.estimate(config);
    lab.open(config);
    lab.train(1);
    lab.save();
    assert.ok(Math.abs(lab.memoryBytes / memory - 1) < 0.02, `${lab.memoryBytes} bytes, told ${memory}`);
  }
});

test('a tensor is read where it lives and again after another run was opened', async () => {
  const lab = await engine();
  const { name, shape } = lab.tensors().find((t) => t.role === 'param');
  const view = lab.tensor(name);
  assert.deepEqual(view.shape, shape);
  const before = view.data.slice();
  lab.train(1);
  assert.notDeepEqual(lab.tensor(name).data, before);
  assert.equal(lab.tensor(name), view, 'the same view while the generation lasts');
  lab.open({ ...small, seed: '8' });
  assert.notEqual(lab.tensor(name), view);
});

test('shards in any order make the same bits', async () => {
  const whole = await engine();
  whole.train(6);
  const pieces = await engine();
  for (let step = 0; step < 6; step++) {
    for (const s of [2, 0, 3, 1]) pieces.shard(s);
    pieces.apply();
  }
  assert.equal(pieces.fingerprint(), whole.fingerprint());
});

test('own text is trained on, and text that is too short is refused', async () => {
  const lab = await engine(null);
  const config = { ...small, data: { ...small.data, corpus: 'text' } };
  const text = 'The quick brown fox jumps over the lazy dog, and the dog sleeps. '.repeat(40);
  lab.open(config, { text });
  lab.train(3);
  assert.ok(Number.isFinite(lab.loss));
  const bytes = lab.save();
  const other = await engine(null);
  other.load(bytes, { text });
  assert.equal(other.fingerprint(), lab.fingerprint());
  assert.equal(refusal(() => lab.open(config, { text: 'a' })).code, 'data');
  assert.equal(lab.step, 3);
});
