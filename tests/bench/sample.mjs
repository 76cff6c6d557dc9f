/** Timing on a machine that others use too: tasks in turns, each between two readings of the peak; only
 * samples whose readings are both near the best of the run count. */

export const CALM = 0.92; // of the best peak reading
const WANTED = 9; // samples of each task
const PEAK_SECONDS = 0.008;
const WARM = 2; // seconds

export function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const mid = sorted.length >> 1;
  return sorted.length % 2 ? sorted[mid] : (sorted[mid - 1] + sorted[mid]) / 2;
}

/**
 * @typedef {{name: string, run: (times: number) => Promise<number>, times?: number, least?: number}} Task
 *   run: does it so many times, gives seconds; least: seconds that one sample should take
 * @typedef {{seconds: number, share: number, samples: number, calm: boolean}} Sample seconds of one time;
 *   share: rate of 1/s against the peak's flops per second, so flops × share is the part of the peak
 */

/**
 * @param {{peak: (thousands: number) => Promise<number>, peakFlops: number}} machine
 * @param {Task[]} tasks
 * @param {{seconds: number}} limit for all of it
 * @returns {Promise<{peak: number, lowest: number, of: Record<string, Sample>, said: string[]}>} peak in flops per
 *   second; said: how calm the machine was
 */
export async function sample(machine, tasks, { seconds: limit }) {
  const started = Date.now();
  const spent = () => (Date.now() - started) / 1000;
  // Many short calls first: until then an engine may still run what its first compiler made.
  let thousands = 50;
  for (let i = 0; i < 60; i++) await machine.peak(thousands);
  thousands = Math.max(50, Math.ceil((thousands * PEAK_SECONDS) / (await machine.peak(thousands))));
  const readings = [];
  const peak = async () => {
    const rate = (thousands * machine.peakFlops) / (await machine.peak(thousands));
    readings.push(rate);
    return rate;
  };
  for (const task of tasks) {
    // Compiled code comes after some calls; of a long task the first few do.
    let once = await task.run(1);
    for (let i = 0, warmed = once; i < 5 && warmed < WARM; i++) warmed += once = await task.run(1);
    if (once < WARM / 10) once = await task.run(2) / 2;
    task.times = Math.max(1, Math.round((task.least ?? 0.02) / once));
  }
  const taken = tasks.map(() => /** @type {{seconds: number, before: number, after: number}[]} */ ([]));
  const good = (list) => {
    const best = Math.max(...readings);
    return list.filter((s) => Math.min(s.before, s.after) >= CALM * best);
  };
  for (let round = 0; round < WANTED || (taken.some((list) => good(list).length < WANTED) && spent() < limit); round++) {
    let before = await peak();
    for (const [i, task] of tasks.entries()) {
      if (round >= WANTED && good(taken[i]).length >= WANTED) continue;
      const seconds = await task.run(task.times ?? 1) / (task.times ?? 1);
      const after = await peak();
      taken[i].push({ seconds, before, after });
      before = after;
    }
  }
  const best = Math.max(...readings);
  /** @type {Record<string, Sample>} */
  const of = {};
  for (const [i, task] of tasks.entries()) {
    const calm = good(taken[i]);
    const list = calm.length >= 3 ? calm : taken[i];
    of[task.name] = {
      seconds: median(list.map((s) => s.seconds)),
      share: median(list.map((s) => 1 / s.seconds / ((s.before + s.after) / 2))),
      samples: calm.length, calm: calm.length >= WANTED,
    };
  }
  const calm = Object.values(of).filter((one) => one.calm).length;
  const kept = readings.filter((rate) => rate >= CALM * best);
  const peakNow = median(kept);
  const lowest = Math.min(...readings) / best;
  const said = [`peak ${(peakNow / 1e9).toFixed(1)} GFLOP/s of four lanes, one thread; its lowest reading is ${(100 * lowest).toFixed(0)} % of the best`];
  if (calm < tasks.length) said.push(`the machine was not calm: fewer than ${WANTED} good samples of ${tasks.length - calm} of ${tasks.length} tasks`);
  return { peak: peakNow, lowest, of, said };
}
