/** One visit: every model of the session measured in this browser, every event posted as it comes. */

import { browser, phone } from "./browserfacts.js";
import { engineFor, openEngine } from "./engines/engine.js";
import { measureBlock } from "./measure.js";
import { blocksOf, goodBlocks } from "./recorded.js";
import { ReferenceKernel } from "./reference.js";
import { blockSize, rounds } from "./schedule.js";
import { timerTick } from "./timertick.js";
import { fail, variantsOf } from "./variants.js";
import { threadsInWords } from "./wording.js";

/** @import { BenchConfig, ModelEntry } from "./contract.js" */
/** @import { Engine, EngineName } from "./engines/engine.js" */
/** @import { Outbox } from "./outbox.js" */
/** @import { Variant } from "./variants.js" */
/** @import { Visibility } from "./visibility.js" */

// What may stay loaded side by side: model files, and workers for their threads, at some megabytes each.
const TOGETHER_BYTES = 200e6;
const TOGETHER_WORKERS = 16;

/**
 * @typedef {object} Show what somebody may watch
 * @property {(text: string) => void} say
 * @property {(share: number) => void} progress after each block, 0..1
 *
 * @typedef {object} Surroundings
 * @property {BenchConfig} config
 * @property {Outbox} outbox
 * @property {Visibility} visibility
 * @property {boolean} wakeLock
 * @property {(address: string, bytes: number, what: string) => Promise<Uint8Array<ArrayBuffer>>} fetched
 * @property {Show} show
 */

export class Visit {
  #config;
  #outbox;
  #visibility;
  #show;
  #fetched;
  #wakeLock;
  #tickMs = timerTick();
  #kernel = new ReferenceKernel(this.#tickMs);
  /** @type {Map<EngineName, Engine>} */
  #engines = new Map();
  #variants = 0;
  #later = 0; // models that are not loaded yet

  /** @param {Surroundings} surroundings */
  constructor({ config, outbox, visibility, wakeLock, fetched, show }) {
    this.#config = config;
    this.#outbox = outbox;
    this.#visibility = visibility;
    this.#wakeLock = wakeLock;
    this.#fetched = fetched;
    this.#show = show;
  }

  async run() {
    const { models, plan } = this.#config;
    const helpers = plan.threads.reduce((sum, threads) => sum + threads - 1, 0); // of one model
    const bytes = models.reduce((sum, model) => sum + model.bytes, 0);
    const sequential = bytes > TOGETHER_BYTES || helpers * models.length > TOGETHER_WORKERS;
    const unopened = await this.#openEngines(sequential ? helpers : helpers * models.length);
    await this.#introduce(sequential);
    for (const [name, error] of unopened) this.#refuse(name, error);
    const usable = models.filter(({ format }) => this.#engines.has(engineFor(format)));
    this.#later = usable.length;
    for (const group of sequential ? usable.map((model) => [model]) : [usable]) await this.#measure(group);
    this.#show.progress(1);
    this.#outbox.add("done");
  }

  /**
   * @param {number} helpers threads beside the first, of all models that are loaded together
   * @returns {Promise<[EngineName, unknown][]>} engines that could not be opened, and why
   */
  async #openEngines(helpers) {
    /** @type {[EngineName, unknown][]} */
    const unopened = [];
    for (const name of new Set(this.#config.models.map(({ format }) => engineFor(format)))) {
      this.#show.say("Fetching the engine");
      try {
        this.#engines.set(name, await openEngine(name, helpers));
      } catch (error) {
        unopened.push([name, error]);
      }
    }
    return unopened;
  }

  /** @param {boolean} sequential */
  async #introduce(sequential) {
    const engine = Object.fromEntries(
      [...this.#engines].map(([name, { version, build }]) => [name, { version, build }]),
    );
    this.#outbox.add("hello", {
      ...browser(),
      ...(await phone()),
      timer_tick_ms: this.#tickMs,
      engine,
      wake_lock: this.#wakeLock,
      page_version: PAGE_VERSION,
      sequential,
    });
  }

  /**
   * @param {EngineName} name
   * @param {unknown} error
   */
  #refuse(name, error) {
    for (const model of this.#config.models.filter(({ format }) => engineFor(format) === name)) {
      for (const threads_asked of this.#config.plan.threads) {
        fail(this.#outbox, { model: model.index, threads_asked, stage: "engine" }, error);
      }
    }
  }

  /** @param {ModelEntry[]} models that are loaded together */
  async #measure(models) {
    const variants = [];
    const means = {
      config: this.#config,
      outbox: this.#outbox,
      engines: this.#engines,
      fetched: this.#fetched,
      say: this.#show.say,
    };
    for (const model of models) variants.push(...(await variantsOf(model, means)));
    this.#variants += variants.length;
    this.#later -= models.length;
    await this.#takeTurns(variants);
    for (const { model } of variants) await model.close();
  }

  /** @param {Variant[]} variants */
  async #takeTurns(variants) {
    const { plan, session } = this.#config;
    let open = variants.filter((variant) => this.#blocks(variant).done < plan.blocks);
    const orders = rounds(variants, session);
    while (open.length > 0) {
      for (const variant of orders.next().value) {
        if (!open.includes(variant)) continue;
        if (!(await this.#turn(variant))) open = open.filter((other) => other !== variant);
        this.#show.progress(this.#share());
      }
      open = open.filter((variant) => this.#blocks(variant).done < plan.blocks);
    }
  }

  /**
   * One block. One during which the page was hidden is posted, does not count, and so comes again in a later round.
   * @param {Variant} variant
   * @returns {Promise<boolean>} whether the variant may go on
   */
  async #turn(variant) {
    const { plan } = this.#config;
    this.#show.say(`Measuring ${variant.entry.file}, ${threadsInWords(variant.threads)}`);
    const turn = { ...variant, count: blockSize(plan, variant.expectedMs), tickMs: this.#tickMs };
    const conditions = { settle: plan.settle, kernel: this.#kernel, visibility: this.#visibility };
    try {
      await this.#visibility.whenVisible();
      const block = await measureBlock(turn, conditions);
      const number = this.#blocks(variant).next;
      this.#outbox.add("block", { model: variant.entry.index, threads: variant.threads, number, ...block });
      return true;
    } catch (error) {
      fail(this.#outbox, { model: variant.entry.index, threads_asked: variant.threads, stage: "measure" }, error);
      return false;
    }
  }

  #share() {
    const { blocks, threads } = this.#config.plan;
    const expected = blocks * (this.#variants + this.#later * threads.length);
    return Math.min(1, goodBlocks(this.#outbox.events).length / expected);
  }

  /** @param {Variant} variant */
  #blocks({ entry, threads }) {
    return blocksOf(this.#outbox.events, { model: entry.index, threads });
  }
}
