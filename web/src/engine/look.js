/** What a frame shows of a lab: the wanted probes, copied out of the engine into one buffer. */

/**
 * @typedef {import('./protocol.js').ProbeData} ProbeData
 * @typedef {object} Looked
 * @property {{probes: Record<string, ProbeData>, tokens: Int32Array, documents: Int32Array}} shown
 * @property {ArrayBuffer[]} transfer the buffer under all of it
 */

/** @returns {Looked} */
export function nothingLooked() {
  return {
    shown: { probes: {}, tokens: new Int32Array(0), documents: new Int32Array(0) },
    transfer: [],
  };
}

/**
 * @param {import('./wasm.js').Engine} engine
 * @param {import('./protocol.js').Wanted} wanted
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
    probes, tokens: copy(Int32Array, tokens), documents: copy(Int32Array, documents),
  };
  return { shown, transfer: [buffer] };
}
