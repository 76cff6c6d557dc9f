/**
 * What the engine layer says when something is refused, in English. Sentences about configurations
 * and files come from the core; these are about the browser around it.
 */

/** @param {number} bytes */
const mebibytes = (bytes) => `${Math.max(1, Math.round(bytes / 1048576))} MiB`;

export const engineText = {
  noWasm:
    'This browser has no WebAssembly, which the lab computes with; use Chrome or Edge 91, ' +
    'Firefox 89, Safari 16.4 or newer.',
  noSimd:
    'This browser has no WebAssembly SIMD, which the lab computes with; use Chrome or Edge 91, ' +
    'Firefox 89, Safari 16.4 or newer.',
  blocked:
    'This page is not allowed to run WebAssembly, which the lab computes with; its content ' +
    "security policy must contain 'wasm-unsafe-eval'.",
  /** @param {string} url @param {string} why */
  fetch: (url, why) => `The engine could not be loaded from ${url} (${why}); reload the page.`,
  /** @param {string} why */
  registry: (why) => `The names of the settings could not be loaded (${why}); reload the page.`,
  otherRegistry:
    'The names of the settings (registry.json) are of another version than the engine; reload the ' +
    'page without its cache.',
  /** @param {number} abi @param {number} wanted */
  abi: (abi, wanted) =>
    `The engine file has interface ${abi} but this page was made for ${wanted}; reload the page ` +
    'without its cache.',
  /** @param {string} what */
  notEngine: (what) => `The engine file is not a Sinklab engine: it lacks ${what}.`,
  /** @param {number} bytes */
  memory: (bytes) =>
    `This lab needs ${mebibytes(bytes)}, more than the browser gives a page; make the model, ` +
    'the context or the batch smaller.',
  /** @param {string} why */
  crashed: (why) => `The engine stopped (${why}); press Continue to go on from the last checkpoint.`,
  /** @param {string} why */
  workerDied: (why) => `The lab's worker stopped (${why}); press Continue to go on from the last checkpoint.`,
  /** @param {string} why */
  helperDied: (why) =>
    `One of the lab's workers stopped (${why.replace(/\.$/, '')}); the run goes on with one worker, to the ` +
    'same result.',
  itsEngine: 'its engine stopped',
  silent: 'it no longer answers',
  unreadable: 'the message could not be read',
  noAnswer: 'it did not start',
  disposed: 'This lab was closed.',
  notReady: 'The engine is not loaded yet.',
  nothingOpen: 'No lab is open yet: open a configuration first.',
  /** @param {string} cmd */
  unknownCommand: (cmd) => `There is no command "${cmd}".`,
  /** @param {string} what */
  badArgument: (what) => `${what} is not what this command takes.`,
  /** @param {number} steps */
  done: (steps) => `This run has made all its ${steps} steps; start again or allow it more.`,
  /** @param {string} id @param {string} why */
  probe: (id, why) => `The probes ${id} cannot be shown: ${why}`,
  outOfStep: 'The workers of this lab are no longer at the same step.',
  /** @param {string} why */
  recording: (why) => `The recorded run could not be read (${why}).`,
};
