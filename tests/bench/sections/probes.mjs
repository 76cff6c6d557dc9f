/** What looking costs the training: processor time of the worker's thread for a step of R2, with nothing
 * looked at, with what the page shows at its usual rate, with the report open, and with every measurement
 * open that goes with the pictures; in turns, in one page. Processor time, for the machine has others to
 * serve. Linux tells it by thread. */
import { readFileSync, readdirSync } from 'node:fs';

import { median } from '../sample.mjs';
import { info, percent, under } from '../table.mjs';

const PRESET = 'R2';
const LIMIT = 0.1; // more time
const SECONDS = 2.5; // of one sample
const ROUNDS = 7;

/** Nanoseconds that the threads of a process have run, by a part of their name.
 * @param {number} pid @param {(name: string) => boolean} of */
function ran(pid, of) {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const at = `/proc/${pid}/task/${thread}`;
    if (of(readFileSync(`${at}/comm`, 'utf8'))) sum += Number(readFileSync(`${at}/schedstat`, 'utf8').split(' ')[0]);
  }
  return sum;
}

const worker = (name) => name.startsWith('DedicatedWorker');

/** The process that has the page's worker. */
async function rendererOf(lab) {
  const session = await lab.browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const busy = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => ({ id, ns: ran(id, worker) }));
  const [most] = busy.sort((a, b) => b.ns - a.ns);
  if (!most?.ns) throw new Error('no process of the browser has a worker that has run');
  return most.id;
}

/** What is looked at. Each is set in the page, which asks the worker as it does for a reader. */
const LOOKS = {
  nothing: (page) => page.evaluate(async () => {
    await window.sinklab.setState({ view: { more: [], why: false } });
    await window.sinklab.client().setWanted({ probes: [] });
  }),
  panels: (page) => page.evaluate(async () => {
    await window.sinklab.setState({ view: { more: ['alpha'], why: false } }); // the worker is told of changes
    await window.sinklab.setState({ view: { more: [] } });
  }),
  report: async (page) => {
    await LOOKS.panels(page);
    await page.evaluate(() => window.sinklab.setState({ view: { why: true } }));
  },
  all: (page) => page.evaluate(async () => {
    const { probes } = await (await fetch('registry.json')).json();
    await window.sinklab.setState({ view: { more: probes.map((one) => one.id), why: false } });
  }),
};

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function probeCost(lab) {
  const { page } = await lab.open({ hash: `#preset=${PRESET}&train.steps=1000000`, motion: true, before: (one) => one.addInitScript(() => {
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });
  }) });
  try {
    await page.evaluate(() => window.sinklab.step(100));
    const pid = await rendererOf(lab);
    /** Milliseconds of the worker, and of all threads, for one of n steps. */
    const step = async (n) => {
      const before = { own: ran(pid, worker), all: ran(pid, () => true) };
      const frames = await page.evaluate(async (count) => {
        let seen = 0;
        const saw = () => seen++;
        window.sinklab.client().addEventListener('frame', saw);
        await window.sinklab.step(count);
        window.sinklab.client().removeEventListener('frame', saw);
        return seen;
      }, n);
      return { own: (ran(pid, worker) - before.own) / n / 1e6, all: (ran(pid, () => true) - before.all) / n / 1e6, frames };
    };
    await LOOKS.nothing(page);
    const { own } = await step(100);
    const n = Math.max(20, Math.round((1000 * SECONDS) / own));
    /** @type {Record<string, {own: number, all: number, frames: number}[]>} */
    const taken = Object.fromEntries(Object.keys(LOOKS).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, look] of Object.entries(LOOKS)) {
        await look(page);
        await step(5);
        taken[name].push(await step(n));
      }
    }
    /** @param {string} name @param {'own' | 'all'} what share more than with nothing looked at, in the same round */
    const more = (name, what) => median(taken[name].map((one, i) => one[what] / taken.nothing[i][what] - 1));
    return {
      lines: [
        under(`${PRESET}: more time of the worker for a step with the page's panels`, more('panels', 'own'), percent, LIMIT),
        under(`${PRESET}: the same with the report open`, more('report', 'own'), percent, LIMIT),
        under(`${PRESET}: the same with every measurement open at its usual pace`, more('all', 'own'), percent, LIMIT),
        info(`${PRESET}: more time of all the page's threads with its panels`, more('panels', 'all'), percent),
      ],
      more: [`medians of ${ROUNDS} rounds of ${n} steps; frames: ${Object.entries(taken).map(([name, all]) => `${name} ${median(all.map((one) => one.frames))}`).join(', ')}; ${median(taken.nothing.map((one) => one.own)).toFixed(2)} ms a step with nothing looked at`],
      data: taken,
    };
  } finally {
    await page.context().close();
  }
}
