// In a worker: the model in jax-js, forward, backward and AdamW in one jit. Every function takes
// ownership of its arguments there: `.ref` is one use more.
import { answering, timed } from '../page/answer.js';
import { setup, split, weights } from './weights.js';

let jax;
let np;
let names;
let how;
let step;
let state;
let batches;
let done = 0;

const linear = (x, w, b) => np.matmul(x, w).add(b);

function layerNorm(x, weight, bias) {
  const mean = np.mean(x.ref, -1, { keepdims: true });
  const d = x.sub(mean);
  const variance = np.mean(d.ref.mul(d.ref), -1, { keepdims: true });
  return d.div(np.sqrt(variance.add(1e-5))).mul(weight).add(bias);
}

function attention(x, of) {
  const { batch: B, context: T, heads: H, width: C } = how;
  const qkv = linear(x, of('attention.w_qkv'), of('attention.b_qkv')).reshape([B, T, 3, H, C / H]);
  const [q, k, v] = [0, 1, 2].map((i) => np.transpose(i < 2 ? qkv.ref.slice([], [], i) : qkv.slice([], [], i), [0, 2, 1, 3]));
  const scores = np.matmul(q, np.transpose(k, [0, 1, 3, 2])).mul(1 / Math.sqrt(C / H));
  const seen = np.where(np.tri(T, T, 0, { dtype: np.bool }), scores, -1e9);
  const mixed = np.matmul(jax.nn.softmax(seen, -1), v);
  return linear(np.transpose(mixed, [0, 2, 1, 3]).reshape([B * T, C]), of('attention.w_o'), of('attention.b_o'));
}

/** Mean loss; consumes everything. */
function lossOf(parameters, tokens, target) {
  const { batch: B, context: T, width: C, layers } = how;
  const byName = Object.fromEntries(names.map((name, i) => [name, parameters[i]]));
  const V = byName.embedding.shape[0];
  const hot = jax.nn.oneHot(tokens, V);
  let x = np.matmul(hot, byName.embedding).reshape([B, T, C]).add(byName['position.table']).reshape([B * T, C]);
  for (let l = 0; l < layers; l++) {
    const of = (name) => byName[`layers.${l}.${name}`];
    x = x.ref.add(attention(layerNorm(x, of('norm1.weight'), of('norm1.bias')), of));
    const inner = linear(layerNorm(x.ref, of('norm2.weight'), of('norm2.bias')), of('ffn.w_in'), of('ffn.b_in'));
    x = x.add(linear(jax.nn.gelu(inner, { approximate: true }), of('ffn.w_out'), of('ffn.b_out')));
  }
  x = layerNorm(x, byName['final_norm.weight'], byName['final_norm.bias']);
  const logits = np.matmul(x, np.transpose(byName.unembedding)).add(byName.unembedding_bias);
  return np.sum(jax.nn.logSoftmax(logits, -1).mul(jax.nn.oneHot(target, V))).mul(-1 / (B * T));
}

/** One step: [loss, parameters, means, squares]. */
function train(parameters, m, v, tokens, target, correct1, correct2) {
  const { lr, beta1, beta2, eps, decay } = how;
  const [loss, gradient] = jax.valueAndGrad(lossOf)(parameters.map((p) => p.ref), tokens, target);
  const next = [loss, [], [], []];
  gradient.forEach((g, i) => {
    const mean = m[i].mul(beta1).add(g.ref.mul(1 - beta1));
    const square = v[i].mul(beta2).add(g.ref.mul(g).mul(1 - beta2));
    const root = np.sqrt(square.ref.mul(correct2.ref)).add(eps);
    const change = mean.ref.mul(correct1.ref).div(root).mul(lr);
    const kept = parameters[i].ndim >= 2 ? parameters[i].mul(1 - lr * decay) : parameters[i];
    next[1].push(kept.sub(change));
    next[2].push(mean);
    next[3].push(square);
  });
  correct1.dispose();
  correct2.dispose();
  return next;
}

const put = ({ tokens, target }) => [np.array(tokens), np.array(target)];

answering({
  /** @param {number} threads 1 as on a page that is not isolated */
  async begin(threads) {
    if (threads === 1) delete globalThis.SharedArrayBuffer;
    else Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads });
    jax = await import('/rivals/@jax-js/jax/dist/index.js');
    np = jax.numpy;
    await jax.init('wasm');
    jax.defaultDevice('wasm');
  },
  async open({ config, parameters, windows }) {
    how = setup(config);
    const start = weights(parameters, how.layers);
    names = Object.keys(start);
    const all = Object.values(start);
    state = [all.map(({ shape, data }) => np.array(data.slice()).reshape(shape)),
      all.map(({ shape }) => np.zeros(shape)), all.map(({ shape }) => np.zeros(shape))];
    batches = windows.map((one) => split(one, how.batch, how.context));
    step = jax.jit(train);
  },
  async loss(windows) {
    const [tokens, target] = put(split(windows, how.batch, how.context));
    const loss = jax.jit(lossOf)(state[0].map((p) => p.ref), tokens, target);
    return (await loss.data())[0];
  },
  async step(times) {
    let loss;
    const seconds = await timed(async () => {
      for (let i = 0; i < times; i++) {
        const [tokens, target] = put(batches[done++ % batches.length]);
        const [first, second] = [how.beta1, how.beta2].map((beta) => np.array(1 / (1 - beta ** done)));
        loss?.dispose();
        [loss, ...state] = step(...state, tokens, target, first, second);
        await jax.blockUntilReady([loss, state]);
      }
    });
    return { seconds, loss: (await loss.data())[0] };
  },
});
