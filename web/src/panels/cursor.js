/** The cell cursor of the wall of maps: pointer and keys move it, a click or Enter holds it. */
import { h } from '../ui/dom.js';

/** @typedef {{layer: number, head: number, query: number, key: number}} Cell  key -1: the slot's column */
/** @typedef {{layer: number, head: number, el: HTMLElement, canvas: HTMLCanvasElement,
 *   slot: HTMLCanvasElement | null}} Map_ */
/** @typedef {{T: () => number, maps: () => Map_[], moved: (byKey: boolean) => void}} World */

export class Cursor {
  /** @param {HTMLElement} wall @param {World} world */
  constructor(wall, world) {
    this.wall = wall;
    this.world = world;
    /** @type {Cell | null} */
    this.at = null;
    this.locked = false;
    /** @type {number | null} */
    this.column = null;
    this.box = h('span', { class: 'cell-cursor', hidden: true });
    this.band = h('span', { class: 'cell-column', hidden: true });
    wall.tabIndex = 0;
    wall.setAttribute('role', 'application');
    wall.addEventListener('pointermove', (event) => this.hover(event));
    wall.addEventListener('pointerleave', () => { if (!this.locked) this.clear(); });
    wall.addEventListener('click', (event) => this.click(event));
    wall.addEventListener('keydown', (event) => this.key(event));
  }

  reset() {
    this.at = null;
    this.locked = false;
    this.place();
  }

  clear() {
    this.at = null;
    this.place();
    this.world.moved(false);
  }

  /** @param {PointerEvent | MouseEvent} event @returns {Cell | null} */
  under(event) {
    const T = this.world.T();
    for (const map of this.world.maps()) {
      for (const canvas of [map.canvas, map.slot]) {
        if (!canvas) continue;
        const columns = canvas === map.slot ? 1 : T;
        const box = canvas.getBoundingClientRect();
        const x = Math.floor(((event.clientX - box.left) / box.width) * columns);
        const y = Math.floor(((event.clientY - box.top) / box.height) * T);
        if (x < 0 || x >= columns || y < 0 || y >= T) continue;
        return { layer: map.layer, head: map.head, query: y, key: canvas === map.slot ? -1 : x };
      }
    }
    return null;
  }

  /** @param {PointerEvent} event */
  hover(event) {
    if (this.locked || event.pointerType === 'touch') return;
    const cell = this.under(event);
    if (!cell) return;
    this.at = cell;
    this.place();
    this.world.moved(false);
  }

  /** @param {MouseEvent} event */
  click(event) {
    const cell = this.under(event);
    if (!cell) return;
    this.locked = !this.locked;
    this.at = cell;
    this.place();
    this.world.moved(false);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const T = this.world.T();
    const maps = this.world.maps();
    if (!T || !maps.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const least = maps[0].slot ? -1 : 0;
    const fresh = { layer: maps[0].layer, head: maps[0].head, query: T - 1, key: least };
    const at = { ...(this.at ?? fresh) };
    const far = event.shiftKey ? 8 : 1;
    if (event.key === 'ArrowLeft') at.key = Math.max(least, at.key - far);
    else if (event.key === 'ArrowRight') at.key = Math.min(T - 1, at.key + far);
    else if (event.key === 'ArrowUp') at.query = Math.max(0, at.query - far);
    else if (event.key === 'ArrowDown') at.query = Math.min(T - 1, at.query + far);
    else if (event.key === 'Home') at.key = least;
    else if (event.key === 'End') at.key = at.query;
    else if (event.key === 'PageDown' || event.key === 'PageUp') this.nextMap(at, event.key === 'PageDown' ? 1 : -1);
    else if (event.key === 'Enter') this.locked = !this.locked;
    else if (event.key === 'Escape' && this.at) return this.letGo(event);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.at = this.at || event.key === 'Enter' ? at : fresh;
    this.place();
    this.world.moved(true);
  }

  /** @param {KeyboardEvent} event */
  letGo(event) {
    event.stopPropagation();
    this.locked = false;
    this.clear();
  }

  /** @param {Cell} at @param {number} way */
  nextMap(at, way) {
    const maps = this.world.maps();
    const now = maps.findIndex((map) => map.layer === at.layer && map.head === at.head);
    const next = maps[(now + way + maps.length) % maps.length];
    at.layer = next.layer;
    at.head = next.head;
  }

  place() {
    const { at } = this;
    const T = this.world.T();
    const map = at && this.world.maps().find((one) => one.layer === at.layer && one.head === at.head);
    this.box.hidden = !map;
    if (!at || !map || !T) return;
    const slot = at.key < 0;
    const square = /** @type {HTMLElement} */ ((slot && map.slot ? map.slot : map.canvas).parentElement);
    if (this.box.parentElement !== square) square.appendChild(this.box);
    this.box.style.setProperty('--x', String(slot ? 0 : at.key / T));
    this.box.style.setProperty('--wide', String(slot ? 1 : 1 / T));
    this.box.style.setProperty('--y', String(at.query / T));
    this.box.style.setProperty('--side', String(1 / T));
    this.box.classList.toggle('locked', this.locked);
  }

  /** A token pointed at elsewhere: its column here. @param {number | null} column */
  markColumn(column) {
    this.column = column;
    const T = this.world.T();
    const map = this.world.maps()[0];
    this.band.hidden = column === null || this.at !== null || this.world.maps().length !== 1;
    if (this.band.hidden || !map || column === null) return;
    const square = /** @type {HTMLElement} */ (map.canvas.parentElement);
    if (this.band.parentElement !== square) square.appendChild(this.band);
    this.band.style.setProperty('--x', String(column / T));
    this.band.style.setProperty('--side', String(1 / T));
  }
}
