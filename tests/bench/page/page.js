/** The page that hires workers and, for two of ours, the site's own client. */
const hands = new Map();

/** A worker under a name; resolves when it listens. */
window.hire = (name, url) => new Promise((resolve, reject) => {
  const worker = new Worker(url, { type: 'module', name });
  const waiting = new Map();
  let last = 0;
  worker.onmessage = ({ data }) => {
    if (data.hello) return resolve();
    const { done, fail } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) fail(new Error(`${name}: ${data.error}`));
    else done(data.answer);
  };
  worker.onerror = (event) => {
    const error = new Error(`${name}: ${event.message}`);
    reject(error);
    for (const { fail } of waiting.values()) fail(error);
  };
  hands.set(name, { end: () => worker.terminate(), ask: (what, args) => new Promise((done, fail) => {
    waiting.set(++last, { done, fail });
    worker.postMessage({ id: last, what, args });
  }) });
});

window.ask = (name, what, ...args) => hands.get(name).ask(what, args);

window.dismiss = (name) => {
  hands.get(name).end();
  hands.delete(name);
};

/** The site's client under a name: its workers train together, as on the page. */
window.crew = async (name, { engine, config, text, workers }) => {
  const { LabClient } = await import('/src/engine/client.js');
  const client = new LabClient({ engineUrl: engine });
  await client.open({ config, text, workers });
  if (client.workers !== workers) throw new Error(`${name}: ${client.workers} workers instead of ${workers}`);
  hands.set(name, { end: () => client.dispose(), ask: async (what, [n]) => {
    const start = performance.now();
    await client.step(n);
    return (performance.now() - start) / 1000;
  } });
};
