/** What every panel has: a title with a question mark, one line of numbers, a chart, the same as a
 * table, and exports. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { csv, download, downloadPicture } from '../ui/files.js';
import { helpButton } from '../form/popover.js';
import { papers } from '../ui/paper.js';

/** @typedef {import('../types.js').Run} Run */
/** @typedef {{columns: string[], rows: Array<Array<string | number>>}} Table */
/**
 * What there is to show now: the run as it stood at the step looked at. base: changes with the theme and
 * with each run that is opened: whatever is drawn is to be drawn anew.
 * @typedef {{
 *   run: Run, frame: import('../types.js').Frame | null, record: import('../types.js').Metric | null,
 *   metrics: import('../types.js').Metric[], losses: Array<[number, number]>,
 *   view: import('../types.js').View, solo: {layer: number, head: number} | null, epsilon: number,
 *   holding: (id: string) => import('../types.js').Frame | null,
 *   pointed: number | null, base: string, changes: import('../lab/live.js').Told[]
 * }} Shown
 * @typedef {{id: string, el: HTMLElement, probes: string[], update: (shown: Shown) => void}} Panel
 *   probes: what of the registry it shows
 * @typedef {{
 *   tableShown: (id: string) => boolean, showTable: (id: string, on: boolean) => void,
 *   setView: (change: Partial<import('../types.js').View>) => void,
 *   measure: (id: string) => void, point: (token: number | null) => void, say: (sentence: string) => void
 * }} Hands
 */

const TABLE_EVERY = 1000; /* ms: a table that is being read must not flicker */

export class Frame {
  /** @param {Hands} hands
   * @param {{id: string, title: string, help: string, formula?: string, paper?: string,
   *   table: () => Table | null, data?: () => Table | null, picture?: () => HTMLCanvasElement | null}} about */
  constructor(hands, about) {
    this.hands = hands;
    this.about = about;
    this.tableAt = 0;
    this.summary = h('p', { class: 'summary', id: `${about.id}-summary` });
    this.chart = h('div', { class: 'chart' });
    this.tableBox = h('div', { class: 'table-box', tabindex: '0', role: 'region', hidden: true,
      'aria-label': t('table_of', { panel: about.title }) });
    this.toggle = h('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false',
      onclick: () => hands.showTable(about.id, this.tableBox.hidden === true) }, t('table'));
    this.tools = h('div', { class: 'tools' });
    this.el = h('section', { class: `panel panel-${about.id}`, 'aria-labelledby': `${about.id}-title` },
      h('header', { class: 'panel-head' },
        h('h2', { id: `${about.id}-title` }, about.title),
        helpButton(about.title, () => this.helpBody()),
        h('div', { class: 'tools' }, this.toggle, this.exports(), this.tools)),
      this.summary, this.chart, this.tableBox);
  }

  helpBody() {
    const { help, formula, paper } = this.about;
    return [h('p', null, help), formula ? h('p', { class: 'formula' }, formula) : null,
      paper ? h('p', { class: 'paper' }, papers(t('paper', { paper }))) : null];
  }

  exports() {
    const { about } = this;
    /** @param {string} kind @param {() => void} act */
    const button = (kind, act) => h('button', { type: 'button', class: 'quiet', onclick: act,
      'aria-label': t('export_as', { panel: about.title, kind }) }, kind);
    this.pictureButton = about.picture ? button(t('png'), () => {
      const picture = about.picture?.();
      if (picture) downloadPicture(`sinklab-${about.id}.png`, picture);
    }) : null;
    return [
      button(t('csv'), () => {
        const table = (about.data ?? about.table)();
        if (table) download(`sinklab-${about.id}.csv`, csv(table.columns, table.rows), 'text/csv');
      }),
      this.pictureButton,
    ];
  }

  /** Whether there is a picture to save now. @param {boolean} is */
  picturable(is) {
    if (this.pictureButton) this.pictureButton.hidden = !is;
  }

  /** @param {string} text */
  summarise(text) {
    setText(this.summary, text);
  }

  /** Chart or table, as the view says; called after each update. */
  settle() {
    const on = this.hands.tableShown(this.about.id);
    this.chart.hidden = on;
    const opened = on && this.tableBox.hidden;
    this.tableBox.hidden = !on;
    this.toggle.setAttribute('aria-pressed', String(on));
    const now = performance.now();
    if (!on || (!opened && now - this.tableAt < TABLE_EVERY)) return;
    this.tableAt = now;
    this.fill(this.about.table());
  }

  /** @param {Table | null} table */
  fill(table) {
    const { scrollTop } = this.tableBox;
    if (!table || !table.rows.length) {
      this.tableBox.replaceChildren(h('p', { class: 'summary' }, t('no_numbers')));
      return;
    }
    this.tableBox.replaceChildren(h('table', null,
      h('caption', { class: 'only-heard' }, t('table_of', { panel: this.about.title })),
      h('thead', null, h('tr', null, table.columns.map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', null, table.rows.map((row) => h('tr', null, row.map((cell, i) =>
        (i === 0 ? h('th', { scope: 'row' }, cell) : h('td', null, cell))))))));
    this.tableBox.scrollTop = scrollTop;
  }

  /** Names the chart for those who do not see it. @param {HTMLElement} element */
  describe(element) {
    element.setAttribute('role', 'img');
    element.setAttribute('aria-labelledby', `${this.about.id}-title ${this.about.id}-summary`);
  }
}
