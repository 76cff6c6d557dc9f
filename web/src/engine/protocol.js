/**
 * What the page and a lab say to each other, whoever computes: a worker, or the page itself.
 *
 * Page to lab:
 *   {id, cmd, args}            a request; the answer carries the id
 *   {ack: topic, buffers}      a message of that topic is done with, and here are its buffers
 *   {ping: true}               say {pong: true} as soon as messages are looked at
 *   {alone: true}              the other workers are gone: go on without them
 * Lab to page:
 *   {hello: PROTOCOL}          the worker runs
 *   {id, value} or {id, error} the answer
 *   {topic, run, seq, body}    news. run counts open and load; seq counts within the topic.
 *
 * Topics 'frame', 'metrics' and 'autosave' wait for their acknowledgement: at most one message of
 * each is under way, and what happens meanwhile goes into the next. 'state' and 'error' are few and
 * small, come at once and want no answer. A request applies between two steps of training.
 */

export const PROTOCOL = 1;

/**
 * @typedef {import('./errors.js').ErrorBody} ErrorBody
 * @typedef {'frame' | 'metrics' | 'autosave' | 'state' | 'error'} Topic
 * @typedef {'empty' | 'ready' | 'running' | 'paused' | 'done' | 'diverged' | 'failed'} Status
 *
 * @typedef {{id: number, cmd: string, args?: any}} Request
 * @typedef {{ack: Topic, buffers?: ArrayBuffer[]}} Ack
 * @typedef {{hello: number}} Hello
 * @typedef {{id: number, value?: any, error?: Required<ErrorBody>}} Reply
 * @typedef {{topic: Topic, run: number, seq: number, body: any}} News
 *
 * @typedef {{data: Float32Array, shape: number[]}} ProbeData
 * @typedef {object} Frame
 * @property {number} step
 * @property {[number, number][]} losses [step, loss] of every step since the last frame
 * @property {Record<string, ProbeData>} probes the wanted ones that are due
 * @property {Record<string, string>} [refused] those that this run has nothing of, and why
 * @property {Int32Array} tokens of the last probed window; empty when no probe is wanted
 * @property {Int32Array} documents
 * @property {number} input that they are of
 * @property {number} prefix tokens at its front that all see each other
 * @property {number} epsilon sink threshold that the probes were made with, 0: the configuration's
 * @property {number} stepsPerSecond 0 while it stands still
 *
 * workers: how many compute, where there are several. tensor and message: where a diverged run lost its numbers, and the sentence about it.
 * @typedef {{status: Status, step: number, steps: number, workers?: number, tensor?: string,
 *   message?: string}} State
 * @typedef {{bytes: Uint8Array<ArrayBuffer>, step: number}} Autosave
 * epsilon: the sink threshold of what is looked at, 0: the configuration's; prompt: a text for the inputs
 * that show one; it is read again by each run that is opened
 * paces: of those that are not measured for each frame; now: those of them that are asked for once
 * @typedef {number | 'eval' | 'once'} Pace every so many frames, at evaluations, when asked for
 * @typedef {{probes: string[], input: number, first: number, sequences: number, epsilon: number,
 *   prompt?: string, paces?: Record<string, Pace>, now?: string[]}} Wanted
 * tokens: of the prompt, of which so many were kept; error: the run cannot read it, the first input is shown
 * @typedef {{tokens: number, kept: number, error?: ErrorBody}} Prompted
 *
 * A worker, a MessagePort or a worker's own global scope.
 * @typedef {object} Port
 * @property {(message: any, transfer: any[]) => void} postMessage
 * @property {((event: any) => void) | null} onmessage
 */

/**
 * One topic's way out: a message leaves only when the last one has been acknowledged, and the
 * buffers that come back are used again.
 */
export class Outlet {
  #free = true;
  #seq = 0;
  /** @type {ArrayBuffer[]} */
  #spare = [];
  #send;
  #topic;

  /**
   * @param {(news: News, transfer: ArrayBuffer[]) => void} send
   * @param {Topic} topic
   */
  constructor(send, topic) {
    this.#send = send;
    this.#topic = topic;
  }

  /** Whether a message may leave now. */
  get free() {
    return this.#free;
  }

  /**
   * A buffer of exactly this size, one that came back if there is one.
   * @param {number} bytes
   * @returns {ArrayBuffer}
   */
  buffer(bytes) {
    const found = this.#spare.findIndex((b) => b.byteLength === bytes);
    if (found >= 0) return this.#spare.splice(found, 1)[0];
    this.#spare.length = 0; // of another size: the run has changed
    return new ArrayBuffer(bytes);
  }

  /**
   * @param {number} run
   * @param {any} body
   * @param {ArrayBuffer[]} [transfer]
   */
  send(run, body, transfer = []) {
    this.#free = false;
    this.#send({ topic: this.#topic, run, seq: this.#seq++, body }, transfer);
  }

  /** @param {ArrayBuffer[]} buffers */
  acknowledged(buffers) {
    this.#free = true;
    for (const b of buffers) if (b instanceof ArrayBuffer && b.byteLength) this.#spare.push(b);
    if (this.#spare.length > 3) this.#spare.splice(0, this.#spare.length - 3);
  }
}

/**
 * Runs the callback as soon as the messages that have arrived are dealt with. A timer would wait
 * 4 ms and, in a hidden page, a second.
 * @returns {(callback: () => void) => void}
 */
export function makeLater() {
  const immediate = /** @type {any} */ (globalThis).setImmediate;
  if (typeof immediate === 'function') return (callback) => void immediate(callback); // Node
  const { port1, port2 } = new MessageChannel();
  /** @type {(() => void)[]} */
  const waiting = [];
  port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(0);
  };
}

/**
 * @typedef {{text?: import('./wasm.js').Text, limit?: number, auto?: boolean}} Given limit: bytes;
 *   auto: as many of the workers compute as is fastest, instead of all
 * @typedef {object} Host
 * @property {number} [slice] milliseconds of computing between two looks at the messages, at most
 * @property {() => number} [now] milliseconds
 * @property {(callback: () => void) => void} [later]
 * @property {(module: any) => Promise<import('./wasm.js').Engine>} [load]
 */
