/**
 * Several workers train one lab. Each holds the whole lab and computes some of a step's shards; the
 * gradients go to all the others (exchange.js), and every worker adds all shards in index order and
 * applies the sum. So each makes the step that one worker would have made, to the bit.
 *
 * Worker 0 leads: it alone is asked by the page, evaluates, and decides how many compute (pace.js).
 * It gives orders at the start and whenever that number changes; from then on the others make step
 * after step by themselves, held by nothing but the leader's own shards, until new orders or another
 * run come. While one worker is best, the leader trains alone and the others fall behind; orders
 * bring the checkpoint they go on from.
 */
import { engineText as text } from '../text/engine.js';
import { SinklabError } from './errors.js';
import { Messages, Shared } from './exchange.js';
import { Pace } from './pace.js';
import { makeLater } from './protocol.js';

/** Milliseconds that a follower computes between two looks at the messages. */
const SLICE = 12;

/**
 * @typedef {import('./wasm.js').Engine} Engine
 * @typedef {object} Orders
 * @property {number} stretch counts them
 * @property {number} step at which they hold
 * @property {number} count of workers that compute; the others apply what these computed
 * @property {number} shards
 * @property {number} size numbers of a gradient
 * @property {SharedArrayBuffer} [shared]
 * @property {Uint8Array<ArrayBuffer>} [bytes] a checkpoint to go on from
 * @property {[string, number][]} changes of live settings, at this step; a checkpoint holds them already
 *
 * @typedef {object} Ways
 * @property {() => void} sized another number of workers computes from now on
 * @property {(error: unknown) => void} failed a follower's step was refused
 * @property {() => number} now
 * @property {(most: number, auto: boolean) => Choice} [choose]
 *
 * How many of the workers compute, step after step.
 * @typedef {{count: number, deciding: boolean, note: (ms: number) => void}} Choice
 */

export class Replica {
  #engine;
  #index;
  #ports;
  #ways;
  #messages;
  #isolated;
  /** @type {Messages | Shared} */
  #exchange;
  /** @type {Choice} */
  #pace = { count: 1, deciding: false, note: () => {} };
  /** @type {{text: import('./wasm.js').Text, limit: number}} */
  #source = { text: null, limit: 0 };
  #shards = 0;
  #steps = 0;
  #every = 1;
  /** Counts runs: who waits for a step of the run before stops waiting. */
  #run = 0;
  /** The leader's: counts orders, and what the last said; 0: the others do not stand where it stands. */
  #stretch = 0;
  #ordered = 0;
  /** Whether the others are where the leader is, as far as they have had orders. */
  #together = false;
  #alone = false;
  /** The leader's: what changed since the last orders. @type {[string, number][]} */
  #changes = [];
  /** A follower's: what is not obeyed yet. @type {Orders[]} */
  #orders = [];
  #following = false;
  #later = makeLater();
  #looked = 0;

  /**
   * @param {Engine} engine
   * @param {{index: number, ports: (MessagePort | null)[], isolated: boolean}} place ports to each
   *   worker, null at index
   * @param {Ways} ways
   */
  constructor(engine, { index, ports, isolated }, ways) {
    this.#engine = engine;
    this.#index = index;
    this.#ports = ports;
    this.#isolated = isolated;
    this.#ways = ways;
    this.#exchange = this.#messages = new Messages(index, ports);
    for (const port of ports) {
      if (port) port.onmessage = (event) => this.#heard(event.data);
    }
  }

  /** How many workers compute. */
  get count() {
    return this.#alone ? 1 : this.#pace.count;
  }

  /**
   * A run was opened on every worker.
   * @param {Record<string, any>} config
   * @param {{text: import('./wasm.js').Text, limit: number, auto: boolean}} how
   */
  opened({ train, eval: evaluation }, { text: own, limit, auto }) {
    this.#shards = train.shards;
    this.#steps = train.steps;
    this.#every = evaluation.every;
    this.#source = { text: own, limit };
    const { now, choose = (most, tried) => new Pace(most, { auto: tried, now }) } = this.#ways;
    this.#pace = choose(Math.min(this.#ports.length, train.shards), auto);
    this.#run++;
    this.#ordered = 0;
    this.#together = true;
    this.#changes = [];
    this.#orders = [];
    this.#exchange.poke();
  }

  /**
   * The leader's: it changed a live setting. Nobody else is ahead of it, so orders for the coming step
   * reach all between the same two steps.
   * @param {string} path
   * @param {number} value
   */
  changed(path, value) {
    this.#changes.push([path, value]);
    this.#ordered = 0;
  }

  /** The leader's: the others are gone. */
  forsaken() {
    this.#alone = true;
    this.#exchange.poke();
    this.#ways.sized();
  }

  /**
   * One step, as the leader, with the evaluations that sl_train would make.
   * @returns {Promise<void> | null} null: it is made
   */
  step() {
    const { count } = this;
    const single = this.#alone || (count === 1 && !this.#pace.deciding);
    const from = this.#ways.now();
    if (single) this.#single();
    else return this.#several(count, from);
    if (this.#engine.step % this.#every !== 0) this.#note(from);
    return null;
  }

  #single() {
    this.#together = false;
    this.#changes = [];
    this.#engine.train(1);
  }

  /**
   * @param {number} count
   * @param {number} from
   */
  async #several(count, from) {
    const engine = this.#engine;
    if (!this.#together || this.#ordered !== count) this.#order(count);
    if (engine.step === 0) engine.evaluate();
    const made = await this.#work(() => !this.#alone);
    if (!made) return this.#single();
    this.#note(from);
    if (engine.step % this.#every === 0 || engine.step === this.#steps) engine.evaluate();
  }

  /** @param {number} from when the step began */
  #note(from) {
    const { count } = this;
    this.#pace.note(this.#ways.now() - from);
    if (this.count !== count) this.#ways.sized();
  }

  /** @param {number} count */
  #order(count) {
    const { step } = this.#engine;
    const size = this.#gradient(0).length;
    const changes = this.#changes.splice(0);
    /** @type {Orders} */
    const orders = { stretch: ++this.#stretch, step, count, shards: this.#shards, size, changes };
    if (this.#isolated) orders.shared = Shared.make(this.#ports.length, this.#shards, size, step);
    if (!this.#together) orders.bytes = this.#engine.save();
    for (const port of this.#ports) port?.postMessage(orders);
    this.#begin(orders);
    this.#ordered = count;
    this.#together = true;
  }

  /** @param {Orders} orders */
  #begin(orders) {
    if (orders.shared) {
      const { shared } = orders;
      const all = this.#ports.length;
      this.#exchange = new Shared(this.#index, all, { ...orders, shared }, this.#later);
    } else {
      this.#messages.begin(orders);
      this.#exchange = this.#messages;
    }
  }

  /** @param {Orders | import('./exchange.js').Share} message */
  #heard(message) {
    if ('data' in message) return this.#messages.heard(message);
    if (message.bytes) this.#orders = []; // it stands for all that came before
    this.#orders.push(message);
    this.#exchange.poke();
    if (!this.#following) this.#follow();
  }

  /** A follower's steps, from the first orders of a run to its end. */
  async #follow() {
    this.#following = true;
    try {
      for (let orders = this.#orders.shift(); orders; orders = this.#orders.shift()) {
        const run = this.#run;
        if (orders.bytes) this.#engine.load(orders.bytes, this.#source);
        if (orders.step !== this.#engine.step) throw this.#lost();
        if (!orders.bytes) for (const [path, value] of orders.changes) this.#engine.setLive(path, value);
        this.#begin(orders);
        // Orders for a later step come while this one still misses a gradient here.
        const obeys = () => {
          const [next] = this.#orders;
          return run === this.#run && !(next?.bytes || next?.step === this.#engine.step);
        };
        while (obeys() && this.#engine.step < this.#steps && (await this.#work(obeys)));
      }
    } catch (error) {
      const { code } = /** @type {any} */ (error);
      if (code !== 'diverged') this.#ways.failed(error); // the leader says that
    } finally {
      this.#following = false;
    }
  }

  /**
   * @param {() => boolean} alive
   * @returns {Promise<boolean>} whether the step was made
   */
  async #work(alive) {
    const engine = this.#engine;
    const exchange = this.#exchange;
    const { step } = engine;
    engine.shard(-1);
    for (let s = exchange.next(step); s >= 0; s = exchange.next(step)) {
      engine.shard(s);
      if (!(await exchange.until(() => exchange.writable(step), alive))) return false;
      exchange.publish(step, s, this.#gradient(s));
      if (this.#index > 0 && !(await this.#look(alive))) return false;
    }
    if (!(await exchange.until(() => exchange.complete(step), alive))) return false;
    exchange.collect(step, (s, data) => this.#gradient(s).set(data));
    engine.apply();
    return true;
  }

  /** A follower looks at its messages. @param {() => boolean} alive */
  async #look(alive) {
    if (this.#ways.now() - this.#looked < SLICE) return true;
    await new Promise((resolve) => this.#later(() => resolve(null)));
    this.#looked = this.#ways.now();
    return alive();
  }

  /** @param {number} s */
  #gradient(s) {
    return /** @type {Float32Array} */ (this.#engine.tensor(`shards.${s}`).data);
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
