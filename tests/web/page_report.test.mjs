// The report: asked for once at each evaluation while it is read, and never of another run.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Reporter, reportText } from '../../web/src/lab/report.js';

/** A page whose engine answers when it is told to. */
function bench() {
  const asked = [];
  const app = {
    run: { source: 'live', status: 'running', step: 0, metrics: [] }, drawn: 0,
    changed() { app.drawn++; },
    client: { report: () => new Promise((resolve, reject) => asked.push({ resolve, reject })) },
  };
  const reporter = new Reporter(app);
  const measure = (step) => {
    app.run.step = step;
    app.run.metrics.push({ step });
    reporter.update();
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { app, asked, reporter, measure, settle };
}

const report = (step) => ({ step, verdict: 'none', lines: [{ about: 'verdict', text: `At ${step}.` }], births: [] });

test('a report is asked for at evaluations only, one at a time', async () => {
  const b = bench();
  b.reporter.update();
  assert.equal(b.asked.length, 0, 'nothing is measured yet');
  b.measure(10);
  for (let i = 0; i < 5; i++) b.reporter.update();
  assert.equal(b.asked.length, 1);
  b.measure(20);
  assert.equal(b.asked.length, 1, 'the first is still being written');
  b.asked[0].resolve(report(10));
  await b.settle();
  assert.equal(b.reporter.report.step, 10);
  assert.equal(b.app.drawn, 1);
  b.reporter.update();
  b.asked[1].resolve(report(20));
  await b.settle();
  b.reporter.update();
  assert.equal(b.reporter.report.step, 20);
  assert.equal(b.asked.length, 2);
});

test('a new run begins without a report, and an answer about the old one is dropped', async () => {
  const b = bench();
  b.measure(10);
  b.app.run.metrics = [];
  b.app.run.step = 0;
  b.reporter.update();
  b.asked[0].resolve(report(10));
  await b.settle();
  assert.equal(b.reporter.report, null);
  b.measure(5);
  b.asked[1].resolve(report(5));
  await b.settle();
  assert.equal(b.reporter.report.step, 5);
});

test('a recording and a lab that is gone are not asked; a checkpoint without measurements is', async () => {
  const b = bench();
  b.app.run.source = 'recorded';
  b.measure(10);
  b.app.run.source = 'live';
  b.app.run.status = 'failed';
  b.reporter.update();
  assert.equal(b.asked.length, 0);
  Object.assign(b.app.run, { status: 'ready', step: 40, metrics: [] });
  b.reporter.update();
  b.reporter.update();
  assert.equal(b.asked.length, 1);
});

test('what the engine refuses is said, and asked again at the next evaluation', async () => {
  const b = bench();
  b.measure(10);
  b.asked[0].reject(Object.assign(new Error('No.'), { code: 'state' }));
  await b.settle();
  assert.equal(b.reporter.refusal, 'No.');
  b.reporter.update();
  assert.equal(b.asked.length, 1);
  b.measure(20);
  b.asked[1].resolve(report(20));
  await b.settle();
  assert.equal(b.reporter.refusal, '');
});

test('the report as text: head, lines, births', () => {
  const births = [{ step: 80, what: 'sink', layer: 0, head: 0, text: 'Step 80: head 1.' }];
  const text = reportText({ ...report(90), births });
  assert.match(text, /step 90\.\n\nAt 90\.\n\n[^\n]+:\n- Step 80: head 1\.\n$/);
  assert.doesNotMatch(reportText(report(90)), /- /);
});
