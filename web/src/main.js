/** Starts the page. */
import { App } from './app.js';
import { Page } from './page.js';
import { decode } from './state/hash.js';
import { t } from './strings/index.js';
import { byId, translate } from './ui/dom.js';
import { listenKeys } from './ui/keyboard.js';
import { runFile } from './ui/menu.js';
import { applyTheme, calm, watchTheme } from './ui/theme.js';

/** A moment to take in the recorded result before it is played. */
const BEFORE_REPLAY = 1400;

let waiting = false;
let leaveHash = true;
/** @type {Page | null} */
let page = null;

const app = new App(() => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    page?.draw();
    if (!leaveHash) writeHash();
  });
});

/** The address follows the state; what the reader typed there is left alone until it has been read. */
let written = location.hash.slice(1);
function writeHash() {
  if (!app.draft) return;
  const hash = app.hash();
  if (hash === written) return;
  written = hash;
  history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
}

addEventListener('hashchange', () => {
  const hash = location.hash.slice(1);
  if (hash === written || !app.engine) return;
  written = hash;
  app.forgetAll();
  app.readHash(hash);
  if (app.stale) app.act(() => app.freshLive());
});

watchTheme(() => {
  page?.restyle();
  app.changed();
});

translate(t);
applyTheme(decode(location.hash, { presets: [] }).wanted.view.theme);
/* On a small screen the results come before the settings. */
if (matchMedia('(max-width: 44rem)').matches) byId('change').removeAttribute('open');
page = new Page(app);
page.draw();
listenKeys({
  ' ': () => app.toggle(), ArrowRight: () => app.step(1), r: () => app.reset(), n: () => app.newSeed(),
  '?': () => page?.menu.help(),
}, () => !!page?.menu.helpOpen());

const ready = app.begin(location.hash).then(() => {
  leaveHash = false;
  document.documentElement.dataset.ready = 'true';
  app.changed();
});
replayOnce();

/** The recording plays once by itself, unless the reader was faster or wants calm. */
function replayOnce() {
  if (calm()) return;
  /** @type {number} */
  let timer = 0;
  const stop = () => clearTimeout(timer);
  for (const type of ['pointerdown', 'keydown']) addEventListener(type, stop, { once: true, capture: true });
  timer = window.setTimeout(() => {
    if (app.run.source === 'recorded' && app.lookBack === null) app.replay();
  }, BEFORE_REPLAY);
}

/** For the console, for tests and for pages around this one. */
const api = {
  ready,
  getState: () => ({ ...app.wanted(), run: { source: app.run.source, status: app.run.status, step: app.run.step,
    steps: app.run.steps, arithmetic: app.run.arithmetic }, config: app.draft?.resolved ?? null }),
  /** @param {Partial<import('./types.js').Wanted>} state what is left out stays as it is */
  setState: async (state) => {
    const now = app.wanted();
    app.adopt({ ...now, ...state, view: { ...now.view, ...(state.view ?? {}) } });
    if (app.stale) await app.act(() => app.freshLive());
  },
  play: () => app.play(),
  pause: () => app.pause(),
  /** @param {number} [n] */
  step: (n) => app.step(n),
  reset: () => app.reset(),
  metrics: () => structuredClone(app.run.metrics),
  runFile: () => runFile(app),
  client: () => app.client,
};

/** @type {any} */ (window).sinklab = api;
