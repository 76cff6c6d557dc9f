/**
 * A run that was recorded when the site was built (web/tools/record.mjs tells the format), played
 * with the events of a LabClient. So the page shows a sink before anything is computed, and where
 * nothing can be computed at all.
 */
import { engineText as text } from '../text/engine.js';
import { SinklabError, errorBody } from './errors.js';

/** Milliseconds between two frames while it plays. */
const FRAME_EVERY = 120;

/**
 * @typedef {import('./protocol.js').State} State
 * @typedef {import('./protocol.js').ProbeData} ProbeData
 * @typedef {{id: string, type: 'u8' | 'f32', shape: number[], at: number, causal?: boolean,
 *   scale?: {power: number, max: number}}} Block one probe of one frame, at this byte
 * @typedef {object} Recording
 * @property {number} sinklab_recording 1
 * @property {string} name
 * @property {Record<string, any>} config resolved
 * @property {Record<string, any>} data
 * @property {Record<string, any>} estimate
 * @property {string} fingerprint of the last step
 * @property {Record<string, any>[]} metrics
 * @property {{at: number, count: number}} losses f32, of steps 1, 2, …
 * @property {{at: number, count: number}} tokens i32, the same in every frame
 * @property {{at: number, count: number}} documents i32
 * @property {{step: number, probes: Block[]}[]} frames
 */

/**
 * @param {string | URL} url of the JSON; the numbers lie beside it as .bin
 * @returns {Promise<RecordedLab>}
 */
export async function loadRecorded(url) {
  const base = typeof document === 'object' ? document.baseURI : undefined;
  const json = new URL(url, base);
  const bin = new URL(json.href.replace(/\.json$/, '.bin'));
  try {
    const [info, bytes] = await Promise.all(
      [json, bin].map(async (part) => {
        const response = await fetch(part);
        if (!response.ok) throw new Error(`${part.pathname}: status ${response.status}`);
        return part === json ? response.json() : response.arrayBuffer();
      }),
    );
    return new RecordedLab(info, bytes);
  } catch (error) {
    if (error instanceof SinklabError) throw error;
    const message = text.recording(errorBody(error).message);
    throw new SinklabError({ code: 'network', path: 'recording', message });
  }
}

export class RecordedLab extends EventTarget {
  #info;
  #bytes;
  /** Frames and metrics that have been told. */
  #frame = -1;
  #metric = 0;
  #loss = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {State} */
  state;

  /**
   * @param {Recording} info
   * @param {ArrayBuffer} bytes
   */
  constructor(info, bytes) {
    super();
    if (info.sinklab_recording !== 1 || !info.frames?.length) {
      const message = text.recording('it is of another version');
      throw new SinklabError({ code: 'file', path: 'recording', message });
    }
    this.#info = info;
    this.#bytes = bytes;
    const steps = info.frames[info.frames.length - 1].step;
    this.state = { status: 'ready', step: 0, steps };
  }

  get name() {
    return this.#info.name;
  }

  get frames() {
    return this.#info.frames.length;
  }

  get fingerprint() {
    return this.#info.fingerprint;
  }

  /** The shape LabClient.open gives. Tells 'state', then the first frame. */
  async open() {
    const { config, data, estimate } = this.#info;
    this.reset();
    return { config, data, estimate };
  }

  reset() {
    this.#hold();
    this.#frame = -1;
    this.#metric = this.#loss = 0;
    this.#say('ready', 0);
    this.#next();
  }

  play() {
    if (this.state.status === 'running') return;
    if (this.#frame >= this.frames - 1) this.reset();
    this.#say('running');
    const tick = () => {
      if (this.#next()) this.#timer = setTimeout(tick, FRAME_EVERY);
    };
    this.#timer = setTimeout(tick, FRAME_EVERY);
  }

  pause() {
    this.#hold();
    if (this.state.status === 'running') this.#say('paused');
  }

  /** @param {number} [n] frames */
  step(n = 1) {
    this.#hold();
    while (n-- > 0 && this.#next());
    if (this.state.status !== 'done') this.#say('paused');
  }

  /** Tells everything up to the end at once: the page opens on it. */
  finish() {
    this.#hold();
    this.#next(this.frames - 1);
  }

  dispose() {
    this.#hold();
  }

  #hold() {
    clearTimeout(this.#timer);
  }

  /**
   * Goes on to a frame and tells all that lies between.
   * @param {number} [to]
   * @returns {boolean} whether there are more
   */
  #next(to = this.#frame + 1) {
    const { frames, metrics, losses } = this.#info;
    if (to >= frames.length) return false;
    this.#frame = to;
    const { step, probes } = frames[to];
    while (this.#metric < metrics.length && metrics[this.#metric].step <= step) {
      this.#emit('metrics', metrics[this.#metric++]);
    }
    const all = new Float32Array(this.#bytes, losses.at, losses.count);
    /** @type {[number, number][]} */
    const since = [];
    for (; this.#loss < Math.min(step, losses.count); this.#loss++) {
      since.push([this.#loss + 1, all[this.#loss]]);
    }
    const shown = Object.fromEntries(probes.map((block) => [block.id, this.#unpack(block)]));
    this.state = { ...this.state, step };
    this.#emit('frame', {
      step, losses: since, probes: shown,
      tokens: this.#integers(this.#info.tokens), documents: this.#integers(this.#info.documents),
      stepsPerSecond: 0,
    });
    if (to < frames.length - 1) return true;
    this.#say('done');
    return false;
  }

  /** @param {{at: number, count: number}} part */
  #integers({ at, count }) {
    return new Int32Array(this.#bytes, at, count);
  }

  /**
   * @param {Block} block
   * @returns {ProbeData}
   */
  #unpack({ type, shape, at, causal, scale }) {
    const count = shape.reduce((a, b) => a * b, 1);
    if (type === 'f32') {
      return { data: new Float32Array(this.#bytes.slice(at, at + 4 * count)), shape };
    }
    const { power, max } = scale ?? { power: 1, max: 1 };
    const levels = Float32Array.from({ length: 256 }, (_, q) => max * (q / 255) ** power);
    const data = new Float32Array(count);
    const packed = new Uint8Array(this.#bytes, at);
    const T = shape[shape.length - 1];
    for (let row = 0, from = 0; row * T < count; row++) {
      const filled = causal ? (row % T) + 1 : T;
      for (let j = 0; j < filled; j++) data[row * T + j] = levels[packed[from++]];
    }
    return { data, shape };
  }

  /**
   * @param {import('./protocol.js').Status} status
   * @param {number} [step]
   */
  #say(status, step = this.state.step) {
    this.state = { ...this.state, status, step };
    this.#emit('state', this.state);
  }

  /**
   * @param {string} type
   * @param {any} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
