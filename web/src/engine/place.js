/**
 * Where a lab computes, and the way to it. The ladder: a worker; a worker behind a blob, where the
 * page is of another origin; the page itself, in slices.
 */
import { engineText as text } from '../text/engine.js';
import { SinklabError, errorBody } from './errors.js';
import { PROTOCOL } from './protocol.js';

/** Milliseconds a worker has to say hello before the next rung is tried. */
const HELLO = 15000;
/** Milliseconds of computing at a time where the page itself computes. */
const PAGE_SLICE = 8;

/**
 * @typedef {import('./protocol.js').News} News
 * @typedef {'worker' | 'blob' | 'page'} Rung
 */

/** One place that computes: who is asked, and what is not answered yet. */
export class Hand {
  #next = 1;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: unknown) => void}>} */
  #pending = new Map();
  #port;
  #end;
  /** @type {SinklabError | null} */
  #ended = null;
  /** @type {(news: News) => void} */
  onnews = () => {};
  /** @type {(why: string, message?: string) => void} message: the whole sentence, if there is one */
  ondeath = () => {};
  onhello = () => {};
  /** Counts the requests, in memory that it shares: it need not look for them. @type {Int32Array | null} */
  bell = null;
  /** When it last said anything. */
  heardAt = -1;

  /**
   * @param {import('./protocol.js').Port} port
   * @param {() => void} end
   */
  constructor(port, end) {
    this.#port = port;
    this.#end = end;
    port.onmessage = (event) => this.#heard(event.data);
  }

  /** Whether a request waits for its answer. */
  get owes() {
    return this.#pending.size > 0;
  }

  /** Tells the leader that the others are gone. */
  leave() {
    if (!this.#ended) this.#port.postMessage({ alone: true }, []);
  }

  /** Asks for a sign of life. */
  ping() {
    if (!this.#ended) this.#port.postMessage({ ping: true }, []);
  }

  /**
   * @param {string} cmd
   * @param {any} [args]
   * @param {any[]} [transfer]
   * @returns {Promise<any>}
   */
  ask(cmd, args = {}, transfer = []) {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const id = this.#next++;
      this.#port.postMessage({ id, cmd, args }, transfer);
      if (this.bell) Atomics.add(this.bell, 0, 1);
      this.#pending.set(id, { resolve, reject });
    });
  }

  /**
   * @param {import('./protocol.js').Topic} topic
   * @param {ArrayBuffer[]} buffers
   */
  acknowledge(topic, buffers) {
    if (this.#ended) return;
    this.#port.postMessage({ ack: topic, buffers }, buffers);
  }

  /** @param {SinklabError} error what the unanswered requests are told, and those to come */
  end(error) {
    this.#ended = error;
    this.onnews = () => {};
    this.ondeath = () => {};
    this.#port.onmessage = null;
    this.#end();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  /** @param {any} message */
  #heard(message) {
    this.heardAt = performance.now();
    if (message.pong) return undefined;
    if (message.hello === PROTOCOL) return this.onhello();
    if (message.topic !== undefined) return this.onnews(message);
    const asked = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (!message.error) return asked?.resolve(message.value);
    asked?.reject(new SinklabError(message.error));
    if (message.error.code === 'crashed') this.ondeath(text.itsEngine, message.error.message);
  }
}

/**
 * A hand on the first rung that holds.
 * @param {string | URL} workerUrl
 * @param {Rung[]} rungs
 * @returns {Promise<{hand: Hand, rung: Rung}>}
 */
export async function place(
  workerUrl = new URL('./worker.js', import.meta.url),
  rungs = ['worker', 'blob', 'page'],
) {
  const base = typeof document === 'object' ? document.baseURI : import.meta.url;
  const { href } = new URL(workerUrl, base);
  /** @type {unknown} */
  let last;
  for (const rung of rungs) {
    try {
      const hand = await (rung === 'page' ? pageHand() : workerHand(href, rung === 'blob'));
      return { hand, rung };
    } catch (error) {
      last = error;
    }
  }
  const message = text.workerDied(errorBody(last).message);
  throw new SinklabError({ code: 'worker', message });
}

/** @returns {Promise<Hand>} */
async function pageHand() {
  const { serve } = await import('./serve.js');
  const { port1, port2 } = new MessageChannel();
  const hand = new Hand(port1, () => port1.close());
  serve(port2, { slice: PAGE_SLICE });
  return hand;
}

/**
 * @param {string} script
 * @param {boolean} blob
 * @returns {Promise<Hand>}
 */
function workerHand(script, blob) {
  const part = [`import ${JSON.stringify(script)};`];
  const url = blob ? URL.createObjectURL(new Blob(part, { type: 'text/javascript' })) : script;
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, { type: 'module' });
    const hand = new Hand(worker, () => worker.terminate());
    /** @param {string} why */
    const lost = (why) => {
      clearTimeout(timer);
      hand.ondeath(why);
      reject(new Error(why));
    };
    const timer = setTimeout(() => {
      worker.terminate();
      lost(text.noAnswer);
    }, HELLO);
    worker.onerror = (event) => {
      event.preventDefault();
      lost(event.message || text.noAnswer);
    };
    worker.onmessageerror = () => lost(text.unreadable);
    hand.onhello = () => {
      clearTimeout(timer);
      if (blob) URL.revokeObjectURL(url);
      resolve(hand);
    };
  });
}
