/** What can be done about a run that diverged. */
import { loadCheckpoint } from './checkpoint.js';
import { t } from '../strings/index.js';

/** @param {import('../app.js').App} app @param {import('../types.js').Run} run
 * @returns {import('../app.js').Notice} */
export function waysOut(app, run) {
  const actions = [];
  const rate = Number(run.config?.train?.lr);
  if (Number.isFinite(rate)) actions.push({ label: t('diverged_offer_plain'), act: () => app.halve(rate) });
  const saved = app.client?.lastSave;
  if (saved && saved.step > 0) {
    actions.push({ label: t('diverged_offer', { step: saved.step }), act: () => {
      app.forget('diverged');
      loadCheckpoint(app, saved.bytes);
    } });
  }
  return { id: 'diverged', kind: 'fail', text: '', actions };
}
