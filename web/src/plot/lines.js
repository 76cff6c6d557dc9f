/** Line charts on uPlot, with what it lacks: labels at the ends of the lines instead of a legend,
 * labelled horizontal rules, marked points, a read-out that stays live under a resting cursor. Knows
 * nothing of models or steps. */
import uPlot from '../../vendor/uPlot.esm.js';
import { drawEndLabels, drawMarks, drawName, drawRules, drawTicks } from './ink.js';

/** @typedef {{ink: string, muted: string, rule: string, paper: string, font: string}} Theme */
/**
 * @typedef {{label: string, colour: string, width?: number, dash?: number[], quiet?: boolean}} Line
 *   quiet: drawn, but without a label at its end
 * @typedef {{label: string, value: number, colour: string}} Rule
 * @typedef {{line: number, at: number, colour: string}} Mark
 * @typedef {{x: number, label: string}} Tick something that happened at this place
 * @typedef {{x: ArrayLike<number>, ys: Array<ArrayLike<number | null>>, lines: Line[], rules?: Rule[],
 *   marks?: Mark[], ticks?: Tick[]}} Content
 * @typedef {{
 *   theme: () => Theme, sync?: string, log?: boolean, range?: (min: number, max: number) => [number, number],
 *   format?: (value: number) => string, read?: (index: number | null) => string, right?: number,
 *   span?: () => [number, number] | null, xName?: string
 * }} Options
 */

const AXIS = 34; /* width of the y axis, unless its numbers are longer */

export class LinePlot {
  /** @param {HTMLElement} host @param {Options} options */
  constructor(host, options) {
    this.host = host;
    this.options = options;
    /** @type {Content} */
    this.content = { x: [], ys: [], lines: [] };
    /** @type {uPlot | null} */
    this.plot = null;
    this.shape = '';
    this.readout = document.createElement('div');
    this.readout.className = 'plot-readout';
    this.readout.setAttribute('aria-hidden', 'true');
    this.watchSize();
  }

  watchSize() {
    let waiting = false;
    this.observer = new ResizeObserver(() => {
      if (waiting) return;
      waiting = true;
      /* A frame later: resizing inside the observer is what makes resize loops. */
      requestAnimationFrame(() => {
        waiting = false;
        this.fit();
      });
    });
    this.observer.observe(this.host);
  }

  fit() {
    const width = Math.floor(this.host.clientWidth);
    const height = Math.floor(this.host.clientHeight);
    if (!this.plot || width < 40 || height < 40) {
      if (!this.plot && this.content.ys.length) this.set(this.content);
      return;
    }
    if (width !== this.plot.width || height !== this.plot.height) this.plot.setSize({ width, height });
  }

  /** @param {Content} content */
  set(content) {
    this.content = content;
    const width = Math.floor(this.host.clientWidth);
    const height = Math.floor(this.host.clientHeight);
    if (width < 40 || height < 40) return;
    const shape = content.lines.map((line) => `${line.label}${line.width}${line.dash}`).join('|');
    const data = /** @type {uPlot.AlignedData} */ (/** @type {unknown} */ ([content.x, ...content.ys]));
    if (!this.plot || shape !== this.shape) {
      this.plot?.destroy();
      this.shape = shape;
      this.plot = new uPlot(this.describe(width, height), data, this.host);
      this.plot.over.appendChild(this.readout);
    } else {
      this.plot.setData(data);
    }
    this.read();
  }

  destroy() {
    this.observer?.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  redraw() {
    this.plot?.redraw(false);
  }

  read() {
    const index = this.plot?.cursor.idx;
    const text = index === null || index === undefined ? '' : this.options.read?.(index) ?? '';
    this.readout.textContent = text;
    this.readout.hidden = !text;
  }

  /** @param {number} width @param {number} height @returns {uPlot.Options} */
  describe(width, height) {
    const { options } = this;
    return {
      width, height,
      padding: [10, options.right ?? 74, 0, 0],
      legend: { show: false },
      cursor: {
        y: false, points: { show: true, size: 6 }, drag: { x: false, y: false },
        ...(options.sync ? { sync: { key: options.sync, setSeries: false } } : {}),
      },
      scales: {
        x: { time: false, range: (_, min, max) => options.span?.() ?? [min, max] },
        y: {
          distr: options.log ? 3 : 1,
          range: (_, min, max) => options.range ? options.range(min, max) : [min, max],
        },
      },
      axes: this.axes(),
      series: [{}, ...this.content.lines.map((line, i) => ({
        label: line.label, width: line.width ?? 1.25, dash: line.dash, spanGaps: true,
        stroke: () => this.content.lines[i]?.colour ?? line.colour, points: { show: false },
      }))],
      hooks: {
        drawAxes: [(plot) => drawRules(plot, this.content.rules ?? [], options.theme())],
        draw: [(plot) => {
          drawTicks(plot, this.content.ticks ?? [], options.theme());
          drawMarks(plot, this.content, options.theme());
          drawEndLabels(plot, this.content, options.theme());
          drawName(plot, options.xName ?? '', options.theme());
        }],
        setCursor: [() => this.read()],
      },
    };
  }

  /** @returns {uPlot.Axis[]} */
  axes() {
    const { options } = this;
    const font = `11px ${options.theme().font}`;
    const stroke = () => options.theme().muted;
    const format = options.format ?? String;
    return [
      { stroke, font, size: 22, gap: 4, space: 60, grid: { show: false },
        ticks: { stroke: () => options.theme().rule, width: 1, size: 4 },
        border: { show: true, stroke: () => options.theme().rule, width: 1 } },
      { stroke, font, gap: 4,
        size: (_, values) => Math.max(AXIS, 10 + 6.3 * Math.max(0, ...(values ?? []).map((text) => String(text).length))),
        space: 34,
        values: (_, splits) => splits.map((value) => (value === null ? '' : format(value))),
        grid: { stroke: () => options.theme().rule, width: 1 }, ticks: { show: false } },
    ];
  }

  /** The chart as it stands, on paper, for saving. @returns {HTMLCanvasElement | null} */
  picture() {
    if (!this.plot) return null;
    const source = this.plot.ctx.canvas;
    const out = document.createElement('canvas');
    out.width = source.width;
    out.height = source.height;
    const context = out.getContext('2d');
    if (!context) return null;
    context.fillStyle = this.options.theme().paper;
    context.fillRect(0, 0, out.width, out.height);
    context.drawImage(source, 0, 0);
    return out;
  }
}
