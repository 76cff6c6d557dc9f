/** Tokens as dots: a small plot for each layer and head. The pointer or the keys name a token, which is
 * marked in all plots, and in the panels that know the token pointed at. */
import { h, setText } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { show, times } from '../format.js';
import { nearestDot, paintDots, placeDots } from '../plot/dots.js';
import { capital } from '../say.js';
import { colours, shade } from '../ui/theme.js';
import { apart } from './generic.js';
import { numberOf, wordAt } from './window.js';

/** @typedef {{name: string, canvas: HTMLCanvasElement, ring: HTMLElement, caption: HTMLElement,
 *   places: import('../plot/dots.js').Places | null}} Plot */

const REACH = 16; /* px from a dot that still count as pointing at it */

export class Points {
  /** @param {import('./panel.js').Hands} hands */
  constructor(hands) {
    this.hands = hands;
    /** @type {Plot[]} */
    this.plots = [];
    /** @type {{plot: number, token: number} | null} what the reader points at here */
    this.at = null;
    /** @type {number | null} */
    this.marked = null;
    /** @type {{info: import('../types.js').ProbeInfo, probe: import('../types.js').Probe,
     *   names: string[], frame: import('../types.js').Frame | null, run: import('../types.js').Run} | null} names: of the clouds */
    this.now = null;
    this.wall = h('div', { class: 'more-maps dots', role: 'application', tabindex: '0',
      onpointermove: (/** @type {PointerEvent} */ event) => this.hover(event), onclick: (/** @type {PointerEvent} */ event) => this.hover(event),
      onpointerleave: () => this.go(null), onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) });
    this.readout = h('p', { class: 'fine dots-read' });
    this.heard = h('p', { class: 'only-heard', role: 'status' });
    this.parts = [this.wall, this.readout, this.heard];
    this.sizes = new ResizeObserver(() => this.paint());
    this.sizes.observe(this.wall);
  }

  destroy() {
    this.sizes.disconnect();
  }

  /** @param {NonNullable<Points['now']>} now @param {string} summary */
  set(now, summary) {
    this.now = now;
    const { info, probe, names } = now;
    if (names.join() !== this.plots.map((plot) => plot.name).join()) this.build(names);
    if (this.at && this.at.token >= probe.shape[probe.shape.length - 2]) this.at = null;
    apart(probe).forEach((ratio, i) => setText(this.plots[i].caption, `${names[i]}: ${times(ratio)}×`));
    this.wall.setAttribute('aria-label', `${info.label}. ${summary} ${t('dots_keys')}`);
    this.paint();
    this.read(false);
  }

  /** @param {string[]} names */
  build(names) {
    this.at = null;
    this.plots = names.map((name) => ({ name, places: null, canvas: h('canvas', { 'aria-hidden': 'true' }),
      ring: h('span', { class: 'dot-ring', hidden: true }), caption: h('figcaption') }));
    this.wall.replaceChildren(...this.plots.map(({ canvas, ring, caption }) => h('figure', null, h('div', { class: 'dots-square' }, canvas, ring), caption)));
  }

  paint() {
    if (!this.now) return;
    const { probe: { data, shape }, frame, run } = this.now;
    const [T, C] = shape.slice(-2);
    const theme = colours();
    const dots = Array.from({ length: T }, (_, i) => (i ? { radius: 2, colour: shade(i, T) }
      : { radius: 4, colour: theme.accent, label: wordAt(frame, run, 0) }));
    this.plots.forEach((plot, at) => {
      const side = plot.canvas.clientWidth;
      if (!side) return; // not in sight
      /** @param {number} c */
      const along = (c) => Float64Array.from({ length: T }, (_, i) => data[(at * T + i) * C + c]);
      plot.places = placeDots(along(0), along(1), side);
      paintDots(plot.canvas, side, plot.places, dots, theme);
    });
    this.mark(this.marked);
  }

  /** A token pointed at, here or elsewhere. @param {number | null} token */
  mark(token) {
    this.marked = token;
    for (const { places, ring } of this.plots) {
      ring.hidden = token === null || !places || token >= places.x.length;
      if (ring.hidden || token === null || !places) continue;
      ring.style.left = `${places.x[token]}px`;
      ring.style.top = `${places.y[token]}px`;
    }
  }

  /** @param {{plot: number, token: number} | null} at @param {boolean} [aloud] the reader moved by key: say it too */
  go(at, aloud = false) {
    this.at = at;
    this.read(aloud);
    this.hands.point(at && at.token);
  }

  /** @param {boolean} aloud */
  read(aloud) {
    const { at, now } = this;
    if (!at || !now) return setText(this.readout, t(matchMedia('(hover: none)').matches ? 'dots_tap' : 'dots_hint'));
    const { probe: { data, shape }, frame, run } = now;
    const C = shape[shape.length - 1];
    const from = (at.plot * shape[shape.length - 2] + at.token) * C;
    const text = t('dots_token', { where: capital(this.plots[at.plot].name), n: numberOf(run, at.token), token: wordAt(frame, run, at.token),
      at: Array.from(data.subarray(from, from + C), (value) => show(value)).join(', ') });
    setText(this.readout, text);
    if (aloud) setText(this.heard, text);
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const plot = this.plots.findIndex((one) => one.canvas.parentElement === /** @type {Element} */ (event.target).closest?.('.dots-square'));
    const { places, canvas } = this.plots[plot] ?? {};
    if (!places || !canvas) return;
    const box = canvas.getBoundingClientRect();
    const token = nearestDot(places, event.clientX - box.left, event.clientY - box.top, REACH);
    if (token >= 0) this.go({ plot, token });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const T = this.now?.probe.shape.at(-2) ?? 0;
    if (!T || event.ctrlKey || event.metaKey || event.altKey) return;
    const n = this.plots.length;
    const { plot, token } = this.at ?? { plot: 0, token: -1 };
    const far = event.shiftKey ? 8 : 1;
    /** @type {{[key: string]: () => {plot: number, token: number} | null}} */
    const ways = {
      ArrowRight: () => ({ plot, token: Math.min(T - 1, token + far) }),
      ArrowLeft: () => ({ plot, token: Math.max(0, token - far) }),
      Home: () => ({ plot, token: 0 }),
      End: () => ({ plot, token: T - 1 }),
      PageDown: () => ({ plot: (plot + 1) % n, token: Math.max(0, token) }),
      PageUp: () => ({ plot: (plot + n - 1) % n, token: Math.max(0, token) }),
      ...(this.at ? { Escape: () => null } : {}),
    };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    this.go(way(), true);
  }
}
