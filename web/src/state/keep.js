/** The reader's own text outlives a reload of this tab, and nothing else. Where storage is full or
 * forbidden, it does not: that is no error. */

const NAME = 'sinklab-text';
const MOST = 2e6; /* bytes */

/** @param {{bytes: Uint8Array, name: string} | null} text */
export function keepText(text) {
  try {
    if (!text || text.bytes.length > MOST) sessionStorage.removeItem(NAME);
    else {
      let binary = '';
      for (let i = 0; i < text.bytes.length; i += 8192) binary += String.fromCharCode(...text.bytes.subarray(i, i + 8192));
      sessionStorage.setItem(NAME, JSON.stringify({ name: text.name, bytes: btoa(binary) }));
    }
  } catch {
    /* The text is in use all the same. */
  }
}

/** @returns {{bytes: Uint8Array, name: string} | null} */
export function keptText() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? 'null');
    return kept && { name: String(kept.name), bytes: Uint8Array.from(atob(kept.bytes), (one) => one.charCodeAt(0)) };
  } catch {
    return null;
  }
}
