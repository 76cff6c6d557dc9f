/** The same bits from every build and way to run. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { fingerprints, lines } from '../../fingerprints.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const STEPS = { quick: 20, full: 300 };

/** @param {{full: boolean, cores: number, say: (line: string) => void}} how
 * @returns {Promise<import('../table.mjs').Told>} */
export async function fingerprintsAgree({ full, cores, say }) {
  const steps = full ? STEPS.full : STEPS.quick;
  if (full) {
    const run = (program, ...args) => execFileSync(path.join(root, '.ci', program), args, { stdio: ['ignore', 'ignore', 'inherit'] });
    run('setup', 'fingerprints');
    run('build', String(cores), 'gcc-O0', 'gcc-O3', 'clang-O0', 'clang-O3');
  }
  const result = await fingerprints({ steps, builds: full ? ['compilers', 'node', 'chromium'] : ['native', 'node', 'chromium'], say });
  const differ = result.rows.reduce((sum, row) => sum + row.differ.length, 0);
  return { lines: [{ what: `the same bits after ${steps} steps of ${result.rows.length} presets, ${result.columns.length} builds and ways to run`,
    value: differ ? `${differ} differ` : 'all agree', limit: 'all agree', reached: !differ, number: differ }], more: lines(result), data: result };
}
