/**
 * Several workers train one lab. Each holds the whole lab and computes some of a step's shards; the
 * gradients go to all the others, and every worker adds all shards in index order and applies the
 * sum. So each makes the step that one worker would have made, to the bit, and no memory is
 * shared: buffers travel over ports that join every two workers.
 *
 * Worker 0 leads: it alone hears "play" and says {go: step} to the others; a step ends everywhere
 * once every gradient has arrived. The shares of a step are {step, data}: the sender's shards one
 * after the other.
 */
import { engineText as text } from '../text/engine.js';
import { SinklabError } from './errors.js';

/**
 * @typedef {import('./wasm.js').Engine} Engine
 * @typedef {{step: number, data: Float32Array<ArrayBuffer>}} Share
 * @typedef {object} Ways
 * @property {(busy: boolean) => void} busy a step begins or ends: requests wait between
 * @property {(error: unknown) => void} failed a follower's step was refused
 */

export class Replica {
  #engine;
  #index;
  #ports;
  #ways;
  #shards = 0;
  #steps = 0;
  #every = 1;
  /**
   * What came from each worker and is not used yet: a fast one may be a step ahead.
   * @type {Share[][]}
   */
  #inbox;
  /** A follower's steps, one after the other. @type {Promise<void>} */
  #turns = Promise.resolve();
  /** Called when something came. */
  #arrived = () => {};
  /** @type {ArrayBuffer[]} buffers that came in and go out again */
  #spare = [];

  /**
   * @param {Engine} engine
   * @param {number} index
   * @param {(MessagePort | null)[]} ports to each worker; null at index
   * @param {Ways} ways
   */
  constructor(engine, index, ports, ways) {
    this.#engine = engine;
    this.#index = index;
    this.#ports = ports;
    this.#ways = ways;
    this.#inbox = ports.map(() => []);
    ports.forEach((port, from) => {
      if (port) port.onmessage = (event) => this.#heard(from, event.data);
    });
  }

  /** @param {Record<string, any>} config of the run that was opened on every worker */
  opened(config) {
    this.#shards = config.train.shards;
    this.#steps = config.train.steps;
    this.#every = config.eval.every;
    this.#spare = [];
    for (const list of this.#inbox) list.length = 0;
  }

  /** One step, as the leader, which alone evaluates: where sl_train would. */
  async step() {
    const engine = this.#engine;
    const step = engine.step;
    for (const port of this.#ports) port?.postMessage({ go: step });
    if (step === 0) engine.evaluate();
    await this.#work(step);
    if (engine.step % this.#every === 0 || engine.step === this.#steps) engine.evaluate();
  }

  /**
   * @param {number} from
   * @param {any} message
   */
  #heard(from, message) {
    if (message.go !== undefined) {
      // The leader may be through with a step that still misses a share here.
      this.#turns = this.#turns
        .then(() => this.#work(message.go))
        .catch((error) => {
          if (error?.code !== 'diverged') this.#ways.failed(error); // the leader says that
        });
      return;
    }
    this.#inbox[from].push(message);
    this.#arrived();
  }

  /** @param {number} step */
  async #work(step) {
    this.#ways.busy(true);
    try {
      if (this.#engine.step !== step) throw this.#lost();
      const own = this.#of(this.#index);
      for (const s of own) this.#engine.shard(s);
      if (!own.length) this.#engine.shard(0); // a step has to be begun everywhere
      this.#share(step, own);
      await this.#complete();
      this.#ports.forEach((port, from) => port && this.#take(step, from));
      this.#engine.apply();
    } finally {
      this.#ways.busy(false);
    }
  }

  /**
   * The shards a worker computes.
   * @param {number} worker
   */
  #of(worker) {
    const list = [];
    for (let s = worker; s < this.#shards; s += this.#ports.length) list.push(s);
    return list;
  }

  /** @param {number} s */
  #gradient(s) {
    return /** @type {Float32Array} */ (this.#engine.tensor(`shards.${s}`).data);
  }

  /**
   * @param {number} step
   * @param {number[]} own
   */
  #share(step, own) {
    const size = own.length ? this.#gradient(own[0]).length : 0;
    for (const port of this.#ports) {
      if (!port) continue;
      const data = new Float32Array(this.#buffer(4 * size * own.length));
      own.forEach((s, i) => data.set(this.#gradient(s), i * size));
      port.postMessage({ step, data }, [data.buffer]);
    }
  }

  /** @param {number} bytes */
  #buffer(bytes) {
    const found = this.#spare.findIndex((b) => b.byteLength === bytes);
    return found < 0 ? new ArrayBuffer(bytes) : this.#spare.splice(found, 1)[0];
  }

  /** @returns {Promise<void>} when every other worker's share is there */
  #complete() {
    return new Promise((resolve) => {
      this.#arrived = () => {
        if (this.#ports.every((port, from) => !port || this.#inbox[from].length)) resolve();
      };
      this.#arrived();
    });
  }

  /**
   * @param {number} step
   * @param {number} from
   */
  #take(step, from) {
    const share = /** @type {Share} */ (this.#inbox[from].shift());
    const theirs = this.#of(from);
    const size = theirs.length ? share.data.length / theirs.length : 0;
    if (share.step !== step) throw this.#lost();
    theirs.forEach((s, i) => {
      const target = this.#gradient(s);
      if (target.length !== size) throw this.#lost();
      target.set(share.data.subarray(i * size, (i + 1) * size));
    });
    if (this.#spare.length < this.#ports.length) this.#spare.push(share.data.buffer);
  }

  #lost() {
    return new SinklabError({ code: 'protocol', message: text.outOfStep });
  }
}

/**
 * Ports between every two of n workers.
 * @param {number} n
 * @returns {(MessagePort | null)[][]} row i belongs to worker i
 */
export function joinAll(n) {
  /** @type {(MessagePort | null)[][]} */
  const ports = Array.from({ length: n }, () => Array(n).fill(null));
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const { port1, port2 } = new MessageChannel();
      ports[i][j] = port1;
      ports[j][i] = port2;
    }
  }
  return ports;
}
