/** The command line as tests run it: in a folder of its own, which goes when they end. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = process.env.SINKLAB ?? path.join(root, 'build', 'sinklab');

/** A run that takes a moment: R0, made small. */
export const SMALL = ['--preset', 'R0', '--set', 'eval.sequences=4', '--set', 'eval.fingerprint_every=10',
  '--set', 'train.batch=8', '--steps', '30'];

export const folder = mkdtempSync(path.join(tmpdir(), 'sinklab-cli-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
export const at = (name) => path.join(folder, name);
export const read = (name) => JSON.parse(readFileSync(at(name), 'utf8'));

export function sinklab(...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: folder, maxBuffer: 1 << 26 });
  return { status, stdout, stderr };
}

/** Runs and must succeed. */
export function good(...args) {
  const result = sinklab(...args);
  assert.equal(result.status, 0, `sinklab ${args.join(' ')}: ${result.stderr}`);
  return result;
}

/** Runs and must be refused with one sentence. */
export function refused(status, sentence, ...args) {
  const result = sinklab(...args);
  assert.match(result.stderr, /^sinklab: [^\n]*\n$/, `sinklab ${args.join(' ')}`);
  assert.match(result.stderr, sentence);
  assert.equal(result.status, status, result.stderr);
  assert.equal(result.stdout, '');
}
