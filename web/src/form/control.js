/** One setting as a control: label, question mark, input, way back, and the engine's sentence when it
 * refuses. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { helpButton } from './popover.js';
import { papers } from '../ui/paper.js';
import { display, neighbour, parse, plain, valueOf } from './model.js';

/** @typedef {import('./model.js').Control} Control */
/** @typedef {import('./settle.js').Draft} Draft */
/**
 * @typedef {{
 *   change: (path: string, value: import('../types.js').Json) => void, reset: (path: string) => void,
 *   obstacles: (control: Control) => Map<string, string | null>
 * }} Hands
 * @typedef {{control: Control, el: HTMLElement, update: (draft: Draft, control: Control) => void,
 *   fit: () => void, offer: (options: Control['options']) => void}} ControlView  offer: choices to take at once
 */

let count = 0;

/** In the strip, where controls are narrow, refusals stand together below it: `refusals` is that place.
 * Elsewhere the choice that is taken is explained, and those that cannot be are listed with the reason.
 * @param {Control} first @param {Hands} hands @param {{refusals?: HTMLElement}} [how] @returns {ControlView} */
export function controlView(first, hands, how = {}) {
  const id = `c${++count}-${first.path.replaceAll('.', '-')}`;
  let control = first;
  let taken = '';
  /** @type {Map<string, string | null>} */
  let blocked = new Map();
  const input = makeInput(id, () => control, hands);
  const refusal = h('p', { class: 'refusal', id: `${id}-refusal`, hidden: true });
  const back = h('button', { type: 'button', class: 'back', hidden: true,
    onclick: () => hands.reset(control.path) }, '↺');
  const help = helpButton(control.label, () => helpBody(control, usual, blocked = hands.obstacles(control)));
  let usual = '';
  const head = h('span', { class: 'control-head' },
    h('label', { for: id }, control.label), help, back);
  const el = h('div', { class: `control kind-${control.kind} depth-${control.depth}`, 'data-path': control.path },
    head, input.el, how.refusals ? null : refusal);
  const chosen = h('p', { class: 'fine chosen' });
  const barred = h('details', { class: 'barred', hidden: true });
  const offers = h('div', { class: 'row offers' });
  if (control.kind === 'pick' && !how.refusals) el.append(chosen, offers, barred);
  how.refusals?.appendChild(refusal);
  return {
    get control() { return control; },
    el,
    update(draft, next) {
      control = next;
      const pending = draft.pending.get(control.path);
      const about = pending?.refusal ?? refusedHere(draft, control.path);
      usual = display(control, valueOf(control, draft.usual));
      const value = pending ? pending.value : valueOf(control, draft.resolved);
      input.set(value);
      taken = String(value);
      setText(chosen, control.options.find((one) => one.id === value)?.help ?? '');
      const changed = control.path in draft.overrides || !!pending;
      el.classList.toggle('changed', changed);
      back.hidden = !changed;
      back.setAttribute('aria-label', t('reset_control', { value: usual || '–' }));
      back.title = t('reset_control', { value: usual || '–' });
      refusal.hidden = !about;
      setText(refusal, !about ? '' : how.refusals ? `${control.label}: ${about.message}` : about.message);
      input.field.setAttribute('aria-invalid', String(!!about));
      if (about) input.field.setAttribute('aria-describedby', refusal.id);
      else input.field.removeAttribute('aria-describedby');
    },
    fit() {
      if (control.kind !== 'pick') return;
      blocked = hands.obstacles(control);
      for (const option of /** @type {HTMLSelectElement} */ (input.field).options) {
        const why = blocked.get(option.value) ?? null;
        option.disabled = why !== null;
        option.title = why ?? '';
      }
      listBarred(barred, control, blocked);
    },
    offer(options) {
      offers.replaceChildren(...options.filter((one) => one.id !== taken).map((one) => h('button', { type: 'button', class: 'plain', disabled: !!blocked.get(one.id),
        title: blocked.get(one.id) ?? null, onclick: () => {
          hands.change(control.path, one.id);
          input.field.focus(); // the button is gone now
        } }, one.label)));
    },
  };
}

/** Why choices are greyed: those with the same reason stand together.
 * @param {HTMLDetailsElement} place @param {Control} control @param {Map<string, string | null>} blocked */
function listBarred(place, control, blocked) {
  /** @type {Map<string, {why: string, names: string[]}>} */
  const reasons = new Map();
  for (const { id, label } of control.options) {
    const why = blocked.get(id);
    if (!why) continue;
    const alike = why.replaceAll(`"${id}"`, '');
    reasons.set(alike, { why: reasons.get(alike)?.why ?? why, names: [...(reasons.get(alike)?.names ?? []), label] });
  }
  const count = [...reasons.values()].flatMap((one) => one.names).length;
  place.hidden = count === 0;
  const stamp = JSON.stringify([...reasons]);
  if (place.dataset.stamp === stamp) return;
  place.dataset.stamp = stamp;
  place.replaceChildren(h('summary', null, count === 1 ? t('barred_one') : t('barred_many', { n: count })),
    h('dl', { class: 'choices' }, [...reasons.values()].flatMap(({ why, names }) => [h('dt', null, names.join(', ')), h('dd', { class: 'why' }, why)])));
}

/** A refusal of another control's change that names this one. @param {Draft} draft @param {string} path */
function refusedHere(draft, path) {
  for (const [at, { refusal }] of draft.pending) {
    if (at !== path && refusal.path === path) return refusal;
  }
  return undefined;
}

/** @param {Control} control @param {string} usual @param {Map<string, string | null>} blocked */
function helpBody(control, usual, blocked) {
  const { param } = control;
  const bounded = control.kind === 'number' && param.min !== undefined && param.max !== undefined;
  return [
    h('p', null, control.help),
    bounded ? h('p', { class: 'fine' }, t('range', {
      min: plain(Number(param.min)), max: plain(Number(param.max)), unit: param.unit ? ` ${param.unit}` : '' })) : null,
    usual ? h('p', { class: 'fine' }, t('default_is', { value: usual })) : null,
    control.options.length ? h('dl', { class: 'choices' }, control.options.flatMap((option) => {
      const why = blocked.get(option.id);
      return [
        h('dt', { class: why ? 'blocked' : null }, option.label),
        h('dd', null, option.help ?? '', option.paper ? h('span', { class: 'paper' }, ' ', papers(option.paper)) : null,
          why ? h('span', { class: 'why' }, t('does_not_fit', { why })) : null),
      ];
    })) : null,
  ];
}

/** @param {string} id @param {() => Control} control @param {Hands} hands
 * @returns {{el: HTMLElement, field: HTMLElement, set: (value: any) => void}} */
function makeInput(id, control, hands) {
  const { kind } = control();
  if (kind === 'pick') return pickInput(id, control, hands);
  if (kind === 'bool') return boolInput(id, control, hands);
  return kind === 'number' ? numberInput(id, control, hands) : textInput(id, control, hands);
}

/** @param {string} id @param {() => Control} control @param {Hands} hands */
function pickInput(id, control, hands) {
  const field = h('select', { id, onchange: () => hands.change(control().path, field.value) },
    control().options.map((option) => h('option', { value: option.id }, option.label)));
  return { el: h('span', { class: 'field' }, field), field,
    set: (/** @type {any} */ value) => { field.value = String(value); } };
}

/** @param {string} id @param {() => Control} control @param {Hands} hands */
function boolInput(id, control, hands) {
  const field = h('input', { id, type: 'checkbox', onchange: () => hands.change(control().path, field.checked) });
  return { el: h('span', { class: 'field' }, field), field,
    set: (/** @type {any} */ value) => { field.checked = value === true; } };
}

/** @param {string} id @param {() => Control} control @param {Hands} hands */
function textInput(id, control, hands) {
  const field = h('input', { id, type: 'text', spellcheck: 'false', autocomplete: 'off',
    onchange: () => hands.change(control().path, field.value) });
  return { el: h('span', { class: 'field' }, field), field,
    set: (/** @type {any} */ value) => { if (field.value !== value) field.value = String(value ?? ''); } };
}

/** @param {string} id @param {() => Control} control @param {Hands} hands */
function numberInput(id, control, hands) {
  const field = h('input', { id, type: 'text', inputmode: 'decimal', autocomplete: 'off', class: 'number',
    oninput: () => { typing = true; }, onblur: () => { typing = false; },
    onchange: () => commit(field.value), onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
        event.preventDefault();
        move(event.key === 'ArrowUp' ? 1 : -1);
      } else if (event.key === 'Enter') commit(field.value);
    } });
  let typing = false; // what is half typed stays, whatever happens elsewhere
  /** @param {string} raw */
  const commit = (raw) => {
    typing = false;
    if (raw.trim() === '') hands.reset(control().path);
    else hands.change(control().path, parse(control(), raw));
  };
  /** @param {1 | -1} way */
  const move = (way) => {
    const value = Number(field.value);
    if (!Number.isFinite(value)) return;
    const next = neighbour(control().param, value, way);
    field.value = plain(next); // the next press may come before the page is drawn
    hands.change(control().path, next);
  };
  /** @param {1 | -1} way @param {string} face @param {'less' | 'more'} name */
  const button = (way, face, name) => h('button', { type: 'button', class: 'nudge', tabindex: '-1',
    'aria-label': t(name, { label: control().label.toLowerCase() }), onclick: () => move(way) }, face);
  return {
    el: h('span', { class: 'field with-nudge' }, button(-1, '−', 'less'), field, button(1, '+', 'more')),
    field,
    set: (/** @type {any} */ value) => {
      const text = typeof value === 'number' ? plain(value) : String(value ?? '');
      if (!typing && field.value !== text && (document.activeElement !== field || Number(field.value) !== value)) field.value = text;
    },
  };
}
