/** Numbers in words. */

/** @param {number} threads */
export function threadsInWords(threads) {
  return threads === 1 ? "one thread" : `${threads} threads`;
}

/** @param {number} milliseconds */
export function ms(milliseconds) {
  return `${milliseconds.toPrecision(3)} ms`;
}

/** @param {number} seconds */
export function aboutMinutes(seconds) {
  return seconds < 90 ? "a minute" : `${Math.ceil(seconds / 60)} minutes`;
}
