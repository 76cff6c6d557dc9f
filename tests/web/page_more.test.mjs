// Measurements that the page has never heard of, drawn by kind and shape.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { apart, namesAlong, numbers, outerNames, placeOf, rowOf, sum, wayOf } from '../../web/src/panels/generic.js';
import { linesOf, sayWidest, widest } from '../../web/src/panels/over.js';
import { nearestDot, placeDots } from '../../web/src/plot/dots.js';
import { registry } from './real_engine.mjs';

const probe = (shape, value = (i) => i) => ({ shape,
  data: Float32Array.from({ length: shape.reduce((n, one) => n * one, 1) }, (_, i) => value(i)) });

test('every kind and shape has a way to be drawn', () => {
  const ways = [
    ['scalar', [], 'number'], ['scalar', [1], 'number'], ['series', [4], 'bars'], ['series', [200], 'lines'],
    ['series', [2, 50], 'lines'], ['histogram', [32], 'bars'], ['matrix', [6, 6], 'cells'], ['matrix', [1, 1], 'number'],
    ['matrix', [64, 64], 'maps'], ['matrix', [2, 2, 64, 64], 'maps'], ['tokens', [64], 'lines'],
    ['tokens', [2, 2, 64], 'lines'], ['table', [3, 3, 2], 'table'], ['points', [2, 1, 9, 3], 'points'], ['points', [9, 1], 'table'], ['points', [9], 'table'], ['something new', [3, 5], 'lines'],
  ];
  for (const [kind, shape, way] of ways) assert.equal(wayOf(kind, shape), way, `${kind} ${shape}`);
});

test('places are named by their axes, in the order of the numbers', () => {
  const info = { id: 'made_up', label: 'Made up', kind: 'tokens', shape: ['L', 'H', 'T'] };
  assert.deepEqual(outerNames(info, [2, 2, 3], 1),
    ['layer 1, head 1', 'layer 1, head 2', 'layer 2, head 1', 'layer 2, head 2']);
  assert.deepEqual(namesAlong({ ...info, shape: ['P'] }, [3], 1), ['embedding', 'after layer 1', 'after layer 2']);
  assert.deepEqual(namesAlong({ ...info, shape: undefined }, [2], 1), ['1', '2']);
  assert.deepEqual(outerNames({ ...info, shape: ['P', '3', '2'] }, [1, 3, 2], 1), ['embedding, 1', 'embedding, 2', 'embedding, 3']);
});

test('places that no letter tells about have the registry\'s names', () => {
  const info = { id: 'made_up', label: 'Made up', kind: 'series', shape: ['3'], names: ['as it is', 'halved', 'gone'] };
  assert.deepEqual(namesAlong(info, [3], 1), ['as it is', 'halved', 'gone']);
  assert.equal(sum(info, probe([3])), 'From 0 to 2.00; largest: gone.');
  assert.deepEqual(numbers(info, probe([3])).rows, [['as it is', 0], ['halved', 1], ['gone', 2]]);
  const pairs = { ...info, kind: 'table', shape: ['L', '3', '2'], names: ['which', 'how much'] };
  assert.deepEqual(numbers(pairs, probe([1, 3, 2])).columns, ['', 'which', 'how much'], 'the last that is a length');
  assert.deepEqual(outerNames(pairs, [1, 3, 2], 1), ['layer 1, 1', 'layer 1, 2', 'layer 1, 3']);
  const lines = { ...info, shape: ['2', 'Q'], names: ['before', 'after'] };
  assert.deepEqual(outerNames(lines, [2, 50], 1), ['before', 'after']);
  assert.deepEqual(namesAlong(lines, [2, 2], 1), ['band 1', 'band 2']);
  assert.deepEqual(namesAlong({ ...info, names: ['one'] }, [3], 1), ['one', '2', '3'], 'a name too few');
});

test('every length in the registry has names', () => {
  const lengths = registry.probes.filter((info) => info.shape.some((one) => /^[2-9]$/.test(one)));
  assert.ok(lengths.length >= 8);
  for (const info of lengths) {
    const last = info.shape.filter((one) => /^[2-9]$/.test(one)).at(-1);
    assert.equal(new Set(info.names).size, Number(last), info.id);
  }
  assert.deepEqual(lengths.find((info) => info.id === 'massive_edit').names, ['as it is', 'set to zero', 'set to the mean']);
});

test('the table holds every number once', () => {
  const table = (info, shape) => numbers({ id: 'made_up', label: 'Made up', ...info }, probe(shape), { words: ['a', ' ', 'c'] });
  assert.deepEqual(table({ kind: 'tokens', shape: ['L', 'T'] }, [2, 3]), { columns: ['Position', 'Token', 'layer 1', 'layer 2'],
    rows: [[1, 'a', 0, 3], [2, '␣', 1, 4], [3, 'c', 2, 5]] });
  assert.deepEqual(table({ kind: 'matrix', shape: ['L', 'H'] }, [2, 2]),
    { columns: ['', 'head 1', 'head 2'], rows: [['layer 1', 0, 1], ['layer 2', 2, 3]] });
  assert.deepEqual(table({ kind: 'series', shape: ['K'] }, [2]), { columns: ['', 'Made up'], rows: [['token 1', 0], ['token 2', 1]] });
  assert.deepEqual(table({ kind: 'scalar' }, []).rows, [['1', 0]]);
  for (const [kind, shape] of [['matrix', [2, 1, 20, 20]], ['table', [3, 3, 2]], ['series', [2, 50]]]) {
    const { columns, rows } = table({ kind }, shape);
    assert.ok(rows.every((row) => row.length === columns.length), kind);
    const seen = rows.flatMap((row) => row.slice(1)).filter((one) => typeof one === 'number');
    assert.equal(seen.length, shape.reduce((n, one) => n * one, 1), kind);
  }
});

test('the line above says what stands out', () => {
  const info = { id: 'made_up', label: 'Made up' };
  assert.equal(sum({ ...info, kind: 'tokens', shape: ['T'] }, probe([4], (i) => (i ? 2 : 1))), 'Token 1 against the others: 0.50×, mean of all lines.');
  assert.equal(sum({ ...info, kind: 'matrix', shape: ['L', 'H'] }, probe([2, 2])), 'From 0 to 3.00; largest: layer 2, head 2.');
  assert.equal(sum({ ...info, kind: 'scalar' }, probe([1], () => -2)), '', 'the number stands there');
  assert.equal(sum({ ...info, kind: 'series', shape: ['K'] }, probe([2], () => NaN)), 'No numbers yet.');
});

test('how far the first point stands from the others', () => {
  /** The others on the corners of a square around (1, 1): each √2 from its middle. */
  const square = (x, y) => [x, y, 0, 0, 2, 0, 0, 2, 2, 2];
  const cloud = { shape: [2, 1, 5, 2], data: Float32Array.from([...square(1, 1), ...square(4, 5)]) };
  assert.deepEqual(apart(cloud).map((one) => Number(one.toFixed(6))), [0, Number((5 / Math.SQRT2).toFixed(6))]);
  const info = { id: 'made_up', label: 'Made up', kind: 'points', shape: ['L', 'G', 'T', '2'], names: ['across', 'up'] };
  assert.equal(sum(info, cloud), 'The window’s first token stands 4 times as far from the middle of the others as they do in layer 2, key/value head 1; 1.8 times in the median of 2.');
  assert.equal(sum(info, { shape: [1, 1, 5, 2], data: cloud.data.slice(10) }), 'The window’s first token stands 4 times as far from the middle of the others as they do.');
  assert.equal(sum(info, { shape: [1, 1, 3, 2], data: new Float32Array(6) }), 'No numbers yet.', 'all in one place');
  assert.deepEqual(numbers(info, cloud).columns, ['', 'across', 'up']);
  assert.deepEqual(numbers(info, cloud).rows[5], ['layer 2, key/value head 1, token 1', 4, 5]);
});

test('dots keep their shape, lie inside the square and are found again', () => {
  const [xs, ys] = [[-1, 3, 0], [0, 1, -0.5]];
  const places = placeDots(xs, ys, 100);
  for (const all of [places.x, places.y]) assert.ok(all.every((one) => one >= 0 && one <= 100));
  assert.ok(Math.abs((places.x[1] - places.x[0]) / (places.y[0] - places.y[1]) - 4) < 1e-9, 'one scale, up is up');
  assert.deepEqual([places.x[2], places.y[0]], places.zero);
  xs.forEach((_, i) => assert.equal(nearestDot(places, places.x[i] + 3, places.y[i] - 2, 10), i));
  assert.equal(nearestDot(places, places.x[0], places.y[0] + 50, 10), -1);
  assert.ok(placeDots([0, 0], [0, 0], 100).x.every((one) => one === 50));
});

test('the enlarged head is found in what each head has, or the heads that share keys and values', () => {
  const info = (...shape) => ({ id: 'made_up', label: 'Made up', kind: 'tokens', shape });
  const solo = { layer: 1, head: 3 };
  assert.equal(rowOf(info('L', 'H', 'T'), [2, 4, 8], solo, 4), 7);
  assert.equal(rowOf(info('L', 'G', 'T'), [2, 2, 8], solo, 4), 3);
  assert.equal(rowOf(info('L', 'T'), [2, 8], solo, 4), -1);
  assert.equal(rowOf(info('P', 'T'), [3, 8], solo, 4), -1);
  assert.equal(rowOf(info('L', 'H', 'T'), [2, 4, 8], null, 4), -1);
  const one = placeOf(probe([2, 2, 3, 2], (i) => i), 2, 3);
  assert.deepEqual([Array.from(one.data), one.shape], [[18, 19, 20, 21, 22, 23], [1, 1, 3, 2]]);
});

test('a theory lies over what was measured: where they differ most, and which heads are drawn', () => {
  const info = { id: 'made_up', label: 'Made up', kind: 'tokens', shape: ['L', 'H', 'T'] };
  const shape = [3, 2, 4];
  const measured = probe(shape, () => 0.5);
  const theory = probe(shape, (i) => 0.5 + (i % 4 === 2 ? 0.01 * (1 + ((5 * Math.floor(i / 4)) % 6)) : 0)); // by head .01 .06 .05 .04 .03 .02
  const { gap, at } = widest(theory.data, measured.data);
  assert.deepEqual([gap.toFixed(4), at], ['0.0600', 6]);
  assert.deepEqual(linesOf(theory, measured, -1), [1, 2, 3, 4]);
  assert.deepEqual(linesOf(theory, measured, 5), [5]);
  assert.deepEqual(linesOf(theory, measured, 15), [1, 2, 3, 4], 'a head that is not there');
  assert.equal(sayWidest(info, theory, measured, [5]),
    'Solid: measured; dashed: by theory. Largest difference 0.020: in layer 3, head 2 at token 3, 0.500 measured, 0.520 by theory.');
  assert.match(sayWidest(info, theory, measured, [1, 2, 3, 4]), /0\.060: in layer 1, head 2 .* Drawn are the 4 of 6 lines/);
  assert.equal(sayWidest(info, probe(shape, () => NaN), measured, [0]), 'No numbers yet.');
  for (const one of registry.probes.filter((info) => info.over)) {
    assert.deepEqual(registry.probes.find((info) => info.id === one.over).shape, one.shape, one.id);
  }
  assert.equal(registry.probes.find((info) => info.id === 'closed_form').over, 'repeated_row');
});
