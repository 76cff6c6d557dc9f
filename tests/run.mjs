// Runs the tests: node tests/run.mjs [suite...], suites as named in `suites` below, all by default.
// The last line is "N passed, N failed", over all of them; the exit status says the same.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const LIMIT = 20 * 60 * 1000; // for one suite
const cores = availableParallelism?.() ?? cpus().length;

/**
 * @typedef {{passed: number, failed: number, skipped?: boolean, report?: string}} Result report: what to
 * show of it, which for a suite that is skipped is why
 */

/** Runs a program to its end; output is kept. @returns {Promise<{code: number, out: string}>} */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined } });
    let out = '';
    const watchdog = setTimeout(() => {
      out += `\n${command} had not ended after ${LIMIT / 60000} minutes and was stopped.\n`;
      child.kill('SIGKILL');
    }, LIMIT);
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (out += data));
    child.on('error', (error) => resolve({ code: 127, out: `${command}: ${error.message}` }));
    child.on('close', (code) => {
      clearTimeout(watchdog);
      resolve({ code: code ?? 1, out });
    });
  });
}

/** Files below a folder whose name ends so, without the folders named in `leave`. */
function find(folder, ending, leave = []) {
  const from = path.join(root, folder);
  if (!existsSync(from)) return [];
  const out = [];
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!leave.includes(entry.name)) out.push(...find(name, ending, leave));
    } else if (entry.name.endsWith(ending)) out.push(name);
  }
  return out.sort();
}

/** One check that passes or fails as a whole. @returns {Promise<Result>} */
async function whole(command, args) {
  const { code, out } = await run(command, args);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, report: code === 0 ? '' : out };
}

/** A program that counts for itself: last it says "N passed, N failed", or why it is skipped.
 * @returns {Promise<Result>} */
async function counted(command, args) {
  const { code, out } = await run(command, args);
  const last = out.trimEnd().split('\n').pop() ?? '';
  const why = /^skipped: (.+)/.exec(last)?.[1];
  if (code === 0 && why) return { passed: 0, failed: 0, skipped: true, report: why };
  const [, passed, failed] = (/^(\d+) passed, (\d+) failed$/.exec(last) ?? [0, 0, 0]).map(Number);
  const report = failed || code === 0 ? out.trimEnd().slice(0, -last.length).trimEnd() : tail(out, 20);
  return { passed, failed: failed || (code === 0 ? 0 : 1), report };
}

/** Every native test program of a build; each counts its own checks.
 * @param {string} build @returns {Promise<Result>} */
async function native(build) {
  const { code, out } = await run('ctest', ['--test-dir', `build/${build}`, '-V', '-j', String(cores)]);
  /** @type {Map<string, {name: string, lines: string[], ok: boolean}>} */
  const tests = new Map();
  for (const line of out.split('\n')) {
    const start = /^ *Start +(\d+): (\S+)/.exec(line) ?? /^test (\d+)$/.exec(line);
    const end = /^ *\d+\/\d+ Test +#(\d+): (\S+) \.*([ *]*\w[\w ]*?) +[\d.]+ sec/.exec(line);
    const text = /^(\d+): (.*)$/.exec(line);
    const of = (id) => {
      if (!tests.has(id)) tests.set(id, { name: '', lines: [], ok: false });
      return tests.get(id);
    };
    if (start) of(start[1]).name = start[2] || of(start[1]).name;
    else if (end) Object.assign(of(end[1]), { name: end[2], ok: end[3].trim() === 'Passed' });
    else if (text) of(text[1]).lines.push(text[2]);
  }
  const sum = { passed: 0, failed: 0, report: '' };
  for (const { name, lines, ok } of tests.values()) {
    const counts = lines.map((l) => /^(\d+) passed, (\d+) failed\s*$/.exec(l)).filter(Boolean).pop();
    const passed = counts ? Number(counts[1]) : 0;
    let failed = counts ? Number(counts[2]) : 0;
    if ((!ok || !counts) && failed === 0) failed = 1; // crashed, timed out or silent
    sum.passed += passed;
    sum.failed += failed;
    if (failed) {
      const shown = lines.filter((l) => !/^(Test command|Working Directory|Test timeout|Environment)/.test(l));
      sum.report += `${name}${counts ? '' : ' did not finish with its counts'}:\n${tail(shown.join('\n'), 60)}\n`;
    }
  }
  if (code !== 0 && sum.failed === 0) {
    sum.failed = 1;
    sum.report += tail(out, 20);
  }
  return sum;
}

/** node --test over files, counted by its TAP. @returns {Promise<Result>} */
async function node(files, parallel) {
  const args = ['--test', '--test-reporter=tap'];
  // Before 20.11 Node has no such options: no limit, and as many at a time as it likes.
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 11)) {
    args.push(`--test-concurrency=${parallel}`, '--test-timeout=600000');
  }
  const { code, out } = await run(process.execPath, [...args, ...files]);
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(out)?.[1] ?? 0);
  const result = { passed: count('pass'), failed: count('fail') + count('cancelled'), report: '' };
  if (code !== 0 && result.failed === 0) result.failed = 1;
  if (result.failed) result.report = failures(out);
  return result;
}

/** The failed points of a TAP stream, with what is said about them. */
function failures(tap) {
  const shown = [];
  let on = false;
  for (const line of tap.split('\n')) {
    if (/^\s*(not ok|ok|# Subtest)/.test(line)) on = /^\s*not ok/.test(line);
    if (on && !/^\s*(---|\.\.\.|duration_ms|type:|failureType|at )/.test(line)) shown.push(line);
  }
  return tail(shown.length ? shown.join('\n') : tap, 120);
}

function tail(text, lines) {
  const all = text.trimEnd().split('\n');
  return (all.length > lines ? ['…', ...all.slice(-lines)] : all).join('\n');
}

const types = existsSync(path.join(root, 'web/tsconfig.json')) && find('web/src', '.js').length > 0;

/** @type {Record<string, () => Promise<Result>>} */
const suites = {
  dependencies: () => whole('bash', ['.ci/depcheck']),
  native: () => native('native'),
  rows: () => counted(process.execPath, ['tests/rows/train.mjs']),
  instructions: () => counted(process.execPath, ['tests/bench/instructions.mjs']),
  sanitized: () => native('asan'), // the same under the address and undefined-behaviour sanitizers
  ...(types && { types: () => whole(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'web']) }),
  web: () => node(find('tests/web', '.test.mjs', ['browser']), cores),
  // One at a time: pages that train share the machine's cores.
  browser: () => node(find('tests/web/browser', '.test.mjs'), 1),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in suites));
if (unknown.length) {
  console.error(`There is no suite "${unknown[0]}": there are ${Object.keys(suites).join(', ')}.`);
  process.exit(2);
}

let passed = 0;
let failed = 0;
const table = [];
for (const [name, suite] of Object.entries(suites)) {
  if (wanted.length && !wanted.includes(name)) continue;
  process.stdout.write(`${name} … `);
  const started = Date.now();
  const empty = (name === 'web' && !find('tests/web', '.test.mjs', ['browser']).length) ||
    (name === 'browser' && !find('tests/web/browser', '.test.mjs').length);
  const result = empty ? { passed: 0, failed: 0 } : await suite();
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (result.passed + result.failed === 0 && !result.skipped) {
    result.failed = 1;
    result.report = `The suite "${name}" ran no tests.`;
  }
  console.log(`${result.skipped ? 'skipped' : `${result.passed} passed, ${result.failed} failed`} (${seconds} s)`);
  if (result.report) console.log(result.report.replace(/^/gm, '  '));
  table.push([name, result, seconds]);
  passed += result.passed;
  failed += result.failed;
}

console.log('');
for (const [name, result, seconds] of table) {
  const counts = `${String(result.passed).padStart(8)} ok${String(result.failed).padStart(6)} not ok`;
  console.log(`${name.padEnd(14)}${result.skipped ? 'skipped'.padStart(counts.length) : counts}${seconds.padStart(9)} s`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
