/** The text that engine and rivals are timed on: 62 characters, so 64 tokens with BOS and EOS. A chain
 * in which four characters can follow each one: something to learn, and nothing to store. */

const ALPHABET = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];

/** Numbers below n, the same ones each time. */
export function numbers(seed) {
  let x = seed >>> 0;
  return (n) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * n);
  };
}

/** @param {number} [length] characters */
export function text(length = 60000) {
  const below = numbers(1);
  const next = ALPHABET.map(() => Array.from({ length: 4 }, () => below(ALPHABET.length)));
  let at = 0;
  let out = ALPHABET.join('');
  while (out.length < length) {
    at = below(20) ? next[at][below(4)] : below(ALPHABET.length);
    out += ALPHABET[at];
  }
  return out;
}
