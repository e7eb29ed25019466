/** Whether the phone became slower while it was measured: the rule of the server's report, for the page itself. */

import { median, quantile } from "./statistics.js";

const QUIET_BLOCKS = 3;
const RISE = 0.15;

/**
 * How much slower than at first, as a share: 0.5 for half as long again. Null until there is enough to tell.
 * @param {number[]} times medians of the same work, in the order of time
 */
export function rise(times) {
  if (times.length <= QUIET_BLOCKS) return null;
  return quantile(times, 0.9) / median(times.slice(0, QUIET_BLOCKS)) - 1;
}

/** @param {number[]} times as for `rise` */
export function throttled(times) {
  return (rise(times) ?? 0) > RISE;
}
