/** The names of papers, each arXiv number a link. */
import { h } from './dom.js';

/** @param {string} text @returns {Array<Node | string>} */
export function papers(text) {
  return text.split(/(arXiv \d{4}\.\d{4,5})/).map((part) => (/^arXiv \d/.test(part)
    ? h('a', { href: `https://arxiv.org/abs/${part.slice(6)}`, target: '_blank', rel: 'noopener' }, part) : part));
}
