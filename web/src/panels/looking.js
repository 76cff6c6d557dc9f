/** The bar above the panels: which input they look at. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { whole } from '../format.js';
import { helpButton } from '../form/popover.js';
import { promptNote, takesPrompt } from '../lab/input.js';

/** @typedef {import('../app.js').App} App */

const WINDOWS = 9999;

export class LookingBar {
  /** @param {App} app @param {import('../types.js').Option[]} inputs as the registry lists them */
  constructor(app, inputs) {
    this.app = app;
    this.inputs = inputs;
    this.pick = h('select', { id: 'input', onchange: () => app.setView({ input: this.pick.value === inputs[0].id ? '' : this.pick.value }) },
      inputs.map((one) => h('option', { value: one.id }, one.label)));
    this.count = h('span', { class: 'counter' });
    this.windows = h('span', { class: 'windows', role: 'group', 'aria-label': t('window_other') },
      this.arrow(-1, '‹', t('window_before')), this.count, this.arrow(1, '›', t('window_next')));
    this.prompt = h('input', { id: 'prompt', type: 'text', spellcheck: 'false', autocomplete: 'off', placeholder: t('prompt_empty'),
      onchange: () => app.setView({ prompt: this.prompt.value }) });
    this.promptBox = h('form', { class: 'prompt-box', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      app.setView({ prompt: this.prompt.value });
    } }, h('label', { for: 'prompt' }, t('prompt')), h('span', { class: 'field' }, this.prompt),
    h('button', { class: 'plain' }, t('prompt_show')));
    this.note = h('p', { class: 'fine', id: 'prompt-note', role: 'status' });
    this.el = h('div', { class: 'looking' },
      h('span', { class: 'control-head' }, h('label', { for: 'input' }, t('looking_at')),
        helpButton(t('looking_at'), () => [h('p', null, t('looking_help')),
          h('dl', { class: 'choices' }, inputs.flatMap((one) => [h('dt', null, one.label), h('dd', null, one.help ?? '')]))])),
      h('span', { class: 'field' }, this.pick), this.windows, this.promptBox, this.note);
  }

  /** @param {1 | -1} way @param {string} face @param {string} name */
  arrow(way, face, name) {
    return h('button', { type: 'button', class: 'plain square', 'aria-label': name, onclick: () => {
      const { window } = this.app.view;
      this.app.setView({ window: Math.min(WINDOWS, Math.max(0, window + way)) });
    } }, face);
  }

  update() {
    const { app } = this;
    const { view } = app;
    const recorded = app.run.source === 'recorded';
    const shown = recorded ? '' : view.input;
    this.pick.value = shown || this.inputs[0].id;
    this.pick.disabled = recorded;
    const prompts = takesPrompt(shown);
    this.promptBox.hidden = !prompts;
    this.windows.hidden = prompts || recorded;
    setText(this.count, t('window_n', { n: whole(view.window + 1) }));
    if (document.activeElement !== this.prompt && this.prompt.value !== view.prompt) this.prompt.value = view.prompt;
    const { text, bad } = prompts && view.prompt.trim() ? promptNote(app.promptNow) : { text: '', bad: false };
    setText(this.note, recorded ? t('looking_recorded') : text);
    this.note.classList.toggle('refusal', bad);
    this.prompt.setAttribute('aria-invalid', String(bad));
    if (bad) this.prompt.setAttribute('aria-describedby', this.note.id);
    else this.prompt.removeAttribute('aria-describedby');
  }
}
