/** The controls: a strip with the few that matter most, and a drawer with all of them. Both are made
 * from the registry and follow the draft. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { whole, bytes } from '../format.js';
import { controlView } from './control.js';
import { FIRST, sections } from './model.js';
import { find, parts } from './find.js';
import { ownText } from './owntext.js';
import { previewBox } from './preview.js';

/** @typedef {import('./settle.js').Draft} Draft */
/** @typedef {import('./control.js').ControlView} ControlView */
/** @typedef {import('../types.js').Preset} Preset */
/**
 * @typedef {import('./control.js').Hands & {
 *   pickPreset: (id: string) => void, resetAll: () => void,
 *   useText: (pieces: import('../lab/text.js').Piece[]) => Promise<string | null>,
 *   preview: () => Promise<import('./preview.js').Preview>,
 *   textNow: () => {name: string, size: number} | null
 * }} FormHands
 */

/** So many choices that match are offered at once. */
const OFFERS = 8;

export class Form {
  /** @param {import('../types.js').Registry} registry @param {Preset[]} presets @param {FormHands} hands
   * @param {{strip: HTMLElement, drawer: HTMLElement}} places */
  constructor(registry, presets, hands, places) {
    this.registry = registry;
    this.presets = presets;
    this.hands = hands;
    this.places = places;
    /** @type {ControlView[]} */
    this.first = [];
    /** @type {ControlView[]} */
    this.all = [];
    this.stripPaths = '';
    this.drawerPaths = '';
    this.fitting = 0;
    this.refusals = h('div', { class: 'strip-refusals' });
    this.makeStrip();
    this.makeDrawer();
  }

  makeStrip() {
    this.preset = h('select', { id: 'preset', onchange: () => this.hands.pickPreset(this.preset?.value ?? '') },
      this.presets.map((preset) => h('option', { value: preset.id }, preset.name)));
    this.stripControls = h('div', { class: 'strip-controls' });
    this.open = h('button', { type: 'button', class: 'plain open-drawer', 'aria-expanded': 'false',
      'aria-controls': 'drawer', onclick: () => this.show(this.places.drawer.hidden === true) }, t('all_settings'));
    this.undo = h('button', { type: 'button', class: 'link', hidden: true, onclick: () => this.hands.resetAll() }, t('undo_one'));
    this.places.strip.replaceChildren(
      h('div', { class: 'control preset' }, h('span', { class: 'control-head' },
        h('label', { for: 'preset' }, t('preset'))), h('span', { class: 'field' }, this.preset)),
      this.stripControls, h('div', { class: 'strip-end' }, h('span', { class: 'control-head' }, this.undo), this.open),
      this.refusals);
  }

  makeDrawer() {
    this.note = h('p', { class: 'note' });
    this.cost = h('p', { class: 'fine' });
    this.body = h('div', { class: 'drawer-body' });
    this.own = ownText(this.hands);
    this.data = '';
    this.preview = previewBox(() => this.hands.preview(), () => `${this.data} ${JSON.stringify(this.hands.textNow())}`);
    this.search = h('input', { id: 'find', type: 'search', autocomplete: 'off', spellcheck: 'false', placeholder: t('find_hint'),
      oninput: () => this.filter() });
    this.only = h('button', { type: 'button', class: 'plain', 'aria-pressed': 'false', onclick: () => {
      this.only?.setAttribute('aria-pressed', String(this.only.getAttribute('aria-pressed') !== 'true'));
      this.filter();
    } }, t('find_changed'));
    this.count = h('p', { class: 'fine', role: 'status' });
    this.title = h('h2', { id: 'drawer-title', tabindex: '-1' }, t('all_settings'));
    this.places.drawer.replaceChildren(
      h('header', { class: 'drawer-head' }, this.title,
        h('button', { type: 'button', class: 'plain', onclick: () => this.show(false) }, t('close'))),
      h('div', { class: 'find' }, h('label', { class: 'only-heard', for: 'find' }, t('find')), h('span', { class: 'field' }, this.search), this.only),
      this.count, this.note, this.cost, this.body);
    this.places.drawer.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      if (event.target === this.search && this.search?.value) {
        this.search.value = '';
        this.filter();
      } else this.show(false);
    });
  }

  /** @param {boolean} on */
  show(on) {
    const { drawer } = this.places;
    drawer.hidden = !on;
    document.body.classList.toggle('drawer-open', on);
    this.open?.setAttribute('aria-expanded', String(on));
    if (on) this.title?.focus();
    else this.open?.focus();
    this.fitSoon();
  }

  /** @param {Draft} draft @param {string} preset @param {import('../types.js').Estimate | null} estimate */
  update(draft, preset, estimate) {
    if (this.preset) this.preset.value = preset;
    const list = sections(this.registry, draft.resolved);
    const controls = list.flatMap((section) => section.controls);
    const first = FIRST.flatMap((path) => controls.filter((control) => control.path === path));
    const stripPaths = first.map((control) => control.path).join();
    if (stripPaths !== this.stripPaths) {
      this.stripPaths = stripPaths;
      this.refusals.replaceChildren();
      this.first = first.map((control) => controlView(control, this.hands, { refusals: this.refusals }));
      this.stripControls?.replaceChildren(...this.first.map((view) => view.el));
    }
    const drawerPaths = controls.map((control) => control.path).join();
    if (drawerPaths !== this.drawerPaths) this.rebuild(list, drawerPaths);
    const byPath = new Map(controls.map((control) => [control.path, control]));
    for (const view of [...this.first, ...this.all]) {
      const control = byPath.get(view.control.path);
      if (control) view.update(draft, control);
    }
    this.words(draft, preset, estimate);
    this.filter();
    this.fitSoon();
  }

  /** What is looked for stays; parts and sections without any of it go. */
  filter() {
    const query = this.search?.value ?? '';
    const only = this.only?.getAttribute('aria-pressed') === 'true';
    let shown = 0;
    for (const view of this.all) {
      const { found, options } = find(view.control, query);
      view.el.hidden = !found || (only && !view.el.classList.contains('changed'));
      view.offer(query && !view.el.hidden ? options.slice(0, OFFERS) : []);
      if (!view.el.hidden) shown++;
    }
    const narrowed = query.trim() !== '' || only;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this.places.drawer.querySelectorAll('.part, .section'))) {
      part.hidden = narrowed && !part.querySelector('.control:not([hidden])');
      if (narrowed && part instanceof HTMLDetailsElement && !part.hidden) part.open = true;
    }
    for (const box of [this.own, this.preview]) if (box) box.el.hidden = narrowed;
    if (this.count) setText(this.count, narrowed ? t('find_count', { n: shown, of: this.all.length }) : '');
  }

  /** Another row of a family has other settings below it. Focus stays where it was.
   * @param {import('./model.js').Section[]} list @param {string} paths */
  rebuild(list, paths) {
    this.drawerPaths = paths;
    const focused = document.activeElement?.closest('#drawer .control')?.getAttribute('data-path');
    this.all = [];
    this.body?.replaceChildren(...list.map((section) => {
      const groups = parts(section.controls).map(({ part, controls }) => {
        const views = controls.map((control) => controlView(control, this.hands));
        this.all.push(...views);
        return h('div', { class: 'part' }, part ? h('h3', null, t(`part_${part}`)) : null,
          h('div', { class: 'section-controls' }, views.map((view) => view.el)));
      });
      return h('details', { class: 'section', open: true, 'data-section': section.id },
        h('summary', null, section.label), section.help ? h('p', { class: 'fine' }, section.help) : null,
        groups,
        section.id === 'data' ? [this.own?.el, this.preview?.el] : null);
    }));
    if (focused) {
      const again = this.all.find((view) => view.control.path === focused);
      /** @type {HTMLElement | null | undefined} */ (again?.el.querySelector('select, input'))?.focus();
    }
  }

  /** @param {Draft} draft @param {string} preset @param {import('../types.js').Estimate | null} estimate */
  words(draft, preset, estimate) {
    const count = Object.keys(draft.overrides).length;
    const all = count + [...draft.pending.keys()].filter((path) => !(path in draft.overrides)).length;
    if (this.undo) {
      this.undo.hidden = all === 0;
      setText(this.undo, all === 1 ? t('undo_one') : t('undo_many', { n: all }));
    }
    if (this.note) setText(this.note, this.presets.find((one) => one.id === preset)?.note ?? '');
    if (this.cost) {
      setText(this.cost, estimate ? t('estimate', { parameters: whole(estimate.parameters ?? NaN),
        bytes: bytes(estimate.memory ?? NaN), tokens: whole(estimate.tokens_per_step ?? NaN) }) : '');
    }
    this.own?.update();
    this.data = JSON.stringify([draft.resolved.data, draft.seed]);
    this.preview?.update();
  }

  /** Which choices fit is asked of the engine, when there is time. */
  fitSoon() {
    if (this.fitting) return;
    this.fitting = window.setTimeout(() => {
      this.fitting = 0;
      for (const view of this.first) view.fit();
      if (!this.places.drawer.hidden) for (const view of this.all) view.fit();
    }, 120);
  }
}
