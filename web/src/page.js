/** Puts the page together and draws the state into it, at most once a frame. */
import { arithmeticControl } from './form/arithmetic.js';
import { Form } from './form/form.js';
import { LiveSettings } from './form/live.js';
import { helpButton } from './form/popover.js';
import { AttentionPanel } from './panels/attention.js';
import { crop } from './panels/crop.js';
import { layersPanel } from './panels/layers.js';
import { LookingBar } from './panels/looking.js';
import { lossPanel } from './panels/loss.js';
import { MorePanels } from './panels/more.js';
import { residualPanel } from './panels/residual.js';
import { sinkPanel } from './panels/sink.js';
import { tokensPanel } from './panels/tokens.js';
import { valuesPanel } from './panels/values.js';
import { WhyPanel } from './panels/why.js';
import { sayVerdict } from './say.js';
import { t } from './strings/index.js';
import { byId, h, setText } from './ui/dom.js';
import { applyTheme } from './ui/theme.js';
import { takesPrompt } from './lab/input.js';
import { liveControls, story } from './lab/live.js';
import { preview, useText } from './lab/text.js';
import { LiveRegion } from './ui/live.js';
import { papers } from './ui/paper.js';
import { makeMenu } from './ui/menu.js';
import { Transport, buttonWord } from './ui/transport.js';
import { judge } from './verdict.js';
import { num, whole } from './format.js';

/** @typedef {import('./app.js').App} App */
/** @typedef {import('./panels/panel.js').Shown} Shown */

export class Page {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.themeCount = 0;
    this.theme = '';
    /** @type {number | null} */
    this.pointed = null;
    /** @type {Form | null} */
    this.form = null;
    this.live = new LiveRegion(byId('live'));
    this.transport = new Transport(app);
    this.menu = makeMenu(app, (sentence) => this.live.say(sentence));
    /** @type {import('./types.js').Config | null} */
    this.estimated = null;
    /** @type {import('./types.js').Estimate | null} */
    this.estimateNow = null;
    this.settings = -1;
    this.noticeStamp = '';
    this.spoken = '';
    this.size = h('span', { class: 'fine' });
    this.why = new WhyPanel(app, byId('why'), (sentence) => this.live.say(sentence));
    byId('what').replaceChildren(this.size, this.why.button, helpButton(t('sink_what'),
      () => [h('p', null, t('sink_help')), h('p', { class: 'paper' }, papers(t('paper', { paper: t('sink_paper') })))], t('sink_what')));
    /** @type {WeakMap<import('./types.js').Frame, import('./types.js').Frame>} */
    this.cropped = new WeakMap();
    this.makePanels();
  }

  makePanels() {
    const { app } = this;
    /** @type {import('./panels/panel.js').Hands} */
    const hands = {
      tableShown: (id) => app.view.tables.includes(id),
      showTable: (id, on) => {
        const others = app.view.tables.filter((one) => one !== id);
        app.setView({ tables: on ? [...others, id] : others });
      },
      setView: (view) => app.setView(view),
      measure: (id) => app.want([id]),
      point: (token) => {
        if (token === this.pointed) return;
        this.pointed = token;
        app.changed();
      },
      say: (sentence) => this.live.say(sentence),
    };
    this.hands = hands;
    /** @type {MorePanels | null} */
    this.more = null;
    const attention = new AttentionPanel(hands);
    this.panels = [attention, lossPanel(hands), sinkPanel(hands), residualPanel(hands), valuesPanel(hands),
      tokensPanel(hands), layersPanel(hands)];
    byId('panels').replaceChildren(...this.panels.map((panel) => panel.el));
  }

  makeMore() {
    const { app } = this;
    if (this.more || !app.registry || !this.hands) return;
    this.more = new MorePanels(this.hands, app.registry.probes, app.view.more);
    byId('panels').after(this.more.el);
  }

  makeForm() {
    const { app } = this;
    if (this.form || !app.registry || !app.draft) return;
    this.form = new Form(app.registry, app.presets, {
      change: (path, value) => app.set(path, value),
      reset: (path) => app.resetSetting(path),
      obstacles: (control) => app.obstacles(control),
      pickPreset: (id) => app.act(() => app.pickPreset(id)),
      resetAll: () => app.resetAll(),
      useText: (pieces) => useText(app, pieces),
      preview: () => preview(app),
      textNow: () => (app.text && app.needsText ? { name: app.text.name, size: app.text.bytes.length } : null),
    }, { strip: byId('strip'), drawer: byId('drawer') });
    this.arithmetic = arithmeticControl(app);
    byId('drawer').append(this.arithmetic.el);
    this.looking = new LookingBar(app, app.registry.inputs);
    this.liveSettings = new LiveSettings(app);
    this.looking.el.append(this.liveSettings.button);
    byId('looking').replaceChildren(this.looking.el, this.liveSettings.box);
  }

  draw() {
    const { app } = this;
    if (app.view.theme !== this.theme) {
      this.theme = app.view.theme;
      this.restyle();
    }
    this.makeForm();
    this.makeMore();
    const shown = this.shown();
    this.drawVerdict(shown);
    this.why.update();
    this.transport.update();
    if (app.draft && this.form && this.settings !== app.settings) {
      this.settings = app.settings;
      this.form.update(app.draft, app.preset, this.estimate());
    }
    this.arithmetic?.update();
    this.looking?.update();
    this.liveSettings?.update();
    this.menu.update();
    this.drawNotices();
    byId('panels').classList.toggle('deep', num(shown.run.config?.model?.layers) > 3);
    for (const panel of this.panels ?? []) panel.update(shown);
    this.more?.update(shown);
  }

  /** Canvases do not follow the style sheet by themselves. */
  restyle() {
    applyTheme(this.app.view.theme);
    this.themeCount++;
  }

  estimate() {
    const { app } = this;
    if (!app.engine || !app.draft) return null;
    if (app.draft.resolved === this.estimated) return this.estimateNow;
    this.estimated = app.draft.resolved;
    try {
      this.estimateNow = app.engine.estimate(app.draft.resolved, { text: app.textFor() });
    } catch {
      this.estimateNow = null; /* its own text is missing: said elsewhere */
    }
    return this.estimateNow;
  }

  /** The run as it stood at the step looked at. @returns {Shown} */
  shown() {
    const { app } = this;
    const { run, lookBack } = app;
    const history = app.track?.history;
    const until = lookBack ?? Infinity;
    const metrics = lookBack === null ? run.metrics : run.metrics.filter((record) => record.step <= until);
    const frame = this.unpadded((lookBack === null ? history?.last : history?.at(lookBack)) ?? null);
    return {
      run, frame, metrics, record: metrics[metrics.length - 1] ?? null,
      losses: lookBack === null ? run.losses : run.losses.filter(([step]) => step <= until),
      view: app.view, solo: this.solo(frame), epsilon: num(run.config?.eval?.epsilon) || 0.3,
      holding: (id) => this.unpadded(history?.holding(id, until) ?? null),
      pointed: this.pointed, base: `${this.themeCount} ${run.source} ${run.opened}`,
      changes: app.registry && run.changes.length ? story(liveControls(app.registry, run), run).filter((one) => one.step <= until) : [],
    };
  }

  /** A window without the padding behind it. @param {import('./types.js').Frame | null} frame */
  unpadded(frame) {
    const { registry } = this.app;
    if (!frame || !registry) return frame;
    const known = this.cropped.get(frame);
    if (known) return known;
    const axes = Object.fromEntries(registry.probes.map((one) => [one.id, one.shape ?? []]));
    const short = crop(frame, axes);
    if (takesPrompt(registry.inputs[frame.input ?? 0]?.id ?? '')) short.padding = 0; // nobody needs to see it
    this.cropped.set(frame, short);
    return short;
  }

  /** @param {import('./types.js').Frame | null} frame */
  solo(frame) {
    const shape = frame?.probes.attention?.shape;
    const match = /^(\d+)\.(\d+)$/.exec(this.app.view.head);
    if (!match || !shape || shape[0] * shape[1] === 1) return null;
    const [layer, head] = [Number(match[1]), Number(match[2])];
    return layer < shape[0] && head < shape[1] ? { layer, head } : null;
  }

  /** @param {Shown} shown */
  drawVerdict(shown) {
    const { app } = this;
    const { run } = shown;
    const verdict = judge(run.step === 0 || app.lookBack === 0 ? null : shown.record, {
      T: Math.min(num(run.config?.data?.context), num(run.config?.eval?.tokens)),
      epsilon: shown.epsilon, uniform: run.data?.baselines?.uniform, ended: run.status === 'done' && app.lookBack === null,
      diverged: app.lookBack === null ? run.diverged : null,
    });
    const loading = run.status === 'empty' && !shown.record;
    const words = loading ? { headline: t(app.broken ? 'verdict_broken' : 'verdict_loading'), more: '' } : sayVerdict(verdict, run.status === 'running' ? '' : buttonWord(app));
    byId('verdict').dataset.kind = loading ? 'loading' : verdict.kind;
    setText(byId('verdict-head'), words.headline);
    setText(byId('verdict-more'), words.more);
    setText(this.size, this.modelSize(run));
    const sentence = `${words.headline} ${words.more}`;
    if (sentence !== this.spoken && !loading && !app.replaying) {
      this.spoken = sentence;
      this.live.say(sentence);
    }
  }

  /** @param {import('./types.js').Run} run @returns {string} "1 layer, 1 head, 18,000 parameters" */
  modelSize(run) {
    const { layers, heads } = run.config?.model ?? {};
    const n = run.estimate?.parameters;
    if (!layers || !n) return '';
    return t('model_size', {
      layers: layers === 1 ? t('layers_one') : t('layers_many', { n: layers }),
      heads: heads === 1 ? t('heads_one') : t('heads_many', { n: heads }), n: whole(n),
    });
  }

  drawNotices() {
    const { app } = this;
    const stamp = app.notices.map((one) => one.id + one.text).join('|');
    if (stamp === this.noticeStamp) return;
    this.noticeStamp = stamp;
    byId('notices').replaceChildren(...app.notices.map((notice) => h('div',
      { class: `notice ${notice.kind ?? ''}`, 'data-id': notice.id },
      notice.text ? h('p', null, notice.text) : null,
      (notice.actions ?? []).map(({ label, act }) =>
        h('button', { type: 'button', class: 'plain', onclick: act }, label)),
      h('button', { type: 'button', class: 'link', onclick: () => {
        app.forget(notice.id);
        app.changed();
      } }, t('dismiss')))));
  }
}
