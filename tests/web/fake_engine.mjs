/** An engine that counts instead of training: what a session asks, without WebAssembly. */
import { SinklabError } from '../../web/src/engine/errors.js';

export class FakeEngine {
  step = 0;
  loss = NaN;
  generation = 0;
  crashed = false;
  opened = null;
  records = [];
  probed = 0;
  saves = 0;
  /** @type {(engine: FakeEngine) => void} called before each step */
  before = () => {};

  resolve(config) {
    if (config.bad) {
      throw new SinklabError({ code: 'config', path: config.bad, offset: -1, message: 'No such thing.' });
    }
    return { train: { steps: 20, shards: 4, ...config.train }, eval: { every: 5 } };
  }

  estimate(config) {
    this.resolve(config);
    return { bytes: 1000 };
  }

  open(config) {
    this.opened = this.resolve(config);
    this.step = 0;
    this.loss = NaN;
    this.generation++;
    this.records = [];
  }

  config() {
    return this.opened;
  }

  data() {
    return { vocabulary: ['a'] };
  }

  train(n) {
    for (; n > 0; n--) {
      this.before(this);
      this.step++;
      this.loss = 1 / this.step;
      if (this.step % 5 === 0) this.records.push({ step: this.step });
    }
  }

  changes = [];

  setLive(path, value) {
    if (!path.startsWith('train.')) {
      throw new SinklabError({ code: 'config', path, message: 'No such thing.' });
    }
    this.changes.push([this.step, path, value]);
  }

  get metricsCount() {
    return this.records.length;
  }

  metrics(i) {
    return this.records[i];
  }

  report() {
    if (!this.records.length) this.records.push({ step: this.step });
    return { verdict: 'none', lines: [{ about: 'verdict', text: 'It only counts.' }], births: [] };
  }

  prompt = '';

  setPrompt(prompt) {
    if (prompt.includes('?')) {
      throw new SinklabError({ code: 'data', path: 'prompt', offset: prompt.indexOf('?'), message: 'No token for "?".' });
    }
    this.prompt = prompt;
    return { tokens: prompt.length, kept: Math.min(4, prompt.length) };
  }

  probe(ids, { sequences, input = 0 }) {
    this.shown = input;
    if (ids.includes('nonsense')) {
      throw new SinklabError({ code: 'config', path: 'probe', message: 'There is no probe "nonsense".' });
    }
    this.probed++;
    return Object.fromEntries(
      ids.map((id) => [id, { data: Float32Array.of(this.step, sequences), shape: [2] }]),
    );
  }

  tokens() {
    return Int32Array.of(7, 8, 9);
  }

  prefix() {
    return 0;
  }

  documents() {
    return Int32Array.of(0, 0, 1);
  }

  save(allocate = (n) => new ArrayBuffer(n)) {
    this.saves++;
    const bytes = new Uint8Array(allocate(16));
    bytes[0] = this.step;
    return bytes;
  }

  load(bytes) {
    this.open({});
    this.step = bytes[0];
  }

  runFile() {
    return { sinklab: 1, arithmetic: 'strict', metrics: this.records };
  }

  fingerprint() {
    return String(this.step);
  }
}
