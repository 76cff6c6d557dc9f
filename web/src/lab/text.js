/** The reader's own text: several files are one text, each a document. */
import { DOCUMENTS } from '../form/preview.js';
import { asRefusal, change } from '../form/settle.js';
import { keepText } from '../state/keep.js';
import { t } from '../strings/index.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {{name: string, bytes: Uint8Array}} Piece */

/** What stands between two files, as core/include/sinklab.h says. */
const SEPARATOR = 0x1c;
const BOM = [0xef, 0xbb, 0xbf];

/** @param {Uint8Array} bytes */
function withoutMark(bytes) {
  return BOM.every((one, i) => bytes[i] === one) ? bytes.subarray(BOM.length) : bytes;
}

/** Several texts as one. @param {Uint8Array[]} parts @returns {Uint8Array} */
export function join(parts) {
  const plain = parts.map(withoutMark);
  const out = new Uint8Array(plain.reduce((sum, one) => sum + one.length + 1, -1));
  let at = 0;
  for (const part of plain) {
    if (at) out[at++] = SEPARATOR;
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** @param {Piece[]} pieces @returns {string | null} a sentence about those that are no text */
export function problem(pieces) {
  for (const { name, bytes } of pieces) {
    if (!withoutMark(bytes).length) return pieces.length > 1 ? t('own_text_empty_file', { name }) : t('own_text_empty');
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return t('own_text_not_utf8', { name });
    }
  }
  return null;
}

/** @param {Piece[]} pieces @returns {string} */
export function nameOf(pieces) {
  return pieces.length === 1 ? pieces[0].name : t('own_text_files', { n: pieces.length, names: pieces.map((one) => one.name).join(', ') });
}

/** @param {App} app @param {Piece[]} pieces @returns {Promise<string | null>} what is wrong with it */
export async function useText(app, pieces) {
  const wrong = problem(pieces);
  if (wrong) return wrong;
  if (!app.draft || !app.engine) return t('own_text_none');
  const before = { overrides: app.draft.overrides, resolved: app.draft.resolved, text: app.text };
  const refusal = app.needsText ? null : change(app.draft, 'data.corpus', 'text', app.resolve);
  if (refusal) {
    app.draft.pending.clear();
    return refusal.message;
  }
  app.text = { bytes: join(pieces.map((one) => one.bytes)), name: nameOf(pieces) };
  app.forget('text');
  try {
    await app.freshLive();
    keepText(app.text);
    return null;
  } catch (error) {
    Object.assign(app.draft, { overrides: before.overrides, resolved: before.resolved });
    app.text = before.text;
    const { message, offset } = asRefusal(error);
    const placed = offset === undefined || offset < 0 || message.includes(String(offset));
    return placed ? message : t('refused_at', { message, offset });
  } finally {
    app.settled();
  }
}

/** What the data that is set looks like. @param {App} app */
export async function preview(app) {
  if (!app.client || !app.draft) throw new Error(t('status_empty'));
  if (app.needsText && !app.text) throw new Error(t('own_text_missing'));
  return app.client.preview(app.draft.resolved, { text: app.textFor(), documents: DOCUMENTS });
}
