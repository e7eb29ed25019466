/** A model file in this browser, from RGBA pixels to the best classes. */

import { download } from "./download.js";
import { engineFor, openEngine } from "./engines/engine.js";
import { asTensor, fit } from "./preprocess.js";
import { probabilities, top } from "./scores.js";

/** @import { LiveConfig } from "./contract.js" */
/** @import { Model } from "./engines/engine.js" */

const MOST_THREADS = 4; // a phone's quick cores; the slow ones would hold the others up

/** @typedef {{label: string, score: number, index: number}} Prediction */

export class BrowserClassifier {
  #config;
  #model;
  /** For people: which engine it is. */
  engine;

  /**
   * @param {LiveConfig} config
   * @param {Model} model
   * @param {string} engine
   */
  constructor(config, model, engine) {
    this.#config = config;
    this.#model = model;
    this.engine = engine;
  }

  /**
   * @param {LiveConfig} config
   * @param {(text: string) => void} say
   */
  static async open(config, say) {
    const { model: entry } = config;
    const name = engineFor(entry.format);
    say("Fetching the engine");
    const wanted = Math.min(MOST_THREADS, navigator.hardwareConcurrency ?? 1);
    const engine = await openEngine(name, wanted - 1);
    const content = await download(`models/${entry.index}`, entry.bytes, (share) =>
      say(`Fetching ${entry.file}: ${Math.round(share * 100)} %`),
    );
    const threads = Math.min(wanted, engine.threadLimit);
    const model = await engine.load(content, { threads, input: entry.input });
    return new BrowserClassifier(
      config,
      model,
      `${name} ${engine.version}, ${engine.build} build, threads: ${threads}`,
    );
  }

  /**
   * @param {{data: Uint8ClampedArray, width: number, height: number}} image RGBA
   * @returns {Promise<{top: Prediction[], preparing: number, inference: number}>} milliseconds
   */
  async classify(image) {
    const { model: entry, top: count } = this.#config;
    const begin = performance.now();
    const input = asTensor(fit(image, entry.input), entry.input);
    const prepared = performance.now();
    const outputs = await this.#model.infer(input);
    const inference = performance.now() - prepared;
    const best = top(probabilities(outputs, entry.labels.length), entry.labels, count);
    return { top: best, preparing: prepared - begin, inference };
  }
}
