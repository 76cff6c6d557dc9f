/** How often each open measurement is made: with the pictures, at evaluations, or when asked for. Pure. */

/** @typedef {import('../types.js').ProbeInfo} ProbeInfo */
/** @typedef {import('../types.js').View} View */
/** @typedef {import('../engine/protocol.js').Pace} Pace */

/** Every picture, every so many, at evaluations, when asked. @type {Pace[]} */
export const PACES = [1, 4, 16, 'eval', 'once'];

/** Passes of a probe's own are not made for each picture. @param {ProbeInfo} info @returns {Pace[]} */
export function pacesOf(info) {
  return info.passes ? ['once', 'eval'] : PACES;
}

/** @param {View} view @param {ProbeInfo} info @returns {Pace} */
export function paceOf(view, info) {
  const said = view.pace.find((one) => one.startsWith(`${info.id}.`))?.slice(info.id.length + 1);
  const usual = pacesOf(info);
  return usual.find((one) => String(one) === said) ?? usual[0];
}

/** The view's list with another pace of one measurement; the usual one needs no saying.
 * @param {View} view @param {ProbeInfo} info @param {string} pace @returns {string[]} */
export function withPace(view, info, pace) {
  const others = view.pace.filter((one) => !one.startsWith(`${info.id}.`));
  return pace === String(pacesOf(info)[0]) ? others : [...others, `${info.id}.${pace}`];
}

/** The ids, each theory with what it is drawn over. @param {string[]} ids @param {ProbeInfo[]} probes
 * @returns {string[]} */
export function withMeasured(ids, probes) {
  const over = probes.filter((info) => ids.includes(info.id)).map((info) => info.over ?? '').filter(Boolean);
  return [...new Set([...ids, ...over])];
}

/** What the worker is asked for: the panels' own measurements with every picture, the open ones at their
 * pace, and what a theory is drawn over at no slower one. @param {string[]} own @param {View} view
 * @param {ProbeInfo[]} probes @returns {{probes: string[], paces: {[id: string]: Pace}}} */
export function wantedAt(own, view, probes) {
  const opened = probes.filter((info) => view.more.includes(info.id));
  const ids = withMeasured(opened.map((info) => info.id), probes);
  const open = probes.filter((info) => ids.includes(info.id) && !own.includes(info.id));
  /** @param {ProbeInfo} info */
  const pace = (info) => {
    const asked = opened.filter((one) => one === info || one.over === info.id).map((one) => paceOf(view, one));
    return PACES.find((one) => asked.includes(one) && pacesOf(info).includes(one)) ?? paceOf(view, info);
  };
  return {
    probes: [...own, ...open.map((info) => info.id)],
    paces: Object.fromEntries(open.map((info) => [info.id, pace(info)])),
  };
}
