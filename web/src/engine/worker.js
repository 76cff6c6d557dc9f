/** A lab's worker: a session, and nothing else. */
import { serve } from './serve.js';

serve(/** @type {import('./protocol.js').Port} */ (/** @type {unknown} */ (globalThis)));
