// The command line on data: previews, own texts, and what a saved model does on an input.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';

import { at, good, refused, sinklab, SMALL } from './cli_program.mjs';

describe('the data', () => {
  test('a preview shows documents and measures them', () => {
    const shown = good('corpus', 'R2', '--documents', '3', '--seed', '4').stdout;
    assert.match(shown, /^1 {2}.+\(\d+ tokens\)\n2 {2}.+\n3 {2}.+\n\nvocabulary +67 tokens/);
    assert.match(shown, /documents +7\d\.\d tokens on average/);
    assert.match(shown, /uniform 4\.2047, unigram 2\.\d{4}, bigram 1\.\d{4}\n$/);
    assert.notEqual(good('corpus', 'R2', '--documents', '3').stdout, shown);
    assert.match(good('corpus', 'R0').stdout, /do not end/);
    assert.match(good('corpus', 'R0', '--set', 'data.corpus=addition').stdout, /\d{3}\+\d{3}=\d{4} \(12 tokens\)[^]*nobody can do better than 1\.0627/);
    refused(2, /Say|needs a preset/, 'corpus');
    refused(2, /between 1 and 64/, 'corpus', 'R0', '--documents', '0');
  });

  test('several texts are documents, and words or pieces of them are tokens', () => {
    const own = (name, text) => {
      writeFileSync(at(name), text);
      return ['--text', at(name)];
    };
    const files = [...own('first.txt', `\uFEFF${'one two three. '.repeat(40)}`), ...own('second.txt', 'four five six! '.repeat(40))];
    const text = ['--set', 'data.corpus=text', '--set', 'data.corpus.vocabulary=64'];
    for (const [tokenizer, first, second] of [['words', 'one two three . one', 'four five six ! four'],
      ['characters', 'one two three. one', 'four five six! four'], ['bpe', 'one two three. one', 'four five six! four']]) {
      const { stdout } = good('corpus', 'R2', ...text, '--set', `data.corpus.tokenizer=${tokenizer}`, ...files);
      const starts = stdout.split('\n').slice(0, 5).map((line) => line.slice(3));
      // The second is held out: what is shown is what training sees.
      assert.ok(starts.every((line) => line.startsWith(first)), starts.join('\n'));
      assert.ok(!stdout.includes(second) && !stdout.includes('\uFEFF'), tokenizer);
    }
    const run = [...text, '--set', 'data.corpus.tokenizer=words', ...files, '--preset', 'R0', '--set', 'data.context=16',
      '--set', 'train.batch=4', '--set', 'eval.sequences=2', '--steps', '4', '--quiet'];
    good('train', ...run, '--json', at('own.json'));
    assert.match(good('replay', at('own.json'), '--quiet', ...files).stdout, /identical|agree|same/i);
    refused(2, /another text/, 'replay', at('own.json'), '--quiet', ...files.slice(2), ...files.slice(0, 2));
    assert.match(good('estimate', '--preset', 'R0', ...text, '--set', 'data.context=16', ...files).stdout, /parameters/);
  });
});

describe('looking at a saved model', () => {
  /** What --probe prints, behind the report. */
  const looked = (...args) => {
    const lines = good('analyze', at('look.bin'), ...args).stdout.split('\n');
    return lines.slice(lines.findIndex((line) => line.startsWith('window ')));
  };
  before(() => good('train', ...SMALL, '--quiet', '--checkpoint', at('look.bin')));

  test('every input of the registry can be read, with and without BOS', () => {
    const { inputs, probes } = JSON.parse(good('registry', '--json').stdout);
    for (const { id } of inputs) {
      const [window, name, numbers] = looked('--input', id, '--prompt', 'to be', '--probe', 'alpha');
      const tokens = JSON.parse(window.replace('window ', ''));
      assert.equal(tokens[0] === 'BOS', id === 'packed' || id.startsWith('bos_'), id);
      if (id.endsWith('prompt')) assert.equal(tokens.join('').replace('BOS', ''), 'to be');
      else assert.equal(tokens.length, 64);
      assert.equal(name, 'alpha 1 x 1');
      assert.ok(Number(numbers) >= 0 && Number(numbers) <= 1, numbers);
    }
    /** No model has all: of one layer and few channels, some are refused. */
    const had = probes.filter(({ id }) => sinklab('analyze', at('look.bin'), '--probe', id).status === 0);
    assert.ok(had.length > probes.length - 9, JSON.stringify(had));
    const all = looked(...had.flatMap((p) => ['--probe', p.id]), '--sequences', '3', '--first', '2');
    for (const { id } of had) assert.ok(all.some((line) => line.startsWith(`${id} `)), id);
  });

  test('the report comes first, and the file holds it with the numbers', () => {
    const { stdout } = good('analyze', at('look.bin'), '--probe', 'alpha', '--json', at('look.json'));
    const { report, probes } = JSON.parse(readFileSync(at('look.json'), 'utf8'));
    assert.match(stdout, /^This model has (an|no|its) attention sink/);
    assert.ok(stdout.startsWith(report.lines[0].text));
    assert.ok(['sink', 'slot', 'none'].includes(report.verdict));
    assert.deepEqual(probes.alpha.shape, [1, 1]);
    const trained = good('analyze', 'R0', '--steps', '3', '--set', 'eval.sequences=2', '--quiet').stdout;
    assert.match(trained, /^This model has no attention sink on the first token: [^\n]* attention\.\n/);
  });

  test('the report knows a sink that is not on the first token, and weights that cannot vanish', () => {
    const report = (...args) => good('analyze', 'R0', '--set', 'eval.sequences=10', '--quiet', ...args).stdout;
    const second = report('--steps', '200', '--set', 'data.packing={"type":"fixed_token","place":2}');
    assert.match(second, /^This model has no attention sink on the first token: .* It has one on token 2 of the window: its head gives more than 30 % of its attention to it\.\n/);
    assert.doesNotMatch(second, /always there\./);
    assert.match(report('--steps', '1', '--set', 'model.normaliser=scaled'), /small scores do not make them small: .* has to put/);
    assert.match(report('--steps', '1', '--set', 'model.normaliser=off_by_one'), /can give nothing/);
  });

  test('places that are no tokens, layers or heads are named', () => {
    const [, name, names, numbers] = looked('--probe', 'massive_edit');
    assert.equal(name, 'massive_edit 3');
    assert.match(names, /^ +as it is {2,}set to zero {2,}set to the mean$/);
    assert.equal(numbers.length, names.length, 'each number ends below its name');
    assert.equal(numbers.trim().split(/ +/).length, 3);
    const lines = good('analyze', 'R0', '--steps', '1', '--set', 'model.width=32', '--set', 'eval.sequences=2', '--quiet',
      '--probe', 'band_loss').stdout.trimEnd().split('\n').slice(-3);
    assert.equal(lines[0], 'band_loss 2 x 20');
    assert.match(lines[1], /^ {2}at the end {2,}[\d.]+ /);
    assert.match(lines[2], /^ {2}everywhere {2}[\d.]+ /);
  });

  test('another sink threshold gives another sink rate', () => {
    const rate = (...epsilon) => Number(looked('--probe', 'sink_rate', '--sequences', '20', ...epsilon)[2].trim().split(' ')[0]);
    assert.ok(rate('--epsilon', '0.02') > rate('--epsilon', '0.9'));
    assert.equal(rate('--epsilon', '0.3'), rate());
    refused(2, /a number between 0 and 1, not "x"/, 'analyze', at('look.bin'), '--epsilon', 'x');
    refused(2, /between 0 and 1/, 'analyze', at('look.bin'), '--epsilon', '2');
  });

  test('what does not fit is cut with a notice; what has no token is named', () => {
    const long = good('analyze', at('look.bin'), '--prompt', 'to be or not '.repeat(20));
    assert.match(long.stderr, /260 tokens, of which the first 63 fit/);
    refused(2, /no token for "7" \(byte 3\)/, 'analyze', at('look.bin'), '--prompt', 'to 7');
    refused(2, /no input "promt".*did you mean "prompt"/, 'analyze', at('look.bin'), '--input', 'promt');
    refused(2, /no prompt yet/, 'analyze', at('look.bin'), '--input', 'prompt', '--probe', 'alpha');
    refused(2, /has its settings/, 'analyze', at('look.bin'), '--seed', '2');
    refused(2, /no probe "alfa".*"alpha"/, 'analyze', at('look.bin'), '--probe', 'alfa');
    refused(2, /a checkpoint or a preset/, 'analyze');
  });
});
