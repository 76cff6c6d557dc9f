/** The window that is looked at, token by token: what each is, and what it is called. Pure. */
import { t } from '../strings/index.js';
import { token } from '../format.js';
import { PADDING } from './crop.js';

/** @typedef {import('../types.js').Frame} Frame */
/** @typedef {import('../types.js').Run} Run */
/** @typedef {'text' | 'bos' | 'eos' | 'padding' | 'sink'} Role */
/** @typedef {{role: Role, shared: boolean, prefix: boolean, begins: boolean, document: number}} Place
 *   shared: every document sees it; prefix: it sees what comes after it in the prefix; begins: a document
 *   begins here; document: its number in the window, from 1, 0 where it belongs to none */

const SHARED = -1;
const SINK_SIGN = '⤓';

/** Tokens that the model puts in front of the window. @param {import('../types.js').Config | null} config */
export function frontOf(config) {
  return (config?.model?.slot?.type ?? config?.model?.slot) === 'sink_token' ? 1 : 0;
}

/** The columns of an attention map that are no token's. @param {number[]} shape (L,H,T,S) */
export function slotColumns(shape) {
  return (shape[3] ?? 0) - (shape[2] ?? 0);
}

/** @param {Frame} frame @param {Run} run @returns {Place[]} */
export function places(frame, run) {
  const { tokens, documents, prefix = 0 } = frame;
  const front = frontOf(run.config);
  let count = 0;
  let now = NaN;
  const list = Array.from(tokens, (id, i) => {
    const of = documents[i];
    const own = of >= 0;
    const begins = own && of !== now;
    if (begins) count++;
    if (own) now = of;
    /** @type {Role} */
    const role = i < front ? 'sink' : of === PADDING ? 'padding'
      : id === run.data?.bos ? 'bos' : id === run.data?.eos ? 'eos' : 'text';
    return { role, shared: of === SHARED, prefix: i < prefix, begins, document: own ? count : 0 };
  });
  for (let i = 0; i < (frame.padding ?? 0); i++) {
    list.push({ role: 'padding', shared: false, prefix: false, begins: false, document: 0 });
  }
  return list;
}

/** @param {Frame | null} frame @param {Run} run @param {number} i @returns {string} */
export function wordAt(frame, run, i) {
  return i < frontOf(run.config) ? SINK_SIGN : token(run.data?.vocabulary[frame?.tokens[i] ?? -1]);
}

/** Its place as readers count: the first token of the text is 1, what stands in front of it 0.
 * @param {Run} run @param {number} i */
export function numberOf(run, i) {
  return i + 1 - frontOf(run.config);
}

/** @param {Place} place @returns {string} */
export function placeWords({ role, shared, prefix }) {
  return [t(`tok_${role}`), shared && role !== 'sink' ? t('tok_shared') : '', prefix ? t('tok_prefix') : ''].filter(Boolean).join(', ');
}
