/** The reader's own text: pasted, dropped or chosen. It never leaves the page. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { bytes as showBytes } from '../format.js';
import { chooseFile } from '../ui/files.js';

/** @param {{useText: (bytes: Uint8Array, name: string) => Promise<string | null>,
 *   textNow: () => {name: string, size: number} | null}} hands
 * @returns {{el: HTMLElement, update: () => void}} */
export function ownText(hands) {
  const area = h('textarea', { id: 'own-text', rows: '5', spellcheck: 'false' });
  const refusal = h('p', { class: 'refusal', id: 'own-text-refusal', role: 'alert', hidden: true });
  const used = h('p', { class: 'fine' });
  /** @param {Uint8Array} content @param {string} name */
  const use = async (content, name) => {
    const why = content.length ? await hands.useText(content, name) : t('own_text_empty');
    refusal.hidden = !why;
    setText(refusal, why ?? '');
    if (why) area.setAttribute('aria-describedby', refusal.id);
    else area.removeAttribute('aria-describedby');
    update();
  };
  /** @param {File | null | undefined} file */
  const useFile = async (file) => {
    if (file) await use(new Uint8Array(await file.arrayBuffer()), file.name);
  };
  const usePasted = () => use(new TextEncoder().encode(area.value), t('own_text_pasted'));
  const useChosen = async () => useFile(await chooseFile('.txt,text/*'));
  const update = () => {
    const now = hands.textNow();
    used.hidden = !now;
    setText(used, now ? t('own_text_used', { name: now.name, size: showBytes(now.size) }) : '');
  };
  const el = h('div', { class: 'own-text' },
    h('h3', null, t('own_text')),
    h('p', { class: 'fine' }, t('own_text_help')),
    h('label', { for: 'own-text' }, t('own_text_label')), area, refusal, used,
    h('div', { class: 'row' },
      h('button', { type: 'button', class: 'plain', onclick: usePasted }, t('own_text_use')),
      h('button', { type: 'button', class: 'plain', onclick: useChosen }, t('own_text_file'))));
  el.addEventListener('dragover', (event) => {
    event.preventDefault();
    el.classList.add('over');
  });
  el.addEventListener('dragleave', () => el.classList.remove('over'));
  el.addEventListener('drop', (event) => {
    event.preventDefault();
    el.classList.remove('over');
    useFile(event.dataTransfer?.files[0]);
  });
  update();
  return { el, update };
}
