// Every row of every family computes the same bits natively, in Node, and in Chromium with one worker
// and with two: a small run of R2 for each, read off the registry.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fingerprints } from '../../fingerprints.mjs';
import { TEXT, presetOf, rowsOf } from '../../rows/rows.mjs';

/** Rows that are R2 as long as their own settings are left alone. */
const R2_ITSELF = ['data.packing=fixed_token']; // a BOS, and the first place

const STEPS = 10;
const { train, data, ...rest } = presetOf('R2');
const R2 = { ...rest, data: { ...data, context: 64 }, train: { ...train, steps: STEPS, warmup: 2, batch: 8 },
  eval: { every: STEPS, sequences: 1, fingerprint_every: STEPS } };

const runs = Object.fromEntries([['R2', R2], ...rowsOf(R2).map(({ name, config }) => [name, config])]);
const { rows, columns } = await fingerprints({ runs, text: TEXT, builds: ['native', 'node', 'chromium'],
  ways: ['cli 1', 'node', 'chrome 1', 'chrome 2'] });
const own = rows.find(({ preset }) => preset === 'R2')?.fingerprint;

for (const { preset, fingerprint, agree, differ } of rows) {
  test(`${preset}: the same bits everywhere`, () => {
    assert.deepEqual(differ, []);
    assert.deepEqual([agree.length, columns.length], [4, 4]);
    assert.match(fingerprint, /^[0-9a-f]{16}$/);
  });
  test(`${preset}: bits of its own`, () => {
    assert.equal(fingerprint === own, preset === 'R2' || R2_ITSELF.includes(preset));
  });
}
