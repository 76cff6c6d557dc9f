/** Length of each token's state, layer by layer. */
import { h } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { fixed, num, show } from '../format.js';
import { LinePlot } from '../plot/lines.js';
import { colours, shade } from '../ui/theme.js';
import { layerName } from '../say.js';
import { Frame } from './panel.js';
import { numberOf, wordAt } from './window.js';

/** @typedef {import('./panel.js').Shown} Shown */

/** The layer whose first token stands out most. @param {Shown} shown */
function peak(shown) {
  let best = { layer: 0, ratio: NaN };
  (shown.record?.norm_ratio ?? []).forEach((value, layer) => {
    const ratio = num(value);
    if (!(ratio <= best.ratio)) best = { layer, ratio };
  });
  return best;
}

/** @param {import('./panel.js').Hands} hands @returns {import('./panel.js').Panel} */
export function residualPanel(hands) {
  /** @type {Shown | null} */
  let now = null;
  /** @type {import('../plot/lines.js').Content} */
  let content = { x: [], ys: [], lines: [] };
  const host = h('div', { class: 'plot' });
  const plot = new LinePlot(host, {
    theme: colours, xName: t('axis_position'), format: (value) => show(value, 2), right: 82, sync: 'token',
    range: (_, max) => [0, (max || 1) * 1.08],
    read: (index) => {
      if (index === null) return '';
      const last = content.lines.length - 1;
      return `${t('axis_position')} ${Number(content.x[index])} · ${[0, last].filter((i, at, all) => all.indexOf(i) === at)
        .map((i) => `${content.lines[i]?.label} ${show(content.ys[i]?.[index])}`).join(' · ')}`;
    },
  });
  const frame = new Frame(hands, {
    id: 'residual', title: t('p_residual'), help: t('p_residual_help'), paper: t('p_layers_paper'),
    picture: () => plot.picture(), table: () => normTable(now),
  });
  frame.chart.appendChild(host);
  frame.describe(host);
  let seen = '';
  return {
    id: 'residual', el: frame.el, probes: ['hidden_norm'],
    update(shown) {
      now = shown;
      frame.settle();
      const norms = shown.frame?.probes.hidden_norm;
      const stamp = `${shown.frame?.id} ${shown.record?.step} ${shown.base} ${norms?.shape}`;
      if (stamp === seen || !norms) return;
      seen = stamp;
      content = draw(norms, shown.run);
      plot.set(content);
      const top = peak(shown);
      frame.summarise(Number.isFinite(top.ratio) ? t('p_residual_summary', {
        ratio: fixed(top.ratio, 1), where: top.layer === 0 ? t('as_embedded') : layerName(top.layer) }) : t('no_numbers'));
    },
  };
}

/** @param {import('../types.js').Probe} norms (L+1,T) @param {import('../types.js').Run} run @returns {import('../plot/lines.js').Content} */
function draw(norms, run) {
  const [rows, T] = norms.shape;
  const c = colours();
  /** @type {number[][]} */
  const ys = [];
  /** @type {import('../plot/lines.js').Line[]} */
  const lines = [];
  /** @type {import('../plot/lines.js').Mark[]} */
  const marks = [];
  for (let l = 0; l < rows; l++) {
    ys.push(Array.from(norms.data.subarray(l * T, (l + 1) * T)));
    lines.push({ label: layerName(l), colour: shade(l, rows), width: l === rows - 1 ? 1.75 : 1.25,
      quiet: rows > 4 && l > 0 && l < rows - 1 });
    marks.push({ line: l, at: 0, colour: c.accent });
  }
  return { x: Array.from({ length: T }, (_, i) => numberOf(run, i)), ys, lines, marks };
}

/** @param {Shown | null} shown @returns {import('./panel.js').Table | null} */
function normTable(shown) {
  const norms = shown?.frame?.probes.hidden_norm;
  if (!shown || !norms) return null;
  const [rows, T] = norms.shape;
  const layers = Array.from({ length: rows }, (_, l) => l);
  return {
    columns: [t('col_position'), t('col_token'), ...layers.map(layerName)],
    rows: Array.from({ length: T }, (_, i) => [numberOf(shown.run, i), wordAt(shown.frame, shown.run, i),
      ...layers.map((l) => show(norms.data[l * T + i]))]),
  };
}
