// What the page says about a run, from its numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { evenShare, judge, strongestHead } from '../../web/src/verdict.js';
import { sayVerdict } from '../../web/src/say.js';

const record = (over = {}) => ({
  step: 160, train_loss: 2, valid_loss: 2, sink_rate: [1, 0, 0, 0], alpha: [[0.56]],
  value_ratio: [[0.11]], norm_ratio: [1, 1.2], max_over_median: [4, 5], ...over,
});
const about = { T: 64, epsilon: 0.3 };
const say = (over, more = {}) => {
  const { headline, more: rest } = sayVerdict(judge(over && record(over), { ...about, ...more }), 'Train');
  return `${headline} ${rest}`.replaceAll('\u00a0', ' ');
};

test('an even spread gives token 1 the mean of 1/i', () => {
  assert.equal(evenShare(1), 1);
  assert.equal(evenShare(2), 0.75);
  assert.ok(Math.abs(evenShare(64) - 0.0741) < 1e-4);
});

test('a sink', () => {
  assert.equal(say({}), 'A sink has formed. Head 1 gives 56 % of its attention to the first token; ' +
    'that token’s value is 9 times smaller than the others’.');
  assert.match(say({ value_ratio: [[1.1]] }), /about as large/);
  assert.match(say({ value_ratio: [[2.5]] }), /2\.5 times larger/);
  assert.match(say({ value_ratio: [['nan']] }), /first token\.$/);
});

test('the strongest head speaks, with its layer where there are several', () => {
  const many = { alpha: [[0.1, 0.2], [0.6, 0.3]], value_ratio: [[1, 1], [0.2, 1]] };
  assert.match(say(many), /^A sink has formed\. Layer 2, head 1 gives 60 %.*5 times smaller/);
  assert.deepEqual(strongestHead([['nan', 0.2], [0.1, 0.3]]), { layer: 1, head: 1, share: 0.3 });
});

test('a slot that takes the attention is the sink; keys that heads share are found', () => {
  const slot = { alpha: [[0.05, 0.02]], alpha_slot: [[0.1, 0.6]], sink_rate_slot: [0.5] };
  assert.equal(say(slot), 'The slot is the sink. Head 2 gives the sink slot 60 % of its attention, and the first token 2 %.');
  assert.match(say({ ...slot, alpha_slot: [[0.1, 0.2]] }), /^No sink yet/);
  assert.match(say({ alpha_slot: [[0.1]], sink_rate_slot: [0] }), /^A sink has formed/);
  assert.match(say({ alpha: [[0.1, 0.1, 0.1, 0.9]], value_ratio: [[1, 0.5]] }), /2\.0 times smaller/);
});

test('no sink, forming, and the difference an ended run makes', () => {
  const weak = { alpha: [[0.08]] };
  assert.equal(say(weak), 'No sink yet. Head 1 gives the first token 8 % of its attention; an even spread would give it 7 %.');
  assert.match(say(weak, { ended: true }), /^No sink on the first token\. Head 1 gives it \d+ %/);
  assert.match(say({ alpha: [[0.28]] }), /^A sink is forming\. Head 1 gives 28 % .*; an even spread would be 7 %\.$/);
  assert.match(say({ alpha: [[0.2]] }, { ended: true }), /^No sink on the first token\. Head 1 gives it \d+ %/);
});

test('norms without a sink', () => {
  const norms = { alpha: [[0.09]], norm_ratio: [1, 1.1, 7.6, 1] };
  assert.match(say(norms), /^Norms without a sink\. After layer 2 the first token is 7\.6 times as long/);
});

test('before the first step and after the last good one', () => {
  assert.equal(say(null), 'Nothing learned yet. The weights are random. Press Train and watch the first column.');
  assert.match(say({}, { diverged: { step: 41, tensor: 'layers.0.attention.w_q' } }),
    /^The run diverged\. At step 41, layers\.0\.attention\.w_q held/);
  assert.match(say({ alpha: [['nan']] }), /^The run diverged/);
});

test('a run that blew up and stayed finite is not judged by its attention', () => {
  const sink = { alpha: [[0.9]], valid_loss: 20 };
  assert.match(say(sink, { uniform: 4.2 }), /^The run blew up\./);
  assert.match(say({ ...sink, valid_loss: 4.3 }, { uniform: 4.2 }), /^A sink has formed\./);
});
