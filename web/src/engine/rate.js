/** Steps a second, smoothed from telling to telling. */
export class Rate {
  #steps = 0;
  #ms = 0;
  #value = 0;

  /**
   * @param {number} steps
   * @param {number} ms that went by
   */
  add(steps, ms) {
    this.#steps += steps;
    this.#ms += ms;
  }

  tell() {
    if (this.#ms > 0) {
      const value = (1000 * this.#steps) / this.#ms;
      this.#value = this.#value ? 0.7 * this.#value + 0.3 * value : value;
      this.#steps = this.#ms = 0;
    }
    return this.#value;
  }

  clear() {
    this.#steps = this.#ms = this.#value = 0;
  }
}
