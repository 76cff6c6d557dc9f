/** The question mark beside a word, and what opens from it: what it is, its formula, its paper. One
 * popover for the whole page; the browser closes it on Escape and on a click elsewhere. */
import { append, h } from '../ui/dom.js';
import { t } from '../strings/index.js';

/** @typedef {import('../ui/dom.js').Child} Child */

/** @type {HTMLElement | null} */
let box = null;
/** @type {HTMLElement | null} */
let owner = null;

function disown() {
  owner?.setAttribute('aria-expanded', 'false');
  owner = null;
}

/** @returns {HTMLElement} */
function popover() {
  if (box) return box;
  box = h('div', { class: 'popover', popover: 'auto', role: 'dialog' });
  box.addEventListener('beforetoggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === 'closed') disown();
  });
  document.body.appendChild(box);
  return box;
}

/** Below its button where there is room, else above; never off the screen.
 * @param {HTMLElement} element @param {HTMLElement} button */
function stand(element, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const left = Math.max(8, Math.min(at.left - 12, innerWidth - width - 8));
  const below = at.bottom + 8;
  const top = below + height > innerHeight - 8 && at.top - height - 8 > 8 ? at.top - height - 8 : below;
  element.style.left = `${left}px`;
  element.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}

/** @param {HTMLElement} button @param {string} title @param {Child[]} children */
function show(button, title, children) {
  const element = popover();
  element.setAttribute('aria-label', title);
  element.replaceChildren();
  append(element, [h('h3', null, title), ...children]);
  element.showPopover();
  owner = button;
  button.setAttribute('aria-expanded', 'true');
  stand(element, button);
}

/** A press on the button opens, a second one closes.
 * @param {HTMLElement} button @param {string} title @param {() => Child[]} body made when it opens */
export function opens(button, title, body) {
  button.setAttribute('aria-expanded', 'false');
  /* The browser closes the popover already on pointerdown: remember whether it was this button's. */
  let wasOpen = false;
  button.addEventListener('pointerdown', () => { wasOpen = owner === button; });
  button.addEventListener('click', () => {
    const element = popover();
    const closing = wasOpen || (owner === button && element.matches(':popover-open'));
    wasOpen = false;
    if (element.matches(':popover-open')) element.hidePopover();
    if (!closing) show(button, title, body());
  });
}

/** @param {string} name what it explains @param {() => Child[]} body @param {string} [face]
 * @returns {HTMLButtonElement} */
export function helpButton(name, body, face) {
  const button = h('button', { type: 'button', class: face ? 'link' : 'what',
    'aria-label': face ? null : t('about', { label: name }) }, face ?? '?');
  opens(button, name, body);
  return button;
}
