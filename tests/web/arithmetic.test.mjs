// Which engine file is loaded, and that a lab can go from one to the other.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { LabClient } from '../../web/src/engine/client.js';
import { canFuse, choose } from '../../web/src/engine/arithmetic.js';
import { loadEngine } from '../../web/src/engine/wasm.js';
import { DEFAULT_VIEW, decode, encode } from '../../web/src/state/hash.js';
import { allowRelaxed } from './relaxed.mjs';
import { engine, engineBytes, small } from './real_engine.mjs';

const fma = new URL('../../build/wasm-fma/sinklab-fma.wasm', import.meta.url);
const both = ['strict', 'fma'];

test('fma where it was built and the browser can, unless strict is asked for', () => {
  const told = (wanted, built, can) => {
    const { arithmetic, file, lacks } = choose(wanted, built, can);
    return [arithmetic, file, lacks];
  };
  const strict = 'engine/sinklab.wasm';
  for (const wanted of ['auto', 'fma', 'nonsense']) {
    assert.deepEqual(told(wanted, both, true), ['fma', 'engine/sinklab-fma.wasm', '']);
    assert.deepEqual(told(wanted, both, false), ['strict', strict, 'browser']);
    assert.deepEqual(told(wanted, ['strict'], true), ['strict', strict, 'file']);
  }
  assert.deepEqual(told('strict', both, true), ['strict', strict, '']);
  assert.equal(choose('auto', both).arithmetic, canFuse() ? 'fma' : 'strict');
});

test('the address carries it', () => {
  const { wanted, problems } = decode('#arithmetic=strict', { presets: [] });
  assert.deepEqual([wanted.view, problems], [{ ...DEFAULT_VIEW, arithmetic: 'strict' }, []]);
  assert.equal(encode(wanted, { preset: '', seed: '' }), 'arithmetic=strict');
  assert.deepEqual(decode('#arithmetic=exact', { presets: [] }).problems.map(({ key, why }) => [key, why]), [['arithmetic', 'view']]);
});

test('the engine says what it computes', async () => {
  const lab = await engine();
  assert.deepEqual(lab.arithmetics(), ['strict']);
  assert.equal(lab.runFile().arithmetic, 'strict');
});

const without = !existsSync(fma) ? 'the fma engine was not built' : !allowRelaxed() ? 'this Node has no relaxed SIMD' : false;

test('what detects relaxed SIMD and the fma engine agree', { skip: without }, () => {
  assert.equal(WebAssembly.validate(readFileSync(fma)), true);
  assert.ok(readFileSync(fma).includes(Buffer.from([0xfd, 0x85, 0x02])), 'it has no relaxed multiply-add');
  assert.ok(!engineBytes.includes(Buffer.from([0xfd, 0x85, 0x02])), 'the strict engine has one');
});

test('a lab goes on in the other engine from the next opening on', { skip: without }, async (context) => {
  const modules = { strict: await WebAssembly.compile(engineBytes), fma: await WebAssembly.compile(readFileSync(fma)) };
  const end = {};
  for (const [name, module] of Object.entries(modules)) {
    const alone = await loadEngine(module);
    alone.open(small);
    alone.train(20);
    end[name] = alone.fingerprint();
    assert.equal(alone.runFile().arithmetic, alone.arithmetics()[0]);
    assert.deepEqual(alone.arithmetics(), [name]);
  }
  assert.notEqual(end.strict, end.fma);
  const lab = new LabClient({ engine: modules.strict, rungs: ['page'] });
  context.after(() => lab.dispose());
  assert.equal((await lab.open({ config: small })).arithmetic, 'strict');
  await lab.step(10);
  const saved = await lab.save();
  await lab.useEngine(modules.fma);
  await lab.step(10);
  assert.equal(await lab.fingerprint(), end.strict, 'the open run is left alone');
  await assert.rejects(lab.open({ config: { ...small, seed: 'x' } }));
  assert.equal(await lab.fingerprint(), end.strict, 'a refused opening too');
  assert.equal((await lab.open({ config: small })).arithmetic, 'fma');
  await lab.step(20);
  assert.equal(await lab.fingerprint(), end.fma);
  assert.equal((await lab.load(saved)).arithmetic, 'mixed');
  await lab.step(10);
  const { arithmetic, step } = await lab.runFile();
  assert.deepEqual([arithmetic, step], ['mixed', 20]);
  await lab.useEngine(modules.strict);
  assert.equal((await lab.load(saved)).arithmetic, 'strict');
});
