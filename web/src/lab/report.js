/** The engine's report on the live run, asked for while somebody reads it: once at each evaluation. */
import { asRefusal } from '../form/settle.js';
import { t } from '../strings/index.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../types.js').Report} Report */

export class Reporter {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    /** @type {Report | null} */
    this.report = null;
    this.refusal = '';
    /** The run it is about: its list of records is another one after each new beginning. @type {unknown} */
    this.run = null;
    /** @type {unknown} */
    this.record = null;
    this.asking = false;
  }

  /** Asks if there is something new to be said. */
  update() {
    const { app } = this;
    const { metrics, step } = app.run;
    if (metrics !== this.run) {
      Object.assign(this, { run: metrics, record: null, report: null, refusal: '' });
    }
    const record = metrics[metrics.length - 1] ?? (step ? 'unmeasured' : null);
    if (!record || record === this.record || this.asking || app.run.source !== 'live' || app.run.status === 'failed') return;
    this.record = record;
    this.ask();
  }

  async ask() {
    const { run, app } = this;
    this.asking = true;
    try {
      const report = (await app.client?.report()) ?? null;
      if (run === this.run) Object.assign(this, { report, refusal: '' });
    } catch (error) {
      if (run === this.run) this.refusal = asRefusal(error).message;
    } finally {
      this.asking = false;
      app.changed();
    }
  }
}

/** @param {Report} report @returns {string} to be pasted somewhere */
export function reportText({ step, lines, births }) {
  const parts = [t('why_text_head', { step }), '', ...lines.map((line) => line.text)];
  if (births.length) parts.push('', `${t('why_births')}:`, ...births.map((birth) => `- ${birth.text}`));
  return `${parts.join('\n')}\n`;
}
