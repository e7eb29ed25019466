import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOf, goodBlocks } from "../../../benchmarks/page/source/recorded.js";
import { seriesOf } from "../../../benchmarks/page/source/view/series.js";

const block = (model, threads, number, hidden = false) => ({
  seq: 1,
  at_ms: 0,
  type: "block",
  model,
  threads,
  number,
  hidden,
  samples_ms: [1, 2, 3],
  reference_ms: [1],
  reference_after_ms: [1],
});
const EVENTS = [
  { type: "hello" },
  { type: "golden", model: 0, threads: 1, verdict: "identical" },
  block(0, 1, 0),
  block(0, 2, 0),
  block(0, 1, 1, true),
  block(0, 1, 2),
];

test("blocks in sight count, and the next number is one that was never used", () => {
  assert.equal(goodBlocks(EVENTS).length, 3);
  assert.deepEqual(blocksOf(EVENTS, { model: 0, threads: 1 }), { done: 2, next: 3 });
  assert.deepEqual(blocksOf(EVENTS, { model: 1, threads: 1 }), { done: 0, next: 0 });
});

test("series hold the blocks that count, by model and threads", () => {
  const series = seriesOf(EVENTS, [{ index: 0, file: "a.tflite" }]);
  assert.deepEqual(
    series.map(({ threads, samples, medians, answers }) => [
      threads,
      samples.length,
      medians.map(({ turn }) => turn),
      answers,
    ]),
    [
      [1, 6, [0, 2], "identical"],
      [2, 3, [1], "not checked"],
    ],
  );
});
