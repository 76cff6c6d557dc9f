/** The bar that moves time: train, step, reset, seed, and looking back. */
import { byId, h, icon, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { whole } from '../format.js';

/** @typedef {import('../app.js').App} App */

/** What the big button says now. @param {App} app @returns {string} */
export function buttonWord(app) {
  const { run } = app;
  if (run.source === 'recorded' || run.status === 'empty') return t('train');
  if (app.stale) return run.step > 0 ? t('restart') : t('train');
  if (run.status === 'running') return t('pause');
  if (run.status === 'done' || run.status === 'diverged') return t('train_again');
  return run.step > 0 ? t('resume') : t('train');
}

export class Transport {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.word = h('span', { class: 'word' });
    this.playIcon = icon('play');
    this.pauseIcon = icon('pause');
    this.main = h('button', { type: 'button', class: 'primary', id: 'train', onclick: () => app.toggle(),
      'aria-keyshortcuts': 'Space' }, this.playIcon, this.pauseIcon, this.word);
    this.stepButton = h('button', { type: 'button', class: 'plain', id: 'step', onclick: () => app.step(1),
      'aria-keyshortcuts': 'ArrowRight' }, t('step'));
    this.resetButton = h('button', { type: 'button', class: 'plain', id: 'reset', onclick: () => app.reset(),
      'aria-keyshortcuts': 'R' }, t('reset'));
    this.seed = h('input', { id: 'seed', type: 'text', inputmode: 'numeric', autocomplete: 'off',
      onchange: () => this.commitSeed() });
    this.seedButton = h('button', { type: 'button', class: 'plain', id: 'new-seed', onclick: () => app.newSeed(),
      'aria-keyshortcuts': 'N' }, t('new_seed'));
    this.seedRefusal = h('p', { class: 'refusal', hidden: true, id: 'seed-refusal' });
    byId('transport').replaceChildren(this.main, this.stepButton, this.resetButton,
      h('span', { class: 'seed' }, h('label', { for: 'seed' }, t('seed_label')), this.seed, this.seedButton), this.seedRefusal);
    this.makeTime();
  }

  makeTime() {
    this.badge = h('span', { class: 'badge' });
    this.counter = h('span', { class: 'counter' });
    this.rate = h('span', { class: 'rate' });
    this.slider = h('input', { type: 'range', id: 'time', min: '0', value: '0', step: '1', 'aria-label': t('look_back'),
      oninput: () => this.app.look(Number(this.slider?.value)) });
    this.now = h('button', { type: 'button', class: 'link', onclick: () => this.app.look(null) }, t('back_to_now'));
    this.again = h('button', { type: 'button', class: 'link', onclick: () => this.app.replay() }, t('replay'));
    byId('time-bar').replaceChildren(this.badge, this.counter, this.slider, this.rate, this.now, this.again);
  }

  async commitSeed() {
    const refusal = await this.app.newSeed(this.seed.value.trim());
    this.seedRefusal.hidden = !refusal;
    setText(this.seedRefusal, refusal?.message ?? '');
    this.seed.setAttribute('aria-invalid', String(!!refusal));
  }

  update() {
    const { app } = this;
    const { run } = app;
    const running = run.status === 'running' && run.source === 'live' && !app.stale;
    setText(this.word, buttonWord(app));
    this.playIcon.toggleAttribute('hidden', running);
    this.pauseIcon.toggleAttribute('hidden', !running);
    const dead = app.broken || !app.client || !app.draft;
    this.main.disabled = dead;
    this.stepButton.disabled = dead || running || (run.source === 'live' && run.status === 'done' && !app.stale);
    this.resetButton.disabled = dead;
    this.seedButton.disabled = dead;
    this.seed.disabled = dead;
    const seed = app.draft?.seed ?? String(run.config?.seed ?? '');
    if (document.activeElement !== this.seed && this.seed.value !== seed) this.seed.value = seed;
    this.updateTime(running);
  }

  /** @param {boolean} running */
  updateTime(running) {
    const { run, lookBack } = this.app;
    if (!this.badge || !this.counter || !this.slider || !this.rate || !this.now || !this.again) return;
    const step = lookBack ?? run.step;
    const recorded = run.source === 'recorded';
    setText(this.badge, recorded ? t(this.app.stale ? 'recorded_stale' : 'recorded_badge') : t(`status_${run.status}`));
    this.badge.dataset.kind = recorded ? 'recorded' : run.status;
    setText(this.counter, t('step_of', { step: whole(step), steps: whole(run.steps) }));
    this.rate.hidden = recorded;
    setText(this.rate, running && run.rate ? t('rate', { rate: run.rate < 10 ? run.rate.toFixed(1) : whole(run.rate) }) : '');
    this.slider.max = String(Math.max(1, run.steps));
    this.slider.value = String(step);
    this.slider.style.setProperty('--done', String(run.steps ? step / run.steps : 0));
    this.slider.setAttribute('aria-valuetext', t('step_of', { step: whole(step), steps: whole(run.steps) }));
    this.slider.disabled = (this.app.track?.history.frames.length ?? 0) < 2;
    this.now.hidden = lookBack === null || this.app.replaying;
    this.again.hidden = !recorded || this.app.replaying || lookBack !== null || this.app.stale;
  }
}
