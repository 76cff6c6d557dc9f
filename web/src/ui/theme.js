/** Light and dark, and the colours that canvases need from the style sheet. */

/** @typedef {import('../plot/lines.js').Theme & {accent: string, ramp: string[], soft: string}} Palette */

/** @type {Palette | null} */
let palette = null;

/** @param {'auto' | 'light' | 'dark'} theme */
export function applyTheme(theme) {
  const root = document.documentElement;
  if (theme === 'auto') root.removeAttribute('data-theme');
  else root.setAttribute('data-theme', theme);
  palette = null;
}

/** Colours as the style sheet has them now. @returns {Palette} */
export function colours() {
  if (palette) return palette;
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const read = (name) => style.getPropertyValue(name).trim();
  palette = {
    ink: read('--ink'), muted: read('--muted'), rule: read('--rule'), paper: read('--paper'),
    soft: read('--soft'), accent: read('--accent'),
    font: getComputedStyle(document.body).fontFamily,
    ramp: [1, 2, 3, 4, 5, 6].map((i) => read(`--ramp-${i}`)),
  };
  return palette;
}

/** One of n shades, from the first to the last layer or head. @param {number} i @param {number} n
 * @returns {string} */
export function shade(i, n) {
  const { ramp } = colours();
  return ramp[n <= 1 ? ramp.length - 2 : Math.round((i / (n - 1)) * (ramp.length - 1))];
}

/** @param {() => void} changed the system's theme changed */
export function watchTheme(changed) {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    palette = null;
    changed();
  });
}

/** @returns {boolean} */
export function calm() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
