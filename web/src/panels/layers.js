/** Layer by layer: does the first token's state stand out, and in which dimensions. */
import { h } from '../ui/dom.js';
import { t } from '../strings/index.js';
import { num, show } from '../format.js';
import { layerName } from '../say.js';
import { Frame } from './panel.js';

/** @typedef {import('./panel.js').Shown} Shown */
/** @typedef {Array<{dim: number, value: number}>} Spikes */

/** @param {import('./panel.js').Hands} hands @returns {import('./panel.js').Panel} */
export function layersPanel(hands) {
  /** @type {Shown | null} */
  let now = null;
  const list = h('div', { class: 'layer-list' });
  const frame = new Frame(hands, {
    id: 'layers', title: t('p_layers'), help: t('p_layers_help'), paper: t('p_layers_paper'),
    table: () => layerTable(now),
  });
  frame.chart.appendChild(list);
  let seen = '';
  return {
    id: 'layers', el: frame.el, probes: ['norm_ratio', 'max_over_median', 'spiked'],
    update(shown) {
      now = shown;
      frame.settle();
      const stamp = `${shown.record?.step} ${shown.run.source} ${shown.record?.norm_ratio?.length}`;
      if (stamp === seen) return;
      seen = stamp;
      const table = layerTable(shown);
      list.replaceChildren(table ? body(table, shown) : h('p', { class: 'summary' }, t('no_numbers')));
      frame.summarise(sum(shown));
    },
  };
}

/** @param {Shown} shown @returns {string} */
function sum(shown) {
  const ratios = (shown.record?.max_over_median ?? []).map(num);
  if (!ratios.length) return t('no_numbers');
  const top = ratios.reduce((best, value, i) => (value > ratios[best] ? i : best), 0);
  return t('p_layers_summary', { ratio: show(ratios[top], 2), where: top === 0 ? t('as_embedded') : layerName(top) });
}

/** @param {Shown} shown @param {number} l @returns {Spikes} */
function spikes(shown, l) {
  return (shown.record?.spiked?.[l] ?? []).map((one) => ({ dim: one.dim, value: num(one.value) }));
}

/** @param {Shown | null} shown @returns {import('./panel.js').Table | null} */
function layerTable(shown) {
  const record = shown?.record;
  if (!shown || !record?.norm_ratio) return null;
  return {
    columns: [t('col_layer'), t('col_norm_ratio'), t('col_max_median'), t('col_spiked')],
    rows: record.norm_ratio.map((ratio, l) => [layerName(l), show(ratio),
      show(record.max_over_median?.[l]),
      spikes(shown, l).map((one) => `${one.dim}: ${show(one.value, 2)}`).join(', ')]),
  };
}

/** The table as it is read at a glance, a bar behind each ratio.
 * @param {import('./panel.js').Table} table @param {Shown} shown */
function body(table, shown) {
  const most = Math.max(4, ...(shown.record?.max_over_median ?? []).map(num).filter(Number.isFinite));
  const mostNorm = Math.max(2, ...(shown.record?.norm_ratio ?? []).map(num).filter(Number.isFinite));
  /** @param {unknown} value @param {number} top */
  const bar = (value, top) => h('span', { class: 'bar', style: `--part:${Math.min(1, (num(value) || 0) / top)}` });
  return h('table', { class: 'layers' },
    h('thead', null, h('tr', null, table.columns.map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', null, table.rows.map((row, l) => h('tr', null,
      h('th', { scope: 'row' }, row[0]),
      h('td', null, bar(shown.record?.norm_ratio[l], mostNorm), `${row[1]}×`),
      h('td', null, bar(shown.record?.max_over_median?.[l], most), `${row[2]}×`),
      h('td', { class: 'spikes' }, spikes(shown, l).map((one) => h('span', null,
        h('b', null, `#${one.dim}`), ` ${show(one.value, 2)}`)))))));
}
