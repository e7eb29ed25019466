/** The times of each variant, in the order of the session: what chart and table show. */

import { goodBlocks } from "../recorded.js";
import { median } from "../statistics.js";

/** @import { MeasuringEvent, ModelEntry } from "../contract.js" */

/**
 * @typedef {object} Series
 * @property {ModelEntry} entry
 * @property {number} threads
 * @property {number[]} samples milliseconds
 * @property {{turn: number, ms: number}[]} medians of the blocks; `turn` counts the blocks of all variants
 * @property {string} answers what the golden examples gave
 */

const ANSWERS = /** @type {Record<string, string>} */ ({
  identical: "identical",
  within: "within tolerance",
  different: "different",
});

/**
 * @param {readonly MeasuringEvent[]} events
 * @param {ModelEntry[]} models
 * @returns {Series[]}
 */
export function seriesOf(events, models) {
  /** @type {Map<string, Series>} */
  const found = new Map();
  goodBlocks(events).forEach(({ model, threads, samples_ms }, turn) => {
    const key = `${model} ${threads}`;
    const entry = models[model];
    const one = found.get(key) ?? {
      entry,
      threads,
      samples: [],
      medians: [],
      answers: answersOf(events, model, threads),
    };
    one.samples.push(...samples_ms);
    one.medians.push({ turn, ms: median(samples_ms) });
    found.set(key, one);
  });
  return [...found.values()].sort((a, b) => a.entry.index - b.entry.index || a.threads - b.threads);
}

/**
 * @param {readonly MeasuringEvent[]} events
 * @param {number} model
 * @param {number} threads
 */
function answersOf(events, model, threads) {
  const golden = /** @type {(MeasuringEvent & {model: number, threads: number, verdict: string})[]} */ (
    events.filter(({ type }) => type === "golden")
  )
    .filter((event) => event.model === model && event.threads === threads)
    .at(-1);
  return golden ? ANSWERS[golden.verdict] : "not checked";
}
