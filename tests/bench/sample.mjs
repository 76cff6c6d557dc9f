/** Timing on a machine that others use too: tasks in turns, each between two readings of the peak; only
 * samples whose readings are both near the best of the run count. */

export const CALM = 0.92; // of the best peak reading
const WANTED = 9; // samples of each task
const PEAK_SECONDS = 0.016;
const WARM = 2; // seconds

export function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const mid = sorted.length >> 1;
  return sorted.length % 2 ? sorted[mid] : (sorted[mid - 1] + sorted[mid]) / 2;
}

/**
 * @typedef {{peak: (thousands: number) => Promise<number>, flops: number}} Bracket a loop at the peak, as
 *   readings before and after a sample: seconds it took, operations of a thousand turns
 * @typedef {{name: string, run: (times: number) => Promise<number>, bracket?: string, least?: number, every?: number}} Task
 *   run: does it so many times, gives seconds; bracket: another than the machine's first; least:
 *   seconds that one sample should take; every: a sample is of whole multiples of it
 * @typedef {{seconds: number, share: number, samples: number, calm: boolean}} Sample seconds of one time;
 *   share: rate of 1/s against the peak's flops per second, so flops × share is the part of the peak
 * @typedef {{thousands: number, readings: number[], read: () => Promise<number>}} Gauge
 */

/** @param {Bracket} bracket @returns {Promise<Gauge>} */
async function gauge({ peak, flops }) {
  // Many short calls first: until then an engine may still run what its first compiler made.
  let thousands = 50;
  for (let i = 0; i < 60; i++) await peak(thousands);
  thousands = Math.max(50, Math.ceil((thousands * PEAK_SECONDS) / (await peak(thousands))));
  /** @type {number[]} */
  const readings = [];
  return { thousands, readings, read: async () => {
    readings.push((thousands * flops) / (await peak(thousands)));
    return readings[readings.length - 1];
  } };
}

/** How often a task is done in one sample. @param {Task} task */
async function timesOf({ run, least = 0.02, every = 1 }) {
  // Compiled code comes after some calls; of a long task the first few do.
  let once = await run(1);
  for (let i = 0, warmed = once; i < 5 && warmed < WARM; i++) warmed += once = await run(1);
  if (once < WARM / 10) once = await run(2) / 2;
  return every * Math.max(1, Math.round(least / once / every));
}

/**
 * @param {{brackets: Record<string, Bracket>}} machine
 * @param {Task[]} tasks
 * @param {{seconds: number}} limit for all of it
 * @returns {Promise<{of: Record<string, Sample>, said: string[]}>} said: how calm the machine was
 */
export async function sample(machine, tasks, { seconds: limit }) {
  const started = Date.now();
  const [first] = Object.keys(machine.brackets);
  /** @type {Record<string, Gauge>} */
  const gauges = {};
  const plans = [];
  for (const task of tasks) {
    const name = task.bracket ?? first;
    gauges[name] ??= await gauge(machine.brackets[name]);
    plans.push({ ...task, gauge: gauges[name], times: await timesOf(task),
      taken: /** @type {{seconds: number, before: number, after: number}[]} */ ([]) });
  }
  const good = ({ gauge: { readings }, taken }) => {
    const best = Math.max(...readings);
    return taken.filter((s) => Math.min(s.before, s.after) >= CALM * best);
  };
  const enough = () => plans.every((plan) => good(plan).length >= WANTED) || Date.now() - started > 1000 * limit;
  // All in every round, also what has samples enough: a ratio is of the same minutes.
  for (let round = 0; round < WANTED || !enough(); round++) {
    let last = null;
    let before = NaN;
    for (const plan of plans) {
      if (last !== plan.gauge) before = await plan.gauge.read();
      const seconds = await plan.run(plan.times) / plan.times;
      const after = await plan.gauge.read();
      plan.taken.push({ seconds, before, after });
      last = plan.gauge;
      before = after;
    }
  }
  /** @type {Record<string, Sample>} */
  const of = {};
  for (const plan of plans) {
    const calm = good(plan);
    const list = calm.length >= 3 ? calm : plan.taken;
    of[plan.name] = {
      seconds: median(list.map((s) => s.seconds)),
      share: median(list.map((s) => 1 / s.seconds / ((s.before + s.after) / 2))),
      samples: calm.length, calm: calm.length >= WANTED,
    };
  }
  return { of, said: [...Object.entries(gauges).map(([name, { readings }]) => peakSaid(name, readings)), ...calmSaid(Object.values(of))] };
}

/** @param {string} name @param {number[]} readings */
function peakSaid(name, readings) {
  const best = Math.max(...readings);
  const kept = readings.filter((rate) => rate >= CALM * best);
  return `peak of ${name}: ${(median(kept) / 1e9).toFixed(1)} GFLOP/s; ${kept.length} of ${readings.length} readings near the best, the lowest ${(100 * Math.min(...readings) / best).toFixed(0)} % of it`;
}

/** @param {Sample[]} samples */
function calmSaid(samples) {
  const few = samples.filter((one) => !one.calm).length;
  return few ? [`the machine was not calm: fewer than ${WANTED} good samples of ${few} of ${samples.length} tasks`] : [];
}
