/** What is sent to a reader, compressed. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { kilobytes, under } from '../table.mjs';

const ENGINE = [40, 20]; // KB of each file
const LAB = [300, 150];

/** @param {string} built what web/tools/site.mjs said @returns {import('../table.mjs').Told} */
export function site(built) {
  const folder = fileURLToPath(new URL('../../../dist/engine/', import.meta.url));
  const engines = readdirSync(folder).filter((name) => name.endsWith('.wasm')).sort();
  const loaded = Number(/the page loads ([\d.]+) KB/.exec(built)?.[1]);
  const size = (name) => Math.round(gzipSync(readFileSync(folder + name), { level: 9 }).length / 100) / 10;
  return { lines: [
    ...engines.map((name) => under(`${name}, compressed`, size(name), kilobytes, ENGINE[0], ENGINE[1])),
    under('all that the page loads, compressed', loaded, kilobytes, LAB[0], LAB[1]),
  ] };
}
