/**
 * The run loop: one engine, driven by the messages of protocol.js. The same class runs in a worker
 * and, where no worker can start, in the page.
 */
import { engineText as text } from '../text/engine.js';
import { SinklabError, errorBody } from './errors.js';
import { Looker } from './look.js';
import { Outlet, makeLater } from './protocol.js';
import { Rate } from './rate.js';
import { Replica } from './replicas.js';
import { loadEngine } from './wasm.js';

/** Milliseconds between two frames, at least; a costly one waits until it is 2 % of the time, an
 * autosave until it is 1 %. */
const FRAME_EVERY = 75;
const FRAME_SHARE = 0.02;
const SAVE_SHARE = 0.01;
const FRAME_AT_MOST = 2000;
/** Milliseconds between two autosaves, at least. */
const SAVE_EVERY = 2000;
/** Several steps go between two looks at the messages only where looking costs more than this. */
const YIELD_SHARE = 0.02;
/** Milliseconds of computing after which the browser has compiled what is computed most. */
const WARM = 100;
/** Milliseconds between two looks where a bell tells of requests: a look is 5 % of a step of R0. */
const LOOK = 25;
/** What a lab may take unless the page says otherwise. */
const LIMIT = 1.5 * 2 ** 30;

/**
 * @typedef {import('./wasm.js').Engine} Engine
 * @typedef {import('./protocol.js').Wanted} Wanted
 * @typedef {import('./protocol.js').Status} Status
 * @typedef {import('./protocol.js').State} State
 * @typedef {import('./protocol.js').Given} Given
 * @typedef {import('./protocol.js').Host} Host
 */

export class Session {
  #post;
  #slice;
  #now;
  #later;
  #load;
  /** @type {Engine | null} */
  #engine = null;
  /** @type {Replica | null} */
  #replica = null;
  #run = 0;
  #said = { state: 0, error: 0 };
  /** @type {Status} */
  #status = 'empty';
  #steps = 0;
  /** @type {SinklabError | null} */
  #diverged = null;
  /** Where to stop: the run's end, or the end of a step(n). */
  #target = 0;
  /** @type {(() => void)[]} those who wait for the run to stand still */
  #waiting = [];
  #ticking = false;
  /** While a step or the engine's start is under way, requests wait here. */
  #busy = false;
  /** @type {any[]} */
  #inbox = [];
  /** @type {Int32Array<SharedArrayBuffer> | null} */
  #bell = null;

  #looker = new Looker((body) => this.#tell('error', body));
  #frames;
  #metrics;
  #saves;
  /** A frame is owed although nothing has been trained: a new run, a pause, another probe. */
  #frameDue = false;
  #frameAt = -Infinity;
  #frameCost = 0;
  /** @type {[number, number][]} */
  #losses = [];
  #metricsSent = 0;
  #metricsSeen = 0;
  #saveDue = false;
  #savedAt = -Infinity;
  #saveCost = 0;

  #stepMs = 0;
  #yieldMs = 0;
  #yieldedAt = 0;
  #rate = new Rate();

  /**
   * @param {(message: any, transfer: ArrayBuffer[]) => void} post
   * @param {Host} [host]
   */
  constructor(post, { slice = 12, now = () => performance.now(), later, load = loadEngine } = {}) {
    this.#post = post;
    this.#slice = slice;
    this.#now = now;
    this.#later = later ?? makeLater();
    this.#load = load;
    this.#frames = new Outlet(post, 'frame');
    this.#metrics = new Outlet(post, 'metrics');
    this.#saves = new Outlet(post, 'autosave');
  }

  /** @param {any} message anything: what is not understood is answered by an error */
  handle(message) {
    if (message?.ack !== undefined) return this.#acknowledged(message);
    if (message?.ping) return this.#post({ pong: true }, []); // even while a step is under way
    if (message?.alone) return this.#replica?.forsaken();
    this.#inbox.push(message);
    this.#drain();
  }

  #drain() {
    while (!this.#busy && this.#inbox.length) this.#answer(this.#inbox.shift());
  }

  /** @param {import('./protocol.js').Ack} message */
  #acknowledged({ ack, buffers = [] }) {
    const outlets = { frame: this.#frames, metrics: this.#metrics, autosave: this.#saves };
    if (!Object.hasOwn(outlets, ack)) return;
    outlets[/** @type {keyof typeof outlets} */ (ack)].acknowledged(buffers);
    if (!this.#ticking && !this.#busy) this.#news();
  }

  /** @param {any} message */
  #answer(message) {
    const { id = -1, cmd = '', args = {} } = message ?? {};
    /** @param {unknown} error */
    const fail = (error) => this.#post({ id, error: errorBody(error) }, []);
    /** @param {any} value */
    const reply = (value) => {
      const buffer = value?.bytes instanceof Uint8Array ? value.bytes.buffer : null;
      this.#post({ id, value }, buffer ? [buffer] : []);
    };
    try {
      if (!Object.hasOwn(this.#commands, cmd)) {
        throw new SinklabError({ code: 'command', path: 'cmd', message: text.unknownCommand(cmd) });
      }
      const value = this.#commands[cmd](args);
      if (value instanceof Promise) value.then(reply, fail);
      else reply(value);
    } catch (error) {
      fail(error);
    }
  }

  get #lab() {
    if (!this.#engine) throw new SinklabError({ code: 'state', message: text.notReady });
    return this.#engine;
  }

  get #open() {
    if (this.#status === 'empty') {
      throw new SinklabError({ code: 'state', message: text.nothingOpen });
    }
    return this.#lab;
  }

  /**
   * What the page may ask. A promise is answered when it is settled; the rest at once.
   * @type {Record<string, (args: any) => any>}
   */
  #commands = {
    /** @param {{module: any, bell?: SharedArrayBuffer}} args bell: counts the requests */
    init: async ({ module, bell }) => {
      this.#bell = bell ? new Int32Array(bell) : null;
      this.#busy = true;
      try {
        this.#engine = await this.#load(module);
      } finally {
        this.#busy = false;
        this.#later(() => this.#drain());
      }
    },
    /** @param {{config: any}} args */
    resolve: ({ config }) => this.#lab.resolve(config),
    /** @param {{config: any, text?: import('./wasm.js').Text, workers?: number}} args */
    estimate: ({ config, text: own, workers }) =>
      this.#lab.estimate(config, { text: own, workers }),

    /** @param {{config: any, text?: import('./wasm.js').Text, documents?: number}} args */
    preview: ({ config, text: own, documents }) => this.#lab.preview(config, { text: own, documents }),

    /** @param {Given & {config: any}} args */
    open: ({ config, text: own = null, limit = LIMIT, auto = false }) => {
      this.#lab.open(config, { text: own, limit });
      return this.#opened({ text: own, limit, auto });
    },
    /** @param {Given & {bytes: Uint8Array}} args */
    load: ({ bytes, text: own = null, limit = LIMIT, auto = false }) => {
      if (!(bytes instanceof Uint8Array)) {
        const message = text.badArgument('bytes');
        throw new SinklabError({ code: 'command', path: 'bytes', message });
      }
      this.#lab.load(bytes, { text: own, limit });
      return this.#opened({ text: own, limit, auto });
    },
    /** Has a fresh run's code compiled for speed, by gradients that nobody uses. */
    warm: () => {
      const until = this.#now() + WARM;
      if (this.#status === 'ready') do this.#lab.shard(0); while (this.#now() < until);
    },

    play: () => {
      this.#start(this.#steps);
    },
    pause: () => {
      const step = this.#open.step;
      this.#stop('paused');
      return { step };
    },
    /** @param {{n: number}} args */
    step: ({ n }) => {
      if (!Number.isInteger(n) || n < 1) {
        throw new SinklabError({ code: 'command', path: 'n', message: text.badArgument('n') });
      }
      this.#start(Math.min(this.#open.step + n, this.#steps));
      return new Promise((resolve) => {
        this.#waiting.push(() => resolve({ step: this.#engine?.step ?? 0 }));
      });
    },

    /** @param {{path: string, value: number}} args a live setting, from the coming step on */
    set: ({ path, value }) => {
      this.#open.setLive(String(path), Number(value));
      this.#replica?.changed(path, value);
      this.#saveDue = true; // a run that goes on from an autosave goes on with it
      this.#news();
      return { step: this.#open.step };
    },

    save: () => ({ bytes: this.#open.save(), step: this.#open.step }),
    run: () => this.#open.runFile(),
    fingerprint: () => this.#open.fingerprint(),
    evaluate: () => {
      this.#open.evaluate();
      this.#news();
    },
    report: () => {
      const lab = this.#open;
      const report = lab.report();
      this.#news(); // a run that was never measured is measured for it
      return { step: lab.metrics(lab.metricsCount - 1).step, ...report };
    },
    tensors: () => this.#open.tensors(),
    /** @param {{name: string}} args */
    tensor: ({ name }) => {
      const { data, shape } = this.#open.tensor(name);
      return { data: data.slice(), shape };
    },

    /** @param {Partial<Wanted>} args */
    wanted: (args) => {
      const empty = this.#status === 'empty';
      const prompted = this.#looker.want(args, empty ? null : this.#lab);
      this.#frameCost = 0;
      this.#frameDue = true;
      if (!empty) this.#news();
      return prompted;
    },

    /** @param {{index: number, ports: (MessagePort | null)[], isolated: boolean}} args */
    replicate: (args) => {
      this.#replica = new Replica(this.#lab, args, {
        sized: () => this.#say(this.#status),
        failed: (error) => this.#tell('error', errorBody(error)),
        now: this.#now,
      });
    },
  };

  /**
   * A new run stands where another stood.
   * @param {Required<Given>} given
   */
  #opened(given) {
    const lab = this.#lab;
    const config = lab.config();
    this.#run++;
    this.#steps = config.train.steps;
    this.#diverged = null;
    this.#losses = [];
    this.#metricsSent = 0;
    this.#metricsSeen = lab.metricsCount;
    this.#saveDue = false;
    this.#savedAt = this.#frameAt = -Infinity;
    this.#stepMs = this.#frameCost = this.#saveCost = 0;
    this.#rate.clear();
    this.#frameDue = true;
    this.#replica?.opened(config, given);
    const prompt = this.#looker.opened(lab);
    this.#say(lab.step >= this.#steps ? 'done' : 'ready');
    for (const tell of this.#waiting.splice(0)) tell();
    this.#news();
    const estimate = lab.estimate(config, given);
    const { arithmetic, changes = [] } = lab.runFile();
    return { config, data: lab.data(), estimate, arithmetic, changes, prompt };
  }

  /** @param {number} target */
  #start(target) {
    const step = this.#open.step;
    if (this.#diverged) throw this.#diverged;
    if (step >= this.#steps) {
      throw new SinklabError({ code: 'state', message: text.done(this.#steps) });
    }
    this.#target = target;
    if (this.#status !== 'running') this.#say('running');
    this.#tickSoon();
  }

  /** @param {Status} status of the run that stands still now */
  #stop(status) {
    if (this.#status === 'running') {
      this.#rate.clear();
      this.#frameDue = true;
      this.#say(status);
    }
    for (const tell of this.#waiting.splice(0)) tell();
    if (this.#status !== 'empty') this.#news();
  }

  /** @param {Status} status */
  #say(status) {
    this.#status = status;
    /** @type {State} */
    const body = { status, step: this.#lab.step, steps: this.#steps };
    if (this.#replica) body.workers = this.#replica.count;
    if (this.#diverged) {
      body.tensor = this.#diverged.path;
      body.message = this.#diverged.message;
    }
    this.#tell('state', body);
  }

  /**
   * What waits for no acknowledgement.
   * @param {'state' | 'error'} topic
   * @param {any} body
   */
  #tell(topic, body) {
    this.#post({ topic, run: this.#run, seq: this.#said[topic]++, body }, []);
  }

  #tickSoon() {
    if (this.#ticking || this.#busy) return;
    this.#ticking = true;
    this.#yieldedAt = this.#now();
    this.#later(() => this.#tick());
  }

  /** As much training as may go between two looks at the messages. */
  async #tick() {
    this.#ticking = false;
    if (this.#status !== 'running' || this.#busy) return;
    const start = this.#now();
    this.#yieldMs += 0.1 * (Math.min(start - this.#yieldedAt, 4) - this.#yieldMs);
    const count = Math.max(1, Math.ceil(this.#yieldMs / YIELD_SHARE / (this.#stepMs || Infinity)));
    let done = 0;
    const rung = () => this.#bell && Atomics.load(this.#bell, 0);
    const heard = rung();
    const more = () => this.#status === 'running' && !this.#inbox.length && this.#lab.step < this.#target &&
      (this.#bell ? rung() === heard : done < count) &&
      this.#now() - start < (this.#bell ? LOOK : this.#slice);
    try {
      do {
        const under = this.#advance();
        if (under) await under;
        done++;
        this.#losses.push([this.#lab.step, this.#lab.loss]);
      } while (more());
    } catch (error) {
      return this.#broke(error);
    }
    this.#stepped(start, done);
  }

  /** One step. @returns {Promise<void> | null} null: it is made */
  #advance() {
    if (!this.#replica) return this.#lab.train(1), null;
    const under = this.#replica.step();
    this.#busy = under !== null;
    return under && under.finally(() => {
      this.#busy = false;
      if (this.#inbox.length) this.#later(() => this.#drain());
    });
  }

  /**
   * @param {number} start
   * @param {number} done steps
   */
  #stepped(start, done) {
    if (this.#status !== 'running') return;
    const ms = this.#now() - start;
    this.#stepMs += (this.#stepMs ? 0.1 : 1) * (ms / done - this.#stepMs);
    this.#rate.add(done, ms + this.#yieldMs);
    const step = this.#lab.step;
    if (step >= this.#steps) this.#stop('done');
    else if (step >= this.#target) this.#stop('paused');
    else {
      this.#news();
      this.#tickSoon();
    }
  }

  /** @param {unknown} error a step was refused */
  #broke(error) {
    const body = errorBody(error);
    if (body.code === 'diverged') {
      this.#diverged = new SinklabError(body);
      return this.#stop('diverged');
    }
    this.#tell('error', body);
    if (!this.#lab.crashed) this.#stop('paused'); // else the page starts another engine
  }

  /** Sends what is due and may leave. */
  #news() {
    const engine = this.#engine;
    if (!engine || engine.crashed || this.#status === 'empty') return;
    try {
      this.#sendMetrics(engine);
      const now = this.#now();
      if (this.#saveDue && this.#saves.free && this.#status !== 'diverged') {
        const wait = Math.max(SAVE_EVERY, this.#saveCost / SAVE_SHARE);
        if (now - this.#savedAt >= wait) this.#autosave(engine, now);
      }
      if (!this.#frames.free) return;
      // Drawing takes a processor that a second worker computes on.
      const every = FRAME_EVERY * (this.#replica?.count ?? 1);
      const wait = Math.min(Math.max(every, this.#frameCost / FRAME_SHARE), FRAME_AT_MOST);
      const live = this.#status === 'running' && this.#losses.length && now - this.#frameAt >= wait;
      if (live || this.#frameDue) this.#frame(engine, now);
    } catch (error) {
      this.#tell('error', errorBody(error));
    }
  }

  /** @param {Engine} engine */
  #sendMetrics(engine) {
    const count = engine.metricsCount;
    if (count > this.#metricsSeen) {
      if (engine.step > 0) this.#saveDue = true;
      this.#metricsSeen = count;
    }
    if (count <= this.#metricsSent || !this.#metrics.free) return;
    const records = [];
    while (this.#metricsSent < count) records.push(engine.metrics(this.#metricsSent++));
    this.#metrics.send(this.#run, records);
  }

  /**
   * @param {Engine} engine
   * @param {number} now
   */
  #autosave(engine, now) {
    this.#saveDue = false;
    this.#savedAt = now;
    const bytes = engine.save((n) => this.#saves.buffer(n));
    this.#saves.send(this.#run, { bytes, step: engine.step }, [bytes.buffer]);
    this.#saveCost = this.#now() - now;
  }

  /**
   * @param {Engine} engine
   * @param {number} now
   */
  #frame(engine, now) {
    const looked = this.#looker.look(engine, (bytes) => this.#frames.buffer(bytes));
    /** @type {import('./protocol.js').Frame} */
    const frame = {
      step: engine.step,
      losses: this.#losses,
      ...looked.shown,
      stepsPerSecond: this.#status === 'running' ? this.#rate.tell() : 0,
    };
    this.#losses = [];
    this.#frameDue = false;
    this.#frameAt = now;
    this.#frames.send(this.#run, frame, looked.transfer);
    const cost = this.#now() - now;
    this.#frameCost += (this.#frameCost ? 0.3 : 1) * (cost - this.#frameCost);
    if (this.#status === 'running') this.#rate.add(0, cost);
  }
}
