/** Numbers as a reader wants them. Minus signs are real ones; digits line up. */

/** @param {unknown} x the engine sends non-finite numbers as words @returns {number} */
export function num(x) {
  if (typeof x === 'number') return x;
  if (x === 'inf') return Infinity;
  if (x === '-inf') return -Infinity;
  return NaN;
}

/** @param {unknown} value @param {number} [digits] significant digits @returns {string} */
export function show(value, digits = 3) {
  const x = num(value);
  if (Number.isNaN(x)) return 'n/a';
  if (!Number.isFinite(x)) return x > 0 ? '∞' : '−∞';
  if (x === 0) return '0';
  const size = Math.abs(x);
  const text = size >= 1e6 || size < 1e-4 ? x.toExponential(Math.max(0, digits - 1))
    : size >= 10 ** digits ? x.toFixed(0)
      : x.toPrecision(digits);
  return text.replace('-', '−').replace('e+', 'e');
}

/** The same, but a number that counts or numbers something stands without decimals.
 * @param {unknown} value @returns {string} */
export function counted(value) {
  return Number.isInteger(value) && Math.abs(num(value)) < 1e6 ? String(value).replace('-', '−') : show(value);
}

/** @param {unknown} value @param {number} [digits] decimals @returns {string} */
export function fixed(value, digits = 2) {
  const x = num(value);
  return Math.abs(x) < 1e4 ? x.toFixed(digits).replace('-', '−') : show(x);
}

/** A share as a whole per cent; a share that is not quite none is never written 0.
 * @param {unknown} value 0..1 @returns {string} */
export function percent(value) {
  const x = num(value);
  if (!Number.isFinite(x)) return 'n/a';
  if (x > 0 && x < 0.01) return 'under 1\u00a0%';
  return `${Math.round(x * 100)}\u00a0%`;
}

/** How many times, for ratios of one and more.
 * @param {number} x @returns {string} */
export function times(x) {
  if (!Number.isFinite(x)) return 'n/a';
  return x < 3 ? x.toFixed(1) : String(Math.round(x));
}

/** @param {number} n @returns {string} 18234 → "18,234" */
export function whole(n) {
  return Number.isFinite(n) ? Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ',') : 'n/a';
}

/** @param {number} n @returns {string} */
export function bytes(n) {
  if (!Number.isFinite(n)) return 'n/a';
  if (n < 1e3) return `${n} B`;
  if (n < 1e6) return `${(n / 1e3).toFixed(0)} kB`;
  if (n < 1e9) return `${(n / 1e6).toFixed(1)} MB`;
  return `${(n / 1e9).toFixed(2)} GB`;
}

/** A token as it stands on the page: what cannot be seen gets a sign.
 * @param {string | undefined} text @returns {string} */
export function token(text) {
  if (text === undefined) return '·';
  return text.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥');
}
