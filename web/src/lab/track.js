/** Follows a lab, live or recorded (both tell the same events), and keeps what the page shows. */
import { History, copyFrame } from '../state/history.js';

/** @typedef {import('../types.js').Run} Run */
/** @typedef {import('../types.js').Metric} Metric */

/** @param {'recorded' | 'live'} source @returns {Run} */
export function emptyRun(source) {
  return { source, config: null, data: null, estimate: null, status: 'empty', step: 0, steps: 0, rate: 0,
    losses: [], metrics: [], changes: [], opened: 0, diverged: null, arithmetic: '' };
}

export class Track {
  /** @param {EventTarget} lab @param {'recorded' | 'live'} source
   * @param {{changed: () => void, failed: (error: import('../types.js').Refusal) => void,
   *   status: (run: Run) => void}} hands */
  constructor(lab, source, hands) {
    this.lab = lab;
    this.hands = hands;
    this.run = emptyRun(source);
    this.history = new History();
    this.listen('state', (state) => this.onState(state));
    this.listen('frame', (frame) => this.onFrame(frame));
    this.listen('metrics', (record) => this.onMetric(record));
    this.listen('reopened', (opened) => this.opened(opened));
    this.listen('error', (error) => this.hands.failed(error));
  }

  /** @param {string} type @param {(detail: any) => void} heard */
  listen(type, heard) {
    this.lab.addEventListener(type, (event) => heard(/** @type {CustomEvent} */ (event).detail));
  }

  /** A new run begins, or another one has been loaded. */
  clear() {
    const { run } = this;
    run.losses = [];
    run.metrics = [];
    run.changes = [];
    run.step = 0;
    run.rate = 0;
    run.diverged = null;
    this.history.clear();
  }

  /** @param {{config: any, data: any, estimate: any, arithmetic?: any, changes?: any}} opened a recording is strict */
  opened({ config, data, estimate, arithmetic = 'strict', changes = [] }) {
    Object.assign(this.run, { config, data, estimate, arithmetic, changes });
    this.run.opened++; // its first frame may have come before
    this.hands.changed();
  }

  /** @param {{status: import('../types.js').Status, step: number, steps: number, tensor?: string}} state */
  onState(state) {
    const { run } = this;
    const fresh = state.status === 'ready' && state.step === 0;
    if (fresh || state.step < run.step) this.rewind(state.step);
    run.status = state.status;
    run.step = state.step;
    run.steps = state.steps;
    if (state.status !== 'running') run.rate = 0;
    run.diverged = state.status === 'diverged' ? { step: state.step, tensor: state.tensor ?? '' } : null;
    this.hands.status(run);
    this.hands.changed();
  }

  /** The run went back to an earlier step: what came after it is no longer so. @param {number} step */
  rewind(step) {
    const { run } = this;
    if (step === 0) return this.clear();
    run.losses = run.losses.filter(([at]) => at <= step);
    run.metrics = run.metrics.filter((record) => record.step <= step);
    const kept = this.history.frames.filter((frame) => frame.step <= step);
    this.history.clear();
    for (const frame of kept) this.history.add(frame);
  }

  /** @param {any} frame */
  onFrame(frame) {
    const { run } = this;
    if (frame.step < run.step && frame.step === 0) this.clear();
    run.step = Math.max(frame.step, 0);
    run.rate = frame.stepsPerSecond || (run.status === 'running' ? run.rate : 0);
    for (const point of frame.losses) run.losses.push([point[0], point[1]]);
    if (Object.keys(frame.probes).length) this.history.add(copyFrame(frame));
    this.hands.changed();
  }

  /** @param {Metric} record */
  onMetric(record) {
    const { metrics } = this.run;
    const last = metrics[metrics.length - 1];
    if (last && last.step === record.step) metrics[metrics.length - 1] = record;
    else if (last && last.step > record.step) {
      this.run.metrics = [...metrics.filter((one) => one.step < record.step), record];
    } else metrics.push(record);
    this.hands.changed();
  }
}
