/** LiteRT.js, the engine of `.tflite` files. Three of its WebAssembly builds are here; a browser loads one. */

import { Environment, getGlobalLiteRt, loadAndCompile, loadLiteRt, supportsFeature, Tensor } from "@litertjs/core";
import { canShareMemory, STATIC } from "./ground.js";

/** @import { CompiledModel, TypedArray } from "@litertjs/core" */
/** @import { InputSpec, Pixels, Values } from "../contract.js" */
/** @import { Engine, Model } from "./engine.js" */

/** @typedef {"threaded" | "relaxed" | "compat"} Build */

/**
 * @param {number} helpers
 * @returns {Promise<Engine>}
 */
export async function openLiteRt(helpers) {
  const cores = navigator.hardwareConcurrency ?? 1;
  const build = await fittingBuild();
  await withWorkers(Math.max(helpers, 1), () => loadLiteRt(`${STATIC}litert/`, { threads: build === "threaded" }));
  giveBackGpu();
  return {
    version: LITERT_VERSION,
    build,
    threadLimit: build === "threaded" ? cores : 1,
    load,
  };
}

/** @returns {Promise<Build>} `compat` has plain SIMD, which is what Safari gets */
async function fittingBuild() {
  if (!(await supportsFeature("relaxedSimd"))) return "compat";
  return canShareMemory() && (await supportsFeature("threads")) ? "threaded" : "relaxed";
}

/**
 * The threaded build starts one worker for each of `navigator.hardwareConcurrency`. A model takes one less than it
 * has threads and keeps them; when all are taken, compiling the next waits for one that the waiting main thread can
 * never start. So it is told as many processors as there will be threads.
 * @template T
 * @param {number} workers
 * @param {() => Promise<T>} start
 */
async function withWorkers(workers, start) {
  Object.defineProperty(navigator, "hardwareConcurrency", { configurable: true, get: () => workers });
  try {
    return await start();
  } finally {
    // The getter of the prototype comes back into sight.
    delete (/** @type {{hardwareConcurrency?: number}} */ (navigator).hardwareConcurrency);
  }
}

/** LiteRT.js asks for the graphics processor whenever it is loaded. Nothing here uses it. */
function giveBackGpu() {
  const litert = getGlobalLiteRt();
  const device = litert.getWebGpuDevice();
  if (!device) return;
  litert.setDefaultEnvironment(new Environment({ webGpuDevice: null }));
  device.destroy();
}

/**
 * @param {Uint8Array<ArrayBuffer>} content
 * @param {{threads: number, input: InputSpec}} options
 * @returns {Promise<Model>}
 */
async function load(content, { threads, input }) {
  const model = await loadAndCompile(content, { accelerator: "wasm", cpuOptions: { numThreads: threads } });
  const shape = [1, input.height, input.width, input.channels];
  return {
    threads,
    infer: (pixels) => infer(model, pixels, shape),
    close: async () => model.delete(),
  };
}

/**
 * @param {CompiledModel} model
 * @param {Pixels} pixels
 * @param {number[]} shape
 */
async function infer(model, pixels, shape) {
  const tensor = new Tensor(/** @type {TypedArray} */ (pixels), shape);
  const outputs = await model.run(tensor);
  const values = /** @type {Values} */ (outputs[0].toTypedArray());
  tensor.delete();
  for (const output of outputs) output.delete();
  return values;
}
