/** Models in their engines, once for each number of threads: loaded, asked for the golden answers, warmed up. */

import { engineFor } from "./engines/engine.js";
import { goldenInputs, judge } from "./golden.js";
import { circle, warmUp } from "./measure.js";
import { asTensor } from "./preprocess.js";
import { median } from "./statistics.js";
import { threadsInWords } from "./wording.js";

/** @import { BenchConfig, ModelEntry, Pixels } from "./contract.js" */
/** @import { Engine, EngineName, Model } from "./engines/engine.js" */
/** @import { Outbox } from "./outbox.js" */

/**
 * @typedef {object} Variant
 * @property {ModelEntry} entry
 * @property {Model} model
 * @property {number} threads
 * @property {Iterator<Pixels, never>} inputs
 * @property {number} expectedMs of one inference, by the second half of the warm-up
 *
 * @typedef {object} Means what a variant is made with
 * @property {BenchConfig} config
 * @property {Outbox} outbox
 * @property {Map<EngineName, Engine>} engines those that the models need
 * @property {(address: string, bytes: number, what: string) => Promise<Uint8Array<ArrayBuffer>>} fetched
 * @property {(text: string) => void} say
 */

/**
 * Every variant of a model that this browser can run; what it cannot run is posted as `failed`.
 * @param {ModelEntry} entry
 * @param {Means} means
 * @returns {Promise<Variant[]>}
 */
export async function variantsOf(entry, means) {
  const { config, outbox } = means;
  /** @type {Variant[]} */
  const variants = [];
  const begin = performance.now();
  const downloading = { entry, threads: config.plan.threads, stage: "download" };
  const content = await attempt(outbox, downloading, () => means.fetched(`models/${entry.index}`, entry.bytes, entry.file));
  const download_ms = performance.now() - begin;
  const pictures = content && (await attempt(outbox, downloading, () => inputs(entry, means)));
  if (!content || !pictures) return [];
  for (const asked of config.plan.threads) {
    const variant = await attempt(outbox, { entry, threads: [asked], stage: "load" }, () =>
      prepared({ entry, content, pictures, asked, download_ms, taken: variants.map(({ threads }) => threads) }, means),
    );
    if (variant) variants.push(variant);
  }
  return variants;
}

/**
 * Run a step; what goes wrong in it is posted, for each number of threads that now cannot be had.
 * @template T
 * @param {Outbox} outbox
 * @param {{entry: ModelEntry, threads: number[], stage: string}} what
 * @param {() => Promise<T>} step
 * @returns {Promise<T | undefined>}
 */
async function attempt(outbox, { entry, threads, stage }, step) {
  try {
    return await step();
  } catch (error) {
    for (const threads_asked of threads) fail(outbox, { model: entry.index, threads_asked, stage }, error);
    return undefined;
  }
}

/**
 * @param {Outbox} outbox
 * @param {{model: number, threads_asked: number, stage: string}} what
 * @param {unknown} error
 */
export function fail(outbox, what, error) {
  outbox.add("failed", { ...what, message: String(error).slice(0, 500) });
}

/**
 * @param {{entry: ModelEntry, content: Uint8Array<ArrayBuffer>, pictures: Pixels[], asked: number, download_ms: number, taken: number[]}} what
 * @param {Means} means
 * @returns {Promise<Variant | undefined>} nothing where fewer threads are left, which are measured already
 */
async function prepared({ entry, content, pictures, asked, download_ms, taken }, means) {
  const { config, outbox } = means;
  const name = engineFor(entry.format);
  const engine = /** @type {Engine} */ (means.engines.get(name));
  const threads = Math.min(asked, engine.threadLimit);
  const told = { model: entry.index, threads_asked: asked, threads, engine: name, build: engine.build, download_ms };
  if (taken.includes(threads)) {
    outbox.add("loaded", { ...told, load_ms: 0 });
    return undefined;
  }
  means.say(`Loading ${entry.file} with ${threadsInWords(threads)}`);
  const begin = performance.now();
  const model = await engine.load(content, { threads, input: entry.input });
  outbox.add("loaded", { ...told, load_ms: performance.now() - begin });
  try {
    const round = circle(pictures);
    await checkGolden(entry, model, outbox);
    const samples_ms = await warmUp(model, round, config.plan);
    outbox.add("warmup", { model: entry.index, threads, samples_ms });
    return { entry, model, threads, inputs: round, expectedMs: median(samples_ms.slice(samples_ms.length / 2)) };
  } catch (error) {
    await model.close(); // it would keep the workers that the next one waits for
    throw error;
  }
}

/**
 * @param {ModelEntry} entry
 * @param {Model} model
 * @param {Outbox} outbox
 */
async function checkGolden(entry, model, outbox) {
  const answers = [];
  for (const picture of goldenInputs(entry.input)) answers.push(await model.infer(asTensor(picture, entry.input)));
  outbox.add("golden", { model: entry.index, threads: model.threads, ...judge(answers, entry) });
}

/**
 * The images that the model is measured on, as its input tensors; the golden inputs where there are none.
 * @param {ModelEntry} entry
 * @param {Means} means
 */
async function inputs(entry, { config, fetched }) {
  const wanted = config.images.filter(({ index }) => entry.images.includes(index));
  if (wanted.length === 0) return goldenInputs(entry.input).map((picture) => asTensor(picture, entry.input));
  const pictures = [];
  for (const { index, shape } of wanted) {
    const [height, width, channels] = shape;
    pictures.push(asTensor(await fetched(`images/${index}`, height * width * channels, "a picture"), entry.input));
  }
  return pictures;
}
