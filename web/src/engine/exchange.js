/**
 * How the gradients of a step's shards get from each worker to all the others: by messages, which
 * goes everywhere, or through shared memory, where the page is isolated. Both are asked the same:
 *
 *   next(step)              a shard to compute now, or -1
 *   writable(step)          whether there is room for a gradient of this step
 *   publish(step, s, data)  the gradient of shard s, for everybody
 *   complete(step)          whether all shards are published
 *   collect(step, write)    hands over those that others computed
 *   until(check, alive)     waits; false when alive() no longer holds
 *   poke()                  those who wait look again
 */
/** Looks at shared memory before a worker goes to sleep: some 20 µs. */
const SPINS = 1000;
/** Milliseconds of sleep between two looks at the messages. */
const NAP = 15;
/** Milliseconds after which a worker that waits no longer sleeps in the memory but in the event loop. */
const NAPS = 2000;
/** Milliseconds between two looks from then on: nobody trains, or a poke says so. */
const REST = 100;

/** Shards that a worker computes, by number: its own, whoever is fast. */
class Turns {
  #step = -1;
  #at = 0;

  /**
   * @param {number} step
   * @param {number} index
   * @param {number} count
   * @param {number} shards
   */
  next(step, index, count, shards) {
    if (index >= count) return -1;
    if (this.#step !== step) {
      this.#step = step;
      this.#at = index;
    }
    const s = this.#at;
    this.#at += count;
    return s < shards ? s : -1;
  }
}

/** @typedef {{stretch: number, step: number, shard: number, data: Float32Array<ArrayBuffer>}} Share */

export class Messages {
  #index;
  #ports;
  #stretch = 0;
  #count = 1;
  #shards = 0;
  #turns = new Turns();
  /** What came and is not used yet: a fast worker may be a step ahead. @type {Share[]} */
  #inbox = [];
  /** @type {ArrayBuffer[]} buffers that came in and go out again */
  #spare = [];
  #poked = () => {};

  /**
   * @param {number} index
   * @param {(MessagePort | null)[]} ports
   */
  constructor(index, ports) {
    this.#index = index;
    this.#ports = ports;
  }

  /**
   * @param {{stretch: number, count: number, shards: number}} orders
   */
  begin({ stretch, count, shards }) {
    this.#stretch = stretch;
    this.#count = count;
    this.#shards = shards;
    this.#turns = new Turns();
    this.#spare = [];
    this.#inbox = this.#inbox.filter((share) => share.stretch >= stretch);
  }

  /** @param {Share} share */
  heard(share) {
    if (share.stretch >= this.#stretch) this.#inbox.push(share);
    this.poke();
  }

  poke() {
    this.#poked();
  }

  /** @param {number} step */
  next(step) {
    return this.#turns.next(step, this.#index, this.#count, this.#shards);
  }

  writable() {
    return true;
  }

  /**
   * @param {number} step
   * @param {number} shard
   * @param {Float32Array} gradient
   */
  publish(step, shard, gradient) {
    for (const port of this.#ports) {
      if (!port) continue;
      const data = new Float32Array(this.#buffer(gradient.byteLength));
      data.set(gradient);
      port.postMessage({ stretch: this.#stretch, step, shard, data }, [data.buffer]);
    }
  }

  /** @param {number} bytes */
  #buffer(bytes) {
    const found = this.#spare.findIndex((b) => b.byteLength === bytes);
    return found < 0 ? new ArrayBuffer(bytes) : this.#spare.splice(found, 1)[0];
  }

  /** @param {number} step */
  #of(step) {
    return this.#inbox.filter((share) => share.stretch === this.#stretch && share.step === step);
  }

  /** @param {number} step */
  complete(step) {
    const { length } = Array.from({ length: this.#shards }).filter(
      (_, s) => s % this.#count !== this.#index,
    );
    return this.#of(step).length === length;
  }

  /**
   * @param {number} step
   * @param {(shard: number, data: Float32Array) => void} write
   */
  collect(step, write) {
    for (const share of this.#of(step)) {
      write(share.shard, share.data);
      if (this.#spare.length < this.#shards * this.#ports.length) this.#spare.push(share.data.buffer);
    }
    this.#inbox = this.#inbox.filter((share) => share.step !== step);
  }

  /**
   * @param {() => boolean} check
   * @param {() => boolean} alive
   */
  async until(check, alive) {
    while (!check()) {
      if (!alive()) return false;
      await new Promise((resolve) => (this.#poked = () => resolve(null)));
    }
    return true;
  }
}

/** Words at the start of the shared memory, before those of each worker and each shard. */
const SIGNAL = 0;
const CLAIM = 1;
const WORDS = 2;

/**
 * One gradient per shard. Whoever is free takes the next shard, so a worker that is held up holds up
 * the others by one shard at most. The first one is always the leader's: nobody is ahead of it. A shard's place may be written anew once everybody has taken what
 * stood there: the steps that each worker has taken stand in `taken`.
 */
export class Shared {
  #index;
  #count;
  #shards;
  /** @type {Int32Array<SharedArrayBuffer>} */
  #words;
  #taken;
  #ready;
  /** @type {Float32Array<SharedArrayBuffer>[]} */
  #slots;
  /** The shards computed here. @type {Set<number>} */
  #own = new Set();
  #step = -1;
  #later;
  #poked = () => {};

  /**
   * @param {number} workers
   * @param {number} shards
   * @param {number} size numbers of a gradient
   * @param {number} step at which all workers stand
   */
  static make(workers, shards, size, step) {
    const buffer = new SharedArrayBuffer(Shared.#start(workers, shards) + 4 * shards * size);
    const words = new Int32Array(buffer, 0, WORDS + workers + shards);
    words.fill(step); // what came before is taken, published and claimed
    words[CLAIM] = (step << 8) | 0xff;
    return buffer;
  }

  /**
   * @param {number} workers
   * @param {number} shards
   */
  static #start(workers, shards) {
    return 64 * Math.ceil((4 * (WORDS + workers + shards)) / 64);
  }

  /**
   * @param {number} index
   * @param {number} workers
   * @param {{shared: SharedArrayBuffer, count: number, shards: number, size: number}} orders
   * @param {(callback: () => void) => void} later
   */
  constructor(index, workers, { shared, count, shards, size }, later) {
    this.#later = later;
    this.#index = index;
    this.#count = count;
    this.#shards = shards;
    this.#words = new Int32Array(shared, 0, WORDS + workers + shards);
    this.#taken = WORDS;
    this.#ready = WORDS + workers;
    const start = Shared.#start(workers, shards);
    this.#slots = Array.from(
      { length: shards }, (_, s) => new Float32Array(shared, start + 4 * s * size, size),
    );
  }

  poke() {
    this.#poked();
  }

  /** @param {number} step */
  next(step) {
    const fresh = this.#step !== step;
    if (fresh) {
      this.#step = step;
      this.#own.clear();
    }
    const leads = this.#index === 0 && fresh;
    const s = leads ? 0 : this.#index < this.#count ? this.#claim((step + 1) & 0xffffff) : -1;
    if (s >= 0) this.#own.add(s);
    return s;
  }

  /**
   * The claim word holds a step and its next shard. It moves on with the first claim of a step; who
   * comes late finds a later step there, and nothing to do.
   * @param {number} mark
   */
  #claim(mark) {
    for (;;) {
      const word = Atomics.load(this.#words, CLAIM);
      const ahead = ((word >>> 8) - mark) << 8;
      const s = ahead < 0 ? 1 : word & 0xff;
      if (ahead > 0 || s >= this.#shards) return -1;
      if (Atomics.compareExchange(this.#words, CLAIM, word, (mark << 8) | (s + 1)) === word) return s;
    }
  }

  /** @param {number} step */
  writable(step) {
    return this.#settled(() => this.#all(this.#taken, this.#ready, step));
  }

  /**
   * @param {number} step
   * @param {number} s
   * @param {Float32Array} gradient
   */
  publish(step, s, gradient) {
    this.#slots[s].set(gradient);
    this.#mark(this.#ready + s, step + 1);
  }

  /** @param {number} step */
  complete(step) {
    return this.#settled(() => this.#all(this.#ready, this.#words.length, step + 1));
  }

  /**
   * @param {number} step
   * @param {(shard: number, data: Float32Array) => void} write
   */
  collect(step, write) {
    this.#slots.forEach((data, s) => {
      if (this.#step !== step || !this.#own.has(s)) write(s, data);
    });
    this.#mark(this.#taken + this.#index, step + 1);
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {number} value that all words between have reached
   */
  #all(from, to, value) {
    for (let i = from; i < to; i++) if (Atomics.load(this.#words, i) < value) return false;
    return true;
  }

  /**
   * @param {number} word
   * @param {number} value
   */
  #mark(word, value) {
    Atomics.store(this.#words, word, value);
    Atomics.add(this.#words, SIGNAL, 1);
    Atomics.notify(this.#words, SIGNAL);
  }

  /** Whether it holds now, or within a nap. @param {() => boolean} check */
  #settled(check) {
    for (let i = 0; i < SPINS; i++) if (check()) return true;
    const seen = Atomics.load(this.#words, SIGNAL);
    if (check()) return true;
    Atomics.wait(this.#words, SIGNAL, seen, NAP);
    return check();
  }

  /**
   * @param {() => boolean} check
   * @param {() => boolean} alive
   */
  async until(check, alive) {
    const since = performance.now();
    while (!check()) {
      if (!alive()) return false;
      const long = performance.now() - since > NAPS;
      await new Promise((resolve) => {
        this.#poked = () => resolve(null);
        if (long) setTimeout(this.#poked, REST);
        else this.#later(this.#poked);
      });
    }
    return true;
  }
}
