/**
 * The engine: one WebAssembly instance holding one lab, in a worker, in the page or in Node.
 * Strings go in and out as UTF-8, numbers come out as views of the engine's own memory;
 * the place of each field in a view is read from sl_layout_json.
 */
import { engineText as text } from '../text/engine.js';
import { compileEngine, imports } from './compile.js';
import { SinklabError } from './errors.js';

export { SinklabError };

/** The interface this file was written for. */
const ABI = 1;
/** sl_view_type, in order. */
const ARRAYS = [Float32Array, Float64Array, Int32Array, Uint8Array];
/** Bytes kept for short strings, so that asking for a probe by name allocates nothing. */
const SCRATCH = 4096;
/** Room beside an open run for what passes through: configurations, checkpoints, answers. */
const SPARE = 1 << 20;
/** WebAssembly's memory grows by so many bytes. */
const PAGE = 65536;

/**
 * @typedef {Float32Array | Float64Array | Int32Array | Uint8Array} Numbers
 * @typedef {{data: Numbers, shape: number[], generation: number}} View
 * @typedef {Record<string, any>} Json
 * @typedef {string | Uint8Array | null | undefined} Text the user's own text
 * @typedef {{bytes: number, memory: number, parameters: number, flops_per_step: number,
 *   tokens_per_step: number, vocabulary: number}} Estimate bytes: what the run takes; memory: how
 *   large the engine's memory is with it
 * @typedef {{input?: number, first?: number, sequences?: number, epsilon?: number}} ProbeWhere
 *   epsilon: the sink threshold; 0 is the configuration's
 */

/**
 * @param {BufferSource | WebAssembly.Module} source the engine file's bytes, or the module
 * @returns {Promise<Engine>}
 */
export async function loadEngine(source) {
  const module = await compileEngine(source);
  const instance = await WebAssembly.instantiate(module, imports(module));
  for (const name of ['memory', 'malloc', 'free', 'sl_abi', 'sl_new', 'sl_layout_json']) {
    if (!(name in instance.exports)) {
      throw new SinklabError({ code: 'file', path: 'engine', message: text.notEngine(name) });
    }
  }
  const start = instance.exports._initialize;
  if (typeof start === 'function') start();
  return new Engine(instance);
}

export class Engine {
  /** @type {Record<string, (...args: any[]) => any>} */
  #c;
  /** @type {WebAssembly.Memory} */
  #memory;
  #lab = 0;
  #scratch = 0;
  #layout;
  #views = 0;
  /** Bytes in use before anything is open: stack, constants. */
  #used = 0;
  /** As the instance starts. */
  #pages = 0;
  /** @type {Map<string, View & {buffer: ArrayBufferLike}>} tensors by name, while they are valid */
  #tensors = new Map();
  /** A trap leaves the instance in no known state: it is never called again. */
  crashed = false;

  /** @param {WebAssembly.Instance} instance made by loadEngine */
  constructor(instance) {
    this.#c = /** @type {any} */ (instance.exports);
    this.#memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    this.#pages = this.memoryBytes / PAGE;
    const abi = this.#call('sl_abi');
    if (abi !== ABI) {
      throw new SinklabError({ code: 'file', path: 'engine', message: text.abi(abi, ABI) });
    }
    const layout = JSON.parse(this.#string(this.#call('sl_layout_json')));
    /** @type {{size: number, data: number, type: number, rank: number, shape: number,
     *   generation: number}} */
    this.#layout = layout.view;
    this.#lab = this.#call('sl_new');
    this.#scratch = this.#call('malloc', SCRATCH);
    this.#views = this.#call('malloc', 2 * this.#layout.size);
    this.#used = this.#views;
    if (!this.#lab || !this.#scratch || !this.#views) {
      throw new SinklabError({ code: 'memory', message: text.memory(this.memoryBytes) });
    }
  }

  /** How large the instance's memory is now. */
  get memoryBytes() {
    return this.#memory.buffer.byteLength;
  }

  /** What its settings, families, rows and probes are: the "hash" of the registry that belongs to it. */
  get registryHash() {
    return BigInt.asUintN(64, this.#call('sl_registry_hash')).toString(16).padStart(16, '0');
  }

  /** @returns {string[]} what it can compute here, the default first */
  arithmetics() {
    return /** @type {any} */ (this.#json('sl_arithmetics_json'));
  }

  /**
   * @param {Json | string} config
   * @returns {Json} with every default filled in
   */
  resolve(config) {
    return this.#with(asJson(config), (p, n) => this.#json('sl_resolve_json', p, n));
  }

  /**
   * @param {Json | string} config
   * @param {{text?: Text, workers?: number}} [options]
   * @returns {Estimate}
   */
  estimate(config, { text: own, workers = 1 } = {}) {
    const estimate = /** @type {Estimate} */ (
      this.#with(asJson(config), (p, n) =>
        this.#with(own, (t, m) => this.#json('sl_estimate_json', p, n, t, m, workers)),
      )
    );
    const end = this.#used + roomFor(estimate);
    return { ...estimate, memory: PAGE * Math.max(Math.ceil(end / PAGE), this.#pages) };
  }

  /**
   * What the configured data looks like, without opening a run.
   * @param {Json | string} config
   * @param {{text?: Text, documents?: number}} [options]
   * @returns {Json}
   */
  preview(config, { text: own, documents = 4 } = {}) {
    return this.#with(asJson(config), (p, n) =>
      this.#with(own, (t, m) => this.#json('sl_preview_json', p, n, t, m, documents)));
  }

  /**
   * Opens a run at step 0. Refused, it leaves the open run as it was.
   * @param {Json | string} config
   * @param {{text?: Text, limit?: number}} [options]
   */
  open(config, { text: own, limit = 0 } = {}) {
    const json = asJson(config);
    this.#reserve(this.estimate(json, { text: own }), limit);
    this.#with(json, (p, n) =>
      this.#with(own, (t, m) => this.#check('sl_open', p, n, t, m, 1, BigInt(limit))),
    );
  }

  close() {
    this.#call('sl_close', this.#lab);
  }

  /** @returns {Json} the open run's configuration, resolved */
  config() {
    return this.#json('sl_config_json');
  }

  /** @returns {Json} the open run's vocabulary and baselines */
  data() {
    return this.#json('sl_data_json');
  }

  /** @param {number} steps at most so many; fewer where the run ends */
  train(steps) {
    this.#check('sl_train', steps);
  }

  /**
   * Changes a setting from the coming step on, and records it.
   * @param {string} path one that the registry calls live: "train.lr"
   * @param {number} value
   */
  setLive(path, value) {
    this.#withZ(path, (p) => this.#check('sl_set_live', p, value));
  }

  /** @param {number} index computes this shard's gradient of the coming step; -1: begins it only */
  shard(index) {
    this.#check('sl_shard', index);
  }

  /** The step, when every shard's gradient is there. */
  apply() {
    this.#check('sl_apply');
  }

  /** Steps done. */
  get step() {
    return Number(this.#call('sl_step', this.#lab));
  }

  /** Loss of the last step; NaN before the first. */
  get loss() {
    return /** @type {number} */ (this.#call('sl_loss', this.#lab));
  }

  get generation() {
    return this.#call('sl_generation', this.#lab) >>> 0;
  }

  /** @returns {string} of the parameters now */
  fingerprint() {
    return this.#string(this.#refused(this.#call('sl_fingerprint', this.#lab)));
  }

  evaluate() {
    this.#check('sl_evaluate');
  }

  get metricsCount() {
    return /** @type {number} */ (this.#call('sl_metrics_count', this.#lab));
  }

  /**
   * @param {number} index
   * @returns {Json}
   */
  metrics(index) {
    return this.#json('sl_metrics_json', index);
  }

  /** @returns {string} the run file as the core wrote it */
  runText() {
    return this.#string(this.#refused(this.#call('sl_run_json', this.#lab)));
  }

  /** @returns {Json} */
  runFile() {
    return JSON.parse(this.runText());
  }

  /** @returns {{verdict: string, lines: any[], births: any[]}} the last evaluation in plain words */
  report() {
    return /** @type {any} */ (this.#json('sl_report_json'));
  }

  /**
   * A text for the inputs that show one, in the tokens of the open run.
   * @param {string} prompt
   * @returns {{tokens: number, kept: number}}
   */
  setPrompt(prompt) {
    return this.#with(prompt, (p, n) => /** @type {any} */ (this.#json('sl_set_prompt', p, n)));
  }

  /**
   * Runs the named probes in one forward pass. The arrays are views of the engine's memory: read
   * them before the next call.
   * @param {string[]} ids
   * @param {ProbeWhere} [where]
   * @returns {Record<string, View>}
   */
  probe(ids, { input = 0, first = 0, sequences = 1, epsilon = 0 } = {}) {
    this.#check('sl_set_epsilon', epsilon);
    this.#withZ(ids.join(','), (p) => this.#check('sl_probe', p, input, first, sequences));
    /** @type {Record<string, View>} */
    const out = {};
    for (const id of ids) {
      this.#withZ(id, (p) => this.#check('sl_probe_view', p, this.#views));
      out[id] = this.#view(this.#views);
    }
    return out;
  }

  /** @returns {Int32Array} of the last probed window (a view) */
  tokens() {
    return this.#window(0);
  }

  /** @returns {Int32Array} document number of each of its tokens (a view) */
  documents() {
    return this.#window(1);
  }

  /** @returns {number} tokens at the front of the last probed window that all see each other */
  prefix() {
    return this.#call('sl_probe_prefix', this.#lab);
  }

  /** @param {number} which */
  #window(which) {
    this.#check('sl_probe_tokens', this.#views, this.#views + this.#layout.size);
    return /** @type {Int32Array} */ (this.#view(this.#views + which * this.#layout.size).data);
  }

  /**
   * A tensor where it lives; the view is made anew when the core's generation changes.
   * @param {string} name
   * @returns {View}
   */
  tensor(name) {
    const generation = this.generation;
    const kept = this.#tensors.get(name);
    if (kept && kept.generation === generation && kept.buffer === this.#memory.buffer) return kept;
    this.#withZ(name, (p) => this.#check('sl_tensor', p, this.#views));
    const view = { ...this.#view(this.#views), buffer: this.#memory.buffer };
    if (view.generation === generation) this.#tensors.set(name, view);
    return view;
  }

  /** @returns {{name: string, role: string, shape: number[]}[]} */
  tensors() {
    return /** @type {any} */ (this.#json('sl_tensors_json'));
  }

  /**
   * A checkpoint of the open run.
   * @param {(bytes: number) => ArrayBuffer} [allocate] where the copy goes
   * @returns {Uint8Array<ArrayBuffer>}
   */
  save(allocate = (bytes) => new ArrayBuffer(bytes)) {
    this.#check('sl_save', this.#views);
    const { data } = this.#view(this.#views);
    const copy = new Uint8Array(allocate(data.byteLength));
    copy.set(/** @type {Uint8Array} */ (data));
    return copy;
  }

  /**
   * Opens the run that a checkpoint holds. Refused, it leaves the open run as it was.
   * @param {Uint8Array} bytes
   * @param {{text?: Text, limit?: number}} [options]
   */
  load(bytes, { text: own, limit = 0 } = {}) {
    this.#with(bytes, (p, n) =>
      this.#with(own, (t, m) => this.#check('sl_load', p, n, t, m, 1, BigInt(limit))),
    );
    this.#tensors.clear();
  }

  /** Gives the lab's memory back; the engine cannot be used afterwards. */
  dispose() {
    if (!this.crashed) this.#call('sl_free', this.#lab);
    this.crashed = true;
  }

  /**
   * @param {string} name
   * @param {any[]} args
   */
  #call(name, ...args) {
    if (this.crashed) throw new SinklabError({ code: 'crashed', message: text.crashed('earlier') });
    try {
      return this.#c[name](...args);
    } catch (error) {
      this.crashed = true;
      const why = error instanceof Error ? error.message : String(error);
      throw new SinklabError({ code: 'crashed', path: name, message: text.crashed(why) });
    }
  }

  /**
   * A call that gives 0 or an error code.
   * @param {string} name
   * @param {any[]} args
   */
  #check(name, ...args) {
    if (this.#call(name, this.#lab, ...args) !== 0) throw this.#error();
  }

  /**
   * A pointer, unless it is the NULL of a refused call.
   * @param {number} pointer
   */
  #refused(pointer) {
    if (!pointer) throw this.#error();
    return pointer;
  }

  #error() {
    return new SinklabError(
      JSON.parse(this.#string(this.#call('sl_error_json', this.#lab))),
    );
  }

  /**
   * @param {string} name
   * @param {any[]} args
   * @returns {Json}
   */
  #json(name, ...args) {
    return JSON.parse(this.#string(this.#refused(this.#call(name, this.#lab, ...args))));
  }

  /** @param {number} pointer */
  #string(pointer) {
    const bytes = new Uint8Array(this.#memory.buffer);
    const end = bytes.indexOf(0, pointer >>>= 0);
    return new TextDecoder().decode(bytes.slice(pointer, end));
  }

  /**
   * Calls back with the address and size of a copy of the bytes in the engine's memory.
   * @template R
   * @param {Text} value
   * @param {(pointer: number, size: number) => R} use
   * @returns {R}
   */
  #with(value, use) {
    if (value === null || value === undefined) return use(0, 0);
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    const pointer = this.#call('malloc', bytes.length + 1);
    if (!pointer) throw new SinklabError({ code: 'memory', message: text.memory(bytes.length) });
    try {
      const target = new Uint8Array(this.#memory.buffer, pointer >>> 0, bytes.length + 1);
      target.set(bytes);
      target[bytes.length] = 0;
      return use(pointer, bytes.length);
    } finally {
      if (!this.crashed) this.#call('free', pointer);
    }
  }

  /**
   * The same for a short string that ends in NUL.
   * @param {string} value
   * @param {(pointer: number) => void} use
   */
  #withZ(value, use) {
    const bytes = new TextEncoder().encode(value);
    if (bytes.length >= SCRATCH) return this.#with(bytes, use);
    const target = new Uint8Array(this.#memory.buffer, this.#scratch, SCRATCH);
    target.set(bytes);
    target[bytes.length] = 0;
    return use(this.#scratch);
  }

  /**
   * @param {number} pointer of an sl_view
   * @returns {View}
   */
  #view(pointer) {
    const at = this.#layout;
    const view = new DataView(this.#memory.buffer, pointer, at.size);
    const shape = [];
    for (let i = 0; i < view.getInt32(at.rank, true); i++) {
      shape.push(view.getInt32(at.shape + 4 * i, true));
    }
    const count = shape.reduce((a, b) => a * b, 1);
    const array = ARRAYS[view.getInt32(at.type, true)];
    const data = new array(this.#memory.buffer, view.getUint32(at.data, true), count);
    return { data, shape, generation: view.getUint32(at.generation, true) };
  }

  /**
   * Grows the memory once, before the run is opened, so that it never grows while it trains.
   * @param {Estimate} estimate
   * @param {number} limit above it the core refuses by itself
   */
  #reserve({ bytes, parameters = 0 }, limit) {
    if (limit > 0 && bytes > limit) return;
    const room = roomFor({ bytes, parameters });
    const pointer = room < 2 ** 31 ? this.#call('malloc', room) : 0;
    if (!pointer) throw new SinklabError({ code: 'memory', message: text.memory(bytes) });
    this.#call('free', pointer);
  }
}

/**
 * Room for a run and for two checkpoints, the last one and the one being written.
 * @param {{bytes: number, parameters?: number}} estimate
 */
function roomFor({ bytes, parameters = 0 }) {
  return bytes + 2 * 3 * 4 * parameters + SPARE;
}

/** @param {Json | string} config */
function asJson(config) {
  return typeof config === 'string' ? config : JSON.stringify(config);
}
