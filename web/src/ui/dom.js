/** Making elements, in as few words as possible. */

/** @typedef {Node | string | number | null | undefined | false} Child */

/** @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {{[name: string]: any} | null} [attributes] on… are listeners, data and aria
 *   by their full names, the rest attributes; false, null and undefined leave one out
 * @param {...(Child | Child[])} children @returns {HTMLElementTagNameMap[K]} */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

/** @param {Node} parent @param {Array<Child | Child[]>} children */
export function append(parent, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Sets text only when it changes: what has focus or is being read stays undisturbed.
 * @param {Node} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return /** @type {T} */ (found);
}

/** The words that stand in the HTML for the first paint, from the strings. @param {(key: any) => string} t */
export function translate(t) {
  for (const element of document.querySelectorAll('[data-t]')) setText(element, t(element.getAttribute('data-t')));
}

/** Line icons, 20 × 20, drawn in the text's colour. */
const ICONS = {
  play: 'M6 4.2v11.6l10-5.8z',
  pause: 'M5.5 4h3v12h-3zM11.5 4h3v12h-3z',
  auto: 'M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16zm0 1.5a6.5 6.5 0 0 1 0 13z',
  light: 'M10 6a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM9.3 1h1.4v3H9.3zm0 15h1.4v3H9.3zM1 9.3h3v1.4H1z'
    + 'm15 0h3v1.4h-3zM3.1 4.1l1-1 2.1 2.1-1 1zm10.7 10.7 1-1 2.1 2.1-1 1zm1-8.6-1-1 2.1-2.1 1 1z'
    + 'M4.1 16.9l-1-1 2.1-2.1 1 1z',
  dark: 'M8 2.3a8 8 0 1 0 9.7 9.7A6.5 6.5 0 0 1 8 2.3z',
};

/** @param {keyof typeof ICONS} name @returns {SVGElement} */
export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', ICONS[name]);
  path.setAttribute('fill-rule', 'evenodd');
  svg.appendChild(path);
  return svg;
}
