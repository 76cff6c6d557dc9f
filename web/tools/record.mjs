// Records the run that the page opens on: node web/tools/record.mjs
//
// Trains models/presets/R0.json with build/wasm/sinklab.wasm and writes dist/recorded/R0.json and
// R0.bin, which web/src/engine/recorded.js plays.
//
// R0.json  {"sinklab_recording":1, "name", "config" (resolved), "data" (sl_data_json), "estimate",
//   "fingerprint" (of the last step), "metrics":[record…],
//   "losses":{"at","count"}      f32, the losses of steps 1, 2, …
//   "tokens","documents"         {"at","count"} i32, of the probed window
//   "frames":[{"step","probes":[{"id","type","shape","at", …}…]}…]}
// R0.bin   little-endian numbers; each part begins at byte "at", a multiple of 4.
//   type "f32": as measured, rounded to ROUND bits of mantissa so that it compresses.
//   type "u8":  value = max * (q / 255) ** power with "scale":{"power","max"}; "causal": of each
//               row of the last two dimensions (T,T) only the first row + 1 numbers are there, the
//               rest is zero.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { loadEngine } from '../src/engine/wasm.js';

const PRESET = 'R0';
const FRAMES = 24;
const WINDOWS = 1; // the page shows one window and names its tokens
const ROUND = 12; // bits kept of a mantissa
const LIMIT = 60000; // compressed bytes of both files
const PROBES = ['attention', 'hidden_norm', 'key_norm', 'value_norm'];

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (...parts) => path.join(root, ...parts);

/** Steps to look at, from the first to the last. */
function moments(steps) {
  const all = Array.from({ length: FRAMES }, (_, i) => Math.round((steps * i) / (FRAMES - 1)));
  return [...new Set(all)];
}

/** Numbers one after the other, each part on a multiple of 4 bytes. */
class Bin {
  parts = [];
  size = 0;

  add(array) {
    const place = this.size;
    this.parts.push(Buffer.from(new Uint8Array(array.buffer, array.byteOffset, array.byteLength)));
    this.size += array.byteLength;
    const rest = -this.size & 3;
    if (rest) this.parts.push(Buffer.alloc(rest));
    this.size += rest;
    return place;
  }

  bytes() {
    return Buffer.concat(this.parts);
  }
}

function rounded(data) {
  const out = Float32Array.from(data);
  const bits = new Uint32Array(out.buffer);
  const drop = 23 - ROUND;
  for (let i = 0; i < bits.length; i++) {
    if (Number.isFinite(out[i])) bits[i] = ((bits[i] + (1 << (drop - 1))) >>> drop) << drop;
  }
  return out;
}

/** The lower triangle of each (T,T) in 256 levels, more of them for small weights. */
function attention(view) {
  const T = view.shape.at(-1);
  const scale = { power: 2, max: 1 };
  for (const x of view.data) if (x > scale.max) scale.max = x;
  const out = [];
  view.data.forEach((x, i) => {
    const row = Math.floor(i / T) % T;
    if (i % T <= row) out.push(Math.round(255 * (Math.max(x, 0) / scale.max) ** (1 / scale.power)));
  });
  return { array: Uint8Array.from(out), more: { causal: true, scale } };
}

function look(engine, bin) {
  const views = engine.probe(PROBES, { input: 0, first: 0, sequences: WINDOWS });
  const probes = PROBES.map((id) => {
    const { shape, data } = views[id];
    const packed = id === 'attention' ? attention(views[id]) : { array: rounded(data), more: {} };
    const type = id === 'attention' ? 'u8' : 'f32';
    return { id, type, shape, at: bin.add(packed.array), ...packed.more };
  });
  return { step: engine.step, probes };
}

/** Trains and records; gives the JSON and the numbers. */
export function record(engine, preset) {
  engine.open(preset.config);
  const config = engine.config();
  const bin = new Bin();
  const frames = [];
  const losses = [];
  for (const step of moments(config.train.steps)) {
    while (engine.step < step) {
      engine.train(1);
      losses.push(engine.loss);
    }
    frames.push(look(engine, bin));
  }
  const tokens = Int32Array.from(engine.tokens());
  const documents = Int32Array.from(engine.documents());
  const part = (array) => ({ at: bin.add(array), count: array.length });
  const info = {
    sinklab_recording: 1, name: preset.name, config, data: engine.data(),
    estimate: engine.estimate(config), fingerprint: engine.fingerprint(),
    metrics: Array.from({ length: engine.metricsCount }, (_, i) => engine.metrics(i)),
    losses: part(rounded(losses)), tokens: part(tokens), documents: part(documents), frames,
  };
  return { info, bytes: bin.bytes() };
}

async function main() {
  const engine = await loadEngine(readFileSync(at('build', 'wasm', 'sinklab.wasm')));
  const preset = JSON.parse(readFileSync(at('models', 'presets', `${PRESET}.json`), 'utf8'));
  const { info, bytes } = record(engine, preset);
  const folder = at('dist', 'recorded');
  mkdirSync(folder, { recursive: true });
  const json = JSON.stringify(info);
  writeFileSync(path.join(folder, `${PRESET}.json`), json);
  writeFileSync(path.join(folder, `${PRESET}.bin`), bytes);
  const packed = gzipSync(json, { level: 9 }).length + gzipSync(bytes, { level: 9 }).length;
  console.log(`recorded ${PRESET}: ${info.frames.length} frames of ${engine.step} steps, ` +
    `${(packed / 1000).toFixed(1)} KB compressed`);
  if (packed > LIMIT) {
    console.error(`record: ${PRESET} is over ${LIMIT / 1000} KB compressed.`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
