// Several labs of one run, all in this thread, and a number of workers that changes at will.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Pace } from '../../web/src/engine/pace.js';
import { Replica, joinAll } from '../../web/src/engine/replicas.js';
import { engine, small } from './real_engine.mjs';

/** Numbers of workers by step; a bare 1 is alone, and the others fall behind. */
const PLANS = {
  'all the time two': () => ({ count: 2, deciding: false }),
  'another number at every step': (step) => ({ count: 1 + ((step * 5) % 3), deciding: true }),
  'alone now and then': (step) => ({ count: step % 7 < 3 ? 1 : 3, deciding: false }),
  'alone, then tried again': (step) => ({ count: step % 9 < 5 ? 1 : 2, deciding: step % 9 > 2 }),
};

/** @param {number} n @param {boolean} isolated @param {(step: number) => any} plan */
async function crew(n, isolated, plan) {
  const ports = joinAll(n);
  const errors = [];
  const sized = [];
  const labs = [];
  const replicas = [];
  for (let index = 0; index < n; index++) {
    const lab = await engine(null);
    const choice = { note() {}, get count() { return plan(lab.step).count; }, get deciding() { return plan(lab.step).deciding; } };
    replicas.push(new Replica(lab, { index, ports: ports[index], isolated }, {
      sized: () => sized.push(index), failed: (error) => errors.push(error), now: () => performance.now(), choose: () => choice,
    }));
    labs.push(lab);
  }
  return {
    labs, replicas, errors, sized,
    open(config) {
      labs.forEach((lab, i) => {
        lab.open(config);
        replicas[i].opened(lab.config(), { text: null, limit: 0, auto: false });
      });
    },
    close() {
      replicas.forEach((replica) => replica.opened(small, { text: null, limit: 0, auto: false })); // nobody waits on
      ports.flat().forEach((port) => port?.close());
    },
  };
}

async function fingerprint(config, steps) {
  const lab = await engine(config);
  lab.train(steps);
  return lab.fingerprint();
}

for (const isolated of [false, true]) {
  const how = isolated ? 'shared memory' : 'messages';
  for (const [name, plan] of Object.entries(PLANS)) {
    test(`${name}: the bits of one worker (${how})`, async () => {
      const team = await crew(3, isolated, plan);
      team.open(small);
      for (let i = 0; i < 20; i++) await team.replicas[0].step();
      assert.equal(team.labs[0].fingerprint(), await fingerprint(small, 20));
      assert.equal(team.labs[0].metricsCount, 5);
      assert.deepEqual(team.errors, []);
      team.close();
    });
  }

  test(`nobody is ahead of the leader, however long it takes (${how})`, async () => {
    const team = await crew(3, isolated, (step) => ({ count: step < 3 ? 2 : 3, deciding: false }));
    team.open(small);
    for (let i = 0; i < 6; i++) {
      await team.replicas[0].step();
      await new Promise((resolve) => setTimeout(resolve, 150));
      assert.deepEqual(team.labs.map((lab) => lab.step), [i + 1, i + 1, i + 1]);
    }
    assert.deepEqual(team.errors, []);
    team.close();
  });

  test(`another run may be opened in the middle of a step (${how})`, async () => {
    const team = await crew(3, isolated, () => ({ count: 3, deciding: false }));
    for (const [seed, steps] of [['7', 4], ['8', 1], ['9', 20]]) {
      const config = { ...small, seed };
      team.open(config);
      for (let i = 0; i < steps; i++) await team.replicas[0].step();
      assert.equal(team.labs[0].fingerprint(), await fingerprint(config, steps), `seed ${seed}`);
    }
    assert.deepEqual(team.errors, []);
    team.close();
  });

  test(`a leader that is left in the middle of a step makes it alone (${how})`, async () => {
    const team = await crew(2, isolated, () => ({ count: 2, deciding: false }));
    team.open(small);
    for (let i = 0; i < 5; i++) await team.replicas[0].step();
    team.labs[1].shard = () => { throw new Error('gone'); };
    for (let i = 5; i < 10; i++) {
      const step = team.replicas[0].step();
      if (i === 5) setTimeout(() => team.replicas[0].forsaken(), 20);
      await step;
    }
    assert.equal(team.replicas[0].count, 1);
    assert.ok(team.sized.length > 0);
    assert.match(String(team.errors), /gone/);
    assert.equal(team.labs[0].fingerprint(), await fingerprint(small, 10));
    team.close();
  });
}

/** What is set before the step of this number. */
const SET = { 0: [['train.lr', 0.02]], 4: [['train.lr', 0.1], ['train.optimiser.decay', 0.5]], 5: [['train.lr', 0.001]],
  13: [['train.l2', 0.1], ['train.lr', 0.03]], 19: [['train.lr', 0.5]] };

async function changedAlone() {
  const lab = await engine(small);
  for (let step = 0; step < 20; step++) {
    for (const [path, value] of SET[step] ?? []) lab.setLive(path, value);
    lab.train(1);
  }
  return { fingerprint: lab.fingerprint(), run: lab.runFile() };
}

for (const isolated of [false, true]) {
  for (const [name, plan] of Object.entries(PLANS)) {
    test(`all change a setting between the same two steps: ${name} (${isolated ? 'shared memory' : 'messages'})`, async () => {
      const team = await crew(3, isolated, plan);
      const alone = await changedAlone();
      team.open(small);
      for (let step = 0; step < 20; step++) {
        for (const [path, value] of SET[step] ?? []) {
          team.labs[0].setLive(path, value);
          team.replicas[0].changed(path, value);
        }
        await team.replicas[0].step();
        // Sometimes the others have caught up, and sometimes not.
        if (step % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
      }
      assert.equal(team.labs[0].fingerprint(), alone.fingerprint);
      assert.notEqual(alone.fingerprint, await fingerprint(small, 20));
      assert.deepEqual(team.labs[0].runFile().changes, alone.run.changes);
      await new Promise((resolve) => setTimeout(resolve, 150));
      for (const lab of team.labs) {
        if (lab.step < 20) continue; // left behind while the leader was alone
        assert.equal(lab.fingerprint(), alone.fingerprint);
        assert.deepEqual(lab.runFile().changes, alone.run.changes);
      }
      assert.deepEqual(team.errors, []);
      team.close();
    });
  }
}

/** Runs the choice on a machine where a step takes cost(workers, ms since the start). */
function paced(most, cost, steps) {
  const clock = { now: 0 };
  const pace = new Pace(most, { now: () => clock.now });
  let noise = 1;
  const used = [];
  for (let i = 0; i < steps; i++) {
    noise = (noise * 16807) % 2147483647;
    const { count } = pace;
    const ms = cost(count, clock.now) * (1 + 0.1 * (noise / 2147483647 - 0.5)) * (i < 2 ? 3 : 1);
    clock.now += ms;
    used.push(count);
    pace.note(ms);
  }
  return { used, pace, ms: clock.now };
}

test('the faster number is found within a few steps and kept', () => {
  for (const scale of [0.2, 5, 400]) {
    const two = paced(2, (n) => (scale * 2) / n, 600);
    assert.equal(two.pace.count, 2);
    assert.ok(two.used.indexOf(2) >= 0 && two.used.slice(100).every((n) => n === 2), `scale ${scale}`);
    const four = paced(4, (n) => (scale * 4) / n, 600);
    assert.ok(four.used.slice(200).every((n) => n === 4), `scale ${scale}`);
    const some = paced(4, (n) => [0, 4, 2.2, 0, 2.3][n] * scale, 600);
    assert.ok(some.used.slice(200).every((n) => n === 2), `scale ${scale}`);
  }
});

test('where more workers bring nothing the run is as fast as with one', () => {
  for (const scale of [0.2, 5, 400]) {
    for (const [one, two] of [[1, 1], [1, 2], [1, 5]]) {
      const steps = 3000;
      const { used, ms } = paced(2, (n) => scale * (n === 1 ? one : two), steps);
      assert.ok(ms < 1.06 * steps * scale * one, `${two}: ${ms / (steps * scale)} of one worker's time`);
      assert.ok(used.filter((n) => n === 2).length > 2, 'it was tried');
    }
  }
});

test('other work on the machine sends the run back to one worker, its end to two', () => {
  const busy = (at) => at > 20000 && at < 60000;
  const { used, ms } = paced(2, (n, at) => (n === 1 ? 10 : busy(at) ? 20 : 5), 30000);
  let at = 0;
  const share = { busy: 0, count: 0, late: 0, after: 0 };
  for (const n of used) {
    at += n === 1 ? 10 : busy(at) ? 20 : 5;
    if (busy(at)) share.count++, (share.busy += n === 2);
    if (at > 130000) share.late++, (share.after += n === 2);
  }
  assert.ok(share.count > 100 && share.busy / share.count < 0.1, `${share.busy} of ${share.count} steps with two`);
  assert.ok(share.late > 100 && share.after / share.late > 0.9, `${share.after} of ${share.late} after it`);
  assert.ok(ms > 0);
});

test('a number that was asked for is used, whatever it costs', () => {
  const pace = new Pace(3, { auto: false });
  for (let i = 0; i < 500; i++) pace.note(i);
  assert.equal(pace.count, 3);
  assert.equal(pace.deciding, false);
});
