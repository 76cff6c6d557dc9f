/** The one error of the engine layer: a sentence, and the place it is about. */

/**
 * @typedef {object} ErrorBody
 * @property {string} code json, config, memory, data, file, diverged or state from the core;
 *   browser, network, crashed, worker, command or protocol from this layer
 * @property {string} [path] a JSON path, a tensor or a part of a file
 * @property {number} [offset] byte position, or -1
 * @property {string} message one sentence
 */

export class SinklabError extends Error {
  /** @param {ErrorBody} body */
  constructor(body) {
    super(body.message);
    this.name = 'SinklabError';
    this.code = body.code;
    this.path = body.path ?? '';
    this.offset = body.offset ?? -1;
  }

  /** @returns {Required<ErrorBody>} what travels in a message */
  toJSON() {
    return { code: this.code, path: this.path, offset: this.offset, message: this.message };
  }
}

/**
 * Anything thrown, as the body of a message.
 * @param {unknown} error
 * @returns {Required<ErrorBody>}
 */
export function errorBody(error) {
  if (error instanceof SinklabError) return error.toJSON();
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'crashed', path: '', offset: -1, message };
}
