import { PROTOCOL } from './protocol.js';
import { Session } from './session.js';

/**
 * A session behind a port.
 * @param {import('./protocol.js').Port} port
 * @param {import('./protocol.js').Host} [host]
 */
export function serve(port, host) {
  const session = new Session((message, transfer) => port.postMessage(message, transfer), host);
  port.onmessage = (event) => session.handle(event.data);
  port.postMessage({ hello: PROTOCOL }, []);
  return session;
}
