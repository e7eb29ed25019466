/** ONNX Runtime Web, the engine of `.onnx` files. */

import { canShareMemory, STATIC } from "./ground.js";

/** @import * as Ort from "onnxruntime-web/wasm" */
/** @import { InputSpec } from "../contract.js" */
/** @import { Engine, Model } from "./engine.js" */

/** @returns {Promise<Engine>} */
export async function openOnnxRuntime() {
  const threaded = canShareMemory();
  return {
    version: ORT_VERSION,
    build: threaded ? "threaded" : "single",
    threadLimit: threaded ? (navigator.hardwareConcurrency ?? 1) : 1,
    load,
  };
}

/**
 * @param {Uint8Array<ArrayBuffer>} content
 * @param {{threads: number, input: InputSpec}} options
 * @returns {Promise<Model>}
 */
async function load(content, { threads, input }) {
  const ort = await moduleWith(threads);
  const session = await ort.InferenceSession.create(content, { executionProviders: ["wasm"] });
  const shape = [1, input.height, input.width, input.channels];
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  return {
    threads,
    infer: async (pixels) => {
      const tensor = new ort.Tensor(input.dtype, pixels, shape);
      const outputs = await session.run({ [inputName]: tensor });
      return /** @type {import("../contract.js").Values} */ (outputs[outputName].data);
    },
    close: () => session.release(),
  };
}

/**
 * The number of threads is one for all sessions of a module, set when its WebAssembly starts. An address with
 * another query is another module.
 * @param {number} threads
 * @returns {Promise<typeof Ort>}
 */
async function moduleWith(threads) {
  const ort = await import(`${STATIC}ort/ort.wasm.min.mjs?threads=${threads}`);
  ort.env.wasm.wasmPaths = `${STATIC}ort/`;
  ort.env.wasm.numThreads = threads;
  return ort;
}
