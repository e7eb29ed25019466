/** Quantiles as numpy's default takes them: linear between the two nearest samples (Hyndman and Fan's type 7). */

/**
 * @param {number[]} values at least one
 * @param {number} share 0..1
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

/** @param {number[]} values at least one */
export function median(values) {
  return quantile(values, 0.5);
}
