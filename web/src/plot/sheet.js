/** Several drawings on one sheet of paper, each over its name, for saving. */

const GAP = 12;
const LINE = 16; /* px for a name */

/** @typedef {{name: string, draw: (context: CanvasRenderingContext2D) => void}} Figure draws at the origin */

/** @param {Figure[]} figures @param {{width: number, height: number, columns: number,
 *   theme: import('./lines.js').Theme}} how width, height: of one figure @returns {HTMLCanvasElement | null} */
export function sheet(figures, { width, height, columns, theme }) {
  const out = document.createElement('canvas');
  const line = figures.some((one) => one.name) ? LINE : 0;
  const rows = Math.ceil(figures.length / columns);
  out.width = columns * (width + GAP) + GAP;
  out.height = rows * (height + line + GAP) + GAP;
  const context = out.getContext('2d');
  if (!context || !figures.length) return null;
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, out.width, out.height);
  figures.forEach(({ name, draw }, i) => {
    context.save();
    context.translate(GAP + (i % columns) * (width + GAP), GAP + Math.floor(i / columns) * (height + line + GAP));
    context.font = `12px ${theme.font}`;
    context.fillStyle = theme.ink;
    context.fillText(name, 0, height + LINE - 4, width);
    context.imageSmoothingEnabled = false;
    draw(context);
    context.restore();
  });
  return out;
}
