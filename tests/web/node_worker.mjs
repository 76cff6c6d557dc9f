/** The browser's Worker on Node's: `new Worker(url, {type: 'module'})` runs a session. */
import { Worker as Thread, isMainThread, parentPort } from 'node:worker_threads';

if (!isMainThread) {
  const { serve } = await import('../../web/src/engine/serve.js');
  serve(parentPort);
}

export class NodeWorker {
  /** Every worker that was started. @type {NodeWorker[]} */
  static all = [];
  onmessage = null;
  onerror = null;
  onmessageerror = null;

  constructor() {
    this.thread = new Thread(new URL(import.meta.url));
    this.thread.on('message', (data) => this.onmessage?.({ data }));
    this.thread.on('error', (error) => this.onerror?.({ message: error.message, preventDefault() {} }));
    NodeWorker.all.push(this);
  }

  postMessage(message, transfer) {
    this.thread.postMessage(message, transfer);
  }

  terminate() {
    this.ended = true;
    this.thread.terminate();
  }
}
