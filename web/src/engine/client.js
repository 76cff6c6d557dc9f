/**
 * The page's end of a lab: asks those who compute (place.js), and tells their news as events.
 *
 * Events: 'frame' (Frame), 'metrics' (a record), 'state' (State), 'error' (ErrorBody), 'autosave'
 * ({step}), 'reopened' (Opened, after a crash); detail carries the body. A frame's arrays stay valid until the next frame has been
 * dispatched: then their buffers go back to the worker. Copy what is kept longer.
 */
import { engineText as text } from '../text/engine.js';
import { SinklabError, errorBody } from './errors.js';
import { place } from './place.js';
import { Pulse, longest } from './pulse.js';
import { joinAll } from './replicas.js';
import { compileEngine, fetchEngine } from './compile.js';
import { suitable } from './crew.js';

export { SinklabError };

/**
 * @typedef {import('./protocol.js').News} News
 * @typedef {import('./protocol.js').State} State
 * @typedef {import('./protocol.js').Wanted} Wanted
 * @typedef {import('./wasm.js').Json} Json
 * @typedef {import('./wasm.js').Text} Text
 * @typedef {import('./wasm.js').Estimate} Estimate
 * @typedef {import('./place.js').Hand} Hand
 * @typedef {import('./place.js').Rung} Rung
 * arithmetic: "strict", "fma", or "mixed" for a checkpoint that goes on in another one
 * changes: of live settings, those that the checkpoint holds, in order; prompt: what became of the wanted one
 * @typedef {{config: Json, data: Json, estimate: Estimate, arithmetic: string,
 *   changes: {step: number, path: string, value: number}[], prompt?: import('./protocol.js').Prompted}} Opened
 *
 * @typedef {object} Options
 * @property {string | URL} [workerUrl] worker.js; the one beside this file unless given
 * @property {string | URL} [engineUrl] sinklab.wasm
 * @property {BufferSource | WebAssembly.Module} [engine] the engine itself, instead of engineUrl
 * @property {Rung[]} [rungs] places to compute, best first
 * @property {boolean} [isolated] whether workers may share memory; as the page is, unless given
 * @property {{every?: number, patience?: number}} [pulse] how often, in ms, a worker at work is asked
 *   for a sign of life, and how long it has for one at least
 */

export class LabClient extends EventTarget {
  #options;
  /** @type {Promise<WebAssembly.Module> | null} */
  #module = null;
  /** @type {Hand[]} the first leads */
  #crew = [];
  /** Whether the crew computes with the engine of the options. */
  #current = true;
  /** @type {{config: Json, text: Text, workers: number, auto: boolean, limit?: number} | null} */
  #opened = null;
  /** @type {import('./protocol.js').Autosave | null} */
  #saved = null;
  /** @type {Partial<Wanted> | null} */
  #wanted = null;
  /** @type {ArrayBuffer[]} of the last frame: they go back when the next one has come */
  #held = [];
  /** Requests that change who computes wait for each other. @type {Promise<any>} */
  #turns = Promise.resolve();
  #disposed = false;
  /** @type {Pulse} */
  #pulse;
  /** How long a step of the open run may take; nobody is hurried while a run is being opened. */
  #work = longest(null);
  #opening = false;
  /** @type {State} */
  state = { status: 'empty', step: 0, steps: 0 };
  /** Where it computes. @type {Rung | ''} */
  rung = '';

  /** @param {Options} [options] */
  constructor(options = {}) {
    super();
    this.#options = options;
    this.#pulse = new Pulse({
      crew: () => this.#crew,
      working: () =>
        this.state.status === 'running' || this.#opening || this.#crew.some((hand) => hand.owes),
      work: () => (this.#opening ? { ms: Infinity, steps: 1 } : this.#work),
      lost: (hand) => this.#lost(hand, text.silent),
    }, options.pulse);
  }

  /** The newest autosave, copied: what load() takes, and its step. */
  get lastSave() {
    return this.#saved && { bytes: this.#saved.bytes.slice(), step: this.#saved.step };
  }

  /** How many workers train the open lab now. */
  get workers() {
    return this.state.workers ?? this.#crew.length;
  }

  /**
   * Another engine file: whoever opens or loads from now on computes with it.
   * @param {WebAssembly.Module} engine
   * @returns {Promise<void>}
   */
  useEngine(engine) {
    return this.#turn(() => {
      if (engine === this.#options.engine) return;
      this.#options = { ...this.#options, engine };
      this.#module = null;
      this.#current = false;
    });
  }

  /**
   * @param {Json} config
   * @returns {Promise<Json>} with every default filled in
   */
  resolve(config) {
    return this.#turn(async () => (await this.#ready()).ask('resolve', { config }));
  }

  /**
   * @param {Json} config
   * @param {{text?: Text, workers?: number}} [options]
   * @returns {Promise<Estimate>}
   */
  estimate(config, options = {}) {
    return this.#turn(async () => (await this.#ready()).ask('estimate', { config, ...options }));
  }

  /**
   * What the configured data looks like; the open run is left as it is.
   * @param {Json} config
   * @param {{text?: Text, documents?: number}} [options]
   * @returns {Promise<any>} see sl_preview_json
   */
  preview(config, options = {}) {
    return this.#turn(async () => {
      const leader = await this.#ready();
      this.#opening = true; // a long text takes its time
      return leader.ask('preview', { config, ...options }).finally(() => { this.#opening = false; });
    });
  }

  /**
   * Opens a run at step 0. Refused, it leaves the open run as it was.
   * @param {{config: Json, text?: Text, limit?: number, workers?: number | 'auto'}} what
   *   workers: how many compute, with the same result, 'auto': as many as is fastest; limit: bytes
   *   it may take
   * @returns {Promise<Opened>}
   */
  open({ config, text: own = null, limit, workers = 'auto' }) {
    return this.#turn(async () => {
      const auto = workers === 'auto';
      const estimate = auto && (await (await this.#ready()).ask('estimate', { config, text: own }));
      const count = auto ? suitable(estimate, this.rung) : workers;
      return this.#begin('open', { config, text: own, limit, auto }, count);
    });
  }

  /**
   * Opens the run that a checkpoint holds. Refused, it leaves the open run as it was.
   * @param {Uint8Array} bytes
   * @param {Text} [own] the user's text, if the run was trained on one
   * @returns {Promise<Opened>}
   */
  load(bytes, own = null) {
    const { workers, auto } = this.#opened ?? { workers: 1, auto: false };
    return this.#turn(() => this.#begin('load', { bytes, text: own, auto }, workers));
  }

  /**
   * The same run from step 0.
   * @returns {Promise<Opened>}
   */
  reset() {
    return this.#turn(() => {
      if (!this.#opened) throw new SinklabError({ code: 'state', message: text.nothingOpen });
      const { config, workers, ...given } = this.#opened;
      return this.#begin('open', { config, ...given }, workers);
    });
  }

  /** While nobody waits: what a fresh run will compute is compiled for speed. @returns {Promise<void>} */
  warm() {
    return this.#turn(async () => (await this.#alive()).ask('warm'));
  }

  /** @returns {Promise<void>} when it has started */
  play() {
    return this.#turn(async () => (await this.#alive()).ask('play'));
  }

  /** @returns {Promise<{step: number}>} when it stands still */
  pause() {
    return this.#turn(async () =>
      this.#crew.length ? this.#crew[0].ask('pause') : { step: this.state.step });
  }

  /**
   * @param {number} [n]
   * @returns {Promise<{step: number}>} when the steps are made, or were cut short
   */
  async step(n = 1) {
    const asked = await this.#turn(async () => ({
      answer: (await this.#alive()).ask('step', { n }),
    }));
    return asked.answer; // the turn is over; the steps are still being made
  }

  /**
   * Changes a setting of the open run between two steps. Run files and checkpoints record it.
   * @param {string} path one that the registry calls live: "train.lr", "train.optimiser.decay"
   * @param {number} value
   * @returns {Promise<{step: number}>} the step behind which it holds
   */
  setLive(path, value) {
    return this.#turn(async () => (await this.#alive()).ask('set', { path, value }));
  }

  /** @returns {Promise<Uint8Array<ArrayBuffer>>} a checkpoint */
  save() {
    return this.#turn(async () => (await (await this.#alive()).ask('save')).bytes);
  }

  /** @returns {Promise<Json>} config, metrics and fingerprints of the run so far */
  runFile() {
    return this.#turn(async () => (await this.#alive()).ask('run'));
  }

  /** @returns {Promise<string>} of the parameters now */
  fingerprint() {
    return this.#turn(async () => (await this.#alive()).ask('fingerprint'));
  }

  /** Evaluates now; the record comes as an event. @returns {Promise<void>} */
  evaluate() {
    return this.#turn(async () => (await this.#alive()).ask('evaluate'));
  }

  /** @returns {Promise<import('../types.js').Report>} the last evaluation in plain words */
  report() {
    return this.#turn(async () => (await this.#alive()).ask('report'));
  }

  /** @returns {Promise<{name: string, role: string, shape: number[]}[]>} */
  tensors() {
    return this.#turn(async () => (await this.#alive()).ask('tensors'));
  }

  /**
   * @param {string} name
   * @returns {Promise<{data: import('./wasm.js').Numbers, shape: number[]}>} a copy
   */
  tensor(name) {
    return this.#turn(async () => (await this.#alive()).ask('tensor', { name }));
  }

  /**
   * What every frame carries from now on. Refused, what was wanted stays.
   * @param {Partial<Wanted>} wanted
   * @returns {Promise<import('./protocol.js').Prompted | undefined>} of a prompt, where a run is open
   */
  setWanted(wanted) {
    return this.#turn(async () => {
      const prompted = await this.#crew[0]?.ask('wanted', wanted);
      this.#wanted = wanted;
      return prompted;
    });
  }

  dispose() {
    this.#disposed = true;
    this.#pulse.stop();
    this.#dismiss(this.#crew, text.disposed);
    this.#crew = [];
  }

  /**
   * @template R
   * @param {() => R | Promise<R>} act
   * @returns {Promise<R>}
   */
  #turn(act) {
    const turn = this.#turns.then(() => {
      if (this.#disposed) throw new SinklabError({ code: 'state', message: text.disposed });
      return act();
    });
    this.#turns = turn.catch(() => {});
    return turn;
  }

  /**
   * @param {'open' | 'load'} cmd
   * @param {{text: Text, limit?: number, auto: boolean, [key: string]: any}} args
   * @param {number} workers
   * @returns {Promise<Opened>}
   */
  async #begin(cmd, args, workers) {
    const before = this.#crew;
    const enough = before.length === workers || this.rung === 'page';
    const fits = before.length > 0 && enough && this.#current;
    const crew = fits ? before : await this.#hire(workers);
    const followers = crew.slice(1);
    const saved = cmd === 'load' ? args.bytes.slice() : null;
    /** @type {Opened} */
    let opened;
    this.#opening = true;
    try {
      // The leader first: once it has answered, no step is under way anywhere.
      opened = await crew[0].ask(cmd, args);
      for (const asked of await Promise.allSettled(followers.map((hand) => hand.ask(cmd, args)))) {
        if (asked.status === 'rejected') this.#forsake(crew, errorBody(asked.reason).message);
      }
    } catch (error) {
      if (!fits) this.#dismiss(crew, text.disposed);
      throw error;
    } finally {
      this.#opening = false;
    }
    this.#work = longest(opened);
    if (!fits) {
      this.#employ(crew);
      this.#dismiss(before, text.disposed);
    }
    const { text: own, limit, auto } = args;
    this.#opened = { config: opened.config, text: own, workers, limit, auto };
    this.#saved = saved && { bytes: saved, step: this.state.step };
    return opened;
  }

  /** @param {Hand[]} crew */
  #employ(crew) {
    this.#crew = crew;
    this.#current = true;
  }

  /** The leader, whether or not a run is open. */
  async #ready() {
    if (!this.#crew.length) this.#employ(await this.#hire(1));
    return this.#crew[0];
  }

  /** The leader; a crew that died is replaced and stands where the last autosave stood. */
  async #alive() {
    if (!this.#opened) throw new SinklabError({ code: 'state', message: text.nothingOpen });
    if (this.rung !== 'page') this.#pulse.start();
    if (this.#crew.length && this.state.status !== 'failed') return this.#crew[0];
    const { config, workers, ...given } = this.#opened;
    const bytes = this.#saved?.bytes;
    const opened = bytes ? await this.#begin('load', { bytes, ...given }, workers)
      : await this.#begin('open', { config, ...given }, workers);
    this.#emit('reopened', opened);
    return this.#crew[0];
  }

  /**
   * New places to compute, none of them with a run.
   * @param {number} workers
   * @returns {Promise<Hand[]>}
   */
  async #hire(workers) {
    const module = await this.#compile();
    const first = await this.#place();
    const count = this.rung === 'page' ? 1 : workers;
    const others = Array.from({ length: count - 1 }, () => this.#place());
    const crew = [first, ...(await Promise.all(others))];
    try {
      const { isolated = globalThis.crossOriginIsolated === true } = this.#options;
      const bell = isolated && this.rung !== 'page' ? new SharedArrayBuffer(4) : undefined;
      if (bell) first.bell = new Int32Array(bell);
      await Promise.all(crew.map((hand, i) => hand.ask('init', { module, bell: i ? undefined : bell })));
      if (this.#wanted) await first.ask('wanted', this.#wanted);
      if (count > 1) {
        const ports = joinAll(count);
        await Promise.all(
          crew.map((hand, index) => {
            const own = ports[index].filter((port) => port !== null);
            return hand.ask('replicate', { index, ports: ports[index], isolated }, own);
          }),
        );
      }
    } catch (error) {
      this.#dismiss(crew, text.disposed);
      throw error;
    }
    if (this.#disposed) {
      this.#dismiss(crew, text.disposed);
      throw new SinklabError({ code: 'state', message: text.disposed });
    }
    crew.forEach((hand, index) => {
      hand.onnews = (news) => (index === 0 ? this.#tell(hand, news) : this.#overhear(hand, news));
      hand.ondeath = (why, message) => this.#lost(hand, why, message);
    });
    return crew;
  }

  #compile() {
    const { engine, engineUrl } = this.#options;
    const made = (this.#module ??= engine ? compileEngine(engine) : fetchEngine(String(engineUrl)));
    made.catch(() => {
      if (this.#module === made) this.#module = null; // another attempt may do better
    });
    return made;
  }

  /** One place to compute, on the best rung that holds. @returns {Promise<Hand>} */
  async #place() {
    const rungs = this.rung ? [this.rung] : this.#options.rungs;
    const { hand, rung } = await place(this.#options.workerUrl, rungs);
    this.rung = rung;
    return hand;
  }

  /**
   * @param {Hand} hand
   * @param {News} news
   */
  #tell(hand, { topic, body }) {
    switch (topic) {
      case 'frame': {
        this.state = { ...this.state, step: body.step };
        this.#emit('frame', body);
        hand.acknowledge('frame', this.#held);
        this.#held = body.tokens.length ? [body.tokens.buffer] : [];
        break;
      }
      case 'metrics':
        for (const record of body) this.#emit('metrics', record);
        hand.acknowledge('metrics', []);
        break;
      case 'autosave': {
        const old = this.#saved;
        this.#saved = body;
        this.#emit('autosave', { step: body.step });
        hand.acknowledge('autosave', old?.bytes.byteLength ? [old.bytes.buffer] : []);
        break;
      }
      case 'state':
        this.state = body;
        if (body.status === 'running' && this.rung !== 'page') this.#pulse.start();
        this.#emit('state', body);
        break;
      case 'error':
        if (body.code === 'crashed') this.#lost(hand, text.itsEngine, body.message);
        else this.#emit('error', body);
        break;
      default:
    }
  }

  /**
   * @param {Hand} hand a follower
   * @param {News} news
   */
  #overhear(hand, { topic, body }) {
    if (topic !== 'error') return;
    this.#lost(hand, body.code === 'crashed' ? text.itsEngine : body.message);
  }

  /**
   * A worker is gone. Without its leader a crew is lost; a leader goes on alone.
   * @param {Hand} hand
   * @param {string} why
   * @param {string} [message] the whole sentence, for a leader
   */
  #lost(hand, why, message = text.workerDied(why)) {
    const at = this.#crew.indexOf(hand);
    if (at < 0) return this.#dismiss([hand], message); // while it was being hired: its requests fail
    if (at > 0) return this.#forsake(this.#crew, why);
    const { step, steps } = this.state;
    this.#dismiss(this.#crew, message);
    this.#crew = [];
    this.state = { status: 'failed', step, steps };
    this.#emit('error', { code: 'worker', path: '', offset: -1, message });
    this.#emit('state', this.state);
  }

  /**
   * The leader goes on alone, to the same bits.
   * @param {Hand[]} crew
   * @param {string} why
   */
  #forsake(crew, why) {
    this.#dismiss(crew.splice(1), why);
    crew[0].leave();
    this.#emit('error', { code: 'helper', path: '', offset: -1, message: text.helperDied(why) });
    if (this.state.status === 'running') this.#pulse.start();
  }

  /**
   * @param {Hand[]} crew
   * @param {string} message
   */
  #dismiss(crew, message) {
    for (const hand of crew) hand.end(new SinklabError({ code: 'worker', message }));
  }

  /**
   * @param {string} type
   * @param {any} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
