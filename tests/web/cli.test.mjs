// The command line, as one uses it: build/sinklab is run and looked at from outside.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { at, folder, good, program, read, refused, root, sinklab, SMALL } from './cli_program.mjs';

const PRESETS = ['R0', 'R1', 'R2', 'R2b', 'R2c', 'R3', 'R3s'];

/** A small run's file, and another made from it. */
function runFile(name, ...more) {
  good('train', ...SMALL, '--quiet', '--json', at(name), ...more);
  return read(name);
}
function altered(name, change) {
  const run = structuredClone(read('run.json'));
  const out = change(run) ?? run;
  writeFileSync(at(name), typeof out === 'string' ? out : JSON.stringify(out));
  return at(name);
}

describe('what it says of itself', () => {
  test('help lists every setting, row and option', () => {
    const help = good('--help').stdout;
    const registry = JSON.parse(good('registry', '--json').stdout);
    for (const section of registry.config.params.filter((p) => p.section)) {
      for (const p of section.section.params) assert.ok(help.includes(` ${section.key}.${p.key} `), p.key);
    }
    for (const family of Object.values(registry.families)) {
      for (const row of family.rows) assert.match(help, new RegExp(`^  ${row.id} `, 'm'));
    }
    for (const option of ['--preset', '--set', '--workers', '--resume']) assert.ok(help.includes(option));
    assert.deepEqual(help.split('\n').filter((line) => [...line].length > 110), []);
    assert.equal(good('help').stdout, help);
    assert.equal(good('train', '--help').stdout, help);
  });

  test('version, registry and reference', () => {
    assert.match(good('version').stdout, /^sinklab \d+\.\d+\.\d+ /);
    const markdown = good('registry').stdout;
    assert.match(markdown, /^# Settings\n/);
    assert.ok(good('docs').stdout.includes(markdown));
    good('docs', '--out', at('docs'));
    assert.equal(readFileSync(at('docs/settings.md'), 'utf8'), markdown);
    for (const id of PRESETS) assert.ok(readFileSync(at('docs/command-line.md'), 'utf8').includes(`\`${id}\``));
  });

  test('presets are listed, resolve and say what to watch', () => {
    const list = good('presets').stdout;
    for (const id of PRESETS) {
      const preset = JSON.parse(readFileSync(path.join(root, 'models', 'presets', `${id}.json`), 'utf8'));
      assert.ok(list.includes(preset.name) && list.includes(preset.note));
      assert.match(good('estimate', '--preset', id).stdout, /^parameters +\d+\n/);
    }
  });

  test('parameter counts are those of the recipes', () => {
    const parameters = (id) => Number(/^parameters +(\d+)/.exec(good('estimate', '--preset', id).stdout)[1]);
    assert.ok(Math.abs(parameters('R1') - 18000) < 1000);
    assert.ok(Math.abs(parameters('R2') - 107000) < 1000);
    assert.ok(Math.abs(parameters('R3') - 400000) < 50000);
  });
});

describe('settings', () => {
  const resolved = (...args) => {
    good('train', ...SMALL, '--steps', '1', '--quiet', '--json', at('set.json'), ...args);
    return read('set.json').config;
  };

  test('a value is JSON where it reads as JSON, else a string', () => {
    const config = resolved('--set', 'model.width=16', '--set', 'model.init_residual=true', '--set',
      'data.corpus.triggers= ab', '--set', 'train.lr=2.5e-1', '--set', 'model.position={"type":"rotary","base":50}');
    assert.equal(config.model.width, 16);
    assert.equal(config.model.init_residual, true);
    assert.equal(config.data.corpus.triggers, ' ab');
    assert.equal(config.train.lr, 0.25);
    assert.deepEqual(config.model.position, { type: 'rotary', base: 50, fraction: 1 });
  });

  test('a row that is named takes its defaults; settings go into it', () => {
    const config = resolved('--set', 'train.optimiser=adamw', '--set', 'train.optimiser.decay=0.5');
    assert.equal(config.train.optimiser.type, 'adamw');
    assert.equal(config.train.optimiser.decay, 0.5);
    assert.equal('momentum' in config.train.optimiser, false);
    assert.equal(resolved('--set', 'train.optimiser.type=adamw').train.optimiser.type, 'adamw');
    const docs = resolved('--set', 'data.corpus=backcopy_docs', '--set', 'data.packing=intra_bos', '--set',
      'data.packing.restart_positions=true');
    assert.equal(docs.data.packing.type, 'intra_bos');
    assert.equal(docs.data.packing.restart_positions, true);
  });

  test('seeds keep all their digits', () => {
    assert.equal(resolved('--seed', '1234567890123456789').seed, '1234567890123456789');
    assert.equal(resolved('--set', 'seed=42').seed, '42');
  });

  test('the last word counts, and files do as presets', () => {
    assert.equal(resolved('--set', 'train.lr=0.1', '--set', 'train.lr=0.2').train.lr, 0.2);
    writeFileSync(at('bare.json'), '{"train":{"steps":1,"batch":4},"eval":{"sequences":2}}');
    good('train', '--preset', at('bare.json'), '--quiet', '--json', at('bare-run.json'));
    assert.equal(read('bare-run.json').config.train.batch, 4);
    good('train', '--preset', at('bare-run.json'), '--quiet', '--json', at('again.json'));
    assert.deepEqual(read('again.json'), read('bare-run.json'));
  });

  test('what the engine refuses comes through with the place', () => {
    refused(2, /model\.widht.*did you mean "width"/, 'train', '--preset', 'R0', '--set', 'model.widht=3');
    refused(2, /model\.width must be a number/, 'train', '--preset', 'R0', '--set', 'model.width.x=3');
    refused(2, /train\.steps is 0/, 'train', '--preset', 'R0', '--steps', '0');
    refused(2, /seed/, 'train', '--preset', 'R0', '--seed', 'abc');
    refused(2, /data\.packing/, 'train', '--preset', 'R0', '--set', 'data.packing=intra_bos');
    refused(2, /deeper/, 'train', '--preset', 'R0', '--set', `${'a.'.repeat(40)}b=1`);
    refused(3, /limit is 1\.0 MB/, 'train', '--preset', 'R3', '--limit', '1');
  });
});

describe('bad input', () => {
  const cases = [
    [/Say what to do/],
    [/did you mean "train"/, 'trian'],
    [/Say what to run/, 'train'],
    [/no preset and no file "R9"/, 'train', '--preset', 'R9'],
    [/did you mean --steps/, 'train', '--preset', 'R0', '--stepz', '3'],
    [/--workers must be a whole number/, 'train', '--preset', 'R0', '--workers', '0'],
    [/--workers must be a whole number/, 'train', '--preset', 'R0', '--workers', '99999999999999999999'],
    [/--workers needs a value/, 'train', '--preset', 'R0', '--workers'],
    [/--set takes PATH=VALUE/, 'train', '--preset', 'R0', '--set', 'model.width'],
    [/is no path/, 'train', '--preset', 'R0', '--set', 'model..width=3'],
    [/takes no argument/, 'train', '--preset', 'R0', 'R1'],
    [/needs a run file/, 'replay'],
    [/No such file/, 'replay', 'nowhere.json'],
    [/is a folder/, 'replay', '.'],
    [/is a folder/, 'train', '--preset', 'R0', '--json', '.'],
    [/cannot be written/, 'train', '--preset', 'R0', '--json', 'no/such/folder.json'],
    [/cannot be written/, 'train', '--preset', 'R0', '--checkpoint', 'no/such/folder.bin'],
    [/leave out --preset/, 'train', '--preset', 'R0', '--resume', 'x'],
    [/--text is read by the corpus "text" only/, 'train', '--preset', 'R0', '--text', 'bad.txt'],
    [/give it with --text/, 'train', '--preset', 'R0', '--set', 'data.corpus=text'],
    [/UTF-8/, 'train', '--preset', 'R0', '--set', 'data.corpus=text', '--text', 'bad.txt'],
    [/checkpoint/, 'train', '--resume', 'bad.txt'],
    [/not valid JSON/, 'train', '--preset', 'bad.txt'],
    [/holds a list/, 'train', '--preset', 'list.json'],
    [/longer than/, 'train', '--preset', '/dev/zero'],
  ];
  for (const [sentence, ...args] of cases) {
    test(`sinklab ${args.join(' ').slice(0, 60)}`, () => {
      writeFileSync(at('bad.txt'), Buffer.from([0x61, 0xff, 0xfe]));
      writeFileSync(at('list.json'), '[1]');
      refused(2, sentence, ...args);
    });
  }

  test('names from outside cannot write to the terminal', () => {
    refused(2, /"a\?\[31m\?b"/, 'train', '--preset', 'a\x1b[31m\nb');
  });
});

describe('training and replay', () => {
  before(() => runFile('run.json'));

  test('the run file tells the run', () => {
    const run = read('run.json');
    assert.equal(run.sinklab, 1);
    assert.equal(run.seed, run.config.seed);
    assert.deepEqual(run.fingerprint.map((f) => f.step), [0, 10, 20, 30]);
    assert.deepEqual(run.metrics.map((m) => m.step), [0, 10, 20, 30]);
    for (const f of run.fingerprint) assert.match(f.hash, /^[0-9a-f]{16}$/);
  });

  test('the same bits with any number of workers', () => {
    for (const workers of ['1', '2', '3', '4', '64']) {
      runFile('workers.json', '--workers', workers);
      assert.equal(readFileSync(at('workers.json'), 'utf8'), readFileSync(at('run.json'), 'utf8'));
    }
  });

  test('progress on stderr, the summary on stdout, nothing half-written left', () => {
    const { stdout, stderr } = good('train', ...SMALL);
    assert.deepEqual(stderr.trim().split('\n').map((line) => line.trim().split(/\s+/)[1]),
      ['0/30', '10/30', '20/30', '30/30']);
    for (const word of ['sink rate', 'k=4', 'alpha', 'value ratio', 'norm ratio', 'max / median', 'loss', 'fingerprint']) {
      assert.ok(stdout.includes(word), word);
    }
    assert.ok(stdout.includes(read('run.json').fingerprint.at(-1).hash));
    assert.equal(good('train', ...SMALL, '--quiet').stderr, '');
    assert.deepEqual(readdirSync(folder).filter((name) => /\.[A-Za-z0-9]{6}$/.test(name)), []);
    const docs = good('train', '--preset', 'R2b', '--steps', '1', '--set', 'eval.sequences=2', '--quiet').stdout;
    assert.match(docs, /BOS \+ text [\d.]+, text [\d.]+/);
  });

  test('a new file has the usual mode; an existing one keeps its own, and a link stays a link', () => {
    assert.equal(statSync(at('run.json')).mode & 0o777, 0o666 & ~process.umask());
    writeFileSync(at('mine.json'), '', { mode: 0o640 });
    symlinkSync(at('mine.json'), at('link.json'));
    runFile('link.json');
    assert.ok(lstatSync(at('link.json')).isSymbolicLink());
    assert.equal(statSync(at('mine.json')).mode & 0o777, 0o640);
    assert.deepEqual(read('mine.json'), read('run.json'));
  });

  test('a replay agrees', () => {
    const { stdout } = good('replay', at('run.json'), '--quiet');
    assert.match(stdout, /^OK: 4 fingerprints and 4 records agree, to step 30\.\n$/);
    assert.match(good('replay', at('run.json'), '--workers', '3').stdout, /^OK: /);
  });

  test('a replay agrees with a file that says less, or is laid out anew', () => {
    const less = altered('less.json', (run) => {
      run.fingerprint = [run.fingerprint[1]];
      run.metrics = [];
      return JSON.stringify(run, null, 2);
    });
    assert.match(good('replay', less, '--quiet').stdout, /^OK: 1 fingerprint and 0 records agree, to step 10\.\n$/);
    const some = altered('some.json', (run) => {
      run.metrics = run.metrics.filter((m) => m.step === 20);
      run.fingerprint.splice(1, 1);
    });
    assert.match(good('replay', some, '--quiet').stdout, /^OK: 3 fingerprints and 1 record agree/);
  });

  const forged = {
    'a fingerprint': [20, (run) => { run.fingerprint[2].hash = '0123456789abcdef'; }],
    'a measurement': [20, (run) => { run.metrics[2].sink_rate[0] = 0.9; }],
    'the last digit of a measurement': [10, (run) => { run.metrics[1].valid_loss += 1e-15; }],
    'a number instead of "nan"': [0, (run) => { run.metrics[0].train_loss = 4; }],
    'a part that is missing': [10, (run) => { delete run.metrics[1].alpha; }],
    'a part too many': [10, (run) => { run.metrics[1].alpha.push([0.5]); }],
    'the learning rate': [10, (run) => { run.config.train.lr = 0.5; }],
    'the seed': [0, (run) => { run.seed = run.config.seed = '2'; }],
    'a run said to have diverged': [30, (run) => { run.diverged = { step: 30, tensor: 'loss' }; }],
    'measurements behind the last fingerprint': [30, (run) => {
      run.fingerprint.length = 1;
      run.metrics[3].sink_rate[0] = 0.9;
    }],
  };
  for (const [name, [step, change]] of Object.entries(forged)) {
    test(`a forged file is found: ${name}`, () => {
      const { status, stdout } = sinklab('replay', altered('forged.json', change), '--quiet');
      assert.match(stdout, new RegExp(`^DIFFERS at step ${step}: [^\n]*\n$`));
      assert.equal(status, 1);
    });
  }

  const broken = {
    'cut short': [/not valid JSON/, (run) => JSON.stringify(run).slice(0, 700)],
    'with more behind its end': [/after the end/, (run) => `${JSON.stringify(run)} {}`],
    'of another kind': [/"sinklab": 1/, () => ({ name: 'R0' })],
    'without settings': [/no "config"/, (run) => { delete run.config; }],
    'without fingerprints': [/no "fingerprint"/, (run) => { run.fingerprint = []; }],
    'with a hash that is none': [/16 hexadecimal/, (run) => { run.fingerprint[1].hash = 'xyz'; }],
    'with steps in disorder': [/rising/, (run) => { run.metrics.reverse(); }],
    'with steps behind its end': [/after its "train\.steps"/, (run) => { run.fingerprint[3].step = 31; }],
    'with two seeds': [/"seed"/, (run) => { run.seed = '2'; }],
    'with an unknown setting': [/model\.wdith/, (run) => { run.config.model.wdith = 3; }],
    'of mixed arithmetic': [/arithmetic/, (run) => { run.arithmetic = 'mixed'; }],
    'of an unknown arithmetic': [/arithmetic/, (run) => { run.arithmetic = 'exact'; }],
  };
  for (const [name, [sentence, change]] of Object.entries(broken)) {
    test(`a file ${name} is refused`, () => {
      refused(2, sentence, 'replay', altered('broken.json', change), '--quiet');
    });
  }

  test('settings that change on the way are recorded, replayed and resumed', () => {
    const set = ['--set-at', '12:train.lr=0.1', '--set-at', '5:train.optimiser.momentum=0.5', '--set-at', '12:train.l2=1e-3'];
    const run = runFile('changed.json', ...set);
    assert.deepEqual(run.changes, [{ step: 5, path: 'train.optimiser.momentum', value: 0.5 },
      { step: 12, path: 'train.lr', value: 0.1 }, { step: 12, path: 'train.l2', value: 0.001 }]);
    assert.notDeepEqual(run.fingerprint.at(-1), read('run.json').fingerprint.at(-1));
    assert.deepEqual(run.config, read('run.json').config);
    assert.match(good('replay', at('changed.json'), '--quiet').stdout, /^OK: 4 /);
    assert.match(good('replay', at('changed.json'), '--quiet', '--workers', '3').stdout, /^OK: 4 /);
    const other = structuredClone(run);
    other.changes[1].value = 0.2;
    writeFileSync(at('forged-change.json'), JSON.stringify(other));
    assert.equal(sinklab('replay', at('forged-change.json'), '--quiet').status, 1);
    for (const changes of [{}, [1], [{ step: 1, path: 'train.lr' }], [{ step: -1, path: 'train.lr', value: 1 }],
      [{ step: 3, path: 'train.lr', value: 1 }, { step: 2, path: 'train.lr', value: 1 }]]) {
      writeFileSync(at('bad-change.json'), JSON.stringify({ ...run, changes }));
      refused(2, /"changes" is not a list/, 'replay', at('bad-change.json'), '--quiet');
    }
    writeFileSync(at('bad-change.json'), JSON.stringify({ ...run, changes: [{ step: 1, path: 'train.batch', value: 1 }] }));
    refused(2, /train\.batch.*no setting that can change/, 'replay', at('bad-change.json'), '--quiet');
  });

  test('a change that cannot be made is said before training', () => {
    const bad = (set, sentence) => refused(2, sentence, 'train', ...SMALL, '--quiet', '--set-at', set);
    for (const set of ['x', '5', '5:train.lr', ':train.lr=1', '-1:train.lr=1', '5:=1', '5:train.lr=', '5:train.lr=1x', '5.5:train.lr=1']) {
      bad(set, /--set-at takes STEP:PATH=NUMBER/);
    }
    bad('5:train.lrr=1', /"train\.lrr" is no setting that can change.*train\.lr, train\.optimiser\.momentum/);
    bad('5:train.lr=1e9', /train\.lr is 1000000000; it must be between/);
    bad('30:train.lr=1', /--set-at names step 30/);
  });

  test('a run on the user\'s own text replays with that text only', () => {
    const text = 'The cat sat on the mat, and the rat sat on the cat.\n'.repeat(40);
    writeFileSync(at('own.txt'), text);
    writeFileSync(at('other.txt'), text.replace('rat', 'bat'));
    good('train', ...SMALL, '--set', 'data.corpus=text', '--text', at('own.txt'), '--quiet', '--json', at('text.json'));
    assert.match(good('replay', at('text.json'), '--text', at('own.txt'), '--quiet').stdout, /^OK: 4 /);
    refused(2, /another text/, 'replay', at('text.json'), '--text', at('other.txt'));
    refused(2, /--text/, 'replay', at('text.json'));
  });

  test('a run that diverges says so, keeps its last good state, and replays', () => {
    const wild = ['model.init_embedding=4', 'model.init_matrix=1', 'train.lr=100', 'train.clip=0',
      'train.optimiser.momentum=0.999', 'train.optimiser.decay=10'].flatMap((s) => ['--set', s]);
    const { status, stderr } = sinklab('train', '--preset', 'R0', ...wild, '--quiet', '--json', at('wild.json'),
      '--checkpoint', at('wild.bin'));
    assert.equal(status, 1);
    assert.match(stderr, /^sinklab: The run diverged at step \d+[^\n]*\n$/);
    const run = read('wild.json');
    assert.equal(run.step, run.diverged.step - 1);
    assert.ok(existsSync(at('wild.bin')));
    assert.match(good('replay', at('wild.json'), '--quiet').stdout, new RegExp(`to step ${run.diverged.step}\\.`));
    run.diverged.step++;
    writeFileSync(at('wild.json'), JSON.stringify(run));
    assert.equal(sinklab('replay', at('wild.json'), '--quiet').status, 1);
  });
});

describe('checkpoints', () => {
  /** Ctrl-C once the run has said something. */
  function interrupt(signal, args) {
    return new Promise((resolve) => {
      const child = spawn(program, args, { cwd: folder });
      let said = '';
      child.stderr.on('data', (data) => {
        if (!/ 20\/\d/.test(said) && / 20\/\d/.test(said + data)) child.kill(signal);
        said += data;
      });
      child.on('close', (status, by) => resolve({ status: status ?? by, said }));
    });
  }
  const LONG = [...SMALL, '--steps', '400', '--set', 'eval.every=10'];

  test('Ctrl-C finishes the step, saves, and the run goes on as if nothing had been', async () => {
    good('train', ...LONG, '--quiet', '--json', at('whole.json'));
    const { status, said } = await interrupt('SIGINT', ['train', ...LONG, '--checkpoint', at('part.bin'), '--json', at('part.json')]);
    assert.equal(status, 130, said);
    assert.match(said, /sinklab: Stopped after step \d+; --resume \S+ goes on from there\.\n$/);
    const part = read('part.json');
    assert.ok(part.step >= 20 && part.step < 400);
    assert.match(good('replay', at('part.json'), '--quiet').stdout, /^OK/);
    good('train', '--resume', at('part.bin'), '--quiet', '--json', at('rest.json'), '--checkpoint', at('part.bin'));
    assert.deepEqual(read('rest.json'), read('whole.json'));
    assert.match(good('train', '--resume', at('part.bin'), '--quiet').stdout, /^steps +400 of 400\n/);
  });

  test('settings that changed before a stop and change after it make one run', async () => {
    const [early, late] = [['--set-at', '10:train.lr=0.1'], ['--set-at', '390:train.lr=0.01']];
    good('train', ...LONG, ...early, ...late, '--quiet', '--json', at('whole.json'));
    const { said } = await interrupt('SIGINT', ['train', ...LONG, ...early, ...late, '--checkpoint', at('part.bin')]);
    assert.match(said, /Stopped after step/);
    refused(2, /--set-at names step 10, and this run goes from step/, 'train', '--resume', at('part.bin'), ...early, '--quiet');
    good('train', '--resume', at('part.bin'), ...late, '--quiet', '--json', at('rest.json'));
    assert.equal(read('rest.json').changes.length, 2);
    assert.deepEqual(read('rest.json'), read('whole.json'));
  });

  test('without --checkpoint it says that nothing was saved', async () => {
    const { status, said } = await interrupt('SIGTERM', ['train', ...LONG]);
    assert.equal(status, 143);
    assert.match(said, /--checkpoint was not given\.\n$/);
  });

  test('a folder that vanishes: a sentence and status 3', async () => {
    mkdirSync(at('gone'));
    const child = spawn(program, ['train', ...LONG, '--checkpoint', at('gone/run.bin')], { cwd: folder });
    let said = '';
    child.stderr.on('data', (data) => {
      if (!said) rmSync(at('gone'), { recursive: true });
      said += data;
    });
    assert.equal(await new Promise((resolve) => { child.on('close', resolve); }), 3);
    assert.match(said, /sinklab: The checkpoint "[^"]*" cannot be written/);
  });

  test('every cut and changed checkpoint is refused or harmless', () => {
    good('train', ...SMALL, '--steps', '2', '--quiet', '--checkpoint', at('small.bin'));
    const bytes = readFileSync(at('small.bin'));
    for (let i = 0; i < 24; i++) {
      writeFileSync(at('cut.bin'), bytes.subarray(0, Math.floor((bytes.length * i) / 24)));
      refused(2, /./, 'train', '--resume', at('cut.bin'));
      const changed = Buffer.from(bytes);
      changed[Math.floor((bytes.length * (i + 0.5)) / 24)] ^= 1 << i % 8;
      writeFileSync(at('changed.bin'), changed);
      const { status } = sinklab('train', '--resume', at('changed.bin'), '--quiet');
      assert.ok(status === 2 || status === 0, `byte of part ${i}: ${status}`);
    }
  });
});
