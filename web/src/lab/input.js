/** What the panels look at: which input, which window of it, or the reader's prompt. */
import { asRefusal } from '../form/settle.js';
import { t } from '../strings/index.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../types.js').View} View */
/** @typedef {import('../engine/protocol.js').Prompted} Prompted */

/** @param {string} id @returns {boolean} whether an input shows the reader's text */
export function takesPrompt(id) {
  return /(^|_)prompt$/.test(id);
}

/** Its place in the registry, and what goes with it. A prompt that is still empty is not asked for.
 * @param {import('../types.js').Registry | null} registry @param {View} view
 * @returns {{input: number, first: number, prompt?: string}} */
export function inputOf(registry, view) {
  const input = Math.max(0, (registry?.inputs ?? []).findIndex((one) => one.id === view.input));
  if (!takesPrompt(view.input)) return { input, first: view.window };
  return view.prompt.trim() ? { input, first: 0, prompt: view.prompt } : { input: 0, first: 0 };
}

/** Has the worker measure what is drawn, and no more. What the run refuses is said where it was
 * asked for, and the panels go back to the window of training.
 * @param {App} app
 * @param {Pick<import('../engine/protocol.js').Wanted, 'probes' | 'paces' | 'now'>} what */
export async function askFor(app, what) {
  const { client, view } = app;
  if (!client) return;
  const wanted = { ...what, sequences: 1, epsilon: view.epsilon, ...inputOf(app.registry, view) };
  try {
    app.prompted(await client.setWanted(wanted));
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal.path !== 'prompt') throw error;
    await client.setWanted({ ...wanted, input: 0, first: 0, prompt: undefined });
    app.prompted({ tokens: 0, kept: 0, error: /** @type {any} */ (refusal) });
  }
}

/** @param {Prompted | undefined} prompted @returns {{text: string, bad: boolean}} a sentence about the prompt, or '' */
export function promptNote(prompted) {
  if (prompted?.error) return { text: prompted.error.message, bad: true };
  if (!prompted || prompted.kept >= prompted.tokens) return { text: '', bad: false };
  return { text: t('prompt_cut', { tokens: prompted.tokens, kept: prompted.kept }), bad: true };
}
