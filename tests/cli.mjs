/** Runs of the command line: a configuration in, its run file out. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

let runs = 0;

/**
 * @param {string} program
 * @param {any} config
 * @param {{folder: string, workers?: number, arithmetic?: string, text?: string | null, told?: (said: string) => void}} how
 *   folder: for its files; text: for a corpus that is made of one; told: is told all that it says
 * @returns {Promise<{code: number, said: string, run: any}>} run: its run file, or null
 */
export function train(program, config, { folder, workers = 1, arithmetic = 'strict', text = null, told = () => {} }) {
  const name = path.join(folder, `run${runs++}`);
  writeFileSync(`${name}.in.json`, JSON.stringify(config));
  const args = ['train', '--preset', `${name}.in.json`, '--workers', String(workers), '--arithmetic', arithmetic, '--json', `${name}.json`];
  if (config.data.corpus.type === 'text') {
    writeFileSync(`${name}.txt`, text ?? '');
    args.push('--text', `${name}.txt`);
  }
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
    told(String(data));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, said,
      run: existsSync(`${name}.json`) ? JSON.parse(readFileSync(`${name}.json`, 'utf8')) : null }));
  });
}
