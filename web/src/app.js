/** The page's one state and all that can be done to it. Drawing is elsewhere; nothing here touches an
 * element. */
import { LabClient, SinklabError } from './engine/client.js';
import { loadEngine } from './engine/wasm.js';
import { loadRecorded } from './engine/recorded.js';
import { checkRegistry, fetchRegistry } from './engine/registry.js';
import { waysOut } from './lab/diverged.js';
import { Engines } from './lab/engines.js';
import { askFor } from './lab/input.js';
import { Track, emptyRun } from './lab/track.js';
import { DEFAULT_VIEW, decode, encode } from './state/hash.js';
import { keptText } from './state/keep.js';
import { wantedAt, withMeasured } from './lab/pace.js';
import { same } from './state/paths.js';
import { adopt, asRefusal, change, draft, obstacles, reseed, reset } from './form/settle.js';
import { knownPath } from './form/model.js';
import { t } from './strings/index.js';

/** @typedef {import('./types.js').View} View */
/** @typedef {import('./types.js').Wanted} Wanted */
/** @typedef {import('./types.js').Config} Config */
/** @typedef {{id: string, text: string, actions?: Array<{label: string, act: () => void}>, kind?: 'fail'}} Notice */

/** What the panels draw. */
const PROBES = ['attention', 'hidden_norm', 'key_norm', 'value_norm'];
const REPLAY_MS = 4500; /* the recording, from its first to its last frame */

export class App {
  /** @param {() => void} changed something is to be drawn anew */
  constructor(changed) {
    this.changed = changed;
    this.engines = new Engines();
    /** @type {import('./types.js').Preset[]} */
    this.presets = [];
    /** @type {import('./types.js').Registry | null} */
    this.registry = null;
    /** @type {import('./engine/wasm.js').Engine | null} on this thread: for the form only */
    this.engine = null;
    /** @type {LabClient | null} */
    this.client = null;
    /** @type {Track | null} */
    this.recorded = null;
    /** @type {Track | null} */
    this.live = null;
    /** @type {Track | null} what is shown */
    this.track = null;
    /** @type {import('./form/settle.js').Draft | null} */
    this.draft = null;
    this.preset = '';
    /** @type {View} */
    this.view = { ...DEFAULT_VIEW, tables: [], more: [] };
    /** @type {{bytes: Uint8Array, name: string} | null} */
    this.text = keptText();
    /** @type {number | null} the step looked back at; null: now */
    this.lookBack = null;
    /** @type {Notice[]} */
    this.notices = [];
    /** @type {{config: Config, text: unknown, file: string} | null} what stands open in the worker */
    this.open = null;
    /** @type {Promise<unknown>} opening is done one after the other */
    this.opening = Promise.resolve();
    this.replayTimer = 0;
    /** @type {import('./engine/protocol.js').Prompted | undefined} what the run made of the prompt */
    this.promptNow = undefined;
    /** @type {import('./form/settle.js').Draft['pending']} changes on the way that the run refused */
    this.livePending = new Map();
    this.broken = false;
    /** Counts what happened to the settings: the form follows it, not every frame. */
    this.settings = 0;
    this.busy = false;
  }

  get run() {
    return this.track?.run ?? emptyRun('live');
  }

  /** The engine file to compute with, by what is wanted and what there is. */
  get engineFile() {
    return this.engines.choose(this.view.arithmetic).file;
  }

  /** @returns {(config: Config) => Config} */
  get resolve() {
    const { engine } = this;
    if (!engine) throw new Error('The engine is not here yet.');
    return (config) => engine.resolve(config);
  }

  /* ---- beginning ---- */

  /** Everything the page needs, in parallel: the recording is shown as soon as it is there, the
   * engine warms up behind it. @param {string} hash */
  async begin(hash) {
    Object.assign(this.view, decode(hash, { presets: [] }).wanted.view);
    const module = this.engines.module(this.engineFile);
    const registry = fetchRegistry('registry.json');
    for (const one of [module, registry]) one.catch(() => {});
    try {
      await this.beginRecorded(hash);
      await this.beginEngine(hash, await module, await registry);
    } catch (error) {
      this.broken = true;
      const { code, message } = asRefusal(error);
      this.notice({ id: 'engine', kind: 'fail', text: code ? message : t('fail_fetch') });
    }
  }

  /** @param {string} hash */
  async beginRecorded(hash) {
    const recording = loadRecorded('recorded/R0.json');
    recording.catch(() => {});
    const response = await fetch('presets.json');
    if (!response.ok) throw new SinklabError({ code: 'network', message: t('fail_presets') });
    this.presets = await response.json();
    const { wanted } = decode(hash, { presets: this.presets.map((one) => one.id) });
    Object.assign(this.view, wanted.view);
    this.preset = wanted.preset || this.firstPreset;
    if (this.preset !== this.firstPreset || Object.keys(wanted.overrides).length || wanted.seed || wanted.view.input) return;
    try {
      const lab = await recording;
      const track = new Track(lab, 'recorded', { changed: this.changed, failed: () => {}, status: () => {} });
      track.opened(await lab.open());
      lab.step(lab.frames);
      this.recorded = this.track = track;
      this.changed();
    } catch {
      this.notice({ id: 'recorded', text: t('fail_recorded', { button: t('train') }) });
    }
  }

  get firstPreset() {
    return (this.presets.find((one) => one.id === 'R0') ?? this.presets[0])?.id ?? '';
  }

  /** @param {string} hash @param {any} module @param {import('./types.js').Registry} registry */
  async beginEngine(hash, module, registry) {
    this.engine = await loadEngine(module);
    this.registry = checkRegistry(registry, this.engine);
    this.client = new LabClient({ engine: module });
    this.live = new Track(this.client, 'live', {
      changed: this.changed,
      failed: (error) => this.failed(error),
      status: (run) => this.statusChanged(run),
    });
    this.readHash(hash);
    await this.want();
    try {
      await this.warm();
      this.client.warm().catch(() => {});
    } catch (error) {
      this.notice({ id: this.needsText ? 'text' : 'refused', text: asRefusal(error).message });
    }
    if (!this.recorded) this.track = this.live;
    this.changed();
  }

  /* ---- the address ---- */

  /** @param {string} hash */
  readHash(hash) {
    const { registry } = this;
    const { wanted, problems } = decode(hash, {
      presets: this.presets.map((one) => one.id),
      known: registry ? (path) => knownPath(registry, path) : undefined,
    });
    for (const { key, value, why } of problems) {
      this.notice({ id: `hash ${key}`, text: t(`bad_${why}`, { key, value }) });
    }
    const { lacks } = this.engines.choose('fma');
    if (wanted.view.arithmetic === 'fma' && lacks) this.notice({ id: 'arithmetic', text: t(`arithmetic_lacks_${lacks}`) });
    this.adopt(wanted);
  }

  /** @param {Wanted} wanted */
  adopt(wanted) {
    this.setView({ ...DEFAULT_VIEW, ...wanted.view });
    this.preset = wanted.preset || this.firstPreset;
    const base = this.presets.find((one) => one.id === this.preset)?.config ?? {};
    const d = draft(base, wanted.seed, this.resolve);
    for (const { path, refusal } of adopt(d, wanted.overrides, this.resolve)) {
      this.notice({ id: `hash ${path}`, text: t('bad_value', { path, message: refusal.message }) });
    }
    this.draft = d;
    this.settled();
  }

  get needsText() {
    const corpus = this.draft?.resolved.data?.corpus;
    return (typeof corpus === 'string' ? corpus : corpus?.type) === 'text';
  }

  /** @returns {string} the hash that says all this */
  hash() {
    const usual = { preset: this.firstPreset, seed: String(this.draft?.usual.seed ?? '1') };
    return encode(this.wanted(), usual);
  }

  /** @returns {Wanted} */
  wanted() {
    return { preset: this.preset, seed: this.draft?.seed ?? '', overrides: { ...this.draft?.overrides },
      view: structuredClone(this.view) };
  }

  /* ---- settings ---- */

  /** @param {string} path @param {import('./types.js').Json} value */
  set(path, value) {
    if (!this.draft) return null;
    const refusal = change(this.draft, path, value, this.resolve);
    this.settled();
    return refusal;
  }

  /** @param {string} path */
  resetSetting(path) {
    if (this.draft) reset(this.draft, path, this.resolve);
    this.settled();
  }

  resetAll() {
    if (this.draft) this.adopt({ ...this.wanted(), overrides: {} });
  }

  settled() {
    this.settings++;
    this.forget('text');
    if (this.needsText && !this.text) this.notice({ id: 'text', text: t('own_text_missing') });
    this.changed();
  }

  /** @param {import('./form/model.js').Control} control */
  obstacles(control) {
    if (!this.draft) return new Map();
    return obstacles(this.draft, control.path, control.options.map((one) => one.id), this.resolve);
  }

  /** Another experiment: shown at its start, ready to train. @param {string} id */
  async pickPreset(id) {
    this.forgetAll();
    this.adopt({ preset: id, seed: '', overrides: {}, view: { ...this.view, head: '' } });
    if (id === this.firstPreset && this.recorded && this.track === this.recorded) return;
    await this.freshLive();
  }

  /** @param {Partial<View>} view */
  setView(view) {
    const asked = () => [this.view.more, this.view.pace, this.view.input, this.view.window, this.view.prompt, this.view.epsilon];
    const before = asked();
    Object.assign(this.view, view);
    const known = this.view.more.filter((id) => this.registry?.probes.some((probe) => probe.id === id));
    if (this.registry && known.length < this.view.more.length) {
      this.notice({ id: 'hash more', text: t('bad_view', { key: 'more', value: this.view.more.join() }) });
      this.view.more = known;
    }
    if (this.registry && this.view.input && !this.registry.inputs.some((one) => one.id === this.view.input)) {
      this.notice({ id: 'hash input', text: t('bad_view', { key: 'input', value: this.view.input }) });
      this.view.input = '';
    }
    if (!same(before, asked())) this.want();
    this.changed();
  }

  /** Has the worker measure what is drawn, and no more. @param {string[]} [now] asked for just this once */
  async want(now = []) {
    try {
      const probes = this.registry?.probes ?? [];
      await askFor(this, { ...wantedAt(PROBES, this.view, probes), now: withMeasured(now, probes) });
    } catch (error) {
      if (!this.view.more.length) throw error;
      this.setView({ more: [] });
      this.notice({ id: 'more', kind: 'fail', text: asRefusal(error).message });
    }
  }

  /** @param {import('./engine/protocol.js').Prompted | undefined} prompted */
  prompted(prompted) {
    this.promptNow = prompted;
    this.changed();
  }

  /* ---- running ---- */

  /** Whether what is set differs from what runs. */
  get stale() {
    const { draft: d, run } = this;
    if (!d || !run.config) return false;
    return !same(d.resolved, run.config) || (run.source === 'live'
      && (this.open?.text !== this.textFor() || this.open?.file !== this.engineFile));
  }

  textFor() {
    return this.needsText ? this.text?.bytes ?? null : null;
  }

  /** Opens what is set in the worker, unless it stands open there already at step 0. */
  warm() {
    const next = this.opening.then(async () => {
      const { client, draft: d, live } = this;
      if (!client || !d || !live) return;
      const [text, file] = [this.textFor(), this.engineFile];
      if (this.needsText && !text) throw new Error(t('own_text_missing'));
      if (this.open && same(this.open.config, d.resolved) && this.open.text === text && this.open.file === file
        && live.run.step === 0 && client.state.status === 'ready') return;
      await client.useEngine(await this.engines.module(file));
      const opened = await client.open({ config: d.resolved, text });
      this.open = { config: d.resolved, text, file };
      this.prompted(opened.prompt);
      live.opened(opened);
    });
    this.opening = next.catch(() => {});
    return next;
  }

  async freshLive() {
    await this.warm();
    this.showLive();
  }

  showLive() {
    this.stopReplay();
    this.lookBack = null;
    this.track = this.live;
    this.changed();
  }

  /** The big button. */
  async toggle() {
    if (this.run.status === 'running' && this.run.source === 'live' && !this.stale) await this.pause();
    else await this.play();
  }

  async play() {
    await this.act(async () => {
      const { client } = this;
      if (!client) return;
      this.forget('diverged');
      this.forget('worker');
      const { status, source } = this.run;
      const over = status === 'done' || status === 'diverged';
      if (source === 'recorded' || this.stale || over) {
        if (client.state.status === 'running') await client.pause();
        await this.warm();
        this.showLive();
      }
      this.lookBack = null;
      await client.play();
    });
  }

  async pause() {
    await this.act(async () => { await this.client?.pause(); });
  }

  /** @param {number} n */
  async step(n = 1) {
    await this.act(async () => {
      const { client } = this;
      if (!client || (this.run.source === 'live' && this.run.status === 'done' && !this.stale)) return;
      if (this.run.source === 'recorded' || this.stale || this.run.status === 'diverged') {
        await this.freshLive();
      }
      this.lookBack = null;
      await client.step(n);
    });
  }

  /** Same settings, same seed, step 0. */
  async reset() {
    await this.act(async () => {
      this.forget('diverged');
      if (this.client?.state.status === 'running') await this.client.pause();
      await this.freshLive();
    });
  }

  /** @param {string} [seed] */
  async newSeed(seed = String(1 + Math.floor(Math.random() * 9999))) {
    if (!this.draft) return null;
    const running = this.run.status === 'running' && this.run.source === 'live';
    const refusal = reseed(this.draft, seed, this.resolve);
    if (refusal) return refusal;
    this.settings++;
    await this.reset();
    if (running) await this.play();
    return null;
  }

  /** One command at a time; what the engine refuses is said. @param {() => Promise<void>} command */
  async act(command) {
    this.busy = true;
    this.changed();
    try {
      await command();
    } catch (error) {
      const { message, path } = asRefusal(error);
      this.notice({ id: 'refused', kind: 'fail', text: path ? t('refused_elsewhere', { path, message }) : message });
    } finally {
      this.busy = false;
      this.changed();
    }
  }

  /** @param {import('./types.js').Refusal} error */
  failed(error) {
    const worker = error.code === 'worker' || error.code === 'crashed';
    this.notice({ id: worker ? 'worker' : 'refused', kind: 'fail', text: error.message });
  }

  /** @param {import('./types.js').Run} run */
  statusChanged(run) {
    if (run.status === 'diverged') this.notice(waysOut(this, run));
  }

  /** @param {number} rate */
  halve(rate) {
    this.forget('diverged');
    if (!this.set('train.lr', Number((rate / 2).toPrecision(6)))) this.play();
  }

  /* ---- looking back ---- */

  /** @param {number | null} step */
  look(step) {
    this.stopReplay();
    this.lookBack = step !== null && step >= this.run.step ? null : step;
    this.changed();
  }

  /** Moves through the kept frames once, in a few seconds. */
  replay() {
    this.stopReplay();
    const frames = this.track?.history.frames ?? [];
    if (frames.length < 3) return;
    let at = 0;
    this.lookBack = frames[0].step;
    this.changed();
    this.replayTimer = window.setInterval(() => {
      at++;
      if (at >= frames.length - 1) this.look(null);
      else {
        this.lookBack = frames[at].step;
        this.changed();
      }
    }, Math.max(40, REPLAY_MS / frames.length));
  }

  get replaying() {
    return this.replayTimer !== 0;
  }

  stopReplay() {
    clearInterval(this.replayTimer);
    this.replayTimer = 0;
  }

  /* ---- notices ---- */

  /** @param {Notice} notice */
  notice(notice) {
    this.notices = [...this.notices.filter((one) => one.id !== notice.id), notice];
    this.changed();
  }

  /** @param {string} id */
  forget(id) {
    if (this.notices.some((one) => one.id === id)) this.notices = this.notices.filter((one) => one.id !== id);
  }

  forgetAll() {
    this.notices = this.notices.filter((one) => one.id === 'engine');
  }
}
