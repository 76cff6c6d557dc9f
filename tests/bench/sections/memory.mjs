/** Memory: of the page while it trains, ours and the rivals', and what the estimate said of it. The page's
 * is the resident memory of all of Chromium's renderer processes (VmRSS in /proc, so on Linux only),
 * the highest while ten steps are made, less what it was with the blank page. */
import { existsSync, readFileSync } from 'node:fs';

import { blankPage } from '../isolated.mjs';
import { browserMachine, runOf, tiers } from '../machines.mjs';
import { info, megabytes, percent, under } from '../table.mjs';

const MB = 1e6;
const LIMITS = { S: [60, 45], A: [130, 95] };
const STEPS = 10;
const LOOK = 50; // ms
const SETTLES = 1500; // ms
const OFF = 0.05; // of the estimate
const R3_LIMIT = 64; // MB
const NAMES = ['A', 'S', 'R0', 'R1', 'R2', 'R3', 'R3s'];
/** Below this many bytes a module's memory as it starts is most of it. */
const SMALL = 8e6;

/** @param {any} lab @returns {Promise<() => Promise<number>>} bytes of all renderers */
async function rendererMemory(lab) {
  if (!existsSync('/proc/self/status')) throw new Error('this system has no /proc to read the memory of processes from');
  const session = await lab.browser.newBrowserCDPSession();
  return async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { id }) => {
      try {
        return sum + 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0);
      } catch {
        return sum; // it has just ended
      }
    }, 0);
  };
}

/**
 * Bytes above the blank page.
 * @param {any} lab @param {() => Promise<number>} memory
 * @param {{before?: (page: any) => Promise<void>, train: (page: any) => Promise<any>}} how
 */
async function above(lab, memory, { before, train }) {
  const page = await blankPage(lab);
  const rest = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  try {
    await before?.(page);
    await rest(SETTLES);
    const blank = await memory();
    let most = 0;
    let looking = true;
    const watch = (async () => {
      for (; looking; await rest(LOOK)) most = Math.max(most, await memory());
    })();
    await train(page);
    looking = false;
    await watch;
    return most - blank;
  } finally {
    await page.stop();
  }
}

/** @param {string} config @param {number} workers */
const ours = (config, workers) => ({
  async train(page) {
    await page.crew('ours', { engine: tiers().pop()?.engine, ...runOf(config), workers });
    await page.ask('ours', 'step', STEPS);
  },
});

/** A rival with weights of ours: the worker that makes them is gone before it begins. */
const rival = (config, url, ...begin) => ({
  async before(page) {
    await page.hire('ours', 'page/engine.js');
    await page.ask('ours', 'begin', tiers().slice(0, 1));
    await page.ask('ours', 'open', 'it', 'strict', runOf(config));
    await page.page.evaluate(async (text) => { window.given = await window.ask('ours', 'export', 'it', text, 4); }, runOf(config).text);
    await page.dismiss('ours');
  },
  async train(page) {
    await page.hire('rival', url);
    await page.ask('rival', 'begin', ...begin);
    await page.page.evaluate(() => window.ask('rival', 'open', window.given));
    await page.ask('rival', 'step', STEPS);
  },
});

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function memory(lab) {
  const renderers = await rendererMemory(lab);
  const lines = [];
  for (const [config, [must, aim]] of Object.entries(LIMITS)) {
    const of = async (how) => (await above(lab, renderers, how)) / MB;
    lines.push(under(`${config}: memory above a blank page, one worker`, await of(ours(config, 1)), megabytes, must, aim));
    lines.push(info(`${config}: the same, two workers`, await of(ours(config, 2)), megabytes));
    lines.push(info(`${config}: jax-js, one worker`, await of(rival(config, 'rivals/jax.js', 1)), megabytes));
    lines.push(info(`${config}: TensorFlow.js WASM, one worker`, await of(rival(config, 'rivals/tfjs.js')), megabytes));
  }
  return { lines, more: [`resident memory of Chromium's renderer processes, the highest during ${STEPS} steps`] };
}

/** @param {any} lab @returns {Promise<import('../table.mjs').Told>} */
export async function estimate(lab) {
  const machine = await browserMachine(lab, [], ['strict']);
  try {
    const lines = [];
    const data = {};
    for (const name of NAMES) {
      const given = runOf(name);
      const { bytes, memory: whole } = await machine.ask('open', `${name} strict`, 'strict', given);
      await machine.step(name, 'strict', 1);
      const used = { bytes, whole, taken: await machine.ask('taken', 'strict', given), page: await machine.ask('memory', `${name} strict`) };
      await machine.ask('close', `${name} strict`);
      data[name] = used;
      if (bytes < SMALL) continue;
      const off = (part, told) => Math.abs(part / told - 1);
      lines.push(under(`${name}: what opening takes is off the estimate by`, off(used.taken, bytes), percent, OFF));
      lines.push(under(`${name}: the engine's memory in the page is off the estimate by`, off(used.page, whole), percent, OFF));
      if (name === 'R3') lines.push(under('R3: the engine\'s memory in the page', used.page / MB, megabytes, R3_LIMIT));
    }
    return { lines, more: [Object.entries(data).map(([name, { bytes, whole, taken, page }]) => (
      `${name}: estimate ${megabytes(bytes / MB)}, in the page ${megabytes(whole / MB)}; taken ${megabytes(taken / MB)}, in the page ${megabytes(page / MB)}`)).join('; ')], data };
  } finally {
    await machine.stop();
  }
}
