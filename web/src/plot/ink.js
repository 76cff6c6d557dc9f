/** What a line chart gets drawn on top: rules, marks and labels. */

/** @typedef {import('./lines.js').Content} Content */
/** @typedef {import('./lines.js').Theme} Theme */
/** @typedef {import('../../vendor/uPlot.esm.js').default} uPlot */

/** @param {uPlot} plot @returns {number} device pixels in a CSS pixel */
function ratio(plot) {
  return plot.ctx.canvas.width / Math.max(1, plot.width);
}

/** Labels that would touch are pushed apart, the order kept.
 * @template {{y: number}} T @param {T[]} labels @param {number} gap @param {number} top
 * @param {number} bottom @returns {T[]} */
export function spread(labels, gap, top, bottom) {
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  let floor = top;
  for (const label of sorted) {
    label.y = Math.max(label.y, floor);
    floor = label.y + gap;
  }
  let ceiling = bottom;
  for (let i = sorted.length - 1; i >= 0; i--) {
    sorted[i].y = Math.min(sorted[i].y, ceiling);
    ceiling = sorted[i].y - gap;
  }
  return sorted;
}

/** Dashed horizontals, e.g. what guessing would cost.
 * @param {uPlot} plot @param {import('./lines.js').Rule[]} rules @param {Theme} theme */
export function drawRules(plot, rules, theme) {
  const { ctx, bbox } = plot;
  const px = ratio(plot);
  ctx.save();
  ctx.font = `${11 * px}px ${theme.font}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (const rule of rules) {
    const y = plot.valToPos(rule.value, 'y', true);
    if (!Number.isFinite(y) || y < bbox.top - 1 || y > bbox.top + bbox.height + 1) continue;
    ctx.strokeStyle = rule.colour;
    ctx.lineWidth = px;
    ctx.setLineDash([2 * px, 3 * px]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, Math.round(y));
    ctx.lineTo(bbox.left + bbox.width, Math.round(y));
    ctx.stroke();
  }
  ctx.restore();
}

/** Verticals where something was changed, each with its words; those that would touch stand lower.
 * @param {uPlot} plot @param {import('./lines.js').Tick[]} ticks @param {Theme} theme */
export function drawTicks(plot, ticks, theme) {
  const { ctx, bbox } = plot;
  const px = ratio(plot);
  ctx.save();
  ctx.font = `${11 * px}px ${theme.font}`;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  const ends = [-Infinity];
  for (const tick of ticks) {
    const x = Math.round(plot.valToPos(tick.x, 'x', true));
    const width = ctx.measureText(tick.label).width + 8 * px;
    const left = Math.min(x + 4 * px, bbox.left + bbox.width - width + 4 * px);
    let row = ends.findIndex((end) => end < left);
    if (row < 0) row = ends.length;
    ends[row] = left + width;
    const y = bbox.top + row * 13 * px;
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = px;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillStyle = theme.paper;
    ctx.fillRect(left - 2 * px, y, width - 4 * px, 12 * px);
    ctx.fillStyle = theme.ink;
    ctx.fillText(tick.label, left, y);
  }
  ctx.restore();
}

/** @param {uPlot} plot @param {Content} content @param {Theme} theme */
export function drawMarks(plot, content, theme) {
  const { ctx } = plot;
  const px = ratio(plot);
  ctx.save();
  for (const mark of content.marks ?? []) {
    const value = content.ys[mark.line]?.[mark.at];
    if (value === null || value === undefined) continue;
    const x = plot.valToPos(Number(content.x[mark.at]), 'x', true);
    const y = plot.valToPos(Number(value), 'y', true);
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    ctx.beginPath();
    ctx.arc(x, y, 3.5 * px, 0, 2 * Math.PI);
    ctx.fillStyle = mark.colour;
    ctx.fill();
    ctx.lineWidth = 1.5 * px;
    ctx.strokeStyle = theme.paper;
    ctx.stroke();
  }
  ctx.restore();
}

/** The last point of a line that is a number. @param {ArrayLike<number | null>} ys @returns {number} */
function lastIndex(ys) {
  for (let i = ys.length - 1; i >= 0; i--) {
    const value = ys[i];
    if (value !== null && Number.isFinite(value)) return i;
  }
  return -1;
}

/** @typedef {{x: number, y: number, text: string, colour: string, strong: boolean}} Label */

/** @param {uPlot} plot @param {Content} content @param {Theme} theme @returns {Label[]} */
function endLabels(plot, content, theme) {
  const { bbox } = plot;
  const right = bbox.left + bbox.width;
  /** @type {Label[]} */
  const labels = [];
  content.lines.forEach((line, i) => {
    const at = line.quiet ? -1 : lastIndex(content.ys[i]);
    if (at < 0) return;
    const x = Math.min(right, plot.valToPos(Number(content.x[at]), 'x', true));
    const y = plot.valToPos(Number(content.ys[i][at]), 'y', true);
    const width = line.width ?? 1;
    const colour = width > 1.3 ? line.colour : theme.muted; /* thin lines are too pale for letters */
    if (Number.isFinite(y)) labels.push({ x, y, text: line.label, colour, strong: width > 1.6 });
  });
  for (const rule of content.rules ?? []) {
    const y = plot.valToPos(rule.value, 'y', true);
    if (y < bbox.top - 1 || y > bbox.top + bbox.height + 1) continue;
    labels.push({ x: right, y, text: rule.label, colour: theme.muted, strong: false });
  }
  return labels;
}

/** Each line's name where it ends, each rule's at the right.
 * @param {uPlot} plot @param {Content} content @param {Theme} theme */
export function drawEndLabels(plot, content, theme) {
  const { ctx, bbox } = plot;
  const px = ratio(plot);
  const labels = endLabels(plot, content, theme);
  const right = bbox.left + bbox.width - 60 * px;
  ctx.save();
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  /* A line that still grows carries its name along; only those at the edge meet the rules' names. */
  for (const group of [labels.filter((one) => one.x >= right), labels.filter((one) => one.x < right)]) {
    for (const label of spread(group, 13 * px, bbox.top, bbox.top + bbox.height)) {
      ctx.font = `${label.strong ? '600 ' : ''}${11 * px}px ${theme.font}`;
      ctx.fillStyle = label.colour;
      ctx.fillText(label.text, label.x + 6 * px, label.y);
    }
  }
  ctx.restore();
}

/** What the x axis counts, after its last number.
 * @param {uPlot} plot @param {string} name @param {Theme} theme */
export function drawName(plot, name, theme) {
  const { ctx, bbox } = plot;
  const px = ratio(plot);
  ctx.save();
  ctx.font = `${11 * px}px ${theme.font}`;
  const digits = Math.round(plot.scales.x.max ?? 0).toLocaleString('en').length; /* the last number stands half here */
  ctx.fillStyle = theme.muted;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  ctx.fillText(name, bbox.left + bbox.width + (8 + 3.2 * digits) * px, bbox.top + bbox.height + 8 * px);
  ctx.restore();
}
