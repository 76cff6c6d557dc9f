/** Finding a setting among many: by its words, by those of its choices, or because it was changed. Pure. */

/** @typedef {import('./model.js').Control} Control */

/** @param {string} text */
export function plain(text) {
  return text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[-_‑]/g, ' ');
}

/** @param {Array<string | undefined>} parts */
export const words = (parts) => plain(parts.filter(Boolean).join(' '));

/** All words of the query must be found. @param {string} text @param {string} query */
export function holds(text, query) {
  return query.split(/\s+/).every((word) => text.includes(word));
}

/** @param {Control} control @param {string} raw what the reader typed
 * @returns {{found: boolean, options: Control['options']}} options: those of its choices that match, where
 *   the control's name does not */
export function find(control, raw) {
  const query = plain(raw).trim();
  if (!query) return { found: true, options: [] };
  const own = holds(words([control.label, control.path]), query);
  const told = own || holds(words([control.label, control.help]), query);
  const options = control.options.filter((one) => holds(words([one.label, one.id, one.help, one.paper, control.label]), query));
  return { found: told || options.length > 0, options: own || options.length === control.options.length ? [] : options };
}

/** Where a part of a long section begins; a new setting joins the part of the one before it.
 * @type {{[path: string]: 'size' | 'places' | 'attention' | 'ffn' | 'weights' | 'corpus' | 'windows' | 'run' | 'rate' | 'loss'}} */
const PARTS = {
  'model.layers': 'size', 'model.position': 'places', 'model.similarity': 'attention', 'model.ffn': 'ffn', 'model.bias': 'weights',
  'data.corpus': 'corpus', 'data.packing': 'windows', 'train.steps': 'run', 'train.lr': 'rate', 'train.label_smoothing': 'loss',
};

/** @param {Control[]} controls of one section
 * @returns {Array<{part: typeof PARTS[string] | '', controls: Control[]}>} */
export function parts(controls) {
  /** @type {ReturnType<typeof parts>} */
  const out = [];
  for (const control of controls) {
    const part = PARTS[control.path] ?? '';
    if (part || !out.length) out.push({ part, controls: [] });
    out[out.length - 1].controls.push(control);
  }
  return out;
}
