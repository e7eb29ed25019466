/** How fine the browser's clock is: 5 µs in an isolated Chromium, 20 µs in Firefox, up to 1 ms elsewhere. */

const STEPS = 64;
const FEWEST = 3; // since one may be as long as another program's turn
const LONGEST_MS = 100;

/**
 * The smallest step seen, milliseconds.
 * @param {() => number} [now]
 */
export function timerTick(now = () => performance.now()) {
  let smallest = Number.POSITIVE_INFINITY;
  const begin = now();
  let last = begin;
  for (let seen = 0; seen < FEWEST || (seen < STEPS && last - begin < LONGEST_MS); ) {
    const time = now();
    if (time === last) continue;
    smallest = Math.min(smallest, time - last);
    last = time;
    seen++;
  }
  return smallest;
}

const TICKS = 20; // of a sample, so that the clock adds 5 % at most

/**
 * How often work must be repeated for one sample to last twenty ticks.
 * @param {number} expectedMs
 * @param {number} tickMs
 */
export function repeatsFor(expectedMs, tickMs) {
  return Math.max(1, Math.ceil((TICKS * tickMs) / Math.max(expectedMs, 1e-4)));
}
