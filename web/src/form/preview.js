/** What the data looks like before anything is trained on it: documents, tokens, what guessing costs. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { fixed, percent, show, token, whole } from '../format.js';
import { asRefusal } from './settle.js';

/** @typedef {{vocabulary: string[], baselines: {[id: string]: number}, mean_length: number | null, counts: number[],
 *   documents: Array<{ended: boolean, tokens: number[]}>}} Preview */

export const DOCUMENTS = 4;
const TOKENS = 200; /* of each document */
const MOST = 12; /* tokens in the table */
const WAIT = 250; /* ms: a number that is being typed is not worth a preview */

/** The most frequent tokens. @param {Preview} preview @param {number} [n]
 * @returns {Array<{id: number, share: number}>} */
export function frequent({ counts }, n = MOST) {
  const all = counts.reduce((sum, one) => sum + one, 0) || 1;
  return counts.map((count, id) => ({ id, share: count / all })).filter((one) => one.share > 0)
    .sort((a, b) => b.share - a.share || a.id - b.id).slice(0, n);
}

/** @param {() => Promise<Preview>} ask @param {() => string} stamp of all that it depends on
 * @returns {{el: HTMLElement, update: () => void}} */
export function previewBox(ask, stamp) {
  const body = h('div', { class: 'preview-body' });
  const status = h('p', { class: 'fine', role: 'status' });
  const el = h('details', { class: 'preview', ontoggle: () => update() }, h('summary', null, t('preview')),
    h('p', { class: 'fine' }, t('preview_help')), status, body);
  let seen = '';
  let timer = 0;
  const make = async () => {
    const now = seen;
    setText(status, t('preview_wait'));
    try {
      const preview = await ask();
      if (now !== seen) return;
      setText(status, facts(preview));
      body.replaceChildren(...draw(preview));
    } catch (error) {
      if (now !== seen) return;
      setText(status, asRefusal(error).message);
      body.replaceChildren();
    }
  };
  const update = () => {
    if (!el.open) return;
    const now = stamp();
    if (now === seen) return;
    seen = now;
    clearTimeout(timer);
    timer = window.setTimeout(make, WAIT);
  };
  return { el, update };
}

/** @param {Preview} preview */
function facts({ vocabulary, mean_length: length, counts }) {
  const used = counts.filter((one) => one > 0).length;
  return t(length === null ? 'preview_facts_endless' : 'preview_facts', { v: whole(vocabulary.length), used: whole(used),
    length: show(length) });
}

/** @param {Preview} preview @returns {HTMLElement[]} */
function draw(preview) {
  const { vocabulary, baselines, documents } = preview;
  const known = /** @type {const} */ (['uniform', 'unigram', 'bigram', 'floor']).filter((id) => Number.isFinite(baselines[id]));
  return [
    h('h4', null, t('preview_guess')),
    h('dl', { class: 'facts' }, known.flatMap((id) => [h('dt', null, t(id)), h('dd', null, t('nats', { n: fixed(baselines[id]) }))])),
    h('h4', null, t('preview_tokens')),
    h('ol', { class: 'token-shares' }, frequent(preview).map(({ id, share }) => h('li', { style: `--part:${share}` },
      h('code', null, token(vocabulary[id])), h('span', null, percent(share))))),
    h('h4', null, t('preview_documents')),
    ...documents.map(({ ended, tokens }) => h('p', { class: 'document' },
      tokens.slice(0, TOKENS).map((id) => h('span', null, vocabulary[id])),
      tokens.length > TOKENS || !ended ? ' …' : h('span', { class: 'end' }, 'EOS'))),
  ];
}
