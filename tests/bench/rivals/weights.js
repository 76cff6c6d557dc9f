/** The engine's parameters as the rivals hold them: queries, keys and values in one matrix, which is
 * the faster way for them and the same numbers. */

/**
 * @typedef {{shape: number[], data: Float32Array}} Tensor
 * @typedef {{layers: number, heads: number, width: number, context: number, batch: number,
 *   lr: number, beta1: number, beta2: number, eps: number, decay: number}} Setup
 */

/** @param {any} config resolved @returns {Setup} */
export function setup({ model, data, train }) {
  const { beta1, beta2, eps, decay } = train.optimiser;
  return { layers: model.layers, heads: model.heads, width: model.width, context: data.context,
    batch: train.batch, lr: train.lr, beta1, beta2, eps, decay };
}

/** Columns side by side. @param {Tensor[]} parts */
function beside(parts) {
  const rows = parts[0].shape.length > 1 ? parts[0].shape[0] : 1;
  const widths = parts.map(({ shape }) => shape[shape.length - 1]);
  const width = widths.reduce((a, b) => a + b);
  const data = new Float32Array(rows * width);
  for (let row = 0, at = 0; row < rows; row++) {
    parts.forEach((part, i) => {
      data.set(part.data.subarray(row * widths[i], (row + 1) * widths[i]), at);
      at += widths[i];
    });
  }
  return { shape: parts[0].shape.length > 1 ? [rows, width] : [width], data };
}

/** @param {Record<string, Tensor>} from by the engine's names @param {number} layers
 * @returns {Record<string, Tensor>} */
export function weights(from, layers) {
  const of = { ...from };
  for (let l = 0; l < layers; l++) {
    for (const kind of ['w', 'b']) {
      const names = ['q', 'k', 'v'].map((x) => `layers.${l}.attention.${kind}_${x}`);
      of[`layers.${l}.attention.${kind}_qkv`] = beside(names.map((name) => of[name]));
      for (const name of names) delete of[name];
    }
  }
  return of;
}

/** Windows of T + 1 tokens as inputs and targets. @param {Int32Array} windows */
export function split(windows, batch, context) {
  const tokens = new Int32Array(batch * context);
  const target = new Int32Array(batch * context);
  for (let b = 0; b < batch; b++) {
    const row = windows.subarray(b * (context + 1), (b + 1) * (context + 1));
    tokens.set(row.subarray(0, context), b * context);
    target.set(row.subarray(1), b * context);
  }
  return { tokens, target };
}
