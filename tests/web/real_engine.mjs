/** The built engine, and a lab small enough for tests. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { loadEngine } from '../../web/src/engine/wasm.js';

export const engineBytes = readFileSync(new URL('../../build/wasm/sinklab.wasm', import.meta.url));

/** What lies beside the engine on the site. */
export const registry = JSON.parse(execFileSync(
  fileURLToPath(new URL('../../build/sinklab', import.meta.url)), ['registry', '--json'], { encoding: 'utf8', maxBuffer: 1e8 }));

export const small = {
  seed: '7',
  model: { layers: 1, heads: 2, width: 16, ffn_width: 32 },
  data: { context: 16 },
  train: { steps: 20, batch: 8, shards: 4 },
  eval: { every: 5, sequences: 4, fingerprint_every: 10 },
};

export async function engine(config = small) {
  const lab = await loadEngine(engineBytes);
  if (config) lab.open(config);
  return lab;
}
