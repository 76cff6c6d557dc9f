/** Node has it from 19 on; Debian 12's is 18. Browsers have always had it. */
globalThis.CustomEvent ??= class extends Event {
  constructor(type, { detail = null, ...rest } = {}) {
    super(type, rest);
    this.detail = detail;
  }
};
