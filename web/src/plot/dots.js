/** A cloud of dots in a square, both directions on one scale. Knows nothing of models or tokens. */

/** @typedef {{radius: number, colour: string, label?: string}} Dot */
/** @typedef {{x: Float64Array, y: Float64Array, zero: [number, number]}} Places  in CSS pixels */

const EDGE = 10; /* px that stay free around the cloud */

/** Where dots stand in a square of this side: as large as fits, with zero in the picture.
 * @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys @param {number} side @returns {Places} */
export function placeDots(xs, ys, side) {
  const ends = [xs, ys].map((all) => [Math.min(0, ...Array.from(all)), Math.max(0, ...Array.from(all))]);
  const scale = (side - 2 * EDGE) / (Math.max(...ends.map(([least, most]) => most - least)) || 1);
  /** @param {number} value @param {number} axis */
  const at = (value, axis) => side / 2 + (axis ? -1 : 1) * (value - (ends[axis][0] + ends[axis][1]) / 2) * scale;
  return { x: Float64Array.from(xs, (x) => at(x, 0)), y: Float64Array.from(ys, (y) => at(y, 1)), zero: [at(0, 0), at(0, 1)] };
}

/** The dot nearest to a place, or -1 where none is within reach. @param {Places} places @param {number} x
 * @param {number} y @param {number} reach @returns {number} */
export function nearestDot(places, x, y, reach) {
  let best = -1;
  let least = reach;
  for (let i = 0; i < places.x.length; i++) {
    const distance = Math.hypot(places.x[i] - x, places.y[i] - y);
    if (distance <= least) [best, least] = [i, distance];
  }
  return best;
}

/** Draws them, the first last and so on top. @param {HTMLCanvasElement} canvas @param {number} side
 * @param {Places} places @param {Dot[]} dots @param {import('./lines.js').Theme} theme */
export function paintDots(canvas, side, places, dots, theme) {
  const px = globalThis.devicePixelRatio || 1;
  canvas.width = canvas.height = Math.round(side * px);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(px, px);
  context.fillStyle = theme.rule;
  context.fillRect(places.zero[0], 0, 1, side);
  context.fillRect(0, places.zero[1], side, 1);
  context.font = `600 11px ${theme.font}`;
  for (let i = dots.length - 1; i >= 0; i--) {
    const { radius, colour, label } = dots[i];
    const [x, y] = [places.x[i], places.y[i]];
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    if (!label) continue;
    context.textAlign = x > side / 2 ? 'right' : 'left';
    context.fillText(label, x + (x > side / 2 ? radius : -radius), y < 2 * EDGE ? y + radius + 11 : y - radius - 3);
  }
}
