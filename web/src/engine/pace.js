/**
 * How many of the workers at hand compute a run, found by measuring its own first steps: one worker
 * alone, then twice as many for as long as that is faster. The bits are the same for any number, so
 * nothing but time hangs on it. It is measured anew when the workers became slower than they were
 * (the machine got other work), and now and then when one worker was the best.
 */

/** Steps that are not counted after a change: code and caches are cold. */
const SETTLE = 2;
/** Steps that are measured, and how much time they take at least. */
const SAMPLES = 5;
const SAMPLE_MS = 20;
const SAMPLES_AT_MOST = 40;
/** More workers must take this share of the time of fewer, or less; from the other on they are given up
 * early, after so many steps. */
const GAIN = 0.93;
const LOSS = 1.25;
const EARLY = 3;
/** From so many times what was measured on, steps have become slower. */
const SLOWER = 1.2;
/** Until it is measured anew: steps, and milliseconds; both doubled each time, up to so many times. */
const APART_STEPS = 100;
const APART = 4000;
const APART_TIMES = 32;

/** @param {number[]} list */
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

export class Pace {
  #counts;
  #now;
  /** The one of #counts that computes now. */
  #at = 0;
  /** Milliseconds a step takes with each of #counts, as far as they were measured. @type {number[]} */
  #found = [];
  /** @type {number[]} of the last steps */
  #times = [];
  #skip = SETTLE;
  #since = 0;
  #steps = 0;
  #apart = 1;
  /** Whether it is still being measured: all workers go along then. */
  deciding;

  /**
   * @param {number} most
   * @param {{auto?: boolean, now?: () => number}} [how] not automatic: all of them, always
   */
  constructor(most, { auto = true, now = () => performance.now() } = {}) {
    this.#now = now;
    this.#counts = auto ? [] : [most];
    for (let n = 1; auto && n <= most; n *= 2) this.#counts.push(n);
    this.deciding = this.#counts.length > 1;
  }

  get count() {
    return this.#counts[this.#at];
  }

  /** @param {number} ms that a step took with `count` workers, without evaluation */
  note(ms) {
    if (this.#counts.length === 1) return;
    this.#steps++;
    if (this.#skip > 0) {
      this.#skip--;
      return;
    }
    this.#times.push(ms);
    if (this.deciding) this.#decide();
    else this.#watch();
  }

  #decide() {
    const { length } = this.#times;
    const fewer = this.#at > 0 ? this.#found[this.#at - 1] : Infinity;
    if (length >= EARLY && median(this.#times) > LOSS * fewer) return this.#settle(this.#at - 1);
    const sum = this.#times.reduce((a, b) => a + b, 0);
    if (length < SAMPLES || (sum < SAMPLE_MS && length < SAMPLES_AT_MOST)) return;
    this.#found[this.#at] = median(this.#times);
    const better = this.#found[this.#at] <= GAIN * fewer;
    if (better && this.#at + 1 < this.#counts.length) return this.#go(this.#at + 1);
    this.#settle(better ? this.#at : this.#at - 1);
  }

  /** @param {number} at */
  #settle(at) {
    this.deciding = false;
    this.#since = this.#now();
    this.#steps = 0;
    this.#go(at);
  }

  #watch() {
    if (this.#times.length > SAMPLES) this.#times.shift();
    const passed = this.#now() - this.#since;
    if (this.#at > 0) {
      if (this.#times.length < SAMPLES || passed < (APART / 4) * this.#apart) return;
      const usual = Math.min(SLOWER * this.#found[this.#at], this.#found[0]);
      if (median(this.#times) <= usual) return;
    } else if (this.#steps < APART_STEPS * this.#apart || passed < APART * this.#apart) {
      return;
    }
    this.#apart = Math.min(2 * this.#apart, APART_TIMES);
    this.deciding = true;
    this.#go(0);
  }

  /** @param {number} at */
  #go(at) {
    if (at !== this.#at) this.#skip = SETTLE;
    this.#at = at;
    this.#times = [];
  }
}
