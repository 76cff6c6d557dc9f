/**
 * Notices a worker that is gone without a word: the browser may end one (memory, mostly) and tell
 * nobody. Whoever should be at work is asked now and then, and has to say anything at all in a time
 * that follows how long it took before. A page that was itself held up begins to wait anew.
 */

/** Milliseconds between two questions, and the least time to answer one. */
const EVERY = 2000;
const PATIENCE = 8000;
/** Times the slowest answer so far, or the time a slow machine would need for a step. */
const SLOWER = 4;
/** Operations a millisecond of a machine that is slow. */
const SLOW = 1e6;

/** How long a worker may be busy with one step and the evaluation after it, at worst.
 * @param {{config: any, estimate: any} | null} opened
 * @returns {{ms: number, steps: number}} on a slow machine; in steps */
export function longest(opened) {
  const { config, estimate } = opened ?? {};
  const steps = 1 + (config?.eval?.sequences ?? 0) / (config?.train?.batch || 1);
  return { ms: (steps * (estimate?.flops_per_step ?? 0)) / SLOW, steps };
}

/** Someone who can be asked for a sign of life. @typedef {{ping: () => void, heardAt: number}} Asked */

export class Pulse {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {Map<Asked, {since: number, slowest: number}>} since: when it was asked, -1: it has answered */
  #asked = new Map();
  #tickedAt = 0;
  #ways;
  #every;
  #patience;

  /**
   * @param {{crew: () => Asked[], working: () => boolean, work: () => {ms: number, steps: number},
   *   lost: (hand: any) => void}} ways
   * @param {{every?: number, patience?: number}} [times]
   */
  constructor(ways, { every = EVERY, patience = PATIENCE } = {}) {
    this.#ways = ways;
    this.#every = every;
    this.#patience = patience;
  }

  start() {
    if (this.#timer !== undefined) return;
    this.#tickedAt = performance.now();
    this.#timer = setInterval(() => this.#tick(), this.#every);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#asked.clear();
  }

  #tick() {
    if (!this.#ways.working()) return this.stop();
    const now = performance.now();
    const held = now - this.#tickedAt > 2 * this.#every || globalThis.document?.hidden;
    this.#tickedAt = now;
    for (const hand of this.#ways.crew()) {
      const asked = this.#asked.get(hand) ?? { since: -1, slowest: 0 };
      this.#asked.set(hand, asked);
      if (asked.since >= 0 && hand.heardAt > asked.since) {
        if (!held) asked.slowest = Math.max(asked.slowest, hand.heardAt - asked.since);
        asked.since = -1;
      }
      if (held || asked.since < 0) {
        asked.since = now;
        hand.ping();
      } else if (now - asked.since > this.#limit(asked.slowest)) {
        this.stop();
        return this.#ways.lost(hand);
      }
    }
  }

  /** @param {number} slowest */
  #limit(slowest) {
    const { ms, steps } = this.#ways.work();
    return Math.max(this.#patience, SLOWER * ms, SLOWER * steps * slowest);
  }
}
