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
 *   prefix: number}} shown
 * @property {ArrayBuffer[]} transfer the buffer under all of it
 */

/** @returns {Looked} */
export function nothingLooked() {
  return {
    shown: { probes: {}, tokens: new Int32Array(0), documents: new Int32Array(0), input: 0, prefix: 0 },
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
    prefix: engine.prefix(),
  };
  return { shown, transfer: [buffer] };
}

/** What is wanted of the open run, from one run to the next. */
export class Looker {
  /** @type {Wanted} */
  #wanted = { probes: [], input: 0, first: 0, sequences: 1, epsilon: 0 };
  /** The input wanted, or the first where this run cannot read the prompt. */
  #input = 0;
  /** This run cannot show what is wanted. */
  #blind = false;
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
  want({ probes = [], input = 0, first = 0, sequences = 1, epsilon = 0, prompt }, engine) {
    const wanted = { probes: probes.map(String), input, first, sequences, epsilon, prompt };
    const prompted = engine && prompt !== undefined ? engine.setPrompt(prompt) : undefined;
    if (engine && probes.length) engine.probe(wanted.probes, wanted);
    this.#wanted = wanted;
    this.#input = input;
    this.#blind = false;
    return prompted;
  }

  /**
   * Another run: the prompt is read anew, in its tokens.
   * @param {Engine} engine
   * @returns {Prompted | undefined}
   */
  opened(engine) {
    const { prompt, input } = this.#wanted;
    this.#input = input;
    this.#blind = false;
    if (prompt === undefined) return undefined;
    try {
      return engine.setPrompt(prompt);
    } catch (error) {
      this.#input = 0;
      return { tokens: 0, kept: 0, error: errorBody(error) };
    }
  }

  /**
   * @param {Engine} engine
   * @param {(bytes: number) => ArrayBuffer} allocate
   * @returns {Looked}
   */
  look(engine, allocate) {
    if (!this.#wanted.probes.length || this.#blind) return nothingLooked();
    try {
      return look(engine, { ...this.#wanted, input: this.#input }, allocate);
    } catch (error) {
      const body = errorBody(error);
      body.message = text.probe(this.#wanted.probes.join(', '), body.message);
      this.#blind = true;
      this.#tell(body);
      return nothingLooked();
    }
  }
}
