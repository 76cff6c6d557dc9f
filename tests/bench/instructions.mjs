/** The guard of the native kernels: how many instructions each takes, and a training step of R1 and R2,
 * counted by valgrind (tests/bench/bench.c, count) and compared with instructions.json.
 *
 *   node tests/bench/instructions.mjs [--record] [BUILD]     BUILD: build/native if not given
 *
 * Seconds depend on the machine and what else it does; instructions only on compiler and flags. The
 * last line is "N passed, N failed", or "skipped: " and why. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { nativeBench } from './machines.mjs';

const PRESETS = ['R1', 'R2'];
const MARGIN = 0.03;
const COUNTED = 'bench_counted'; // the function of bench.c
const RECORD = 'node tests/bench/instructions.mjs --record';
const FILE = new URL('instructions.json', import.meta.url);

/** @typedef {Record<string, number>} Counts by "TIER KERNEL" or "TIER step of PRESET" */

/** Why nothing can be counted here, or nothing. */
function obstacle() {
  const tried = spawnSync('valgrind', ['--tool=callgrind', '--callgrind-out-file=/dev/null', 'true'], { encoding: 'utf8' });
  if (tried.error) return 'valgrind, which counts instructions, is not installed';
  if (tried.status !== 0) return `valgrind does not run here: ${tried.stderr.trim().split('\n').pop()}`;
  return '';
}

/** Callgrind counts inside of one function alone, and writes a file each time that it returns.
 * @param {string} build @returns {{compiler: string, counts: Counts}} */
function count(build) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sinklab-instructions-'));
  try {
    const { program, files } = nativeBench(PRESETS, folder, build);
    const out = path.join(folder, 'counts');
    const [compiler, ...names] = execFileSync('valgrind', ['-q', '--tool=callgrind', `--callgrind-out-file=${out}`,
      `--toggle-collect=${COUNTED}`, `--dump-after=${COUNTED}`, program, 'count', ...files],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim().split('\n');
    if (existsSync(`${out}.${names.length + 1}`)) throw new Error('callgrind has counted more calls than there were');
    return {
      compiler,
      counts: Object.fromEntries(names.map((name, i) => {
        const total = /^totals: (\d+)$/m.exec(readFileSync(`${out}.${i + 1}`, 'utf8'));
        if (!Number(total?.[1])) throw new Error(`callgrind has counted nothing for "${name}"`);
        return [name.replace(/\S*\/(\w+)\.json$/, 'step of $1'), Number(total?.[1])];
      })),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What numbers are recorded by: "gcc 12 x64 -O3". @param {string} compiler @param {string} build */
function keyOf(compiler, build) {
  const cache = readFileSync(path.join(build, 'CMakeCache.txt'), 'utf8');
  const flags = ['SL_OPT', 'SL_SANITIZE', 'CMAKE_C_FLAGS', 'CMAKE_BUILD_TYPE'].map((name) =>
    new RegExp(`^${name}:[A-Z]+=(.*)$`, 'm').exec(cache)?.[1]);
  return [compiler, process.arch, ...flags].filter(Boolean).join(' ');
}

/** @param {string} name @param {number | undefined} was @param {number | undefined} now
 * @returns {{failed?: boolean, fewer?: boolean, said?: string}} */
function judge(name, was, now) {
  if (!now) return { failed: true, said: `${name}: recorded, but not counted any more` };
  if (!was) return { failed: true, said: `${name}: ${now} instructions, and no number is recorded` };
  const change = now / was - 1;
  const failed = change > MARGIN;
  const fewer = change < -MARGIN;
  const said = `${name}: ${now} instructions, ${(100 * Math.abs(change)).toFixed(1)} % ${failed ? 'more' : 'fewer'} than the ${was} recorded`;
  return failed || fewer ? { failed, fewer, said } : {};
}

const tierOf = (name) => name.split(' ')[0];

/** Of what is recorded, that of tiers which are not counted here. @param {Counts} was @param {Counts} now */
function elsewhere(was, now) {
  const here = new Set(Object.keys(now).map(tierOf));
  return Object.fromEntries(Object.entries(was).filter(([name]) => !here.has(tierOf(name))));
}

/** Prints what is to be said of the counts. @param {Counts} was @param {Counts} now @returns {boolean} all passed */
function compare(was, now) {
  const left = elsewhere(was, now);
  const names = Object.keys({ ...was, ...now }).filter((name) => !(name in left));
  const judged = names.map((name) => judge(name, was[name], now[name]));
  const failed = judged.filter((one) => one.failed).length;
  for (const { said } of judged) if (said) console.log(said);
  const tiers = [...new Set(Object.keys(left).map(tierOf))];
  if (tiers.length) console.log(`Not counted, since this processor under valgrind lacks them: ${tiers.join(', ')}.`);
  if (failed) console.log(`Where this is meant, record it: ${RECORD}`);
  else if (judged.some((one) => one.fewer)) console.log(`Record it, so that it stays so: ${RECORD}`);
  console.log(`${names.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

function main() {
  const record = process.argv.includes('--record');
  const build = path.resolve(process.argv.slice(2).find((word) => word !== '--record') ?? 'build/native');
  const why = obstacle();
  if (why) {
    console.log(`skipped: ${why}.`);
    return !record;
  }
  const { compiler, counts } = count(build);
  const key = keyOf(compiler, build);
  /** @type {Record<string, Counts>} */
  const recorded = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
  if (record) {
    recorded[key] = { ...counts, ...elsewhere(recorded[key] ?? {}, counts) };
    writeFileSync(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
    console.log(`${Object.keys(counts).length} counts recorded for ${key}.`);
    return true;
  }
  if (recorded[key]) return compare(recorded[key], counts);
  console.log(`skipped: no numbers are recorded for ${key}; to record them: ${RECORD}`);
  return true;
}

process.exitCode = main() ? 0 : 1;
