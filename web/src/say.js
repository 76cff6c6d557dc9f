/** The verdict in words. */
import { t } from './strings/index.js';
import { fixed, percent, times, whole } from './format.js';

/** @typedef {import('./verdict.js').Verdict} Verdict */

/** @param {{layer: number, head: number}} at @param {{layers: number, heads: number}} of
 * @returns {string} "head 1", "layer 2, head 3" */
export function headName(at, of) {
  if (of.layers <= 1) return t('head_of', { head: at.head + 1 });
  return t('head_layer', { layer: at.layer + 1, head: at.head + 1 });
}

/** @param {number} l @returns {string} */
export function layerName(l) {
  return l === 0 ? t('embedding') : t('after_layer', { n: l });
}

/** @param {string} text @returns {string} */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {Verdict} v @returns {string} */
function valueClause(v) {
  const r = v.valueRatio;
  if (!Number.isFinite(r) || r <= 0) return t('verdict_value_unknown');
  if (r < 0.8) return t('verdict_value_small', { times: times(1 / r) });
  if (r > 1.25) return t('verdict_value_big', { times: times(r) });
  return t('verdict_value_same');
}

/** @param {Verdict} v @param {string} button what the big button says now; '' while it trains
 * @returns {{headline: string, more: string}} */
export function sayVerdict(v, button) {
  const Head = capital(headName(v, v));
  const share = percent(v.share);
  const even = percent(v.even);
  switch (v.kind) {
    case 'waiting':
      return { headline: t('verdict_waiting'), more: button ? t('verdict_waiting_more', { button }) : t('verdict_waiting_running') };
    case 'blown':
      return { headline: t('verdict_blown'), more: t('verdict_blown_more') };
    case 'diverged':
      return {
        headline: t('verdict_diverged'),
        more: v.tensor ? t('verdict_diverged_more', { step: whole(v.step), tensor: v.tensor })
          : t('verdict_diverged_more0', { step: whole(v.step) }),
      };
    case 'formed':
    case 'forming':
      return {
        headline: t(v.kind === 'formed' ? 'verdict_formed' : 'verdict_forming'),
        more: t('verdict_share', { Head, share })
          + (v.kind === 'forming' ? t('verdict_even', { even }) : valueClause(v)),
      };
    case 'slot':
      return { headline: t('verdict_slot'), more: t('verdict_slot_more', { Head, slot: percent(v.slot), share }) };
    case 'norms': {
      const ratio = fixed(v.normRatio, 1);
      return {
        headline: t('verdict_norms'),
        more: v.normLayer === 0 ? t('verdict_norms_more0', { ratio, share })
          : t('verdict_norms_more', { layer: v.normLayer, ratio, share }),
      };
    }
    default:
      return {
        headline: t(v.ended ? 'verdict_none_ended' : 'verdict_none'),
        more: t(v.ended ? 'verdict_none_more_ended' : 'verdict_none_more', { Head, share, even }),
      };
  }
}
