/** The worker's end of `hire` in page.js: answers each message {id, what, args} with {id, answer}. */
export function answering(does) {
  onmessage = async ({ data: { id, what, args } }) => {
    try {
      postMessage({ id, answer: await does[what](...args) });
    } catch (error) {
      postMessage({ id, error: String(error?.stack ?? error) });
    }
  };
  postMessage({ hello: true });
}

/** @param {() => any} act @returns {Promise<number>} seconds */
export async function timed(act) {
  const start = performance.now();
  await act();
  return Math.max(1e-6, (performance.now() - start) / 1000);
}
