import assert from "node:assert/strict";
import { test } from "node:test";
import { probabilities, top } from "../../../benchmarks/page/source/scores.js";

test("outputs of each type become probabilities", () => {
  assert.deepEqual(probabilities(Uint8Array.of(64, 192), 2), [0.25, 0.75]);
  assert.deepEqual(probabilities(Int8Array.of(-64, 64), 2), [0.25, 0.75]);
  assert.deepEqual(probabilities(Float32Array.of(0.25, 0.75), 2), [0.25, 0.75]);
});

test("one sigmoid output is the second of two classes", () => {
  assert.deepEqual(probabilities(Float32Array.of(0.75), 2), [0.25, 0.75]);
});

test("an output that does not fit the labels is an error", () => {
  assert.throws(() => probabilities(Float32Array.of(1, 2, 3), 2), /3 outputs for 2 labels/);
});

test("the best come first, equal ones by index", () => {
  const best = top([0.2, 0.4, 0.4], ["a", "b", "c"], 2);
  assert.deepEqual(best, [
    { label: "b", score: 0.4, index: 1 },
    { label: "c", score: 0.4, index: 2 },
  ]);
});
