/** Sink rate and α over steps, head by head. */
import { h } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { fixed, percent, show } from '../format.js';
import { LinePlot } from '../plot/lines.js';
import { colours, shade } from '../ui/theme.js';
import { strongestHead } from '../verdict.js';
import { Frame } from './panel.js';
import { curve, join } from './measure.js';

/** @typedef {import('./panel.js').Shown} Shown */

/** @param {import('./panel.js').Hands} hands @returns {import('./panel.js').Panel} */
export function sinkPanel(hands) {
  /** @type {Shown | null} */
  let now = null;
  /** @type {import('../plot/lines.js').Content} */
  let content = { x: [], ys: [], lines: [] };
  const host = h('div', { class: 'plot' });
  const plot = new LinePlot(host, {
    theme: colours, sync: 'step', xName: t('axis_step'), format: (value) => `${Math.round(value * 100)}%`,
    range: () => [0, 1.02],
    span: () => (now ? [0, Math.max(1, now.run.steps, now.run.step)] : null),
    read: (index) => (index === null ? '' : readAt(content, index)),
  });
  const frame = new Frame(hands, {
    id: 'sink', title: t('p_sink'), help: '', formula: t('p_sink_formula'),
    paper: t('sink_paper'), picture: () => plot.picture(), table: () => sinkTable(now),
  });
  frame.chart.appendChild(host);
  frame.describe(host);
  let seen = '';
  return {
    id: 'sink', el: frame.el, probes: ['sink_rate', 'sink_rate_head', 'alpha', 'sink_rate_slot', 'alpha_slot'],
    update(shown) {
      now = shown;
      frame.about.help = t('p_sink_help', { epsilon: percent(shown.epsilon) });
      frame.settle();
      const stamp = `${shown.metrics.length} ${shown.record?.step} ${shown.run.steps} ${shown.base} ${shown.run.source}`;
      if (stamp === seen) return;
      seen = stamp;
      content = draw(shown);
      plot.set(content);
      frame.summarise(shown.record?.alpha ? t('p_sink_summary', {
        rate: percent(shown.record.sink_rate?.[0]),
        alpha: percent(strongestHead(shown.record.alpha).share) })
        + (shown.record.sink_rate_slot ? ` ${t('p_sink_slot', { rate: percent(slotRate(shown.record)) })}` : '') : t('no_numbers'));
    },
  };
}

/** One head: α itself. Several: a thin line of sink rate each, the mean bold.
 * @param {Shown} shown @returns {import('../plot/lines.js').Content} */
function draw(shown) {
  const c = colours();
  const { metrics } = shown;
  const alpha = metrics[0]?.alpha ?? [];
  const L = alpha.length;
  const H = alpha[0]?.length ?? 0;
  /** @type {Array<Array<[number, number]>>} */
  const curves = [];
  /** @type {import('../plot/lines.js').Line[]} */
  const lines = [];
  if (L * H > 1) {
    for (let l = 0; l < L; l++) {
      for (let head = 0; head < H; head++) {
        curves.push(curve(metrics, (record) => record.sink_rate_head?.[l]?.[head]));
        lines.push({ label: `L${l + 1}H${head + 1}`, colour: shade(l, L), width: 1, quiet: true });
      }
    }
    nameHighest(curves, lines, shown.epsilon);
  }
  curves.push(curve(metrics, (record) => record.alpha && strongestHead(record.alpha).share));
  lines.push({ label: L * H > 1 ? t('alpha_best') : t('alpha'), colour: c.ink, width: 1.5, dash: [4, 3] });
  curves.push(curve(metrics, (record) => record.sink_rate?.[0]));
  lines.push({ label: t('sink_all'), colour: c.accent, width: 2.5 });
  if (metrics[0]?.sink_rate_slot) {
    curves.push(curve(metrics, slotRate));
    lines.push({ label: t('sink_slot'), colour: c.ink, width: 2.5, dash: [2, 3] });
  }
  const { x, ys } = join(curves);
  return { x, ys, lines,
    rules: [{ label: `ε ${fixed(shown.epsilon, 1)}`, value: shown.epsilon, colour: c.muted }] };
}

/** @param {import('../types.js').Metric} record */
function slotRate(record) {
  return record.sink_rate_slot?.[0];
}

/** The two heads that stand highest are named. @param {Array<Array<[number, number]>>} curves
 * @param {import('../plot/lines.js').Line[]} lines @param {number} least */
function nameHighest(curves, lines, least) {
  const last = curves.map((points, i) => ({ i, value: points[points.length - 1]?.[1] ?? 0 }));
  last.sort((a, b) => b.value - a.value);
  for (const { i, value } of last.slice(0, 2)) if (value >= least) lines[i].quiet = false;
}

/** @param {import('../plot/lines.js').Content} content @param {number} index */
function readAt(content, index) {
  const parts = [`${t('axis_step')} ${content.x[index]}`];
  content.lines.forEach((line, i) => {
    const value = content.ys[i][index];
    if (value !== null && value !== undefined && !line.quiet) parts.push(`${line.label} ${percent(value)}`);
  });
  return parts.join(' · ');
}

/** @param {Shown | null} shown @returns {import('./panel.js').Table | null} */
function sinkTable(shown) {
  if (!shown?.metrics.length) return null;
  const alpha = shown.metrics[0].alpha ?? [];
  const heads = alpha.flatMap((row, l) => row.map((_, head) => ({ l, head, name: `L${l + 1}H${head + 1}` })));
  const slot = shown.metrics[0].sink_rate_slot ? heads : [];
  return {
    columns: [t('col_step'), ...slot.slice(0, 1).map(() => t('col_sink_slot')), 'Sink₁', 'Sink₂', 'Sink₃', 'Sink₄',
      ...slot.map((one) => t('col_alpha_slot', { head: one.name })), ...heads.map((one) => `Sink₁ ${one.name}`), ...heads.map((one) => `α ${one.name}`)],
    rows: shown.metrics.map((record) => [record.step, ...slot.slice(0, 1).map(() => show(slotRate(record))),
      ...[0, 1, 2, 3].map((k) => show(record.sink_rate?.[k])),
      ...slot.map((one) => show(record.alpha_slot?.[one.l]?.[one.head])),
      ...heads.map((one) => show(record.sink_rate_head?.[one.l]?.[one.head])),
      ...heads.map((one) => show(record.alpha?.[one.l]?.[one.head]))]),
  };
}
