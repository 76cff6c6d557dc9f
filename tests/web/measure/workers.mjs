// How much faster several workers are than one: node tests/web/measure/workers.mjs [--rounds N]
// [--only A,S,R0] [--workers 1,2] [--source FOLDER]. In Chromium, in a page that is isolated
// (SharedArrayBuffer) and in one that is not; all of it interleaved, as ratios of medians. FOLDER is a
// checkout to measure instead of this one. --first: the first 20 steps after opening instead, one
// worker, as it is and warmed up.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { makeServer } from '../../../web/tools/serve.mjs';
import { launch } from '../browser/browser.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { values: told } = parseArgs({ options: {
  rounds: { type: 'string', default: '9' }, only: { type: 'string', default: 'A,S,R0' },
  workers: { type: 'string', default: '1,2' }, source: { type: 'string', default: root }, first: { type: 'boolean' },
} });

const sized = (layers, width, context, batch) => ({
  seed: '1',
  model: { layers, heads: 4, width, ffn_width: 4 * width, position: { type: 'learned' }, norm: { type: 'layernorm' },
    ffn: { type: 'gelu' } },
  data: { context }, train: { batch, shards: 4 },
});
const preset = (name) => JSON.parse(readFileSync(path.join(root, `models/presets/${name}.json`), 'utf8')).config;
const configs = { A: sized(4, 128, 128, 16), S: sized(2, 64, 64, 32), R0: preset('R0'), R3: preset('R3') };
for (const config of Object.values(configs)) {
  config.train = { ...config.train, steps: 1000000 };
  config.eval = { every: 100000, sequences: 1, fingerprint_every: 100000 };
}

const files = makeServer(path.resolve(told.source));
const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  response.setHeader('cross-origin-embedder-policy', 'require-corp'); // for the workers' scripts
  if (url.searchParams.has('isolated')) response.setHeader('cross-origin-opener-policy', 'same-origin');
  else if (url.pathname === '/blank.html') response.removeHeader('cross-origin-embedder-policy');
  if (url.pathname !== '/blank.html') return files.emit('request', request, response);
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>lab</title>');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await launch();
const base = `http://127.0.0.1:${server.address().port}/`;

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const counts = told.workers.split(',').map((one) => (one === 'auto' ? one : Number(one)));

async function page(way) {
  const one = await (await browser.newContext()).newPage();
  await one.goto(`${base}blank.html${way === 'isolated' ? '?isolated' : ''}`);
  return one;
}

/** Milliseconds of the first 20 steps, and of 20 later ones. */
async function first(name, warm) {
  const one = await page('isolated');
  const times = await one.evaluate(async ({ config, warm }) => {
    const { LabClient } = await import('./web/src/engine/client.js');
    const lab = new LabClient({ engineUrl: 'build/wasm/sinklab.wasm' });
    await lab.open({ config, workers: 1 });
    if (warm) await lab.warm();
    const times = [];
    for (let i = 0; i < 4; i++) {
      const from = performance.now();
      await lab.step(20);
      times.push(performance.now() - from);
    }
    return times;
  }, { config: configs[name], warm });
  await one.context().close();
  return [times[0], Math.min(...times.slice(1))];
}

try {
  for (const name of told.first ? told.only.split(',') : []) {
    const seen = { cold: [], warm: [] };
    for (let round = 0; round < Number(told.rounds); round++) {
      for (const way of ['cold', 'warm']) seen[way].push(await first(name, way === 'warm'));
    }
    console.log(`${name}, the first 20 steps: ${Object.entries(seen).map(([way, list]) => `${way} ${median(list.map(([a]) => a)).toFixed(0)} ms, ${median(list.map(([a, b]) => a / b)).toFixed(2)} x later ones`).join('; ')}`);
  }
  for (const name of told.first ? [] : told.only.split(',')) {
    const pages = [];
    for (const way of ['messages', 'isolated']) {
      const one = await page(way);
      const steps = await one.evaluate(async ({ config, counts }) => {
        const { LabClient } = await import('./web/src/engine/client.js');
        window.labs = [];
        for (const workers of counts) {
          const lab = new LabClient({ engineUrl: 'build/wasm/sinklab.wasm' });
          await lab.open({ config, workers });
          window.labs.push(lab);
        }
        window.time = async (i, n) => {
          const from = performance.now();
          await window.labs[i].step(n);
          return (performance.now() - from) / n;
        };
        for (const i of counts.keys()) await window.time(i, 30);
        return Math.max(4, Math.ceil(400 / (await window.time(0, 4))));
      }, { config: configs[name], counts });
      pages.push({ one, way, steps, ms: counts.map(() => []) });
    }
    for (let round = 0; round < Number(told.rounds); round++) {
      for (const { one, steps, ms } of pages) {
        for (const i of counts.keys()) ms[i].push(await one.evaluate(([a, b]) => window.time(a, b), [i, steps]));
      }
    }
    for (const { one, way, ms } of pages) {
      const ratios = counts.map((_, i) => median(ms[0].map((one, round) => one / ms[i][round])));
      const best = counts.map((_, i) => Math.min(...ms[i]));
      const used = await one.evaluate(() => window.labs.map((lab) => lab.workers));
      console.log(`${name} ${way}: ${counts.map((count, i) => `${count} workers (${used[i]}) ${median(ms[i]).toFixed(2)} ms, ${ratios[i].toFixed(2)} x, best ${best[i].toFixed(2)} ms ${(best[0] / best[i]).toFixed(2)} x`).join('; ')}`);
      await one.context().close();
    }
  }
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
