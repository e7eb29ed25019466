/**
 * Which engine runs which files.
 *
 * @import { InputSpec, Pixels, Values } from "../contract.js"
 *
 * @typedef {object} Model a model in an engine, ready to run
 * @property {number} threads that it has
 * @property {(input: Pixels) => Promise<Values>} infer from pixels in memory to readable outputs
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Engine
 * @property {string} version
 * @property {string} build which of its WebAssembly builds was loaded
 * @property {number} threadLimit
 * @property {(content: Uint8Array<ArrayBuffer>, options: {threads: number, input: InputSpec}) => Promise<Model>} load
 *
 * @typedef {"litert" | "onnxruntime-web"} EngineName
 */

import { openLiteRt } from "./litert.js";
import { openOnnxRuntime } from "./onnxruntime.js";

/**
 * @param {"tflite" | "onnx"} format
 * @returns {EngineName}
 */
export function engineFor(format) {
  return format === "tflite" ? "litert" : "onnxruntime-web";
}

/**
 * @param {EngineName} name
 * @param {number} helpers how many threads beside the first all its models will have together
 * @returns {Promise<Engine>}
 */
export function openEngine(name, helpers) {
  return name === "litert" ? openLiteRt(helpers) : openOnnxRuntime();
}
