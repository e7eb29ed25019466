/**
 * In which order variants take their turns, and how much they do in each: the rules of
 * `edgesmith.benchmarks.schedule`, so that a phone is measured as a board is. Every variant is measured in blocks; in
 * each round every variant has one, in a random order. What drifts hits all alike.
 */

const MARGIN = 1.1; // a warm-up's median is a little off

/**
 * Random orders of all variants, without end; the same for the same seed.
 * @template T
 * @param {readonly T[]} variants
 * @param {string} seed
 * @returns {Generator<T[]>}
 */
export function* rounds(variants, seed) {
  const random = generator(seed);
  while (true) yield shuffled(variants, random);
}

/**
 * Samples a block.
 * @param {{samples: number, seconds: number, blocks: number}} plan
 * @param {number} expectedMs how long one inference takes
 */
export function blockSize(plan, expectedMs) {
  const neededForTime = Math.ceil((MARGIN * plan.seconds * 1000) / Math.max(expectedMs, 1e-3));
  return Math.ceil(Math.max(plan.samples, neededForTime) / plan.blocks);
}

/**
 * Fisher and Yates.
 * @template T
 * @param {readonly T[]} items
 * @param {() => number} random
 */
function shuffled(items, random) {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/**
 * Numbers 0 ≤ x < 1 from a text: FNV-1a (Fowler, Noll, Vo) makes 32 bits of it, mulberry32 (T. Ettinger) goes on.
 * @param {string} seed
 */
function generator(seed) {
  let state = 0x811c9dc5;
  for (const letter of new TextEncoder().encode(seed)) state = Math.imul(state ^ letter, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
