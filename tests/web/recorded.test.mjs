// A run is recorded and played back with the events of a live one.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RecordedLab } from '../../web/src/engine/recorded.js';
import { record } from '../../web/tools/record.mjs';
import './custom_event.mjs';
import { engine, small } from './real_engine.mjs';

test('a recording plays back what was measured', async () => {
  const lab = await engine(null);
  const { info, bytes } = record(lab, { name: 'small', config: small });
  const played = new RecordedLab(
    JSON.parse(JSON.stringify(info)),
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  );
  const seen = { frame: [], metrics: [], state: [] };
  for (const type of Object.keys(seen)) played.addEventListener(type, (e) => seen[type].push(e.detail));
  const { config } = await played.open();
  assert.deepEqual(config, info.config);
  assert.equal(seen.frame.length, 1);
  assert.deepEqual(seen.state[0], { status: 'ready', step: 0, steps: 20 });
  played.finish();
  assert.equal(seen.state.at(-1).status, 'done');
  assert.deepEqual(seen.metrics, info.metrics);
  assert.deepEqual(seen.frame.flatMap((f) => f.losses.map(([s]) => s)),
    Array.from({ length: 20 }, (_, i) => i + 1));
  const frame = seen.frame.at(-1);
  const views = lab.probe(['attention', 'key_norm'], { first: 0, sequences: 1 });
  assert.deepEqual(frame.probes.attention.shape, views.attention.shape);
  frame.probes.attention.data.forEach((x, i) => {
    assert.ok(Math.abs(x - views.attention.data[i]) < 0.005, `weight ${i}`);
  });
  frame.probes.key_norm.data.forEach((x, i) => {
    assert.ok(Math.abs(x / views.key_norm.data[i] - 1) < 2e-4, `norm ${i}`);
  });
  assert.deepEqual([...frame.tokens], [...lab.tokens()]);

  played.step(2);
  assert.equal(seen.frame.at(-1).step, 20, 'there is nothing after the end');
  const ended = new Promise((resolve) => {
    played.addEventListener('state', ({ detail }) => detail.status === 'done' && resolve(null));
  });
  seen.frame.length = 0;
  played.play();
  await ended;
  assert.equal(seen.frame.length, played.frames);
  assert.throws(() => new RecordedLab({ sinklab_recording: 2 }, new ArrayBuffer(0)), /recorded run/);
});
