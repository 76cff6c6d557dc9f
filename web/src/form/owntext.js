/** The reader's own text: pasted, dropped or chosen. It never leaves the page. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { bytes as showBytes } from '../format.js';
import { chooseFiles } from '../ui/files.js';

/** @param {{useText: (pieces: import('../lab/text.js').Piece[]) => Promise<string | null>,
 *   textNow: () => {name: string, size: number} | null}} hands
 * @returns {{el: HTMLElement, update: () => void}} */
export function ownText(hands) {
  const area = h('textarea', { id: 'own-text', rows: '5', spellcheck: 'false' });
  const refusal = h('p', { class: 'refusal', id: 'own-text-refusal', role: 'alert', hidden: true });
  const used = h('p', { class: 'fine' });
  /** @param {import('../lab/text.js').Piece[]} pieces */
  const use = async (pieces) => {
    const why = await hands.useText(pieces);
    refusal.hidden = !why;
    setText(refusal, why ?? '');
    if (why) area.setAttribute('aria-describedby', refusal.id);
    else area.removeAttribute('aria-describedby');
    update();
  };
  /** @param {File[]} files in the order of their names: another order is another text */
  const useFiles = async (files) => {
    const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
    const pieces = await Promise.all(sorted.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
    if (pieces.length) await use(pieces);
  };
  const usePasted = () => use([{ name: t('own_text_pasted'), bytes: new TextEncoder().encode(area.value) }]);
  const useChosen = async () => useFiles(await chooseFiles('.txt,.md,text/*', true));
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
    useFiles([...(event.dataTransfer?.files ?? [])]);
  });
  update();
  return { el, update };
}
