/** Settings that act on the run as it trains, and the list of what they were. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { whole } from '../format.js';
import { controlView } from './control.js';
import { display, valueOf } from './model.js';
import { liveControls, liveDraft, setLive, story } from '../lab/live.js';

/** @typedef {import('./control.js').ControlView} ControlView */

export class LiveSettings {
  /** @param {import('../app.js').App} app */
  constructor(app) {
    this.app = app;
    /** @type {ControlView[]} */
    this.views = [];
    this.paths = '';
    this.stamp = '';
    this.word = h('span', null, t('live'));
    this.button = h('button', { type: 'button', class: 'plain', id: 'live-open', 'aria-expanded': 'false', 'aria-controls': 'live-box',
      onclick: () => this.show(this.box.hidden === true) }, this.word);
    this.controls = h('fieldset', { class: 'live-controls' }, h('legend', { class: 'only-heard' }, t('live')));
    this.list = h('ol', { class: 'live-list' });
    this.help = h('p', { class: 'fine' });
    this.box = h('div', { id: 'live-box', class: 'live-box', hidden: true }, this.help, this.controls, this.list);
  }

  /** @param {boolean} on */
  show(on) {
    this.box.hidden = !on;
    this.button.setAttribute('aria-expanded', String(on));
    this.app.changed();
  }

  update() {
    const { app } = this;
    const run = app.live?.run;
    if (!app.registry || !run) return;
    const mine = app.track === app.live;
    const told = mine && run.changes.length ? story(liveControls(app.registry, run), run) : [];
    setText(this.word, told.length ? t('live_changed', { n: told.length }) : t('live'));
    if (this.box.hidden) return;
    const can = mine && run.step > 0 && (run.status === 'running' || run.status === 'paused');
    const stamp = `${can} ${JSON.stringify(run.changes)} ${[...app.livePending.keys()]} ${run.config && JSON.stringify(run.config.train)}`;
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.controls.disabled = !can;
    setText(this.help, can || told.length ? t('live_help') : t('live_not_yet'));
    this.fill(run);
    this.list.replaceChildren(...told.map((one) => this.line(one, can)));
  }

  /** @param {import('../types.js').Run} run */
  fill(run) {
    const { app } = this;
    const controls = liveControls(/** @type {import('../types.js').Registry} */ (app.registry), run);
    const paths = controls.map((one) => one.path).join();
    if (paths !== this.paths) {
      this.paths = paths;
      const start = (/** @type {string} */ path) => {
        const control = liveControls(/** @type {any} */ (app.registry), run).find((one) => one.path === path);
        return control && setLive(app, path, valueOf(control, run.config ?? {}));
      };
      this.views = controls.map((control) => controlView(control, {
        change: (path, value) => setLive(app, path, value), reset: start, obstacles: () => new Map() }));
      this.controls.replaceChildren(/** @type {Node} */ (this.controls.firstChild), ...this.views.map((view) => view.el));
    }
    const draft = liveDraft(run, app.livePending);
    for (const view of this.views) view.update(draft, view.control);
  }

  /** @param {import('../lab/live.js').Told} told @param {boolean} can */
  line({ step, control, from, to }, can) {
    const [old, value] = [from, to].map((one) => display(control, one));
    return h('li', null, t('live_line', { step: whole(step), label: control.label, from: old, to: value }), ' ',
      h('button', { type: 'button', class: 'link', disabled: !can, onclick: () => setLive(this.app, control.path, from) },
        t('live_undo', { value: old })));
  }
}
