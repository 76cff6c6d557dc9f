/** Loss over steps, with what guessing would cost. */
import { h } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { fixed, num, show } from '../format.js';
import { LinePlot } from '../plot/lines.js';
import { colours } from '../ui/theme.js';
import { display } from '../form/model.js';
import { Frame } from './panel.js';
import { curve, join, thin } from './measure.js';

/** @typedef {import('./panel.js').Shown} Shown */

const POINTS = 600;

/** @param {import('./panel.js').Hands} hands @returns {import('./panel.js').Panel} */
export function lossPanel(hands) {
  /** @type {Shown | null} */
  let now = null;
  /** @type {import('../plot/lines.js').Content} */
  let content = { x: [], ys: [], lines: [] };
  const host = h('div', { class: 'plot' });
  const plot = new LinePlot(host, {
    theme: colours, sync: 'step', xName: t('axis_step'), format: (value) => show(value, 2),
    range: (min, max) => span(min, max, now),
    span: () => (now ? [0, Math.max(1, now.run.steps, now.run.step)] : null),
    read: (index) => (index === null ? '' : readAt(content, index)),
  });
  const frame = new Frame(hands, {
    id: 'loss', title: t('p_loss'), help: t('p_loss_help'),
    picture: () => plot.picture(), table: () => lossTable(now), data: () => lossTable(now, true),
  });
  frame.chart.appendChild(host);
  frame.describe(host);
  let seen = '';
  return {
    id: 'loss', el: frame.el, probes: [],
    update(shown) {
      now = shown;
      const stamp = [shown.losses.length, shown.metrics.length, shown.run.steps, shown.base,
        shown.run.source, shown.frame?.step, shown.changes.map((one) => `${one.step} ${one.to}`)].join(' ');
      frame.settle();
      if (stamp === seen) return;
      seen = stamp;
      content = draw(shown);
      plot.set(content);
      const last = shown.losses[shown.losses.length - 1]?.[1] ?? shown.record?.train_loss;
      const told = shown.changes[shown.changes.length - 1];
      const numbers = shown.record ? t(Number.isFinite(num(last)) ? 'p_loss_summary' : 'p_loss_summary0', {
        valid: fixed(shown.record.valid_loss), train: fixed(last) }) : t('no_numbers');
      frame.summarise(told ? `${numbers} ${t('p_loss_changed', { label: told.control.label, value: display(told.control, told.to), step: told.step })}` : numbers);
    },
  };
}

/** @param {Shown} shown @returns {import('../plot/lines.js').Content} */
function draw(shown) {
  const c = colours();
  const train = shown.losses.length ? thin(shown.losses, POINTS)
    : curve(shown.metrics, (record) => record.train_loss);
  const { x, ys } = join([train, curve(shown.metrics, (record) => record.valid_loss)]);
  return {
    x, ys,
    lines: [{ label: t('train_loss'), colour: c.soft, width: 1.25, quiet: true },
      { label: t('valid_loss'), colour: c.ink, width: 2 }],
    rules: baselines(shown).map(([label, value]) => ({ label, value, colour: c.muted })),
    ticks: shown.changes.map(({ step, control, to }) => ({ x: step, label: `${control.label} ${display(control, to)}` })),
  };
}

/** @param {Shown} shown @returns {Array<[string, number]>} */
function baselines(shown) {
  const known = shown.run.data?.baselines ?? {};
  /** @type {Array<[string, number]>} */
  const out = [];
  for (const id of /** @type {const} */ (['uniform', 'unigram', 'bigram'])) {
    const value = num(known[id]);
    if (Number.isFinite(value)) out.push([t(id), value]);
  }
  return out;
}

/** All baselines fit; a loss that explodes does not flatten the rest.
 * @param {number} min @param {number} max @param {Shown | null} shown @returns {[number, number]} */
function span(min, max, shown) {
  const marks = shown ? baselines(shown).map(([, value]) => value) : [];
  const low = Math.min(min ?? Infinity, ...marks);
  const top = Math.max(...marks, 0.1);
  const high = Math.max(Math.min(max ?? 0, 2 * top), top);
  const from = Number.isFinite(low) ? low : 0;
  const room = 0.06 * (high - from || 1);
  return [Math.max(0, from - room), high + room];
}

/** @param {import('../plot/lines.js').Content} content @param {number} index */
function readAt(content, index) {
  const parts = [`${t('axis_step')} ${content.x[index]}`];
  content.lines.forEach((line, i) => {
    const value = content.ys[i][index];
    if (value !== null && value !== undefined) parts.push(`${line.label} ${fixed(value)}`);
  });
  return parts.join(' · ');
}

/** @param {Shown | null} shown @param {boolean} [all] every step's training loss too
 * @returns {import('./panel.js').Table | null} */
function lossTable(shown, all = false) {
  if (!shown) return null;
  const columns = [t('col_step'), t('train_loss'), t('valid_loss')];
  if (!all || !shown.losses.length) {
    return { columns, rows: shown.metrics.map((record) =>
      [record.step, show(record.train_loss, 4), show(record.valid_loss, 4)]) };
  }
  const valid = new Map(shown.metrics.map((record) => [record.step, num(record.valid_loss)]));
  return { columns, rows: shown.losses.map(([step, loss]) => [step, loss, valid.get(step) ?? '']) };
}
