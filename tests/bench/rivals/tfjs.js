// In a worker: the model in TensorFlow.js on its WebAssembly backend with vector instructions, one
// thread; gradients by variableGrads. Its files for script tags are modules too: they set `tf`.
import '/rivals/@tensorflow/tfjs/dist/tf.min.js';
import '/rivals/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js';

import { answering, timed } from '../page/answer.js';
import { setup, split, weights } from './weights.js';

const { tf } = globalThis;
let how;
let of;
let moments;
let mask;
let batches;
let done = 0;

const linear = (x, w, b) => tf.add(tf.matMul(x, w), b);

function layerNorm(x, weight, bias) {
  const d = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.mul(d, d), -1, true);
  return tf.add(tf.mul(tf.div(d, tf.sqrt(tf.add(variance, 1e-5))), weight), bias);
}

/** x sigmoid(2 √(2/π) (x + 0.044715 x³)): the tanh form. */
function gelu(x) {
  const inner = tf.mul(x, tf.add(tf.mul(tf.mul(x, x), 2 * Math.sqrt(2 / Math.PI) * 0.044715), 2 * Math.sqrt(2 / Math.PI)));
  return tf.mul(x, tf.sigmoid(inner));
}

function attention(x, l) {
  const { batch: B, context: T, heads: H, width: C } = how;
  const qkv = linear(x, of[`layers.${l}.attention.w_qkv`], of[`layers.${l}.attention.b_qkv`]);
  const [q, k, v] = tf.split(qkv, 3, 1).map((one) => tf.transpose(tf.reshape(one, [B, T, H, C / H]), [0, 2, 1, 3]));
  const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(C / H)), mask);
  const mixed = tf.matMul(tf.softmax(scores, -1), v);
  return linear(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [B * T, C]), of[`layers.${l}.attention.w_o`], of[`layers.${l}.attention.b_o`]);
}

function lossOf({ tokens, target }) {
  const { batch: B, context: T, width: C, layers } = how;
  const V = of.embedding.shape[0];
  const hot = (list) => tf.oneHot(tf.tensor1d(list, 'int32'), V);
  const embedded = tf.matMul(tf.cast(hot(tokens), 'float32'), of.embedding);
  let x = tf.reshape(tf.add(tf.reshape(embedded, [B, T, C]), of['position.table']), [B * T, C]);
  for (let l = 0; l < layers; l++) {
    const p = (name) => of[`layers.${l}.${name}`];
    x = tf.add(x, attention(layerNorm(x, p('norm1.weight'), p('norm1.bias')), l));
    const inner = linear(layerNorm(x, p('norm2.weight'), p('norm2.bias')), p('ffn.w_in'), p('ffn.b_in'));
    x = tf.add(x, linear(gelu(inner), p('ffn.w_out'), p('ffn.b_out')));
  }
  x = layerNorm(x, of['final_norm.weight'], of['final_norm.bias']);
  const logits = tf.add(tf.matMul(x, of.unembedding, false, true), of.unembedding_bias);
  const low = tf.sub(logits, tf.max(logits, -1, true));
  const logs = tf.sub(low, tf.log(tf.sum(tf.exp(low), -1, true)));
  return tf.mul(tf.sum(tf.mul(logs, tf.cast(hot(target), 'float32'))), -1 / (B * T));
}

function train(batch) {
  const { lr, beta1, beta2, eps, decay } = how;
  const correct1 = 1 / (1 - beta1 ** done);
  const correct2 = 1 / (1 - beta2 ** done);
  return tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => lossOf(batch), Object.values(of));
    for (const [name, variable] of Object.entries(of)) {
      const g = grads[variable.name];
      const { mean, square } = moments[name];
      mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(g, 1 - beta1)));
      square.assign(tf.add(tf.mul(square, beta2), tf.mul(tf.mul(g, g), 1 - beta2)));
      const root = tf.add(tf.sqrt(tf.mul(square, correct2)), eps);
      const change = tf.mul(tf.div(mean, root), lr * correct1);
      variable.assign(tf.sub(variable.rank >= 2 ? tf.mul(variable, 1 - lr * decay) : variable, change));
    }
    return value.dataSync()[0];
  });
}

answering({
  async begin() {
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    tf.wasm.setWasmPaths('/rivals/@tensorflow/tfjs-backend-wasm/dist/');
    await tf.setBackend('wasm');
    await tf.ready();
    if (!tf.env().get('WASM_HAS_SIMD_SUPPORT')) throw new Error('TensorFlow.js found no vector instructions');
  },
  async open({ config, parameters, windows }) {
    how = setup(config);
    of = {};
    moments = {};
    for (const [name, { shape, data }] of Object.entries(weights(parameters, how.layers))) {
      of[name] = tf.variable(tf.tensor(data.slice(), shape), true, name);
      moments[name] = { mean: tf.variable(tf.zeros(shape), false), square: tf.variable(tf.zeros(shape), false) };
    }
    const T = how.context;
    mask = tf.tensor2d(Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? -1e9 : 0)), [T, T]);
    batches = windows.map((one) => split(one, how.batch, how.context));
  },
  loss: (windows) => tf.tidy(() => lossOf(split(windows, how.batch, how.context)).dataSync()[0]),
  async step(times) {
    let loss = NaN;
    const seconds = await timed(() => {
      for (let i = 0; i < times; i++) {
        const batch = batches[done++ % batches.length];
        loss = train(batch);
      }
    });
    return { seconds, loss };
  },
});
