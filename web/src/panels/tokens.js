/** The window the maps look at, token by token: documents, BOS, and the attention each token draws. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { percent, show, token } from '../format.js';
import { Frame } from './panel.js';
import { importanceOf, starts } from './measure.js';

/** @typedef {import('./panel.js').Shown} Shown */

/** α of the last few tokens is near one by construction. */
const FADED = 8;

/** @param {import('./panel.js').Hands} hands @returns {import('./panel.js').Panel} */
export function tokensPanel(hands) {
  /** @type {Shown | null} */
  let now = null;
  /** @type {Array<{cell: HTMLElement, text: HTMLElement}>} */
  let cells = [];
  const strip = h('div', { class: 'strip' });
  const frame = new Frame(hands, {
    id: 'tokens', title: t('p_tokens'), help: t('p_tokens_help'), table: () => tokenTable(now),
  });
  frame.chart.appendChild(strip);
  frame.describe(strip);
  strip.addEventListener('pointerover', (event) => {
    const cell = /** @type {HTMLElement} */ (event.target).closest('.tok');
    hands.point(cell ? cells.findIndex((one) => one.cell === cell) : null);
  });
  strip.addEventListener('pointerleave', () => hands.point(null));
  let seen = '';
  let pointed = -1;
  return {
    id: 'tokens', el: frame.el, probes: [],
    update(shown) {
      now = shown;
      frame.settle();
      if ((shown.pointed ?? -1) !== pointed) {
        cells[pointed]?.cell.classList.remove('pointed');
        pointed = shown.pointed ?? -1;
        cells[pointed]?.cell.classList.add('pointed');
      }
      const { tokens, step } = shown.frame ?? {};
      const stamp = `${step} ${shown.run.source} ${shown.view.head} ${tokens?.length} ${tokens?.slice(0, 6)}`;
      if (stamp === seen || !shown.frame?.probes.attention) return;
      seen = stamp;
      cells = fill(strip, cells, shown);
      frame.summarise(sum(shown));
    },
  };
}

/** @param {number} id @param {import('../types.js').DataInfo | null} data */
function isMark(id, data) {
  return id === data?.bos || id === data?.eos;
}

/** @param {HTMLElement} strip @param {Array<{cell: HTMLElement, text: HTMLElement}>} old @param {Shown} shown */
function fill(strip, old, shown) {
  const frame = /** @type {import('../types.js').Frame} */ (shown.frame);
  const alpha = importanceOf(frame.probes.attention, shown.solo);
  const T = frame.tokens.length;
  let cells = old;
  if (cells.length !== T) {
    cells = Array.from({ length: T }, () => {
      const text = h('span', { class: 'tok-text' });
      return { text, cell: h('span', { class: 'tok' }, h('span', { class: 'tok-bar' }), text) };
    });
    strip.replaceChildren(...cells.map((one) => one.cell));
  }
  const begins = new Set(starts(frame.documents));
  const data = shown.run.data;
  const words = Array.from(frame.tokens, (id) => token(data?.vocabulary[id]));
  strip.style.setProperty('--letters', String(Math.min(12, Math.max(...words.map((word, i) => (isMark(frame.tokens[i], data) ? 1 : word.length))))));
  cells.forEach(({ cell, text }, i) => {
    const id = frame.tokens[i];
    setText(text, words[i]);
    cell.style.setProperty('--a', String(Math.min(1, Math.max(0, alpha[i] || 0))));
    const kind = ['tok'];
    if (i === 0) kind.push('first');
    if (begins.has(i) && i > 0) kind.push('begins');
    if (isMark(id, data)) kind.push('special');
    if (i >= T - FADED) kind.push('faded');
    if (cell.classList.contains('pointed')) kind.push('pointed');
    cell.className = kind.join(' ');
  });
  return cells;
}

/** @param {Shown} shown @returns {string} */
function sum(shown) {
  const frame = /** @type {import('../types.js').Frame} */ (shown.frame);
  const alpha = importanceOf(frame.probes.attention, shown.solo);
  const T = frame.tokens.length;
  let other = 1;
  for (let i = 2; i < T - FADED; i++) if (alpha[i] > alpha[other]) other = i;
  const n = starts(frame.documents).length;
  /** @param {number} i */
  const name = (i) => token(shown.run.data?.vocabulary[frame.tokens[i]]);
  return t('p_tokens_summary', {
    n: T, documents: n === 1 ? t('documents_one') : t('documents_many', { n }),
    first: name(0), share: percent(alpha[0]), other: name(other), at: other + 1, otherShare: percent(alpha[other]),
  });
}

/** @param {Shown | null} shown @returns {import('./panel.js').Table | null} */
function tokenTable(shown) {
  const frame = shown?.frame;
  if (!shown || !frame?.probes.attention) return null;
  const alpha = importanceOf(frame.probes.attention, shown.solo);
  return {
    columns: [t('col_position'), t('col_token'), t('col_document'), t('col_alpha')],
    rows: Array.from(frame.tokens, (id, i) => [i + 1, shown.run.data?.vocabulary[id] ?? id,
      frame.documents[i], show(alpha[i])]),
  };
}
