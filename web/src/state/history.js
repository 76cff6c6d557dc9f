/** The frames of a run that can be looked back at. Bounded: when full, every other one goes, so the
 * whole run stays covered, ever more coarsely. */

/** @typedef {import('../types.js').Frame} Frame */

const BUDGET = 48 * 2 ** 20; /* bytes of copied numbers */

/** @param {Frame} frame @returns {number} */
function sizeOf(frame) {
  let bytes = frame.tokens.byteLength + frame.documents.byteLength;
  for (const id in frame.probes) bytes += frame.probes[id].data.byteLength;
  return bytes;
}

let copies = 0;

/** Frames lend their buffers: what is kept must be copied.
 * @param {Frame} frame @returns {Frame} */
export function copyFrame(frame) {
  /** @type {Frame['probes']} */
  const probes = {};
  for (const id in frame.probes) {
    const { data, shape } = frame.probes[id];
    probes[id] = { data: Float32Array.from(data), shape: shape.slice() };
  }
  return {
    step: frame.step, probes,
    tokens: Int32Array.from(frame.tokens), documents: Int32Array.from(frame.documents),
    input: frame.input ?? 0, prefix: frame.prefix ?? 0, epsilon: frame.epsilon ?? 0, refused: frame.refused, id: ++copies,
  };
}

export class History {
  /** @param {number} [budget] bytes */
  constructor(budget = BUDGET) {
    this.budget = budget;
    /** @type {Frame[]} */
    this.frames = [];
    this.bytes = 0;
    this.spacing = 1;
    /** The newest frame with each measurement: some are seldom made. @type {Map<string, Frame>} */
    this.newest = new Map();
  }

  clear() {
    this.newest.clear();
    this.frames = [];
    this.bytes = 0;
    this.spacing = 1;
  }

  /** @returns {Frame | null} */
  get last() {
    return this.frames[this.frames.length - 1] ?? null;
  }

  /** @param {Frame} frame a copy that is ours to keep */
  add(frame) {
    if (this.last && frame.step < this.last.step) this.clear();
    const kept = this.frames.length;
    /* The newest frame is always there; it replaces the one before it when they stand too close. */
    if (kept > 1 && frame.step - this.frames[kept - 2].step < this.spacing) this.drop(kept - 1);
    this.frames.push(frame);
    for (const id in frame.probes) this.newest.set(id, frame);
    this.bytes += sizeOf(frame);
    if (this.bytes > this.budget && this.frames.length > 2) this.thin();
  }

  /** @param {number} index */
  drop(index) {
    this.bytes -= sizeOf(this.frames[index]);
    this.frames.splice(index, 1);
  }

  thin() {
    const { frames } = this;
    const last = frames.length - 1;
    const span = frames[last].step - frames[0].step;
    this.frames = frames.filter((_, i) => i === 0 || i === last || i % 2 === 0);
    this.bytes = this.frames.reduce((sum, frame) => sum + sizeOf(frame), 0);
    this.spacing = Math.max(this.spacing, span / Math.max(1, this.frames.length - 1));
  }

  /** The latest frame not after a step that holds a measurement.
   * @param {string} id @param {number} step @returns {Frame | null} */
  holding(id, step) {
    const newest = this.newest.get(id);
    if (!newest || newest.step <= step) return newest ?? null;
    const { frames } = this;
    for (let i = frames.length - 1; i >= 0; i--) if (frames[i].step <= step && frames[i].probes[id]) return frames[i];
    return null;
  }

  /** The latest frame not after a step, else the first.
   * @param {number} step @returns {Frame | null} */
  at(step) {
    let found = this.frames[0] ?? null;
    for (const frame of this.frames) {
      if (frame.step > step) break;
      found = frame;
    }
    return found;
  }
}
