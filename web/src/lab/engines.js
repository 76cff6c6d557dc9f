/** The engine files of the site: which of them computes, each fetched once and only when it is used. */
import { builtEngines, choose } from '../engine/arithmetic.js';
import { SinklabError } from '../engine/errors.js';
import { fetchEngine } from '../engine/compile.js';
import { t } from '../strings/index.js';

export class Engines {
  constructor() {
    this.built = builtEngines();
    /** @type {Map<string, ReturnType<typeof fetchEngine>>} */
    this.files = new Map();
  }

  /** @param {string} wanted */
  choose(wanted) {
    return choose(wanted, this.built);
  }

  /** @param {string} file */
  module(file) {
    const known = this.files.get(file);
    if (known) return known;
    const module = fetchEngine(new URL(file, document.baseURI).href).catch((error) => {
      this.files.delete(file); // another attempt may do better
      throw error.code === 'network' ? new SinklabError({ ...error.toJSON(), message: t('fail_fetch') }) : error;
    });
    this.files.set(file, module);
    return module;
  }
}
