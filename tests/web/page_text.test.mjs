// The reader's own text and the preview of the data, on the real engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { frequent } from '../../web/src/form/preview.js';
import { join, nameOf, problem } from '../../web/src/lab/text.js';
import { engine as makeEngine, small } from './real_engine.mjs';

const bytes = (text) => new TextEncoder().encode(text);
const piece = (name, text) => ({ name, bytes: typeof text === 'string' ? bytes(text) : Uint8Array.from(text) });

test('files are joined by the separator of the engine, without their marks, and stay documents', async () => {
  const files = [0, 1, 2].map((i) => `File ${i} says ${'abc'[i].repeat(300)}.`);
  const joined = join([Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes(files[0])]), bytes(files[1]), bytes(files[2])]);
  assert.equal(new TextDecoder().decode(joined), files.join('\u001c'));
  assert.deepEqual(join([bytes('one')]), bytes('one'));
  const lab = await makeEngine(null);
  const config = { ...small, data: { ...small.data, corpus: { type: 'text', documents: 'whole' } } };
  const { documents, vocabulary } = lab.preview(config, { text: joined, documents: 12 });
  const told = new Set(documents.map((one) => one.tokens.map((id) => vocabulary[id]).join('')));
  for (const text of told) assert.ok(files.some((file) => file.startsWith(text) || text.startsWith(file.slice(0, 200))), text);
  assert.ok(told.size > 1, 'more than one file is read');
  lab.dispose();
});

test('what is no text is named', () => {
  assert.equal(problem([piece('a', 'text'), piece('b', 'more')]), null);
  assert.match(problem([piece('pasted', '')]), /box is empty/);
  assert.match(problem([piece('a.txt', 'text'), piece('b.txt', [0xef, 0xbb, 0xbf])]), /^b\.txt is empty/);
  assert.match(problem([piece('a.txt', 'text'), piece('c.txt', [0x66, 0xff, 0xfe])]), /^c\.txt is no text/);
  assert.equal(nameOf([piece('a.txt', 'x')]), 'a.txt');
  assert.equal(nameOf([piece('a.txt', 'x'), piece('b.txt', 'x')]), '2 files (a.txt, b.txt)');
});

test('a preview: frequent tokens come first, shares are of all', async () => {
  assert.deepEqual(frequent({ counts: [1, 0, 6, 3] }, 2), [{ id: 2, share: 0.6 }, { id: 3, share: 0.3 }]);
  assert.deepEqual(frequent({ counts: [0, 0] }), []);
  const lab = await makeEngine(null);
  const preview = lab.preview({ ...small, data: { ...small.data, corpus: 'dyck' } });
  const all = frequent(preview, 1000);
  assert.ok(Math.abs(all.reduce((sum, one) => sum + one.share, 0) - 1) < 1e-9);
  assert.ok(all.every((one, i) => !i || one.share <= all[i - 1].share));
  assert.ok(preview.baselines.uniform >= preview.baselines.unigram);
  assert.equal(preview.documents.length, 4);
  lab.dispose();
});
