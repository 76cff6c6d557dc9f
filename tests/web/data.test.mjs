// The same data, to the bit, natively and in WebAssembly: every corpus, packing and tokenizer trains a
// few steps to the same fingerprint.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { engine, registry, small } from './real_engine.mjs';

const program = fileURLToPath(new URL('../../build/sinklab', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'sinklab-data-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Two files of some words, from nothing but sums. */
const file = (from) => Array.from({ length: 900 }, (_, i) => `${['the', 'été', 'cat', 'sees', 'no', 'bird'][(i * i + i * from) % 6]}${i % 7 ? ' ' : '.\n'}`).join('');
const text = new TextEncoder().encode(`${file(1)}\x1C${file(5)}`);
writeFileSync(path.join(folder, 'own.txt'), text);

/** @param {object} data */
async function both(data) {
  const config = { ...small, data: { context: 16, ...data }, train: { ...small.train, steps: 3 } };
  const own = data.corpus?.type === 'text' ? text : undefined;
  const lab = await engine(null);
  lab.open(config, { text: own });
  lab.train(3);
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  const { status, stderr } = spawnSync(program, ['train', '--preset', 'config.json', '--json', 'run.json', '--quiet', '--workers', '1',
    ...(own ? ['--text', 'own.txt'] : [])], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const run = JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8'));
  assert.equal(lab.fingerprint(), run.fingerprint.at(-1).hash);
  assert.equal(run.fingerprint.at(-1).step, 3);
  return lab.fingerprint();
}

/** One check for all of them: each trains to bits of its own. @param {object[]} list */
async function distinct(list) {
  const found = [];
  for (const data of list) found.push(await both(data));
  assert.equal(new Set(found).size, list.length);
}

const rows = (family) => registry.families[family].rows.map((row) => row.id);

test('every corpus', () => distinct([...rows('corpus').map((type) => ({ corpus: { type } })),
  { corpus: { type: 'random', distribution: 'zipf', exponent: 1.3 } }]));

test('every packing', () => distinct(rows('packing').map((type) => ({
  corpus: { type: 'backcopy_docs', doc_min: 3, doc_max: 9 },
  packing: { type, ...(type === 'fixed_token' && { token: 'q', place: 2 }) },
}))));

test('every tokenizer, and unique data', () => {
  const { options } = registry.families.corpus.rows.find((row) => row.id === 'text').params.find((p) => p.key === 'tokenizer');
  return distinct([...options.map(({ id }) => ({ corpus: { type: 'text', tokenizer: id, vocabulary: 100 } })),
    { corpus: 'stories', unique: 0 }, { corpus: 'stories', unique: 200 }]);
});
