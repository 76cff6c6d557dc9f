/** Going on from a checkpoint. */
import { adopt, differences, draft } from '../form/settle.js';
import { t } from '../strings/index.js';

/** @typedef {import('../app.js').App} App */

/** @param {App} app @param {Uint8Array} bytes */
export async function loadCheckpoint(app, bytes) {
  await app.act(async () => {
    const { client, live, engineFile: file } = app;
    if (!client || !live) return;
    if (client.state.status === 'running') await client.pause();
    await client.useEngine(await app.engines.module(file));
    const opened = await client.load(bytes, app.text?.bytes ?? null);
    live.clear();
    live.opened(opened);
    live.run.step = client.state.step;
    app.open = { config: opened.config, text: app.textFor(), file };
    adoptConfig(app, opened.config);
    if (opened.arithmetic === 'mixed') app.notice({ id: 'arithmetic', text: t('arithmetic_mixed') });
    app.showLive();
  });
}

/** The form follows a configuration that came from a file.
 * @param {App} app @param {import('../types.js').Config} config */
function adoptConfig(app, config) {
  if (!app.draft) return;
  const seed = String(config.seed ?? app.draft.seed);
  const d = draft(app.draft.base, seed, app.resolve);
  adopt(d, differences(config, d.usual), app.resolve);
  app.draft = d;
  app.settings++;
}
