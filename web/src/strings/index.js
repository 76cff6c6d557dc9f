/** The page's words. A second language is a second file beside en.js. */
import { en } from './en.js';

/** @typedef {keyof typeof en} Key */

/** @param {Key} key @param {{[name: string]: string | number}} [values] what fills the {braces}
 * @returns {string} */
export function t(key, values) {
  const text = en[key];
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}
