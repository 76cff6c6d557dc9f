/** Why: the analyzer's report in plain words, and what was born at which step. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { whole } from '../format.js';
import { helpButton } from '../form/popover.js';
import { Reporter, reportText } from '../lab/report.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../types.js').Report} Report */

export class WhyPanel {
  /** @param {App} app @param {HTMLElement} el the section it fills @param {(sentence: string) => void} say */
  constructor(app, el, say) {
    this.app = app;
    this.el = el;
    this.reporter = new Reporter(app);
    this.button = h('button', { type: 'button', class: 'link', id: 'why-open', 'aria-controls': 'why', 'aria-expanded': 'false',
      onclick: () => app.setView({ why: !app.view.why }) }, t('why_open'));
    this.when = h('span', { class: 'fine' });
    this.copy = h('button', { type: 'button', class: 'quiet', onclick: async () => {
      if (this.reporter.report) say(await copyReport(this.reporter.report));
    } }, t('why_copy'));
    this.head = h('p', { class: 'why-head', id: 'why-head' });
    this.lines = h('ul', { class: 'why-lines' });
    this.births = h('ol', { class: 'why-births' });
    this.birthsBox = h('div', null, h('h3', null, t('why_births')), h('p', { class: 'fine' }, t('why_births_help')), this.births);
    el.replaceChildren(h('header', { class: 'panel-head' }, h('h2', { id: 'why-title' }, t('why_title')),
      helpButton(t('why_title'), () => [h('p', null, t('why_help'))]), this.when, this.copy),
    this.head, h('div', { class: 'why-columns' }, this.lines, this.birthsBox));
    /** @type {unknown} */
    this.seen = undefined;
  }

  update() {
    const { app, reporter } = this;
    const open = app.view.why;
    this.button.setAttribute('aria-expanded', String(open));
    this.el.hidden = !open;
    if (!open) return;
    reporter.update();
    const { report } = reporter;
    setText(this.head, report?.lines[0]?.text ?? (reporter.refusal || t(app.run.source === 'recorded' ? 'why_recorded' : 'why_waiting')));
    setText(this.when, report ? t('why_when', { step: whole(report.step) }) : '');
    this.el.dataset.verdict = report?.verdict ?? '';
    this.copy.hidden = !report;
    if (report !== this.seen) this.build(report);
    this.seen = report;
    this.mark();
  }

  /** @param {Report | null} report */
  build(report) {
    const lines = report?.lines.slice(1) ?? [];
    this.lines.hidden = !lines.length;
    this.lines.replaceChildren(...lines.map((line) => h('li', null, line.text)));
    const births = report?.births ?? [];
    this.birthsBox.hidden = !births.length;
    this.births.replaceChildren(...births.map((birth) => h('li', { 'data-step': birth.step, 'data-what': birth.what },
      h('button', { type: 'button', class: 'link', onclick: () => this.app.look(birth.step) }, birth.text))));
  }

  /** What was not yet born at the step that is looked at stands back. */
  mark() {
    const now = this.app.lookBack ?? Infinity;
    for (const item of /** @type {Iterable<HTMLElement>} */ (this.births.children)) {
      item.classList.toggle('later', Number(item.dataset.step) > now);
      item.firstElementChild?.setAttribute('aria-current', String(Number(item.dataset.step) === now));
    }
  }
}

/** @param {Report} report @returns {Promise<string>} what came of it */
export async function copyReport(report) {
  try {
    await navigator.clipboard.writeText(reportText(report));
    return t('why_copied');
  } catch {
    return t('why_copy_failed');
  }
}
