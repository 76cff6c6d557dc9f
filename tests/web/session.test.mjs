// The run loop and its messages, on an engine that only counts.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SinklabError } from '../../web/src/engine/errors.js';
import { Outlet } from '../../web/src/engine/protocol.js';
import { Session } from '../../web/src/engine/session.js';
import { FakeEngine } from './fake_engine.mjs';

/** A session whose clock and turns are moved by hand. */
async function bench({ cost = 1, slice = 12 } = {}) {
  const engine = new FakeEngine();
  const out = [];
  const turns = [];
  const clock = { now: 0 };
  const train = engine.train.bind(engine);
  engine.train = (n) => {
    clock.now += cost;
    train(n);
  };
  const session = new Session(
    (message, transfer) => {
      out.push(structuredClone(message, { transfer }));
    },
    { now: () => clock.now, later: (f) => turns.push(f), slice, load: async () => engine },
  );
  let id = 0;
  const bench = {
    engine, out, clock, session,
    /** Asks and gives the answer, if it came at once. */
    ask(cmd, args) {
      session.handle({ id: ++id, cmd, args });
      return out.find((m) => m.id === id && m.topic === undefined);
    },
    turn(n = 1) {
      while (n-- > 0) turns.shift()?.();
    },
    /** Turns until nothing is left to do, acknowledging. */
    run(most = 1000) {
      while (turns.length && most-- > 0) {
        bench.turn();
        bench.acknowledge();
      }
    },
    news: (topic) => out.filter((m) => m.topic === topic),
    acknowledge(topics = ['frame', 'metrics', 'autosave']) {
      for (const topic of topics) session.handle({ ack: topic, buffers: [] });
    },
  };
  bench.ask('init', { module: null });
  await Promise.resolve();
  await Promise.resolve();
  bench.turn();
  return bench;
}

test('an unknown command is answered by an error, whatever it is called', async () => {
  const b = await bench();
  for (const cmd of ['nonsense', 'constructor', '__proto__', '', 42]) {
    const reply = b.ask(cmd);
    assert.equal(reply.error.code, 'command');
    assert.match(reply.error.message, /^There is no command/);
  }
  b.session.handle(null);
  b.session.handle(undefined);
  b.session.handle('text');
  assert.equal(b.out.at(-1).error.code, 'command');
});

test('before the engine and before a run there are sentences', async () => {
  const out = [];
  const session = new Session((m) => out.push(m), { later: () => {} });
  session.handle({ id: 1, cmd: 'resolve', config: {} });
  assert.equal(out[0].error.code, 'state');
  const b = await bench();
  for (const cmd of ['play', 'pause', 'set', 'save', 'run', 'report', 'fingerprint', 'tensors']) {
    assert.match(b.ask(cmd).error.message, /^No lab is open/, cmd);
  }
});

test('a refused open leaves the run and its state alone', async () => {
  const b = await bench();
  assert.equal(b.ask('open', { config: {} }).value.config.train.steps, 20);
  b.ask('step', { n: 3 });
  b.run();
  const said = b.news('state').length;
  const { error } = b.ask('open', { config: { bad: 'model.width' } });
  assert.deepEqual(error, { code: 'config', path: 'model.width', offset: -1, message: 'No such thing.' });
  assert.equal(b.engine.step, 3);
  assert.equal(b.news('state').length, said);
  b.ask('step', { n: 1 });
  b.run();
  assert.equal(b.engine.step, 4);
});

test('a refused open during play does not stop it', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  b.ask('play');
  b.turn();
  b.ask('open', { config: { bad: 'x' } });
  b.run();
  assert.equal(b.engine.step, 20);
  assert.equal(b.news('state').at(-1).body.status, 'done');
});

test('a setting changes between two steps, and is saved soon', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  b.ask('play');
  b.turn(3);
  b.clock.now += 5000;
  const saves = b.engine.saves;
  const at = b.engine.step;
  assert.deepEqual(b.ask('set', { path: 'train.lr', value: 0.5 }).value, { step: at });
  assert.deepEqual(b.engine.changes, [[at, 'train.lr', 0.5]]);
  assert.equal(b.engine.saves, saves + 1);
  assert.equal(b.ask('set', { path: 'model.width', value: 2 }).error.path, 'model.width');
  b.run();
  assert.equal(b.engine.step, 20);
});

test('a report speaks of the last evaluation, and one that was never measured is measured for it', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  assert.equal(b.ask('report').value.step, 0);
  assert.deepEqual(b.news('metrics').at(-1).body, [{ step: 0 }]);
  b.acknowledge();
  b.ask('step', { n: 7 });
  b.run();
  const { step, lines } = b.ask('report').value;
  assert.equal(step, 5);
  assert.equal(lines[0].text, 'It only counts.');
  assert.equal(b.engine.records.length, 2, 'nothing is measured again');
});

test('pause stops before the next step', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  b.ask('play');
  b.turn(4);
  const at = b.engine.step;
  assert.deepEqual(b.ask('pause').value, { step: at });
  b.run();
  assert.equal(b.engine.step, at);
  assert.deepEqual(b.news('state').at(-1).body, { status: 'paused', step: at, steps: 20 });
  b.ask('play');
  b.run();
  assert.equal(b.engine.step, 20);
});

test('one look at the messages after every step, unless looking costs too much', async () => {
  const b = await bench();
  b.ask('open', { config: { train: { steps: 50 } } });
  b.ask('play');
  b.turn(5);
  assert.equal(b.engine.step, 5);
  const dear = await bench({ cost: 0.1 });
  const turn = dear.turn;
  dear.turn = () => {
    dear.clock.now += 0.1; // what a turn costs
    turn();
  };
  dear.ask('open', { config: { train: { steps: 5000 } } });
  dear.ask('play');
  for (let i = 0; i < 100; i++) dear.turn();
  assert.ok(dear.engine.step > 500, `${dear.engine.step} steps in 100 turns`);
  const before = dear.clock.now;
  const steps = dear.engine.step;
  dear.turn();
  assert.ok(dear.clock.now - before < 13, 'a slice is kept');
  assert.ok(dear.engine.step - steps > 1);
});

test('step(n) makes n steps, answers then, and counts on while playing', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  assert.equal(b.ask('step', { n: 7 }), undefined);
  b.run();
  await Promise.resolve();
  assert.deepEqual(b.out.at(-1).value, { step: 7 });
  assert.equal(b.engine.step, 7);
  assert.equal(b.news('state').at(-1).body.status, 'paused');
  for (const n of [0, -1, 1.5, '3', undefined]) assert.equal(b.ask('step', { n }).error.code, 'command');
  b.ask('step', { n: 1e6 });
  b.run();
  assert.equal(b.engine.step, 20);
  assert.equal(b.ask('step', { n: 1 }).error.code, 'state');
  assert.equal(b.ask('play').error.code, 'state');
});

test('a pause cuts step(n) short and answers it', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  b.ask('step', { n: 10 });
  b.turn(4);
  b.ask('pause');
  await Promise.resolve();
  await Promise.resolve();
  assert.ok(b.out.some((m) => m.value?.step === 4 && m.id === 3));
});

test('at most one frame is under way, and none of the losses is lost', async () => {
  const b = await bench({ cost: 30 });
  b.ask('open', { config: {} });
  assert.equal(b.news('frame').length, 1, 'a new run shows itself');
  b.ask('play');
  b.turn(12);
  assert.equal(b.news('frame').length, 1, 'not acknowledged: nothing follows');
  b.acknowledge(['frame']);
  b.turn(1);
  assert.equal(b.news('frame').length, 2);
  b.turn(3);
  assert.equal(b.news('frame').length, 2);
  b.run();
  b.acknowledge();
  const losses = b.news('frame').flatMap((m) => m.body.losses);
  assert.deepEqual(losses.map(([step]) => step), Array.from({ length: 20 }, (_, i) => i + 1));
  assert.deepEqual(losses[3], [4, 0.25]);
  assert.deepEqual(b.news('frame').map((m) => m.seq), b.news('frame').map((_, i) => i));
});

test('the last frame of a run that stops is sent once the one before is acknowledged', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  b.ask('step', { n: 3 });
  b.turn(10);
  assert.equal(b.news('frame').length, 1);
  b.acknowledge(['frame']);
  assert.equal(b.news('frame').length, 2);
  assert.equal(b.news('frame')[1].body.step, 3);
  b.acknowledge(['frame']);
  assert.equal(b.news('frame').length, 2, 'and then there is silence');
});

test('frames come at most every 75 ms, and seldom where they are dear', async () => {
  for (const [dear, most] of [[0, 13], [20, 4]]) {
    const b = await bench({ cost: 1 });
    const probe = b.engine.probe.bind(b.engine);
    b.engine.probe = (...args) => {
      b.clock.now += dear;
      return probe(...args);
    };
    b.ask('wanted', { probes: ['alpha'] });
    b.ask('open', { config: { train: { steps: 1000 } } });
    b.ask('play');
    b.run();
    const live = b.news('frame').length - 2; // the first and the last are owed
    assert.ok(live >= 1 && live <= most, `${live} frames in a second at ${dear} ms each`);
  }
});

test('metrics come complete and in order, at most one message under way', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  b.ask('play');
  b.turn(18);
  assert.equal(b.news('metrics').length, 1);
  assert.deepEqual(b.news('metrics')[0].body, [{ step: 5 }]);
  b.run();
  b.acknowledge();
  assert.deepEqual(b.news('metrics').flatMap((m) => m.body.map((r) => r.step)), [5, 10, 15, 20]);
});

test('autosaves follow evaluations, at most every 2 s, and buffers are used again', async () => {
  const b = await bench({ cost: 300 });
  b.ask('open', { config: { train: { steps: 100 } } });
  b.ask('play');
  b.run(101);
  const saves = b.news('autosave');
  assert.ok(saves.length >= 10 && saves.length <= 15, `${saves.length} in 30 s`);
  assert.ok(saves.every((m) => m.body.step % 5 === 0 || m.body.step > 0));

  const sent = [];
  const outlet = new Outlet((news, transfer) => sent.push({ news, transfer }), 'autosave');
  const first = outlet.buffer(8);
  outlet.send(1, {}, [first]);
  assert.equal(outlet.free, false);
  outlet.acknowledged([first]);
  assert.equal(outlet.free, true);
  assert.equal(outlet.buffer(8), first);
  outlet.acknowledged([first]);
  assert.notEqual(outlet.buffer(12), first);
});

test('wanted probes travel in one buffer; what is refused changes nothing', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  b.acknowledge();
  assert.equal(b.ask('wanted', { probes: ['alpha', 'beta'], sequences: 3 }).error, undefined);
  const frame = b.news('frame').at(-1).body;
  assert.deepEqual(Object.keys(frame.probes), ['alpha', 'beta']);
  b.acknowledge();
  const { error } = b.ask('wanted', { probes: ['nonsense'] });
  assert.match(error.message, /nonsense/);
  b.ask('step', { n: 1 });
  b.run();
  assert.deepEqual(Object.keys(b.news('frame').at(-1).body.probes), ['alpha', 'beta']);
});

test('a probe that a new run cannot show is said once, and training goes on', async () => {
  const b = await bench();
  b.ask('wanted', { probes: ['nonsense'] });
  b.ask('open', { config: {} });
  b.run();
  b.acknowledge();
  b.ask('play');
  b.run();
  assert.equal(b.news('error').length, 1);
  assert.equal(b.engine.step, 20);
});

test('a diverged run says where, keeps its autosave and refuses to go on', async () => {
  const b = await bench({ cost: 500 });
  b.engine.before = (e) => {
    if (e.step === 12) {
      throw new SinklabError({ code: 'diverged', path: 'layers.0.ffn.w_in', message: 'It diverged.' });
    }
  };
  b.ask('open', { config: {} });
  b.ask('play');
  b.run();
  const state = b.news('state').at(-1).body;
  assert.deepEqual(state, {
    status: 'diverged', step: 12, steps: 20, tensor: 'layers.0.ffn.w_in', message: 'It diverged.',
  });
  assert.ok(b.news('autosave').every((m) => m.body.step <= 10));
  const { error } = b.ask('play');
  assert.equal(error.code, 'diverged');
  assert.equal(error.path, 'layers.0.ffn.w_in');
  b.engine.before = () => {};
  b.ask('load', { bytes: b.news('autosave').at(-1).body.bytes });
  b.ask('play');
  b.run();
  assert.equal(b.news('state').at(-1).body.status, 'done');
});

test('any other failure of a step pauses, with its sentence', async () => {
  const b = await bench();
  b.engine.before = (e) => {
    if (e.step === 2) throw new SinklabError({ code: 'memory', message: 'No room.' });
  };
  b.ask('open', { config: {} });
  b.ask('play');
  b.run();
  assert.equal(b.news('error').at(-1).body.message, 'No room.');
  assert.equal(b.news('state').at(-1).body.status, 'paused');
});

test('nothing of the old run is told as the new one is opened during play', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  b.acknowledge();
  b.ask('step', { n: 15 });
  b.turn(7);
  const before = b.out.length;
  b.ask('open', { config: {} });
  await Promise.resolve();
  await Promise.resolve();
  b.run();
  const told = b.out.slice(before);
  assert.ok(told.filter((m) => m.topic).every((m) => m.run === 2));
  assert.deepEqual(told.find((m) => m.topic === 'frame').body.losses, []);
  assert.equal(told.filter((m) => m.topic === 'frame').length, 1);
  assert.equal(b.engine.step, 0, 'the run stands still');
  assert.ok(b.out.some((m) => m.id === 3 && m.value.step === 0), 'step(n) is answered');
});

test('an engine that traps is not asked again', async () => {
  const b = await bench();
  b.engine.before = (e) => {
    if (e.step === 2) {
      e.crashed = true;
      throw new SinklabError({ code: 'crashed', path: 'sl_train', message: 'The engine stopped.' });
    }
  };
  b.ask('open', { config: {} });
  b.ask('play');
  b.run();
  assert.equal(b.news('error').length, 1);
  assert.equal(b.news('error')[0].body.code, 'crashed');
  assert.equal(b.engine.step, 2);
});

test('open and load begin a new run number, a ready state and a frame', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  b.ask('play');
  b.run();
  const saved = b.ask('save').value;
  assert.equal(saved.step, 20);
  b.acknowledge();
  b.ask('open', { config: {} });
  assert.deepEqual(b.news('state').at(-1), {
    topic: 'state', run: 2, seq: b.news('state').length - 1, body: { status: 'ready', step: 0, steps: 20 },
  });
  assert.equal(b.news('frame').at(-1).run, 2);
  b.ask('load', { bytes: Uint8Array.of(9) });
  assert.equal(b.news('state').at(-1).run, 3);
  assert.equal(b.news('state').at(-1).body.step, 9);
  assert.equal(b.ask('load', { bytes: 'x' }).error.code, 'command');
});

test('a fresh run is warmed up, one under way is not', async () => {
  const b = await bench();
  let shards = 0;
  b.engine.shard = () => {
    shards++;
    b.clock.now += 30;
  };
  b.ask('open', { config: {} });
  assert.equal(b.ask('warm').error, undefined);
  assert.equal(shards, 4, 'some 100 ms');
  b.ask('step', { n: 2 });
  b.run();
  assert.equal(b.ask('warm').error, undefined);
  assert.equal(shards, 4);
  assert.equal(b.engine.step, 2);
});

test('a bell stops the steps at once, and without it messages are looked at now and then', async () => {
  const b = await bench({ cost: 2 });
  const bell = new SharedArrayBuffer(4);
  b.ask('init', { module: null, bell });
  await Promise.resolve();
  await Promise.resolve();
  b.turn();
  b.ask('open', { config: { train: { steps: 1000 } } });
  b.acknowledge();
  b.ask('play');
  b.turn();
  const { step } = b.engine;
  assert.ok(step > 8 && step < 16, `${step} steps in a look`);
  b.engine.before = (e) => e.step === step + 3 && Atomics.add(new Int32Array(bell), 0, 1);
  b.turn();
  assert.equal(b.engine.step, step + 4);
});

test('a prompt is read by the open run and by each that follows; what a run cannot read shows the first input', async () => {
  const b = await bench();
  b.ask('open', { config: {} });
  assert.deepEqual(b.ask('wanted', { probes: ['alpha'], input: 7, prompt: 'abcdef' }).value, { tokens: 6, kept: 4 });
  b.acknowledge();
  assert.equal(b.news('frame').at(-1).body.input, 7);
  const { error } = b.ask('wanted', { probes: ['alpha'], input: 7, prompt: 'a?' });
  assert.deepEqual([error.path, error.offset], ['prompt', 1]);
  assert.equal(b.engine.prompt, 'abcdef');
  b.engine.prompt = '';
  assert.deepEqual(b.ask('open', { config: {} }).value.prompt, { tokens: 6, kept: 4 });
  assert.equal(b.engine.prompt, 'abcdef');
  b.engine.setPrompt = () => { throw new SinklabError({ code: 'data', path: 'prompt', message: 'No token for it.' }); };
  b.acknowledge();
  const again = b.ask('open', { config: {} }).value.prompt;
  assert.equal(again.error.message, 'No token for it.');
  b.acknowledge();
  assert.equal(b.news('frame').at(-1).body.input, 0);
  assert.equal(b.engine.shown, 0);
});
