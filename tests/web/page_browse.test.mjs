// All measurements: groups, words, and how often each is made.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Looker } from '../../web/src/engine/look.js';
import { SinklabError } from '../../web/src/engine/errors.js';
import { paceOf, pacesOf, wantedAt, withMeasured, withPace } from '../../web/src/lab/pace.js';
import { grouped, helpWith, matches, namesEpsilon } from '../../web/src/panels/browse.js';
import { History } from '../../web/src/state/history.js';
import { FakeEngine } from './fake_engine.mjs';
import { engine, registry } from './real_engine.mjs';

const probe = (id, more = {}) => ({ id, label: id, kind: 'scalar', ...more });
const dear = probe('jacobian', { passes: true, needs: 'hidden' });
const cheap = probe('entropy', { needs: 'attention.weights', help: 'How spread a row is.', paper: 'Somebody 2024' });

test('every probe of the registry is in one group', () => {
  const groups = grouped([...registry.probes, dear]);
  assert.equal(groups.reduce((n, one) => n + one.probes.length, 0), registry.probes.length + 1);
  assert.ok(groups.length >= 4);
  const of = (id) => groups.find((one) => one.probes.some((info) => info.id === id)).group;
  assert.equal(of('alpha'), 'attention');
  assert.equal(of('key_norm'), 'heads');
  assert.equal(of('norm_ratio'), 'residual');
  assert.equal(of('jacobian'), 'changes');
});

test('a measurement is found by its name, its sentence, its paper', () => {
  for (const word of ['', 'entr', 'ROW spread', '2024']) assert.ok(matches(cheap, word), word);
  assert.equal(matches(cheap, 'norm'), false);
});

test('passes of their own wait to be asked for; the link says what is unusual', () => {
  const view = { more: ['jacobian', 'entropy'], pace: [] };
  assert.equal(paceOf(view, dear), 'once');
  assert.equal(paceOf(view, cheap), 1);
  assert.ok(!pacesOf(dear).includes(1));
  view.pace = withPace(view, cheap, '16');
  assert.deepEqual(view.pace, ['entropy.16']);
  assert.deepEqual(wantedAt(['attention'], view, [dear, cheap, probe('shut')]),
    { probes: ['attention', 'jacobian', 'entropy'], paces: { jacobian: 'once', entropy: 16 } });
  assert.equal(paceOf({ pace: ['jacobian.1'] }, dear), 'once', 'a link cannot have it made with every picture');
  assert.deepEqual(withPace(view, cheap, '1'), []);
});

test('what a theory is about is measured with it', () => {
  const [measured, theory] = [probe('measured', { passes: true }), probe('theory', { passes: true, over: 'measured' })];
  const probes = [measured, theory, cheap];
  const asked = (more, pace = []) => wantedAt([], { more, pace }, probes);
  assert.deepEqual(asked(['theory']), { probes: ['measured', 'theory'], paces: { measured: 'once', theory: 'once' } });
  assert.deepEqual(asked(['measured']), { probes: ['measured'], paces: { measured: 'once' } });
  assert.deepEqual(asked(['theory', 'measured'], ['theory.eval']).paces, { measured: 'eval', theory: 'eval' });
  assert.deepEqual(asked(['theory', 'measured'], ['measured.eval']).paces, { measured: 'eval', theory: 'once' });
  assert.deepEqual(withMeasured(['theory'], probes), ['theory', 'measured']);
  assert.deepEqual(withMeasured(['entropy', 'measured'], probes), ['entropy', 'measured']);
});

test('what depends on the sink threshold names it', async () => {
  const lab = await engine();
  lab.train(5);
  const able = registry.probes.filter((info) => {
    try {
      return lab.probe([info.id]);
    } catch {
      return false; // this small model has nothing of it
    }
  });
  assert.ok(able.length > 30);
  const at = (id, epsilon) => lab.probe([id], { sequences: 4, epsilon })[id].data.join();
  const differ = able.filter(({ id }) => at(id, 0.01) !== at(id, 0.9)).map((info) => info.id);
  assert.ok(differ.length >= 2, differ.join());
  for (const info of able) assert.ok(!differ.includes(info.id) || namesEpsilon(info), info.id);
  const [info] = registry.probes.filter(namesEpsilon);
  assert.match(helpWith(info, 0.2), /more than ε\s=\s0\.2 of/);
  assert.equal(helpWith(cheap, 0.2), cheap.help);
});

test('frames say which threshold they were measured with', () => {
  const { engine: fake, one } = looker();
  let asked;
  const probed = fake.probe.bind(fake);
  fake.probe = (ids, where) => {
    asked = where.epsilon;
    return probed(ids, where);
  };
  one.want({ probes: ['a'], epsilon: 0.2 }, fake);
  const { shown } = one.look(fake, (n) => new ArrayBuffer(n));
  assert.deepEqual([asked, shown.epsilon], [0.2, 0.2]);
  one.want({ probes: ['a'] }, fake);
  assert.deepEqual([one.look(fake, (n) => new ArrayBuffer(n)).shown.epsilon, asked], [0, 0]);
});

/** What each frame of a looker measures. */
function looker(engine = new FakeEngine()) {
  engine.open({});
  const told = [];
  const one = new Looker((body) => told.push(body));
  const frame = () => {
    const { shown } = one.look(engine, (n) => new ArrayBuffer(n));
    return Object.keys(shown.probes).join(' ') + (shown.refused ? ` not ${Object.keys(shown.refused)}` : '');
  };
  return { engine, told, one, frame };
}

test('each measurement at its pace', () => {
  const { engine, one, frame } = looker();
  const want = (now = []) => one.want({ probes: ['a', 'b', 'c', 'd'], paces: { b: 3, c: 'eval', d: 'once' }, now }, engine);
  want();
  assert.deepEqual([frame(), frame(), frame(), frame()], ['a b c', 'a', 'a', 'a b']);
  engine.train(5);
  assert.deepEqual([frame(), frame(), frame()], ['a c', 'a', 'a b']);
  const probed = engine.probed;
  want(['d']);
  assert.equal(engine.probed, probed + 1, 'only what is cheap is tried beforehand');
  assert.deepEqual([frame(), frame()], ['a d', 'a']);
  one.opened(engine);
  assert.deepEqual([frame(), frame()], ['a b c', 'a'], 'another run is measured anew');
});

test('what a model cannot have is left out with its sentence; the others are measured', () => {
  const engine = new FakeEngine();
  const probed = engine.probe.bind(engine);
  engine.probe = (ids, where) => {
    if (ids.includes('keys')) throw new SinklabError({ code: 'config', path: 'keys', message: 'It has no keys.' });
    return probed(ids, where);
  };
  const { one, frame, told } = looker(engine);
  one.want({ probes: ['a', 'keys'] }, engine);
  assert.deepEqual([frame(), frame()], ['a not keys', 'a not keys']);
  one.want({ probes: ['a', 'keys'], paces: { keys: 'once' } }, engine);
  assert.equal(frame(), 'a');
  one.want({ probes: ['a', 'keys'], paces: { keys: 'once' }, now: ['keys'] }, engine);
  assert.equal(frame(), 'a not keys');
  assert.deepEqual(told, []);
  assert.throws(() => one.want({ probes: ['nonsense'] }, engine), /nonsense/);
});

test('what is seldom measured is kept when frames are thinned out', () => {
  const history = new History(3000);
  const frame = (step, ids) => ({ step, tokens: new Int32Array(0), documents: new Int32Array(0),
    probes: Object.fromEntries(ids.map((id) => [id, { data: new Float32Array(20), shape: [20] }])) });
  for (let step = 1; step <= 400; step++) history.add(frame(step, step === 301 ? ['a', 'dear'] : ['a']));
  assert.equal(history.holding('dear', Infinity).step, 301);
  assert.equal(history.holding('dear', 300), null);
  assert.equal(history.holding('a', Infinity).step, 400);
  assert.ok(history.holding('a', 200).step <= 200);
  history.clear();
  assert.equal(history.holding('dear', Infinity), null);
});
