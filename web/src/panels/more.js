/** All that the engine can measure, to be opened one by one, each drawn by kind and shape: a new one needs
 * no JavaScript. What is not open is not computed. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { counted, num, show, whole } from '../format.js';
import { LinePlot } from '../plot/lines.js';
import { paint } from '../plot/heatmap.js';
import { sheet } from '../plot/sheet.js';
import { gradient, rgb } from '../plot/colour.js';
import { colours, shade } from '../ui/theme.js';
import { helpButton } from '../form/popover.js';
import { papers } from '../ui/paper.js';
import { EPSILONS } from '../state/hash.js';
import { paceOf, pacesOf, withPace } from '../lab/pace.js';
import { Frame } from './panel.js';
import { grouped, helpWith, matches, namesEpsilon } from './browse.js';
import { linesOf, sayWidest } from './over.js';
import { Points } from './points.js';
import { wordAt } from './window.js';
import { extent, namesAlong, numbers, outerNames, overTokens, placeOf, rowOf, sum, wayOf } from './generic.js';

/** @typedef {import('./panel.js').Shown} Shown */
/** @typedef {import('../types.js').ProbeInfo} ProbeInfo */
/** @typedef {import('../types.js').Probe} Probe */

/** More lines than these do not all get their name. */
const NAMED = 4;

/** More figures than these take the whole row. */
const FIGURES = 4;

/** A square of pixels is saved at least nearly so large. */
const SIDE = 320;

/** So many measurements are found by a word, not by looking. */
const MANY = 12;

export class MorePanels {
  /** @param {import('./panel.js').Hands} hands @param {ProbeInfo[]} probes @param {string[]} open */
  constructor(hands, probes, open) {
    this.hands = hands;
    this.probes = probes;
    this.thresholds = '';
    /** @type {Map<string, MorePanel>} */
    this.panels = new Map();
    /** @type {Map<string, {chip: HTMLElement, item: HTMLElement, help: HTMLElement}>} an open panel stands below its sentence */
    this.items = new Map();
    this.none = h('p', { class: 'fine', role: 'status' });
    this.search = h('input', { type: 'search', id: 'more-search', autocomplete: 'off', spellcheck: 'false', oninput: () => this.sift() });
    this.groups = grouped(probes).map(({ group, probes: some }) => h('section', { class: 'more-group', 'aria-labelledby': `more-${group}` },
      h('h3', { id: `more-${group}` }, t(`more_group_${group}`)), h('ul', null, some.map((info) => this.item(info)))));
    this.el = h('details', { class: 'more', open: open.length > 0, ontoggle: () => {
      if (!this.el.open && this.panels.size) hands.setView({ more: [] });
    } },
    h('summary', null, t('more_title')), h('p', { class: 'fine' }, t('more_help')),
    h('div', { class: 'more-tools' },
      h('p', { class: 'find more-find', hidden: probes.length <= MANY },
        h('label', { for: 'more-search' }, t('more_find')), h('span', { class: 'field' }, this.search)),
      this.epsilonControl()), this.none, this.groups);
  }

  /** The threshold that sink rates are measured with here. */
  epsilonControl() {
    this.epsilon = h('select', { id: 'more-epsilon', onchange: () => this.hands.setView({ epsilon: Number(this.epsilon?.value) }) },
      EPSILONS.map((one) => h('option', { value: one }, one ? String(one) : t('epsilon_own', { epsilon: '' }))));
    return h('p', { class: 'find more-find', hidden: !this.probes.some(namesEpsilon) },
      h('span', { class: 'control-head' }, h('label', { for: 'more-epsilon' }, t('epsilon')),
        helpButton(t('epsilon'), () => [h('p', null, t('epsilon_help'))])),
      h('span', { class: 'field' }, this.epsilon));
  }

  /** @param {Shown} shown */
  updateEpsilon(shown) {
    const { epsilon: pick } = this;
    const stamp = `${shown.epsilon} ${shown.view.epsilon} ${shown.run.source}`;
    if (!pick || stamp === this.thresholds) return;
    this.thresholds = stamp;
    setText(pick.options[0], t('epsilon_own', { epsilon: shown.epsilon }));
    pick.value = String(shown.view.epsilon);
    pick.disabled = shown.run.source === 'recorded';
    for (const info of this.probes.filter(namesEpsilon)) {
      const known = this.items.get(info.id);
      if (known) setText(known.help, helpWith(info, epsilonOf(shown)));
    }
  }

  /** @param {ProbeInfo} info */
  item(info) {
    const chip = h('button', { type: 'button', class: 'plain chip', 'data-probe': info.id, 'aria-pressed': 'false',
      onclick: () => this.flip(info.id) }, info.label);
    const help = h('span', null, info.help);
    const item = h('li', null, chip, h('p', { class: 'fine' }, help, ' ', info.paper ? papers(info.paper) : ''));
    this.items.set(info.id, { chip, item, help });
    return item;
  }

  /** Leaves what the typed words name, and what is open. */
  sift() {
    const found = this.probes.filter((info) => matches(info, this.search.value));
    setText(this.none, found.length ? '' : t('more_none', { query: this.search.value.trim() }));
    for (const info of this.probes) {
      const known = this.items.get(info.id);
      if (known) known.item.hidden = !found.includes(info) && !this.panels.has(info.id);
    }
    for (const group of this.groups) group.hidden = !group.querySelector('li:not([hidden])');
  }

  /** @param {string} id */
  flip(id) {
    const open = [...this.panels.keys()];
    this.hands.setView({ more: open.includes(id) ? open.filter((one) => one !== id) : [...open, id] });
  }

  /** @param {Shown} shown */
  update(shown) {
    this.updateEpsilon(shown);
    const wanted = this.probes.filter((info) => shown.view.more.includes(info.id));
    if (wanted.map((info) => info.id).join() !== [...this.panels.keys()].join()) this.build(wanted);
    for (const panel of this.panels.values()) panel.update(shown);
  }

  /** @param {ProbeInfo[]} wanted */
  build(wanted) {
    const old = this.panels;
    this.panels = new Map(wanted.map((info) => [info.id, old.get(info.id)
      ?? new MorePanel(this.hands, info, this.probes.find((one) => one.id === info.over))]));
    for (const [id, { chip, item }] of this.items) {
      const panel = this.panels.get(id);
      chip.setAttribute('aria-pressed', String(!!panel));
      if (!panel) old.get(id)?.frame.el.remove();
      else if (!old.has(id)) item.append(panel.frame.el);
    }
    if (wanted.length) this.el.open = true;
  }
}

class MorePanel {
  /** @param {import('./panel.js').Hands} hands @param {ProbeInfo} info @param {ProbeInfo} [over] what it is the theory of */
  constructor(hands, info, over) {
    this.hands = hands;
    this.info = info;
    this.over = over;
    /** @type {Shown | null} */
    this.now = null;
    this.seen = '';
    this.way = '';
    /** @type {LinePlot | null} */
    this.plot = null;
    /** @type {Points | null} */
    this.points = null;
    this.frame = new Frame(hands, {
      id: `more-${info.id}`, title: info.label, help: info.help ?? '', paper: info.paper,
      table: () => this.numbers(counted), data: () => this.numbers((value) => value), picture: () => this.picture(),
    });
    this.frame.picturable(false);
    this.frame.el.dataset.probe = info.id;
    this.body = h('div', { class: 'more-body' });
    this.frame.chart.appendChild(this.body);
    this.makePace();
  }

  /** How often it is measured, and a button where that is when asked for. */
  makePace() {
    const { hands, info } = this;
    this.pace = h('select', { 'aria-label': t('pace_of', { probe: info.label }), onchange: () => {
      if (this.now && this.pace) hands.setView({ pace: withPace(this.now.view, info, this.pace.value) });
    } }, pacesOf(info).map((pace) => h('option', { value: pace }, t(typeof pace === 'string' ? `pace_${pace}` : pace === 1 ? 'pace_every' : 'pace_some', { n: pace }))));
    this.measure = h('button', { type: 'button', class: 'plain', onclick: () => hands.measure(info.id) }, t('measure'));
    this.when = h('span', { class: 'fine' });
    this.frame.summary.after(h('div', { class: 'pace' }, h('span', { class: 'field' }, this.pace), this.measure, this.when));
  }

  /** @param {Shown} shown */
  updatePace(shown) {
    if (!this.pace || !this.measure || !this.when) return;
    const pace = paceOf(shown.view, this.info);
    const [recorded, lacks] = [shown.run.source === 'recorded', this.lacks !== ''];
    this.pace.value = String(pace);
    this.pace.disabled = recorded || lacks;
    this.measure.hidden = pace !== 'once';
    this.measure.disabled = recorded || lacks;
    setText(this.when, this.at && this.at.step !== shown.frame?.step ? t('measured_at', { step: whole(this.at.step) }) : '');
  }

  /** Why the model has nothing of it, or ''. */
  get lacks() {
    return this.now?.frame?.refused?.[this.info.id] ?? '';
  }

  /** The frame that it was last measured in, of the input that is looked at and with the threshold chosen. */
  get at() {
    const { now, info } = this;
    const frame = this.lacks ? null : now?.holding(info.id);
    if (!now || !frame || frame.input !== now.frame?.input) return null;
    return namesEpsilon(info) && now.run.source === 'live' && (frame.epsilon ?? 0) !== now.view.epsilon ? null : frame;
  }

  get probe() {
    return this.at?.probes[this.info.id] ?? null;
  }

  /** What the theory is about, measured with it. */
  get measured() {
    return (this.over && this.at?.probes[this.over.id]) ?? null;
  }

  /** @param {(value: number) => string | number} cell */
  numbers(cell) {
    const { probe, measured, over, now } = this;
    if (!probe || !now) return null;
    const words = Array.from(this.at?.tokens ?? [], (_, i) => wordAt(this.at, now.run, i));
    const table = numbers(this.info, probe, { words, cell });
    return measured && over ? beside(table, numbers(over, measured, { words, cell }), [t('by_theory'), t('measured')]) : table;
  }

  /** @param {Shown} shown */
  update(shown) {
    this.now = shown;
    this.frame.about.help = helpWith(this.info, epsilonOf(shown));
    this.frame.settle();
    this.updatePace(shown);
    if (this.points && this.points.marked !== shown.pointed) this.points.mark(shown.pointed);
    const { probe } = this;
    const stamp = `${probe?.shape} ${this.at?.id} ${shown.base} ${this.lacks} ${paceOf(shown.view, this.info)} ${shown.view.head}`;
    if (stamp === this.seen) return;
    this.seen = stamp;
    const way = probe ? wayOf(this.info.kind, probe.shape) : '';
    if (way !== this.way) {
      this.way = way;
      this.plot?.destroy();
      this.plot = null;
      this.points?.destroy();
      this.points = null;
      this.body.replaceChildren();
      this.body.className = `more-body way-${way}`;
      if (['', 'table', 'cells', 'number', 'points'].includes(way)) this.body.removeAttribute('role'); // speaks for itself
      else this.frame.describe(this.body);
    }
    this.frame.picturable(['lines', 'maps', 'points'].includes(way));
    this.frame.summarise(probe ? this.sum(probe) : this.lacks || t(this.absent(shown)));
    if (probe) this.draw(/** @type {import('./generic.js').Way} */ (way), probe);
    this.frame.el.classList.toggle('wide', this.body.querySelectorAll('figure').length > FIGURES);
  }

  /** @param {Probe} probe @returns {string} */
  sum(probe) {
    const { info, over, measured } = this;
    if (measured) return sayWidest(info, probe, measured, this.lines(probe));
    return (over && this.now?.frame?.refused?.[over.id]) || sum(info, probe);
  }

  /** Which lines are drawn. @param {Probe} probe @returns {number[]} */
  lines(probe) {
    const one = this.chosen(probe);
    if (this.measured) return linesOf(probe, this.measured, one);
    return one < 0 ? outerNames(this.info, probe.shape, 1).map((_, r) => r) : [one];
  }

  /** Where the enlarged head's numbers are, or -1. @param {Probe} probe */
  chosen(probe) {
    return rowOf(this.info, probe.shape, this.now?.solo ?? null, num(this.now?.run.config?.model?.heads));
  }

  /** Squares or clouds: those of all heads, or the enlarged one's. @param {Probe} probe */
  figures(probe) {
    const names = outerNames(this.info, probe.shape, 2).map((name) => name || this.info.label);
    const one = this.chosen(probe);
    return one < 0 ? { probe, names } : { probe: placeOf(probe, 2, one), names: [names[one]] };
  }

  /** @param {Shown} shown @returns {'more_recorded' | 'more_ask' | 'more_absent'} */
  absent(shown) {
    if (shown.run.source === 'recorded') return 'more_recorded';
    return paceOf(shown.view, this.info) === 'once' ? 'more_ask' : 'more_absent';
  }

  /** @param {import('./generic.js').Way} way @param {Probe} probe */
  draw(way, probe) {
    if (way === 'lines') return this.drawLines(probe);
    if (way === 'points') return this.drawPoints(probe);
    if (way === 'number') return this.body.replaceChildren(h('p', { class: 'big-number' }, show(probe.data[0])));
    if (way === 'bars') return this.body.replaceChildren(bars(this.info, probe));
    if (way === 'maps') return this.body.replaceChildren(...maps(this.figures(probe)));
    return this.body.replaceChildren(cells(this.info, probe, way === 'cells'));
  }

  /** @param {Probe} probe */
  drawLines(probe) {
    const { info, measured } = this;
    const n = probe.shape[probe.shape.length - 1];
    const names = outerNames(info, probe.shape, 1);
    const rows = this.lines(probe);
    const tokens = overTokens(info, probe.shape);
    const c = colours();
    this.plot ??= this.makePlot(tokens);
    /** @param {Probe} from */
    const curves = ({ data }) => rows.map((r) => Array.from(data.subarray(r * n, (r + 1) * n), (y) => (Number.isFinite(y) ? y : null)));
    /** @type {import('../plot/lines.js').Line[]} */
    const lines = rows.map((r, i) => ({ label: names[r], colour: shade(i, rows.length), width: i === rows.length - 1 ? 1.75 : 1.25,
      quiet: rows.length > NAMED && i > 0 && i < rows.length - 1 }));
    const theory = lines.map(({ label, colour }) => ({ label: rows.length > 1 ? `${label}, ${t('by_theory')}` : t('by_theory'), colour,
      width: 2.5, dash: [7, 5], quiet: rows.length > 1 }));
    this.plot.set({
      x: Array.from({ length: n }, (_, i) => i + 1),
      ys: measured ? [...curves(measured), ...curves(probe)] : curves(probe),
      lines: measured ? [...lines, ...theory] : lines,
      marks: tokens ? rows.map((_, line) => ({ line, at: 0, colour: c.accent })) : [],
    });
  }

  /** @param {Probe} probe */
  drawPoints(probe) {
    if (!this.now) return;
    if (!this.points) {
      this.points = new Points(this.hands);
      this.body.replaceChildren(...this.points.parts);
    }
    this.points.set({ info: this.info, ...this.figures(probe), frame: this.at, run: this.now.run }, sum(this.info, probe));
  }

  /** What is drawn on canvases; what is written as text is saved as numbers. @returns {HTMLCanvasElement | null} */
  picture() {
    if (this.plot) return this.plot.picture();
    const figures = [...this.body.querySelectorAll('figure')].map((figure) => (
      { name: figure.querySelector('figcaption')?.textContent ?? '', canvas: /** @type {HTMLCanvasElement} */ (figure.querySelector('canvas')) }));
    if (!figures.length) return null;
    const { width, height } = figures[0].canvas;
    const zoom = Math.max(1, Math.floor(SIDE / width));
    return sheet(figures.map(({ name, canvas }) => ({ name, draw: (context) => context.drawImage(canvas, 0, 0, width * zoom, height * zoom) })),
      { width: width * zoom, height: height * zoom, columns: Math.min(figures.length, FIGURES), theme: colours() });
  }

  /** @param {boolean} tokens */
  makePlot(tokens) {
    const host = h('div', { class: 'plot' });
    this.body.replaceChildren(host);
    /** @type {LinePlot} */
    const plot = new LinePlot(host, {
      theme: colours, xName: tokens ? t('axis_position') : '', format: (value) => show(value, 2), right: 96,
      ...(tokens ? { sync: 'token' } : {}),
      range: (min, max) => (min >= 0 ? [0, (max || 1) * 1.08] : [min - 0.05 * (max - min), max + 0.05 * (max - min)]),
      read: (index) => (index === null ? '' : [`${tokens ? `${t('axis_position')} ` : ''}${plot.content.x[index]}`,
        ...plot.content.lines.map((line, i) => `${line.label} ${show(plot.content.ys[i][index])}`).slice(0, NAMED)].join(' · ')),
    });
    return plot;
  }
}

/** The sink threshold in use: a recording has its own. @param {Shown} shown @returns {number} */
function epsilonOf({ run, view, epsilon }) {
  return (run.source !== 'recorded' && view.epsilon) || epsilon;
}

/** Two tables of the same columns as one. @param {import('./panel.js').Table} a @param {import('./panel.js').Table} b
 * @param {[string, string]} which @returns {import('./panel.js').Table} */
function beside(a, b, which) {
  const named = a.columns.findIndex((name, i) => i > 0 && name !== t('col_token'));
  /** @param {import('./panel.js').Table} table @param {string} word */
  const columns = (table, word) => table.columns.slice(named).map((name) => `${name}, ${word}`);
  return { columns: [...a.columns.slice(0, named), ...columns(a, which[0]), ...columns(b, which[1])],
    rows: a.rows.map((row, i) => [...row, ...b.rows[i].slice(named)]) };
}

/** @param {ProbeInfo} info @param {Probe} probe */
function bars(info, { data, shape }) {
  const { min, max } = extent(data);
  const low = Math.min(0, min || 0);
  const span = Math.max(0, max || 0) - low || 1;
  return h('ol', { class: 'bars' }, namesAlong(info, shape, 1).map((name, i) => h('li', null,
    h('span', { class: 'bar-value' }, show(data[i])),
    h('span', { class: 'bar-room', style: `--from:${-low / span};--part:${Math.abs(data[i]) / span || 0}` },
      h('span', { class: data[i] < 0 ? 'below' : null })),
    h('span', { class: 'bar-name' }, name))));
}

/** Rows and columns, the numbers written in; coloured where they are of one kind.
 * @param {ProbeInfo} info @param {Probe} probe @param {boolean} coloured */
function cells(info, probe, coloured) {
  const table = numbers(info, probe, { cell: (value) => value });
  const { min, max } = extent(probe.data);
  /** @param {string | number} value */
  const style = (value) => {
    if (!coloured || typeof value !== 'number' || !Number.isFinite(value)) return null;
    const place = max > min ? (value - min) / (max - min) : 0.5;
    return `background:${rgb(place)};color:${place > 0.6 ? '#000' : '#fff'}`;
  };
  return h('table', { class: coloured ? 'cells' : null },
    h('thead', null, h('tr', null, table.columns.map((name) => (name ? h('th', { scope: 'col' }, name) : h('td'))))),
    h('tbody', null, table.rows.map((row) => h('tr', null, row.map((value, i) => (i === 0
      ? h('th', { scope: 'row' }, value) : h('td', { style: style(value) }, counted(value))))))));
}

/** @param {{probe: Probe, names: string[]}} figures @returns {HTMLElement[]} */
function maps({ probe: { data, shape }, names }) {
  const [rows, cols] = shape.slice(-2);
  const { min, max } = extent(data);
  const wall = h('div', { class: 'more-maps' }, names.map((name, at) => {
    const canvas = h('canvas');
    paint(canvas, data, at * rows * cols, rows, cols, { min, max });
    return h('figure', null, canvas, h('figcaption', null, name));
  }));
  return [wall, h('div', { class: 'legend' },
    h('span', { class: 'gradient', style: `background:linear-gradient(to right, ${gradient()})` }),
    h('span', { class: 'ticks' }, h('span', null, show(min)), h('span', null, show(max))))];
}
