/** Keys of the whole page. None of them acts while something is being typed or picked. */

/** @param {EventTarget | null} target @returns {boolean} */
function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** A button takes Space and Enter for itself. @param {EventTarget | null} target */
function pressing(target) {
  return target instanceof HTMLElement && /^(BUTTON|SUMMARY|A)$/.test(target.tagName);
}

/** @param {{[key: string]: () => void}} acts by KeyboardEvent.key, letters small
 * @param {() => boolean} held keys go elsewhere now, e.g. to an open dialog */
export function listenKeys(acts, held) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key !== 'ArrowRight') return;
    if (typing(event.target) || held()) return;
    if (event.key === ' ' && pressing(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = acts[key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
