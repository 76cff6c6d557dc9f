// What the live page costs, in Chromium on the built site: node tests/web/measure/page.mjs [--rounds N]
// [--presets R0,R3s] [--seconds 2]. Steps a second of the page with one worker against a bare worker that only
// calls sl_train, interleaved; how smoothly it scrolls and how soon it answers while it trains; memory
// above a blank page. Where /proc tells it, also the processor time that the workers take for a step,
// which other work on the machine hardly touches, and the page's own share of a core.
import { readFileSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { start } from '../browser/browser.mjs';
import { endless } from '../../bench/machines.mjs';

const { values: told } = parseArgs({ options: {
  rounds: { type: 'string', default: '7' }, presets: { type: 'string', default: 'R0,R3s' }, seconds: { type: 'string', default: '2' },
} });
const seconds = Number(told.seconds);
const at = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))];

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** Processes of our browser's pages. */
function renderers() {
  const parent = (pid) => Number(/^\d+ \(.*\) \S (\d+)/s.exec(read(`/proc/${pid}/stat`))?.[1] ?? 0);
  const ours = (pid) => pid > 1 && (pid === process.pid || ours(parent(pid)));
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).includes('--type=renderer') && ours(Number(pid)));
}

/** Milliseconds of processor time so far: of the workers, and of the pages' main threads. */
function spent() {
  const sum = { workers: 0, page: 0 };
  for (const pid of renderers()) {
    for (const tid of readdirSync(`/proc/${pid}/task`)) {
      const ms = Number(read(`/proc/${pid}/task/${tid}/schedstat`).split(' ')[0]) / 1e6;
      if (tid === pid) sum.page += ms;
      else if (/^DedicatedWorker/.test(read(`/proc/${pid}/task/${tid}/comm`))) sum.workers += ms;
    }
  }
  return sum;
}

/** Private memory of the pages, MB. */
const memory = () => renderers().reduce((sum, pid) => sum + ['Private_Clean', 'Private_Dirty'].reduce((more, name) =>
  more + Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024, 0), 0);

const bare = `
  let lab;
  onmessage = async ({ data: { base, config, ms } }) => {
    if (base) {
      const { loadEngine } = await import(base + 'src/engine/wasm.js');
      lab = await loadEngine(await (await fetch(base + 'engine/sinklab.wasm')).arrayBuffer());
      lab.open(config);
      lab.train(30);
      return postMessage(0);
    }
    const { step } = lab;
    const from = performance.now();
    while (performance.now() - from < ms) lab.train(1);
    postMessage({ rate: (1000 * (lab.step - step)) / (performance.now() - from), steps: lab.step - step });
  };`;

const site = await start();
try {
  const { page: any } = await site.open();
  const browser = any.context().browser();
  await any.context().close();
  const blank = await browser.newPage();
  const empty = memory();
  await blank.close();
  for (const preset of told.presets.split(',')) {
    for (const cores of [1, 2]) {
      const { page, base } = await site.open({ hash: `#preset=${preset}`, motion: true,
        before: (one) => one.addInitScript((n) => Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => n }), cores) });
      await page.evaluate(async () => {
        await window.sinklab.play();
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await window.sinklab.pause();
      });
      console.log(`${preset}, ${cores} cores: ${(memory() - empty).toFixed(0)} MB above a blank page`);
      await page.evaluate(async ({ source, base: from, config }) => {
        const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' });
        const ask = (what) => new Promise((resolve) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.postMessage(what);
        });
        await ask({ base: from, config });
        window.bare = (ms) => ask({ ms });
        window.live = async (ms) => {
          const lab = window.sinklab.client();
          const first = (await lab.pause()).step;
          await window.sinklab.play();
          const begun = performance.now();
          await new Promise((resolve) => setTimeout(resolve, ms));
          const { step } = await lab.pause();
          return { rate: (1000 * (step - first)) / (performance.now() - begun), steps: step - first };
        };
      }, { source: bare, base, config: endless(preset) });
      await page.evaluate(async (config) => {
        const { train, eval: evaluation } = config;
        await window.sinklab.setState({ overrides: { 'train.steps': train.steps, 'eval.every': evaluation.every,
          'eval.sequences': evaluation.sequences, 'eval.fingerprint_every': evaluation.fingerprint_every } });
        await window.live(1500);
      }, endless(preset));
      const rates = { bare: [], live: [] };
      const taken = { bare: [], live: [] };
      let drawing = 0;
      for (let round = 0; round < Number(told.rounds); round++) {
        for (const which of ['bare', 'live']) {
          const before = spent();
          const { rate, steps } = await page.evaluate(([a, ms]) => window[a](ms), [which, 1000 * seconds]);
          const after = spent();
          rates[which].push(rate);
          taken[which].push((after.workers - before.workers) / steps);
          if (which === 'live') drawing += (after.page - before.page) / (1000 * seconds * Number(told.rounds));
        }
      }
      console.log(`${preset}, ${cores} cores: processor time of a step, bare ${at(taken.bare, 0.5).toFixed(2)} ms, live ${at(taken.live, 0.5).toFixed(2)} ms, ${at(taken.live.map((one, i) => one / taken.bare[i]), 0.5).toFixed(3)} x; the page itself takes ${(100 * drawing).toFixed(0)} % of a core`);
      const ratios = rates.live.map((one, i) => one / rates.bare[i]);
      console.log(`${preset}, ${cores} cores: bare ${at(rates.bare, 0.5).toFixed(1)} steps/s, live ${at(rates.live, 0.5).toFixed(1)}; live/bare median ${at(ratios, 0.5).toFixed(3)}, of the best ${(Math.max(...rates.live) / Math.max(...rates.bare)).toFixed(3)}; workers ${await page.evaluate(() => window.sinklab.client().workers)}`);

      await page.evaluate(() => {
        window.seen = { frames: [], inputs: [] };
        let last = 0;
        requestAnimationFrame(function tick(now) {
          if (last) window.seen.frames.push(now - last);
          last = now;
          requestAnimationFrame(tick);
        });
        addEventListener('wheel', ({ timeStamp }) => requestAnimationFrame(() => window.seen.inputs.push(performance.now() - timeStamp)), { passive: true });
      });
      for (const doing of ['standing still', 'training']) {
        await page.evaluate((train) => { window.seen.frames = []; window.seen.inputs = []; return train && window.sinklab.play(); }, doing === 'training');
        for (let i = 0; i < 60; i++) {
          await page.mouse.wheel(0, i % 20 < 10 ? 60 : -60);
          await page.waitForTimeout(30);
        }
        const { frames, inputs } = await page.evaluate(() => window.seen);
        console.log(`  ${doing}: a frame every ${at(frames, 0.5).toFixed(1)} ms (95 %: ${at(frames, 0.95).toFixed(1)}), an input shows after ${at(inputs, 0.5).toFixed(1)} ms (95 %: ${at(inputs, 0.95).toFixed(1)})`);
      }
      await page.context().close();
    }
  }
} finally {
  await site.stop();
}
