// Natively, in WebAssembly and through any compiler the engine gives the same bits. A few steps only:
// make fingerprints goes further. In Chromium: browser/engine.test.mjs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { fingerprints } from '../fingerprints.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

for (const [steps, presets] of /** @type {[number, string[]][]} */ ([[10, ['R0', 'R1', 'R3s']], [3, ['R2']]])) {
  test(`${presets.join(', ')}: ${steps} steps end in the same bits natively and in Node, with any number of workers`, async () => {
    const { rows, columns } = await fingerprints({ presets, steps, builds: ['native', 'node'] });
    assert.deepEqual(rows.map(({ preset, differ }) => ({ preset, differ })), presets.map((preset) => ({ preset, differ: [] })));
    for (const { fingerprint, agree } of rows) {
      assert.match(fingerprint, /^[0-9a-f]{16}$/);
      assert.equal(agree.length, columns.length);
    }
    assert.equal(new Set(rows.map((row) => row.fingerprint)).size, presets.length);
  });
}

test('fma: the same bits natively and in Node, and others than strict', async (context) => {
  const said = [];
  const how = { presets: ['R0'], steps: 10, say: (line) => said.push(line) };
  const [strict, fma] = [await fingerprints({ ...how, builds: ['native'] }),
    await fingerprints({ ...how, builds: ['native', 'node'], arithmetic: 'fma' })];
  const [row] = fma.rows;
  if (row.differ.length && row.differ.every(({ error }) => /cannot be had from this engine on this processor|computes in strict/.test(error))) {
    return context.skip('this processor does not fuse');
  }
  for (const line of said) context.diagnostic(line); // what was left out
  assert.deepEqual(row.differ, []);
  assert.equal(row.agree.length, fma.columns.length);
  assert.notEqual(row.fingerprint, strict.rows[0].fingerprint);
});

test('every kernel gives the same bits from gcc and clang, with and without optimisation', async (context) => {
  const compilers = [];
  for (const name of ['gcc', 'clang', 'cc']) {
    const there = await run(name, ['--version']).then(() => true, () => false);
    if (there && !(name === 'cc' && compilers.length)) compilers.push(name);
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'sinklab-kernels-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const sources = readdirSync(path.join(root, 'core/kernels')).filter((file) => file.endsWith('.c')).map((file) => `core/kernels/${file}`);
  const told = await Promise.all(compilers.map(async (compiler) => {
    const found = [];
    for (const level of ['-O0', '-O3']) {
      const program = path.join(folder, compiler + level);
      await run(compiler, [level, '-std=gnu11', '-ffp-contract=off', '-fno-math-errno', 'tests/kernels/test_kernels.c', ...sources,
        'core/base/math.c', '-lm', '-o', program], { cwd: root });
      const { stdout } = await run(program);
      found.push([`${compiler} ${level}`, /^fingerprint ([0-9a-f]{16})$/m.exec(stdout)?.[1]]);
    }
    return found;
  }));
  const hashes = told.flat();
  assert.ok(hashes.length >= 2);
  assert.deepEqual(hashes, hashes.map(([name]) => [name, hashes[0][1]]));
});
