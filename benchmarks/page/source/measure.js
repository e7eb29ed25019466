/** Warm-ups and blocks of samples, on the page's main thread: docs/browser.md says why there. */

import { repeatsFor } from "./timertick.js";

/** @import { Plan, Pixels } from "./contract.js" */
/** @import { Model } from "./engines/engine.js" */
/** @import { ReferenceKernel } from "./reference.js" */
/** @import { Visibility } from "./visibility.js" */

const READINGS = 5;
const MOST_SAMPLES = 20_000; // an event; the server's limit
const BREATH_MS = 50; // until the page hears of touches, and of being hidden

/**
 * The same inputs round and round.
 * @template T
 * @param {readonly T[]} items
 * @returns {Generator<T, never>}
 */
export function* circle(items) {
  while (true) yield* items;
}

/**
 * Run until both the number and the time of the plan are reached.
 * @param {Model} model
 * @param {Iterator<Pixels, never>} inputs
 * @param {Pick<Plan, "warmup_inferences" | "warmup_seconds">} plan
 * @returns {Promise<number[]>} every inference, milliseconds
 */
export async function warmUp(model, inputs, plan) {
  /** @type {number[]} */
  const samples = [];
  const end = performance.now() + plan.warmup_seconds * 1000;
  while (samples.length < MOST_SAMPLES && (samples.length < plan.warmup_inferences || performance.now() < end)) {
    samples.push(await time(model, inputs, 1));
    await breathe();
  }
  return samples;
}

/**
 * One turn of one model: the reference kernel, a few untimed inferences, the samples, the reference kernel.
 * @param {{model: Model, inputs: Iterator<Pixels, never>, count: number, expectedMs: number, tickMs: number}} turn
 * @param {{settle: number, kernel: ReferenceKernel, visibility: Visibility}} conditions
 */
export async function measureBlock({ model, inputs, count, expectedMs, tickMs }, { settle, kernel, visibility }) {
  const before = visibility.episodes;
  const repeats = repeatsFor(expectedMs, tickMs);
  const reference_ms = kernel.time(READINGS);
  for (let i = 0; i < settle; i++) await model.infer(inputs.next().value);
  const begin_ms = performance.now();
  /** @type {number[]} */
  const samples_ms = [];
  let breath = begin_ms;
  while (samples_ms.length < Math.min(count, MOST_SAMPLES)) {
    samples_ms.push(await time(model, inputs, repeats));
    if (performance.now() - breath > BREATH_MS) {
      await breathe();
      breath = performance.now();
    }
  }
  const reference_after_ms = kernel.time(READINGS);
  await breathe();
  return { begin_ms, reference_ms, reference_after_ms, samples_ms, hidden: visibility.episodes !== before };
}

/**
 * How long one inference takes, milliseconds: the mean of `repeats`, where one is too short for the clock.
 * @param {Model} model
 * @param {Iterator<Pixels, never>} inputs
 * @param {number} repeats
 */
async function time(model, inputs, repeats) {
  let begin;
  if (repeats === 1) {
    const input = inputs.next().value;
    begin = performance.now();
    await model.infer(input);
  } else {
    begin = performance.now();
    for (let i = 0; i < repeats; i++) await model.infer(inputs.next().value);
  }
  return round((performance.now() - begin) / repeats);
}

/** @param {number} milliseconds to a tenth of a microsecond, finer than any browser's clock */
function round(milliseconds) {
  return Math.round(milliseconds * 1e4) / 1e4;
}

/** Let the browser do what waits: a message to ourselves queues behind it. (setTimeout would wait for 4 ms.) */
function breathe() {
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    })
  );
}
