/** The window the maps look at, token by token: documents, BOS, and the attention each token draws. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { percent, show } from '../format.js';
import { Frame } from './panel.js';
import { importanceOf } from './measure.js';
import { lengthOf } from './crop.js';
import { frontOf, numberOf, placeWords, places, wordAt } from './window.js';

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
  const legend = h('ul', { class: 'tok-legend' });
  frame.chart.append(strip, legend);
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
      const stamp = `${shown.frame?.id} ${shown.view.head} ${shown.base}`;
      if (stamp === seen || !shown.frame?.probes.attention) return;
      seen = stamp;
      const list = places(shown.frame, shown.run);
      cells = fill(strip, cells, shown, list);
      drawLegend(legend, list);
      frame.summarise(sum(shown, list));
    },
  };
}

/** α of each token of the frame. @param {Shown} shown */
function drawn(shown) {
  const frame = /** @type {import('../types.js').Frame} */ (shown.frame);
  const length = lengthOf(frame.documents) || frame.tokens.length;
  return { frame, length, ...importanceOf(frame.probes.attention, shown.solo, length) };
}

/** @param {HTMLElement} strip @param {Array<{cell: HTMLElement, text: HTMLElement}>} old @param {Shown} shown
 * @param {import('./window.js').Place[]} list */
function fill(strip, old, shown, list) {
  const { frame, length, tokens: alpha } = drawn(shown);
  const T = list.length;
  let cells = old;
  if (cells.length !== T) {
    cells = Array.from({ length: T }, () => {
      const text = h('span', { class: 'tok-text' });
      return { text, cell: h('span', { class: 'tok' }, h('span', { class: 'tok-bar' }), text) };
    });
    strip.replaceChildren(...cells.map((one) => one.cell));
  }
  const first = frontOf(shown.run.config);
  const words = list.map(({ role }, i) => (role === 'padding' ? '' : wordAt(frame, shown.run, i)));
  const marked = list.map(({ role }) => role !== 'text');
  strip.style.setProperty('--letters', String(Math.min(12, Math.max(...words.map((word, i) => (marked[i] ? 1 : word.length))))));
  cells.forEach(({ cell, text }, i) => {
    const { role, shared, prefix, begins, document } = list[i];
    setText(text, words[i]);
    const bar = Math.min(1, Math.max(0, alpha[i] || 0)).toFixed(2);
    const kind = ['tok', `is-${role}`];
    if (i === first) kind.push('first');
    if (begins && i > first) kind.push('begins');
    if (role !== 'text' && role !== 'sink') kind.push('special');
    if (shared) kind.push('shared');
    if (prefix) kind.push('prefix');
    if (document % 2 === 0 && document) kind.push('even');
    if (i >= length - FADED && role !== 'padding') kind.push('faded');
    if (cell.classList.contains('pointed')) kind.push('pointed');
    const [name, title] = [kind.join(' '), placeWords(list[i])];
    /* What stays is left alone: most cells need no new layout with a frame. */
    if (cell.dataset.bar !== bar) {
      cell.dataset.bar = bar;
      cell.style.setProperty('--a', bar);
    }
    if (cell.className !== name) cell.className = name;
    if (cell.title !== title) cell.title = title;
  });
  return cells;
}

/** What the signs of this window mean, and how many of each there are. @param {HTMLElement} legend
 * @param {import('./window.js').Place[]} list */
function drawLegend(legend, list) {
  const entries = counted(list);
  const stamp = entries.map(([kind, n]) => `${kind}${n}`).join();
  if (legend.dataset.stamp === stamp) return;
  legend.dataset.stamp = stamp;
  legend.replaceChildren(...entries.map(([kind, n]) => h('li', null,
    h('span', { class: `tok is-${kind} ${kind}`, 'aria-hidden': 'true' }, h('span', { class: 'tok-text' }, SAMPLES[kind])),
    `${t(`tok_${kind}`)} × ${n}`)));
}

/** @type {Record<'text' | 'bos' | 'eos' | 'padding' | 'sink' | 'shared' | 'prefix' | 'begins', string>} */
const SAMPLES = { text: 'a', bos: 'BOS', eos: 'EOS', padding: '', sink: '⤓', shared: 'a', prefix: 'a', begins: 'a' };

/** @param {import('./window.js').Place[]} list @returns {Array<[keyof typeof SAMPLES, number]>} */
function counted(list) {
  const kinds = /** @type {Array<keyof typeof SAMPLES>} */ (Object.keys(SAMPLES));
  /** @param {keyof typeof SAMPLES} kind */
  const count = (kind) => list.filter((one) => one.role === kind || (kind === 'shared' && one.shared && one.role !== 'sink')
    || (kind === 'prefix' && one.prefix) || (kind === 'begins' && one.begins)).length;
  return kinds.map((kind) => /** @type {[keyof typeof SAMPLES, number]} */ ([kind, count(kind)])).filter(([, n]) => n > 0);
}

/** @param {Shown} shown @param {import('./window.js').Place[]} list @returns {string} */
function sum(shown, list) {
  const { frame, length, tokens: alpha, slot } = drawn(shown);
  const first = frontOf(shown.run.config);
  let other = first + 1;
  for (let i = first + 2; i < length - FADED; i++) if (alpha[i] > alpha[other]) other = i;
  const n = list.filter((one) => one.begins).length;
  const name = (/** @type {number} */ i) => wordAt(frame, shown.run, i);
  const said = t('p_tokens_summary', {
    n: length - first, documents: n === 1 ? t('documents_one') : t('documents_many', { n }),
    first: name(first), share: percent(alpha[first]), other: name(other), at: numberOf(shown.run, other), otherShare: percent(alpha[other]),
  });
  if (first) return `${said} ${t('p_tokens_sink', { share: percent(alpha[0]) })}`;
  return Number.isFinite(slot) ? `${said} ${t('p_tokens_slot', { share: percent(slot) })}` : said;
}

/** @param {Shown | null} shown @returns {import('./panel.js').Table | null} */
function tokenTable(shown) {
  if (!shown?.frame?.probes.attention) return null;
  const { frame, tokens: alpha } = drawn(shown);
  const list = places(frame, shown.run);
  return {
    columns: [t('col_position'), t('col_token'), t('col_kind'), t('col_document'), t('col_alpha')],
    rows: list.map((place, i) => [numberOf(shown.run, i), place.role === 'padding' ? '' : wordAt(frame, shown.run, i), placeWords(place),
      place.document || '–', place.role === 'padding' ? '–' : show(alpha[i])]),
  };
}
