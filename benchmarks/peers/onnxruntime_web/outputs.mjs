// node outputs.mjs MODEL.onnx PICTURES OUTPUT: raw output rows of onnxruntime-web (WebAssembly, one thread).
//
// PICTURES holds uint8 pictures [n, height, width, channels] in row order, without a header; OUTPUT becomes the
// rows of the model's output, likewise. Prints what ran, as one JSON document.
import { readFileSync, writeFileSync } from "node:fs";
import * as ort from "onnxruntime-web/wasm";

const ARRAYS = { uint8: Uint8Array, float32: Float32Array };

const [model, pictures, output] = process.argv.slice(2);
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(readFileSync(model), { executionProviders: ["wasm"] });
const { name, type, shape } = session.inputMetadata[0];
const size = shape.reduce((product, length) => product * length, 1);
const pixels = readFileSync(pictures);

const rows = [];
for (let start = 0; start < pixels.length; start += size) {
  const values = ARRAYS[type].from(pixels.subarray(start, start + size));
  const answer = await session.run({ [name]: new ort.Tensor(type, values, shape) });
  const { data } = answer[session.outputNames[0]];
  rows.push(Buffer.from(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)));
}
writeFileSync(output, Buffer.concat(rows));
console.log(JSON.stringify({ node: process.version, "onnxruntime-web": ort.env.versions.web, input: type }));
