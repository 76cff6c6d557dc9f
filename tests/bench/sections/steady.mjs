/** Whether a step late in a run takes as long as an early one: numbers too small for the processor's
 * quick way (denormals) would slow it down. */
import { browserMachine, runOf } from '../machines.mjs';
import { sample } from '../sample.mjs';
import { percent, under } from '../table.mjs';

const NAMES = ['R1', 'R2', 'R3s'];
const AT = { early: 100, late: 3000 };
const SLOWER = 1.05;
const AT_A_TIME = 100;

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function steady(lab) {
  const machine = await browserMachine(lab, []);
  const tier = machine.best.name;
  try {
    const tasks = [];
    for (const name of NAMES) {
      for (const [when, step] of Object.entries(AT)) {
        await machine.ask('open', `${name} ${when}`, tier, runOf(name));
        for (let done = 0; done < step; done += AT_A_TIME) await machine.ask('step', `${name} ${when}`, AT_A_TIME);
        tasks.push({ name: `${name} ${when}`, bracket: tier, least: 0.04, run: (n) => machine.ask('step', `${name} ${when}`, n) });
      }
    }
    const sampled = await sample(machine, tasks, { seconds: 60 });
    const ended = {};
    for (const { name } of tasks) ended[name] = await machine.ask('at', name);
    return {
      lines: NAMES.map((name) => under(`${name}: a step after ${AT.late} others, in the time of one after ${AT.early}`,
        sampled.of[`${name} late`].seconds / sampled.of[`${name} early`].seconds, percent, SLOWER)),
      more: [`${tier}; timed until step ${Object.entries(ended).map(([name, step]) => `${step} (${name})`).join(', ')}`, ...sampled.said],
      data: { ...sampled, ended },
    };
  } finally {
    await machine.stop();
  }
}
