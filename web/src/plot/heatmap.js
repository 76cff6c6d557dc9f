/** A square of numbers as coloured pixels: one pixel a cell, enlarged by the browser without
 * smoothing. Sixteen of 64 × 64 take a third of a millisecond. */
import { SEQUENTIAL, place } from './colour.js';

/** log() for every pixel would be the costly part: places are looked up instead. */
const LEVELS = 4096;
/** @type {Uint32Array | null} */
let logPixels = null;

/** @returns {Uint32Array} pixel of level i / LEVELS on the logarithmic scale */
function logTable() {
  if (!logPixels) {
    logPixels = new Uint32Array(LEVELS + 1);
    for (let i = 0; i <= LEVELS; i++) logPixels[i] = SEQUENTIAL[Math.round(255 * place(i / LEVELS, true))];
  }
  return logPixels;
}

/** Paints rows × cols numbers of min..max (0..1) that begin at `offset`. Cells right of the diagonal that hold
 * nothing are what no query may see: they stay clear.
 * @param {HTMLCanvasElement} canvas @param {Float32Array} data @param {number} offset
 * @param {number} rows @param {number} cols @param {{log?: boolean, min?: number, max?: number,
 *   stride?: number, size?: boolean}} [how] stride: numbers from row to row; size: of the number, whatever its sign */
export function paint(canvas, data, offset, rows, cols, how = {}) {
  if (canvas.width !== cols || canvas.height !== rows) {
    canvas.width = cols;
    canvas.height = rows;
  }
  const context = canvas.getContext('2d');
  if (!context || !rows || !cols) return;
  const image = context.createImageData(cols, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const table = how.log ? logTable() : null;
  const { min = 0, max = 1, stride = cols, size = false } = how;
  const scale = max > min ? 1 / (max - min) : 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const value = data[offset + i * stride + j];
      if (j > i && value === 0) continue;
      const at = Math.min(1, Math.max(0, ((size ? Math.abs(value) : value) - min) * scale)) || 0;
      pixels[i * cols + j] = table ? table[Math.round(at * LEVELS)] : SEQUENTIAL[Math.round(at * 255)];
    }
  }
  context.putImageData(image, 0, 0);
}
