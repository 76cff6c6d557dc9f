/** Lines of the table: what was measured beside what it must be and what it should be. */

/**
 * @typedef {{what: string, value: string, number?: number | null, limit?: string, reached?: boolean,
 *   aim?: string, aimed?: boolean, inside?: string}} Line
 *   inside: of several seeds, how many are within the limits
 * @typedef {{lines: Line[], more?: string[], data?: any}} Told more: shown below the table's lines
 * @typedef {(number: number) => string} Say
 */

export const seconds = (x) => (Number.isFinite(x) ? `${x.toFixed(2)} s` : 'never');
export const percent = (x) => `${(100 * x).toFixed(1)} %`;
export const times = (x) => `${x.toFixed(2)} ×`;
export const megabytes = (x) => `${x.toFixed(1)} MB`;
export const kilobytes = (x) => `${x} KB`;

/** @param {string} sign @param {(x: number, limit: number) => boolean} holds */
const limited = (sign, holds) =>
  /** @param {string} what @param {number} value @param {Say} say @param {number} must @param {number} [aim] @returns {Line} */
  (what, value, say, must, aim) => ({
    ...info(what, value, say), limit: `${sign} ${say(must)}`, reached: holds(value, must),
    ...(aim !== undefined && { aim: `${sign} ${say(aim)}`, aimed: holds(value, aim) }),
  });

/** @param {string} what @param {number} value @param {Say} say @returns {Line} */
export const info = (what, value, say) => ({ what, value: say(value), number: Number.isFinite(value) ? value : null });
export const under = limited('≤', (x, limit) => x <= limit);
export const over = limited('≥', (x, limit) => x >= limit);

const WIDTH = 88;

/** @param {Line} line */
export function shown({ what, value, limit, reached, aim, aimed, inside }) {
  const must = limit ? `  ${limit.padEnd(12)} ${reached ? 'reached' : 'NOT reached'}` : '';
  const should = aim ? `; aim ${aim} ${aimed ? 'reached' : 'not reached'}` : '';
  return `${what.padEnd(WIDTH)} ${value.padStart(16)}${must}${should}${inside ? `, ${inside}` : ''}`;
}
