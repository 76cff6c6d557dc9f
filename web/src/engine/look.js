/** What a frame shows of a lab: the wanted probes, copied out of the engine into one buffer. */
import { engineText as text } from '../text/engine.js';
import { errorBody } from './errors.js';

/**
 * @typedef {import('./protocol.js').ProbeData} ProbeData
 * @typedef {import('./protocol.js').Wanted} Wanted
 * @typedef {import('./protocol.js').Prompted} Prompted
 * @typedef {import('./wasm.js').Engine} Engine
 * @typedef {object} Looked
 * @property {{probes: Record<string, ProbeData>, tokens: Int32Array, documents: Int32Array, input: number,
 *   prefix: number, epsilon: number, refused?: Record<string, string>}} shown
 * @property {ArrayBuffer[]} transfer the buffer under all of it
 */

/** @returns {Looked} */
export function nothingLooked() {
  return {
    shown: { probes: {}, tokens: new Int32Array(0), documents: new Int32Array(0), input: 0, prefix: 0, epsilon: 0 },
    transfer: [],
  };
}

/**
 * @param {Engine} engine
 * @param {Wanted} wanted
 * @param {(bytes: number) => ArrayBuffer} allocate
 * @returns {Looked}
 */
export function look(engine, wanted, allocate) {
  const ids = wanted.probes;
  const views = engine.probe(ids, wanted);
  const tokens = engine.tokens();
  const documents = engine.documents();
  const numbers = ids.reduce((sum, id) => sum + views[id].data.length, 0);
  const buffer = allocate(4 * (numbers + tokens.length + documents.length));
  let at = 0;
  /**
   * @template {Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>} A
   * @param {new (buffer: ArrayBuffer, at: number, length: number) => A} type
   * @param {ArrayLike<number>} data
   * @returns {A}
   */
  const copy = (type, data) => {
    const out = new type(buffer, at, data.length);
    out.set(data);
    at += out.byteLength;
    return out;
  };
  /** @type {Record<string, ProbeData>} */
  const probes = {};
  for (const id of ids) {
    probes[id] = { data: copy(Float32Array, views[id].data), shape: views[id].shape };
  }
  const shown = {
    probes, tokens: copy(Int32Array, tokens), documents: copy(Int32Array, documents), input: wanted.input,
    prefix: engine.prefix(), epsilon: wanted.epsilon,
  };
  return { shown, transfer: [buffer] };
}

/**
 * Measures what the run has; what it has nothing of is left out, with the engine's sentence.
 * @template R
 * @param {string[]} ids
 * @param {Record<string, string>} refused is filled in
 * @param {(ids: string[]) => R} measure
 * @returns {R}
 */
function able(ids, refused, measure) {
  try {
    return measure(ids);
  } catch (error) {
    const { path, message } = errorBody(error);
    if (!ids.includes(path)) throw error;
    refused[path] = message;
    return able(ids.filter((id) => id !== path), refused, measure);
  }
}

/** What is wanted of the open run, from one run to the next. */
export class Looker {
  /** @type {Wanted} */
  #wanted = { probes: [], input: 0, first: 0, sequences: 1, epsilon: 0 };
  /** The input wanted, or the first where this run cannot read the prompt. */
  #input = 0;
  /** This run cannot show what is wanted. */
  #blind = false;
  /** What this run has nothing of, with the engine's sentence. @type {Record<string, string>} */
  #refused = {};
  /** Frames since it was wanted, and the evaluations that there were at the last one. */
  #frames = 0;
  #evaluations = -1;
  #tell;

  /** @param {(body: import('./errors.js').ErrorBody) => void} tell what a run cannot show, once */
  constructor(tell) {
    this.#tell = tell;
  }

  /**
   * Refused, it leaves what was wanted as it was.
   * @param {Partial<Wanted>} args
   * @param {Engine | null} engine with a run, or null
   * @returns {Prompted | undefined}
   */
  want({ probes = [], input = 0, first = 0, sequences = 1, epsilon = 0, prompt, paces = {}, now = [] }, engine) {
    const wanted = { probes: probes.map(String), input, first, sequences, epsilon, prompt, paces, now };
    const prompted = engine && prompt !== undefined ? engine.setPrompt(prompt) : undefined;
    const live = wanted.probes.filter((id) => !(id in paces)); // the others may take long
    /** @type {Record<string, string>} */
    const refused = {};
    if (engine && live.length) able(live, refused, (ids) => engine.probe(ids, wanted));
    this.#wanted = wanted;
    this.#begin(input, !now.length);
    this.#refused = refused;
    return prompted;
  }

  /** @param {number} input @param {boolean} [all] whether all is due, whatever its pace */
  #begin(input, all = true) {
    this.#input = input;
    this.#blind = false;
    this.#refused = {};
    if (!all) return;
    this.#frames = 0;
    this.#evaluations = -1;
  }

  /**
   * Another run: the prompt is read anew, in its tokens.
   * @param {Engine} engine
   * @returns {Prompted | undefined}
   */
  opened(engine) {
    const { prompt, input } = this.#wanted;
    this.#begin(input);
    if (prompt === undefined) return undefined;
    try {
      return engine.setPrompt(prompt);
    } catch (error) {
      this.#input = 0;
      return { tokens: 0, kept: 0, error: errorBody(error) };
    }
  }

  /**
   * What this frame shows: what has a pace of its own is measured at the first frame, and then at its pace.
   * @param {Engine} engine
   */
  #due(engine) {
    const { probes, paces = {}, now = [] } = this.#wanted;
    const evaluated = engine.metricsCount !== this.#evaluations;
    const at = this.#frames++;
    this.#evaluations = engine.metricsCount;
    this.#wanted.now = [];
    return probes.filter((id) => {
      const pace = paces[id] ?? 1;
      return !(id in this.#refused) && (now.includes(id) || (pace === 'eval' ? evaluated : pace !== 'once' && at % pace === 0));
    });
  }

  /**
   * @param {Engine} engine
   * @param {(bytes: number) => ArrayBuffer} allocate
   * @returns {Looked}
   */
  look(engine, allocate) {
    if (!this.#wanted.probes.length || this.#blind) return nothingLooked();
    try {
      const wanted = { ...this.#wanted, input: this.#input };
      const looked = able(this.#due(engine), this.#refused, (probes) => look(engine, { ...wanted, probes }, allocate));
      if (Object.keys(this.#refused).length) looked.shown.refused = { ...this.#refused };
      return looked;
    } catch (error) {
      const body = errorBody(error);
      body.message = text.probe(this.#wanted.probes.join(', '), body.message);
      this.#blind = true;
      this.#tell(body);
      return nothingLooked();
    }
  }
}
