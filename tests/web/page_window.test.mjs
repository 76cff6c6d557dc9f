// The window that is looked at, token by token, on the real engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { crop } from '../../web/src/panels/crop.js';
import { frontOf, numberOf, placeWords, places, slotColumns, wordAt } from '../../web/src/panels/window.js';
import { look } from '../../web/src/engine/look.js';
import { engine as makeEngine, registry, small } from './real_engine.mjs';

const axes = Object.fromEntries(registry.probes.map((one) => [one.id, one.shape]));

/** A frame of a run, as the page gets it. */
async function framed(change, input = 'packed') {
  const lab = await makeEngine({ ...small, model: { ...small.model, ...change.model }, data: { ...small.data, ...change.data } });
  const at = registry.inputs.findIndex((one) => one.id === input);
  const wanted = { probes: ['attention', 'hidden_norm'], input: at, first: 0, sequences: 1 };
  const { shown } = look(lab, wanted, (n) => new ArrayBuffer(n));
  const run = { config: lab.config(), data: lab.data() };
  lab.dispose();
  return { run, frame: { step: 0, ...shown } };
}

test('documents, BOS and EOS', async () => {
  const { run, frame } = await framed({ data: { corpus: { type: 'backcopy_docs', doc_min: 3, doc_max: 4 }, packing: 'intra_bos' } });
  const list = places(frame, run);
  assert.equal(list.length, 16);
  for (const [i, place] of list.entries()) {
    assert.equal(place.role === 'bos', frame.tokens[i] === run.data.bos, `${i}`);
    assert.equal(place.role === 'eos', frame.tokens[i] === run.data.eos, `${i}`);
    assert.equal(place.begins, i === 0 || frame.documents[i] !== frame.documents[i - 1], `${i}`);
    if (place.role === 'bos') assert.ok(place.begins);
  }
  const last = Math.max(...list.map((one) => one.document));
  assert.ok(last >= 2);
  assert.equal(list.filter((one) => one.begins).length, last);
});

test('a BOS that all documents see, padding, a prefix', async () => {
  const docs = { type: 'backcopy_docs', doc_min: 3, doc_max: 4 };
  const fixed = await framed({ data: { corpus: docs, packing: 'intra_fixed_bos' } });
  const [bos, next] = places(fixed.frame, fixed.run);
  assert.deepEqual([bos.role, bos.shared, bos.document, next.shared], ['bos', true, 0, false]);
  assert.match(placeWords(bos), /^BOS, seen by every document$/);

  const padded = await framed({ data: { corpus: docs, packing: 'one_per_window' } });
  const full = places(padded.frame, padded.run);
  const short = crop(padded.frame, axes);
  assert.ok(full.filter((one) => one.role === 'padding').length >= 8);
  assert.deepEqual(places(short, padded.run), full, 'what was left out behind is still told');
  assert.equal(short.tokens.length, full.findIndex((one) => one.role === 'padding'));
  assert.deepEqual(short.probes.attention.shape.slice(2), [short.tokens.length, short.tokens.length]);

  const prefix = await framed({ data: { objective: { type: 'prefix', min: 5, max: 5 } } });
  assert.deepEqual(places(prefix.frame, prefix.run).map((one) => one.prefix), Array.from({ length: 16 }, (_, i) => i < 5));
  const { data } = prefix.frame.probes.attention;
  assert.ok(data[4] > 0 && data[5] === 0, 'the first token sees the prefix and no more');
});

test('a sink token stands in front, a slot in a column of its own', async () => {
  const token = await framed({ model: { slot: 'sink_token' } });
  assert.equal(token.frame.tokens.length, 17);
  assert.equal(frontOf(token.run.config), 1);
  assert.equal(slotColumns(token.frame.probes.attention.shape), 0);
  const [sink, first] = places(token.frame, token.run);
  assert.deepEqual([sink.role, sink.document, first.begins], ['sink', 0, true]);
  assert.equal(wordAt(token.frame, token.run, 0), '⤓');
  assert.deepEqual([0, 1].map((i) => numberOf(token.run, i)), [0, 1]);
  const slot = await framed({ model: { slot: 'kv_bias' } });
  assert.deepEqual(slot.frame.probes.attention.shape, [1, 2, 16, 17]);
  assert.equal(slotColumns(slot.frame.probes.attention.shape), 1);
  assert.equal(frontOf(slot.run.config), 0);
  assert.equal(numberOf(slot.run, 0), 1);
});
