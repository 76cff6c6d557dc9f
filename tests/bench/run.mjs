// Measures what the README promises: node tests/bench/run.mjs [--only NAME,NAME] [--json FILE]
//   [--full: fingerprints of every compiler after 300 steps] [--from DIR: finished runs for recipes, depth]
//   [--recipes r0,r2-fixed: these only] [--before DIR: a checkout of another commit, with its engine, for plain]
// Every line says whether its limit is reached, and its aim; the exit status is 1 only where something
// could not be measured. Ratios are of one run: no time is compared with that of another machine.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { start } from '../web/browser/browser.mjs';
import { depth } from './sections/depth.mjs';
import { fingerprintsAgree } from './sections/fingerprints.mjs';
import { kernels, native } from './sections/kernels.mjs';
import { live } from './sections/live.mjs';
import { estimate, memory } from './sections/memory.mjs';
import { gemm, steps } from './sections/peak.mjs';
import { probeCost } from './sections/probes.mjs';
import { recipes } from './sections/recipes.mjs';
import { rivals } from './sections/rivals.mjs';
import { normsSoon, readySoon, sinkSoon } from './sections/sink.mjs';
import { site } from './sections/site.mjs';
import { smooth } from './sections/smooth.mjs';
import { steady } from './sections/steady.mjs';
import { plain, variants } from './sections/variants.mjs';
import { shown } from './table.mjs';

/** @typedef {import('./table.mjs').Told} Told */

const root = fileURLToPath(new URL('../..', import.meta.url));
const cores = availableParallelism?.() ?? cpus().length;
const say = (line) => process.stderr.write(`${line}\n`);

/** @type {any} */
let browser = null;
const inBrowser = () => (browser ??= start());
/** What takes a browser. @param {(lab: any) => Promise<Told>} section */
const seen = (section) => async () => section(await inBrowser());

const args = process.argv.slice(2);
function given(name) {
  const i = args.indexOf(name);
  return i < 0 ? undefined : args[i + 1] ?? '';
}

/** @type {Record<string, () => Promise<Told>>} */
const sections = {
  ready: seen(readySoon),
  sink: seen(sinkSoon),
  gemm: seen(gemm),
  steps: seen(steps),
  native: seen(native),
  kernels: seen(kernels),
  rivals: seen(rivals),
  memory: seen(memory),
  estimate: seen(estimate),
  live: seen(live),
  probes: seen(probeCost),
  smooth: seen(smooth),
  steady: seen(steady),
  norms: seen(normsSoon),
  variants,
  plain: () => plain(given('--before')),
  site: async () => site(built),
  fingerprints: () => fingerprintsAgree({ full: args.includes('--full'), cores, say }),
  recipes: () => recipes({ from: given('--from'), some: given('--recipes')?.split(','), workers: cores, say }),
  depth: () => depth({ from: given('--from'), workers: cores, say }),
};
/** Those that take many minutes: only where they are asked for. */
const LONG = ['norms', 'variants', 'plain', 'recipes', 'depth'];

const wanted = given('--only')?.split(',') ?? Object.keys(sections).filter((name) => !LONG.includes(name));
const unknown = wanted.find((name) => !(name in sections));
if (unknown !== undefined) {
  console.error(`There is no "${unknown}" to measure: there are ${Object.keys(sections).join(', ')}.`);
  process.exit(2);
}

// The site as it stands in the sources; its own lines say how large it is.
const built = execFileSync(process.execPath, [path.join(root, 'web/tools/site.mjs')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const began = Date.now();
const report = {};
let failed = false;
for (const name of Object.keys(sections)) {
  if (!wanted.includes(name)) continue;
  try {
    const { lines, more = [], data } = await sections[name]();
    report[name] = { lines, more, data };
    for (const line of lines) console.log(shown(line));
    for (const line of more) console.log(`    ${line}`);
  } catch (error) {
    failed = true;
    const why = String(error?.message ?? error).split('\n')[0];
    report[name] = { error: why };
    console.log(`${name}: could not be measured: ${why}`);
  }
}
await (await browser?.catch?.(() => null))?.stop();
const spent = Math.round((Date.now() - began) / 1000);
console.log(`${spent} s`);
const file = given('--json');
if (file !== undefined) writeFileSync(file || 'bench.json', `${JSON.stringify({ seconds: spent, sections: report }, null, 1)}\n`);
process.exit(failed ? 1 : 0);
