// The input that is looked at: what is asked of the engine, what is said, what is drawn of a prompt.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inputOf, promptNote, takesPrompt } from '../../web/src/lab/input.js';
import { crop, lengthOf } from '../../web/src/panels/crop.js';
import { DEFAULT_VIEW } from '../../web/src/state/hash.js';
import { registry } from './real_engine.mjs';

const place = (id) => registry.inputs.findIndex((one) => one.id === id);
const view = (change) => ({ ...DEFAULT_VIEW, ...change });

test('an input is asked for by its place in the registry', () => {
  assert.deepEqual(inputOf(registry, view({})), { input: 0, first: 0 });
  assert.deepEqual(inputOf(registry, view({ input: 'bos_random', window: 4, prompt: 'not this' })), { input: place('bos_random'), first: 4 });
  assert.deepEqual(inputOf(registry, view({ input: 'prompt', window: 4, prompt: 'hello' })), { input: place('prompt'), first: 0, prompt: 'hello' });
  assert.deepEqual(inputOf(registry, view({ input: 'prompt', prompt: '  ' })), { input: 0, first: 0 }, 'an empty prompt is not asked for');
  assert.deepEqual(inputOf(null, view({ input: 'text' })), { input: 0, first: 0 });
  assert.deepEqual(registry.inputs.filter((one) => takesPrompt(one.id)).map((one) => one.id), ['bos_prompt', 'prompt']);
});

test('what was cut off a prompt is said, and what cannot be read', () => {
  assert.equal(promptNote(undefined).text, '');
  assert.equal(promptNote({ tokens: 5, kept: 5 }).text, '');
  assert.match(promptNote({ tokens: 90, kept: 63 }).text, /90 tokens.*first 63/);
  assert.deepEqual(promptNote({ tokens: 0, kept: 0, error: { code: 'data', message: 'No é.' } }), { text: 'No é.', bad: true });
});

test('a prompt is drawn without the padding behind it', () => {
  const T = 5;
  const n = 3;
  const shape = { maps: [2, 1, T, T + 1], norms: [2, T], rate: [2, 2] };
  const value = (at) => at.reduce((sum, i) => 10 * sum + i, 0);
  const make = (sizes) => {
    const data = [];
    const walk = (at) => { if (at.length === sizes.length) data.push(value(at)); else for (let i = 0; i < sizes[at.length]; i++) walk([...at, i]); };
    walk([]);
    return Float32Array.from(data);
  };
  const frame = { step: 7, tokens: Int32Array.of(9, 8, 7, 1, 1), documents: Int32Array.of(0, 0, 0, -2, -2), input: 8,
    probes: Object.fromEntries(Object.entries(shape).map(([id, sizes]) => [id, { shape: sizes, data: make(sizes) }])) };
  const short = crop(frame, { maps: ['L', 'H', 'T', 'S'], norms: ['P', 'T'], rate: ['L', 'H'] });
  assert.equal(lengthOf(frame.documents), n);
  assert.deepEqual([...short.tokens], [9, 8, 7]);
  assert.deepEqual(short.probes.maps.shape, [2, 1, n, n + 1]);
  assert.deepEqual(short.probes.maps.data, make([2, 1, n, n + 1]));
  assert.deepEqual(short.probes.norms, { shape: [2, n], data: make([2, n]) });
  assert.deepEqual(short.probes.rate, frame.probes.rate);
  const full = { ...frame, documents: new Int32Array(T) };
  assert.equal(crop(full, {}), full);
});
