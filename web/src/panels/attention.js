/** The wall of attention maps, layers down, heads across; or one head alone, enlarged. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { percent, show } from '../format.js';
import { paint } from '../plot/heatmap.js';
import { sheet } from '../plot/sheet.js';
import { gradient } from '../plot/colour.js';
import { colours } from '../ui/theme.js';
import { capital, headName } from '../say.js';
import { strongestHead } from '../verdict.js';
import { Frame } from './panel.js';
import { importance } from './measure.js';
import { lengthOf } from './crop.js';
import { frontOf, numberOf, slotColumns, wordAt } from './window.js';
import { Cursor } from './cursor.js';

/** @typedef {import('./panel.js').Shown} Shown */
/** @typedef {{layer: number, head: number, el: HTMLElement, canvas: HTMLCanvasElement,
 *   slot: HTMLCanvasElement | null, label: HTMLElement}} Map_ */

export class AttentionPanel {
  /** @param {import('./panel.js').Hands} hands */
  constructor(hands) {
    this.hands = hands;
    this.id = 'attention';
    this.probes = ['attention'];
    /** @type {Shown | null} */
    this.now = null;
    /** @type {Map_[]} */
    this.maps = [];
    this.seen = '';
    this.shape = '';
    this.wall = h('div', { class: 'wall' });
    this.frame = new Frame(hands, {
      id: 'attention', title: t('p_attention'), help: t('p_attention_help'), paper: t('sink_paper'),
      table: () => this.table(), data: () => this.data(), picture: () => this.picture(),
    });
    this.el = this.frame.el;
    this.hint = matchMedia('(hover: none)').matches ? t('p_attention_tap') : t('p_attention_hint');
    this.readout = h('p', { class: 'readout' }, this.hint);
    this.heard = h('p', { class: 'only-heard', role: 'status' });
    this.cursor = new Cursor(this.wall, {
      T: () => this.now?.frame?.probes.attention?.shape[2] ?? 0,
      maps: () => this.maps,
      moved: (byKey) => this.readCell(byKey),
    });
    this.frame.tools.append(this.soloButton(), this.scaleSwitch());
    this.plate = h('div', { class: 'plate' },
      this.first = h('p', { class: 'plate-first', 'aria-hidden': 'true' }, t('first_token')), this.wall, this.foot(),
      h('p', { class: 'plate-note', 'aria-hidden': 'true' }, t('rows_ask')));
    this.frame.chart.append(this.plate, this.heard);
  }

  soloButton() {
    this.solo = h('button', { type: 'button', class: 'quiet', hidden: true, onclick: () => {
      const at = this.cursor.at ?? this.strongest();
      this.hands.setView({ head: this.now?.solo ? '' : `${at.layer}.${at.head}` });
    } }, t('enlarge'));
    return this.solo;
  }

  strongest() {
    return this.now?.record?.alpha ? strongestHead(this.now.record.alpha) : { layer: 0, head: 0 };
  }

  scaleSwitch() {
    this.scales = /** @type {const} */ (['linear', 'log']).map((scale) => h('button', {
      type: 'button', class: 'quiet', 'aria-pressed': 'false', 'data-scale': scale,
      onclick: () => this.hands.setView({ scale }) }, t(scale)));
    return h('span', { class: 'switch', role: 'group', 'aria-label': t('scale') }, ...this.scales);
  }

  foot() {
    this.ticks = h('span', { class: 'ticks' });
    const bar = h('span', { class: 'gradient', style: `background:linear-gradient(to right, ${gradient()})` });
    return h('div', { class: 'wall-foot' }, this.readout,
      h('div', { class: 'legend', 'aria-hidden': 'true' }, bar, this.ticks));
  }

  /** @param {Shown} shown */
  update(shown) {
    this.now = shown;
    this.frame.settle();
    const attention = shown.frame?.probes.attention;
    if (!attention || !shown.frame) return;
    const { solo, view } = shown;
    const shape = `${attention.shape} ${view.head}`;
    const stamp = `${shape} ${shown.frame.id} ${view.scale} ${shown.record?.step} ${shown.base}`;
    if (shown.pointed !== this.cursor.column) this.cursor.markColumn(shown.pointed);
    if (stamp === this.seen) return;
    if (shape !== this.shape) this.build(attention.shape, solo);
    this.shape = shape;
    this.seen = stamp;
    this.draw(attention, shown);
    if (this.cursor.at) this.readCell(false);
  }

  /** @param {number[]} shape @param {{layer: number, head: number} | null} solo */
  build(shape, solo) {
    const [L, H] = shape;
    const slotted = slotColumns(shape) > 0;
    this.maps = [];
    for (let layer = 0; layer < L; layer++) {
      for (let head = 0; head < H; head++) {
        if (solo && (solo.layer !== layer || solo.head !== head)) continue;
        const canvas = h('canvas', { 'aria-hidden': 'true' });
        const label = h('span', { class: 'map-label' });
        const slot = slotted ? h('canvas', { 'aria-hidden': 'true', title: t('slot') }) : null;
        this.maps.push({ layer, head, canvas, label, slot, el: h('div', { class: slot ? 'map with-slot' : 'map' },
          slot && h('div', { class: 'map-slot' }, slot), h('div', { class: 'map-square' }, canvas, label)) });
      }
    }
    const one = this.maps.length === 1;
    this.plate.classList.toggle('one', one);
    this.plate.classList.toggle('slotted', slotted);
    setText(this.first, slotted ? t('slot_first') : t('first_token'));
    this.plate.style.setProperty('--heads', String(one ? 1 : H));
    this.plate.style.setProperty('--layers', String(one ? 1 : L));
    this.wall.replaceChildren(...this.maps.map((map) => map.el));
    this.cursor.reset();
    if (this.solo) this.solo.hidden = L * H === 1;
  }

  /** @param {import('../types.js').Probe} attention @param {Shown} shown */
  draw(attention, shown) {
    const [L, H, T, S] = attention.shape;
    const log = shown.view.scale === 'log';
    const length = lengthOf(shown.frame?.documents ?? []) || T;
    const front = frontOf(shown.run.config);
    const max = Math.max(1, most(attention.data));
    for (const map of this.maps) {
      const at = map.layer * H + map.head;
      paint(map.canvas, attention.data, at * T * S + S - T, T, T, { log, max, stride: S, size: true });
      if (map.slot) paint(map.slot, attention.data, at * T * S, T, 1, { log, max, stride: S, size: true });
      const { tokens, slot } = importance(attention, at, length);
      const alpha = map.slot ? slot : tokens[0];
      setText(map.label, this.maps.length === 1 ? '' : `${L > 1 ? `L${map.layer + 1}` : ''}H${map.head + 1}\n${percent(alpha)}`);
    }
    for (const button of this.scales ?? []) {
      button.setAttribute('aria-pressed', String(button.dataset.scale === shown.view.scale));
    }
    if (this.solo) setText(this.solo, t(shown.solo ? 'whole_wall' : 'enlarge'));
    if (this.ticks) this.ticks.replaceChildren(...scaleWords(log, max).map((text) => h('span', null, text)));
    const at = shown.solo ?? this.strongest();
    const { tokens, slot } = importance(attention, at.layer * H + at.head, length);
    const words = { head: headName(at, { layers: L, heads: H }), share: percent(tokens[front]) };
    const summary = S > T || front ? t('p_attention_summary_slot', { ...words, slot: percent(S > T ? slot : tokens[0]) })
      : t('p_attention_summary', words);
    this.frame.summarise(summary);
    this.wall.setAttribute('aria-label', `${summary} ${t('p_attention_keys')}`);
  }

  /** @param {boolean} aloud the reader moved by key: say it too */
  readCell(aloud) {
    const { at } = this.cursor;
    const shown = this.now;
    const attention = shown?.frame?.probes.attention;
    if (!shown?.frame || !attention || !at) {
      setText(this.readout, this.hint);
      this.hands.point(null);
      return;
    }
    const [L, H, T, S] = attention.shape;
    const value = attention.data[((at.layer * H + at.head) * T + at.query) * S + at.key + S - T];
    /** @param {number} i */
    const name = (i) => wordAt(shown.frame, shown.run, i);
    const text = t(at.key < 0 ? 'p_attention_cell_slot' : 'p_attention_cell', {
      head: capital(headName(at, { layers: L, heads: H })), q: numberOf(shown.run, at.query), qt: name(at.query),
      k: numberOf(shown.run, at.key), kt: name(at.key), value: at.key > at.query && value === 0 ? '–' : show(value),
    });
    setText(this.readout, this.cursor.locked ? `${text} (${t('p_attention_locked')})` : text);
    if (aloud) setText(this.heard, text);
    this.hands.point(at.key < 0 ? null : at.key);
  }

  /** @returns {import('./panel.js').Table | null} one row a query, of the head looked at */
  table() {
    const shown = this.now;
    const attention = shown?.frame?.probes.attention;
    if (!shown?.frame || !attention) return null;
    const [, H, T, S] = attention.shape;
    const at = shown.solo ?? this.strongest();
    const { frame, run } = shown;
    const base = (at.layer * H + at.head) * T * S + S - T;
    const slot = S > T ? [-1] : [];
    /** @param {number} i @param {number} j */
    const cell = (i, j) => (j < 0 && !(j === -1 && slot.length) ? '–' : show(attention.data[base + i * S + j]));
    /** @param {number} i */
    const name = (i) => `${numberOf(run, i)} ${wordAt(frame, run, i)}`;
    const first = frontOf(run.config);
    return {
      columns: [t('col_query'), ...slot.map(() => t('slot')), t('col_first'), t('col_self'), t('col_previous'), t('col_most')],
      rows: Array.from({ length: T }, (_, i) => {
        let best = 0;
        for (let j = 1; j < T; j++) {
          if (attention.data[base + i * S + j] > attention.data[base + i * S + best]) best = j;
        }
        return [name(i), ...slot.map((j) => cell(i, j)), cell(i, first), cell(i, i), i ? cell(i, i - 1) : '–',
          `${name(best)}: ${cell(i, best)}`];
      }),
    };
  }

  /** @returns {import('./panel.js').Table | null} every number of every head */
  data() {
    const attention = this.now?.frame?.probes.attention;
    if (!attention) return null;
    const [L, H, T, S] = attention.shape;
    const rows = [];
    for (let i = 0; i < L * H * T; i++) {
      const head = Math.floor(i / T);
      rows.push([Math.floor(head / H) + 1, (head % H) + 1, (i % T) + 1,
        ...attention.data.subarray(i * S, (i + 1) * S)]);
    }
    return { columns: ['layer', 'head', 'query', ...(S > T ? ['slot'] : []),
      ...Array.from({ length: T }, (_, k) => `key ${k + 1}`)], rows };
  }

  /** @returns {HTMLCanvasElement | null} the wall, each cell enlarged to whole pixels */
  picture() {
    const first = this.maps[0]?.canvas;
    if (!first) return null;
    const T = first.width;
    const slotted = !!this.maps[0].slot;
    const zoom = Math.max(1, Math.floor(1024 / T / (this.maps.length > 1 ? 2 : 1)));
    const columns = this.maps.length === 1 ? 1 : Math.max(...this.maps.map((map) => map.head)) + 1;
    const side = T * zoom;
    const bar = slotted ? Math.max(zoom, 8) + 6 : 0; // the slot's column and its gap
    return sheet(this.maps.map(({ slot, canvas, label }) => ({ name: label.textContent ?? '', draw: (context) => {
      if (slot) context.drawImage(slot, 0, 0, bar - 6, side);
      context.drawImage(canvas, bar, 0, side, side);
    } })), { width: side + bar, height: side, columns, theme: colours() });
  }
}

/** The largest size of a number. @param {Float32Array} data */
function most(data) {
  let max = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i]);
    if (size > max) max = size;
  }
  return Number.isFinite(max) ? max : 1;
}

/** What stands under the colours: weights need not end at one. @param {boolean} log @param {number} max */
function scaleWords(log, max) {
  if (max <= 1) return log ? ['≤.001', '.01', '.1', '1'] : ['0', '.25', '.5', '.75', '1'];
  return (log ? [0.001, 0.01, 0.1, 1] : [0, 0.5, 1]).map((part, i) => (log && !i ? '≤' : '') + show(part * max, 2));
}
