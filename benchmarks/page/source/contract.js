/**
 * What the two servers send and what this page answers, as types. The fields are those of the schemas
 * `edgesmith.browser-config/1` and `edgesmith.live-config/1`; docs/browser.md describes them.
 *
 * @typedef {object} InputSpec How a picture becomes the input tensor [1, height, width, channels].
 * @property {number} height
 * @property {number} width
 * @property {number} channels 1 (grey) or 3 (RGB)
 * @property {"uint8" | "float32"} dtype raw pixels 0..255 in either type
 * @property {"stretch" | "crop"} resize
 * @property {number} crop_fraction
 *
 * @typedef {object} ModelEntry
 * @property {number} index
 * @property {string} file
 * @property {string} name
 * @property {"tflite" | "onnx"} format
 * @property {string} precision
 * @property {number} bytes
 * @property {string[]} labels
 * @property {InputSpec} input
 * @property {number[][]} golden the right answers to the golden inputs, one row each
 * @property {number} golden_bound largest difference that still counts as the same kernels' work
 * @property {"uint8" | "float32"} output_dtype
 * @property {number[]} images indices of `BenchConfig.images`; the live page has none
 *
 * @typedef {object} Plan
 * @property {number} samples at least so many samples of each variant
 * @property {number} seconds and at least so long
 * @property {number} blocks rounds in which a variant should be done
 * @property {number} settle untimed inferences before each block
 * @property {number} warmup_inferences
 * @property {number} warmup_seconds
 * @property {number[]} threads
 *
 * @typedef {object} BenchConfig
 * @property {"edgesmith.browser-config/1"} schema
 * @property {string} session
 * @property {Plan} plan
 * @property {ModelEntry[]} models
 * @property {{index: number, shape: [number, number, number]}[]} images
 *
 * @typedef {object} LiveConfig
 * @property {"edgesmith.live-config/1"} schema
 * @property {ModelEntry} model
 * @property {number} top
 * @property {string} classify where pictures may be posted
 * @property {number} max_body_bytes of such a picture
 *
 * @typedef {Uint8Array | Float32Array} Pixels of an input tensor, 0..255
 * @typedef {Uint8Array | Int8Array | Float32Array} Values of an output tensor
 *
 * @typedef {object} MeasuringEvent
 * @property {number} seq 1, 2, 3, … without a gap
 * @property {number} at_ms
 * @property {string} type
 */

export const BENCH_SCHEMA = "edgesmith.browser-config/1";
export const LIVE_SCHEMA = "edgesmith.live-config/1";
