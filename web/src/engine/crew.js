/** How many workers are worth trying. */

/** Below this much work in a step, one worker is not asked to share it: it takes 0.1 ms. */
const WORK_TO_SHARE = 2e6;
/** Workers that are tried where the number is found by trying, and what their labs may take, bytes. */
const TRIED = 4;
const ROOM = 2 ** 29;

/**
 * @param {import('./wasm.js').Estimate} estimate
 * @param {string} rung where it computes
 * @returns {number} of workers to try: one core is left to the page if there are more than two
 */
export function suitable({ flops_per_step: work, bytes }, rung) {
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  if (rung === 'page' || cores < 2 || work < WORK_TO_SHARE) return 1;
  return Math.max(1, Math.min(TRIED, Math.max(2, cores - 1), Math.floor(ROOM / bytes)));
}
