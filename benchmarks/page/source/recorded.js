/** What the events of a visit already hold: where a reloaded page goes on, and what it shows. */

/** @import { MeasuringEvent } from "./contract.js" */

/**
 * @typedef {MeasuringEvent & {
 *   type: "block", model: number, threads: number, number: number, hidden: boolean,
 *   samples_ms: number[], reference_ms: number[], reference_after_ms: number[],
 * }} BlockEvent
 */

/** @param {readonly MeasuringEvent[]} events */
function blocks(events) {
  return /** @type {BlockEvent[]} */ (events.filter(({ type }) => type === "block"));
}

/**
 * @param {readonly MeasuringEvent[]} events
 * @returns {BlockEvent[]} that count, in the order of time
 */
export function goodBlocks(events) {
  return blocks(events).filter(({ hidden }) => !hidden);
}

/**
 * @param {readonly MeasuringEvent[]} events
 * @param {{model: number, threads: number}} variant
 * @returns {{done: number, next: number}} how many blocks count, and the number of the next
 */
export function blocksOf(events, { model, threads }) {
  const own = blocks(events).filter((block) => block.model === model && block.threads === threads);
  return {
    done: own.filter(({ hidden }) => !hidden).length,
    next: Math.max(-1, ...own.map(({ number }) => number)) + 1,
  };
}
