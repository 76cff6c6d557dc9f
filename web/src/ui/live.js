/** The polite live region: what a screen reader hears, never more often than every five seconds. */

const EVERY = 5000;

export class LiveRegion {
  /** @param {HTMLElement} element with aria-live="polite" */
  constructor(element) {
    this.element = element;
    this.last = -EVERY;
    this.waiting = '';
    this.timer = 0;
  }

  /** @param {string} sentence the newest wins */
  say(sentence) {
    this.waiting = sentence;
    if (this.timer) return;
    const wait = Math.max(0, this.last + EVERY - performance.now());
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.last = performance.now();
      if (this.element.textContent !== this.waiting) this.element.textContent = this.waiting;
    }, wait);
  }
}
