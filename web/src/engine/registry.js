/**
 * What can be set, chosen and measured, with the words for it. The engine carries no words: they lie
 * beside it in registry.json, written from the same descriptors when the site is built.
 */
import { engineText as text } from '../text/engine.js';
import { SinklabError, errorBody } from './errors.js';

/** @typedef {import('../types.js').Registry} Registry */

/** @param {string | URL} url @returns {Promise<Registry>} */
export async function fetchRegistry(url) {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.json();
  } catch (error) {
    const message = text.registry(errorBody(error).message);
    throw new SinklabError({ code: 'network', path: 'registry', message });
  }
}

/**
 * Refuses the registry of another engine, such as one that a cache kept.
 * @param {Registry} registry
 * @param {import('./wasm.js').Engine} engine
 */
export function checkRegistry(registry, engine) {
  if (registry.hash !== engine.registryHash) {
    throw new SinklabError({ code: 'file', path: 'registry', message: text.otherRegistry });
  }
  return registry;
}
