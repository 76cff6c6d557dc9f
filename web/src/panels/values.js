/** Length of each token's key and value, against the other tokens': the value drain of a sink. */
import { h } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { fixed, num, show } from '../format.js';
import { LinePlot } from '../plot/lines.js';
import { colours } from '../ui/theme.js';
import { strongestHead } from '../verdict.js';
import { Frame } from './panel.js';
import { againstOthers, groupOf } from './measure.js';
import { frontOf, numberOf, wordAt } from './window.js';

/** @typedef {import('./panel.js').Shown} Shown */

/** @param {import('./panel.js').Hands} hands @returns {import('./panel.js').Panel} */
export function valuesPanel(hands) {
  /** @type {Shown | null} */
  let now = null;
  /** @type {import('../plot/lines.js').Content} */
  let content = { x: [], ys: [], lines: [] };
  const host = h('div', { class: 'plot' });
  const plot = new LinePlot(host, {
    theme: colours, xName: t('axis_position'), format: (value) => `${show(value, 2)}×`, right: 48, sync: 'token',
    range: (_, max) => [0, Math.max(2, (max || 1) * 1.08)],
    read: (index) => {
      if (index === null) return '';
      const n = content.lines.length;
      const [key, value] = [n - 2, n - 1].map((line) => `${fixed(content.ys[line]?.[index])}×`);
      return `${t('axis_position')} ${content.x[index]} · ${t('keys')} ${key} · ${t('values')} ${value}`;
    },
  });
  const frame = new Frame(hands, {
    id: 'values', title: t('p_values'), help: t('p_values_help'), paper: t('sink_paper'),
    picture: () => plot.picture(), table: () => valueTable(now),
  });
  frame.chart.appendChild(host);
  frame.describe(host);
  let seen = '';
  return {
    id: 'values', el: frame.el, probes: ['key_norm', 'value_norm'],
    update(shown) {
      now = shown;
      frame.settle();
      const values = shown.frame?.probes.value_norm;
      const keys = shown.frame?.probes.key_norm;
      const stamp = [shown.frame?.id, shown.record?.step, shown.base, shown.view.head, values?.shape].join(' ');
      if (stamp === seen || !values || !keys) return;
      seen = stamp;
      content = draw(values, keys, chosen(shown, values.shape[1]), shown);
      plot.set(content);
      const n = content.lines.length;
      frame.summarise(t('p_values_summary', {
        value: fixed(content.ys[n - 1][frontOf(shown.run.config)]), key: fixed(content.ys[n - 2][frontOf(shown.run.config)]) }));
    },
  };
}

/** The keys and values of the head looked at, else of the strongest. @param {Shown} shown @param {number} groups */
function chosen(shown, groups) {
  const { layer, head } = shown.solo ?? (shown.record?.alpha ? strongestHead(shown.record.alpha) : { layer: 0, head: 0 });
  return { layer, head: groupOf(head, num(shown.run.config?.model?.heads) || groups, groups) };
}

/** @param {import('../types.js').Probe} values (L,H,T) @param {import('../types.js').Probe} keys (L,H,T)
 * @param {{layer: number, head: number}} at @param {Shown} shown @returns {import('../plot/lines.js').Content} */
function draw(values, keys, at, shown) {
  const [L, H, T] = values.shape;
  const c = colours();
  const first = frontOf(shown.run.config);
  /** @param {import('../types.js').Probe} probe @param {number} i */
  const row = (probe, i) => againstOthers(probe.data.subarray(i * T, (i + 1) * T), first);
  const main = at.layer * H + at.head;
  /** @type {number[][]} */
  const ys = [];
  /** @type {import('../plot/lines.js').Line[]} */
  const lines = [];
  for (let i = 0; i < L * H; i++) {
    if (i === main) continue;
    ys.push(row(values, i));
    lines.push({ label: `L${Math.floor(i / H) + 1}H${(i % H) + 1}`, colour: c.rule, width: 1, quiet: true });
  }
  ys.push(row(keys, main), row(values, main));
  lines.push({ label: t('keys'), colour: c.soft, width: 1.25 }, { label: t('values'), colour: c.ink, width: 2 });
  return {
    x: Array.from({ length: T }, (_, i) => numberOf(shown.run, i)), ys, lines,
    marks: [{ line: ys.length - 2, at: first, colour: c.soft }, { line: ys.length - 1, at: first, colour: c.accent }],
  };
}

/** @param {Shown | null} shown @returns {import('./panel.js').Table | null} */
function valueTable(shown) {
  const values = shown?.frame?.probes.value_norm;
  const keys = shown?.frame?.probes.key_norm;
  if (!shown || !values || !keys) return null;
  const [L, H, T] = values.shape;
  const heads = Array.from({ length: L * H }, (_, i) => i);
  /** @param {number} i */
  const name = (i) => `L${Math.floor(i / H) + 1}H${(i % H) + 1}`;
  return {
    columns: [t('col_position'), t('col_token'), ...heads.map((i) => `‖k‖ ${name(i)}`), ...heads.map((i) => `‖v‖ ${name(i)}`)],
    rows: Array.from({ length: T }, (_, j) => [numberOf(shown.run, j), wordAt(shown.frame, shown.run, j),
      ...heads.map((i) => show(keys.data[i * T + j])), ...heads.map((i) => show(values.data[i * T + j]))]),
  };
}
