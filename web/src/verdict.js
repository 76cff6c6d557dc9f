/** One sentence in plain words from the numbers of an evaluation. Pure: it decides what is true;
 * strings/ says it. */
import { num } from './format.js';
import { groupOf } from './panels/measure.js';

/** @typedef {import('./types.js').Metric} Metric */
/**
 * @typedef {{
 *   kind: 'waiting' | 'none' | 'forming' | 'formed' | 'slot' | 'norms' | 'diverged' | 'blown',
 *   layer: number, head: number, layers: number, heads: number, share: number, even: number,
 *   valueRatio: number, normLayer: number, normRatio: number,
 *   step: number, ended: boolean, tensor: string, only: boolean, slot: number
 * }} Verdict  slot: the share of the head that gives the sink slot most; NaN without a slot
 */

/** While a run trains, a head with this many times the attention of an even spread may be getting a sink. */
const FORMING = 2;
/** A loss this many times that of an even guess: the run blew up, though its numbers stayed finite. */
const BLOWN = 1.5;
/** Residual norms this many times the others' are worth a sentence of their own. */
const NORMS = 3;

/** Attention on the first token if every query spread it evenly: the mean of 1/1, 1/2 … 1/T.
 * @param {number} T @returns {number} */
export function evenShare(T) {
  let sum = 0;
  for (let i = 1; i <= T; i++) sum += 1 / i;
  return T > 0 ? sum / T : NaN;
}

/** The head with the largest attention on the first token.
 * @param {import('./types.js').Num[][]} alpha @returns {{layer: number, head: number, share: number}} */
export function strongestHead(alpha) {
  let best = { layer: 0, head: 0, share: -Infinity };
  alpha.forEach((row, layer) => row.forEach((value, head) => {
    const share = num(value);
    if (share > best.share) best = { layer, head, share };
  }));
  return best;
}

/** @param {import('./types.js').Num[]} ratios @returns {{layer: number, ratio: number}} */
function largestNorm(ratios) {
  let best = { layer: 0, ratio: -Infinity };
  ratios.forEach((value, layer) => {
    const ratio = num(value);
    if (ratio > best.ratio) best = { layer, ratio };
  });
  return best;
}

/** @param {Metric | null | undefined} record the newest evaluation
 * @param {{T: number, epsilon: number, uniform?: number, ended?: boolean, diverged?: {step: number, tensor: string} | null}} about
 * @returns {Verdict} */
export function judge(record, about) {
  /** @type {Verdict} */
  const verdict = {
    kind: 'waiting', layer: 0, head: 0, layers: 0, heads: 0, share: NaN, even: evenShare(about.T),
    valueRatio: NaN, normLayer: 0, normRatio: NaN, step: record?.step ?? 0,
    ended: !!about.ended, tensor: '', only: false, slot: NaN,
  };
  if (about.diverged) {
    return { ...verdict, kind: 'diverged', step: about.diverged.step, tensor: about.diverged.tensor };
  }
  if (!record || !record.alpha?.length) return verdict;
  const { layer, head, share } = strongestHead(record.alpha);
  const norm = largestNorm(record.norm_ratio ?? []);
  verdict.layers = record.alpha.length;
  verdict.heads = record.alpha[0].length;
  verdict.only = verdict.layers * verdict.heads === 1;
  Object.assign(verdict, { layer, head, share });
  const ratios = record.value_ratio?.[layer] ?? [];
  verdict.valueRatio = num(ratios[groupOf(head, verdict.heads, ratios.length)]);
  verdict.normLayer = norm.layer;
  verdict.normRatio = norm.ratio;
  if (!Number.isFinite(share)) return { ...verdict, kind: 'diverged' };
  if (num(record.valid_loss) > BLOWN * (about.uniform ?? Infinity)) return { ...verdict, kind: 'blown' };
  if (record.alpha_slot?.length) {
    const most = strongestHead(record.alpha_slot);
    verdict.slot = most.share;
    if (share <= about.epsilon && most.share > about.epsilon) return { ...verdict, layer: most.layer, head: most.head, kind: 'slot', share: num(record.alpha[most.layer]?.[most.head]) };
  }
  // As the report and Gu et al. count it (sec. 3.2): where the mean over the windows passes epsilon.
  if (share > about.epsilon) verdict.kind = 'formed';
  else if (!verdict.ended && share > FORMING * verdict.even) verdict.kind = 'forming';
  else if (norm.ratio >= NORMS) verdict.kind = 'norms';
  else verdict.kind = 'none';
  return verdict;
}
