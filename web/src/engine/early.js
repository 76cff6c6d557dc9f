/** Has the browser fetch the engine file while the page's modules are still on their way; which one
 * cannot stand in the HTML. */
import { builtEngines, choose } from './arithmetic.js';

const wanted = new URLSearchParams(location.hash.slice(1)).get('arithmetic') ?? 'auto';
const link = document.createElement('link');
Object.assign(link, { rel: 'preload', as: 'fetch', crossOrigin: '', href: choose(wanted, builtEngines()).file });
document.head.append(link);
