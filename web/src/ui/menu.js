/** Theme, help, and the menu of what can be taken away: link, run file, checkpoint. */
import { byId, h, icon, setText } from './dom.js';
import { t } from '../strings/index.js';
import { chooseFiles, csv, download } from './files.js';
import { opens } from '../form/popover.js';
import { copyReport } from '../panels/why.js';
import { loadCheckpoint } from '../lab/checkpoint.js';

/** @typedef {import('../app.js').App} App */

/** @param {App} app @param {(sentence: string) => void} say
 * @returns {{update: () => void, help: () => void, helpOpen: () => boolean}} */
export function makeMenu(app, say) {
  const order = /** @type {const} */ (['auto', 'light', 'dark']);
  const theme = h('button', { type: 'button', class: 'plain square', id: 'theme', onclick: () => {
    const next = order[(order.indexOf(app.view.theme) + 1) % order.length];
    app.setView({ theme: next });
  } });
  const share = h('button', { type: 'button', class: 'plain', id: 'share', 'aria-label': t('menu') },
  h('span', { class: 'when-wide' }, t('menu')), h('span', { class: 'when-narrow' }, t('menu_short')));
  opens(share, t('menu'), () => [shareBody(app, say)]);
  const dialog = helpDialog();
  const help = h('button', { type: 'button', class: 'plain square', id: 'help', 'aria-label': t('help'), 'aria-keyshortcuts': '?',
    onclick: () => dialog.showModal() }, '?');
  byId('tools').replaceChildren(share, theme, help);
  document.body.appendChild(dialog);
  return {
    update: () => {
      if (theme.dataset.now === app.view.theme) return;
      theme.dataset.now = app.view.theme;
      theme.replaceChildren(icon(app.view.theme));
      theme.title = t(`theme_${app.view.theme}`);
      theme.setAttribute('aria-label', theme.title);
    },
    help: () => { if (!dialog.open) dialog.showModal(); },
    helpOpen: () => dialog.open,
  };
}

/** @param {App} app @param {(sentence: string) => void} say */
function shareBody(app, say) {
  /** @param {string} label @param {() => void | Promise<void>} act @param {boolean} [off] */
  const item = (label, act, off) => h('button', { type: 'button', class: 'item', disabled: !!off, onclick: act }, label);
  const status = h('p', { class: 'fine', role: 'status' });
  /** @param {string} sentence */
  const tell = (sentence) => {
    setText(status, sentence);
    say(sentence);
  };
  const recorded = app.run.source === 'recorded';
  const unread = recorded || !app.run.metrics.length;
  return h('div', { class: 'items' },
    item(t('copy_link'), async () => {
      try {
        await navigator.clipboard.writeText(location.href);
        tell(t('copied'));
      } catch {
        tell(t('copy_failed'));
      }
    }),
    item(t('save_run'), async () => {
      const run = await runFile(app);
      if (run) download(`sinklab-${app.preset}.json`, JSON.stringify(run), 'application/json');
    }, recorded),
    item(t('copy_report'), async () => {
      const report = await app.client?.report();
      if (report) tell(await copyReport(report));
    }, unread),
    item(t('save_report'), async () => {
      const report = await app.client?.report();
      if (report) download(`sinklab-${app.preset}-report.json`, `${JSON.stringify(report, null, 1)}\n`, 'application/json');
    }, unread),
    item(t('save_metrics'), () => {
      download(`sinklab-${app.preset}-metrics.csv`, metricsCsv(app), 'text/csv');
    }, !app.run.metrics.length),
    item(t('save_checkpoint'), async () => {
      const bytes = await app.client?.save();
      if (bytes) download(`sinklab-${app.preset}-${app.run.step}.sinklab`, bytes, 'application/octet-stream');
    }, recorded || !app.client),
    item(t('load_checkpoint'), async () => {
      const [file] = await chooseFiles('');
      if (!file) return;
      await loadCheckpoint(app, new Uint8Array(await file.arrayBuffer()));
      tell(t('loaded_checkpoint', { step: app.run.step }));
    }, !app.client), status);
}

/** @param {App} app */
export async function runFile(app) {
  return app.client && app.open ? app.client.runFile() : null;
}

/** @param {App} app @returns {string} */
function metricsCsv(app) {
  const { metrics } = app.run;
  const L = metrics[0]?.alpha?.length ?? 0;
  const H = metrics[0]?.alpha?.[0]?.length ?? 0;
  const heads = Array.from({ length: L * H }, (_, i) => ({ l: Math.floor(i / H), head: i % H }));
  const layers = (metrics[0]?.norm_ratio ?? []).map((_, l) => l);
  /** @param {string} name @param {Array<{l: number, head: number}>} of */
  const names = (name, of) => of.map(({ l, head }) => `${name}_l${l + 1}h${head + 1}`);
  /** @param {string} name */
  const perHead = (name) => names(name, heads);
  const groups = (metrics[0]?.value_ratio ?? []).flatMap((row, l) => row.map((_, head) => ({ l, head })));
  const slot = metrics[0]?.sink_rate_slot ? heads : [];
  return csv(['step', 'train_loss', 'valid_loss', ...slot.slice(0, 1).map(() => 'sink_slot'), 'sink_1', 'sink_2', 'sink_3', 'sink_4', ...perHead('sink'),
    ...perHead('alpha'), ...names('alpha_slot', slot), ...names('value_ratio', groups), ...perHead('resting'), ...layers.map((l) => `norm_ratio_${l}`),
    ...layers.map((l) => `max_over_median_${l}`)],
  metrics.map((m) => [m.step, m.train_loss, m.valid_loss, ...(m.sink_rate_slot ?? []), ...m.sink_rate,
    ...heads.map(({ l, head }) => m.sink_rate_head[l][head]), ...heads.map(({ l, head }) => m.alpha[l][head]),
    ...slot.map(({ l, head }) => m.alpha_slot?.[l][head] ?? ''), ...groups.map(({ l, head }) => m.value_ratio[l][head]), ...heads.map(({ l, head }) => m.resting[l][head]), ...m.norm_ratio, ...m.max_over_median]));
}

function helpDialog() {
  /** @param {string} key @param {string} what */
  const row = (key, what) => [h('dt', null, h('kbd', null, key)), h('dd', null, what)];
  const dialog = h('dialog', { id: 'help-dialog', 'aria-labelledby': 'help-title' },
    h('h2', { id: 'help-title' }, t('help_title')),
    h('dl', { class: 'keys' }, row(t('key_space'), t('key_play')), row('→', t('key_step')), row('R', t('key_reset')),
      row('N', t('key_seed')), row('?', t('key_help'))),
    h('p', { class: 'fine' }, t('help_about')),
    h('form', { method: 'dialog' }, h('button', { class: 'plain', autofocus: true }, t('close'))));
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  return dialog;
}
