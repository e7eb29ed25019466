import assert from "node:assert/strict";
import { test } from "node:test";
import { circle, measureBlock, warmUp } from "../../../benchmarks/page/source/measure.js";

const KERNEL = { time: (readings) => Array(readings).fill(1) };

/** A model that remembers what it was given and takes as long as `work` does. */
function model(work = () => {}) {
  const seen = [];
  return {
    seen,
    threads: 1,
    infer: async (input) => {
      seen.push(input);
      work(seen.length);
      return input;
    },
  };
}

/** @param {number} milliseconds */
function spin(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test("a warm-up reaches both its number and its time", async () => {
  const quick = await warmUp(model(), circle(["a"]), { warmup_inferences: 10, warmup_seconds: 0 });
  assert.equal(quick.length, 10);
  const begin = performance.now();
  const long = await warmUp(
    model(() => spin(1)),
    circle(["a"]),
    { warmup_inferences: 1, warmup_seconds: 0.05 },
  );
  assert.ok(performance.now() - begin >= 50);
  assert.ok(long.length > 1);
});

test("a block has its samples, the kernel before and after, and settles first", async () => {
  const one = model(() => spin(1));
  const turn = { model: one, inputs: circle(["a", "b", "c"]), count: 4, expectedMs: 1, tickMs: 0.005 };
  const block = await measureBlock(turn, { settle: 2, kernel: KERNEL, visibility: { episodes: 0 } });
  assert.equal(block.samples_ms.length, 4);
  assert.ok(block.samples_ms.every((ms) => ms >= 0.9));
  assert.deepEqual([block.reference_ms.length, block.reference_after_ms.length], [5, 5]);
  assert.deepEqual(one.seen, ["a", "b", "c", "a", "b", "c"]);
  assert.equal(block.hidden, false);
});

test("work that is too short for the clock is repeated, and its mean is the sample", async () => {
  const one = model(() => spin(0.2));
  const turn = { model: one, inputs: circle(["a"]), count: 3, expectedMs: 0.2, tickMs: 0.1 };
  const { samples_ms } = await measureBlock(turn, { settle: 0, kernel: KERNEL, visibility: { episodes: 0 } });
  assert.equal(one.seen.length, 30);
  assert.ok(samples_ms.every((ms) => ms >= 0.19));
});

test("a block during which the page was hidden says so", async () => {
  const visibility = { episodes: 0 };
  const one = model((count) => {
    if (count === 2) visibility.episodes++;
  });
  const turn = { model: one, inputs: circle(["a"]), count: 4, expectedMs: 1, tickMs: 0.005 };
  const block = await measureBlock(turn, { settle: 0, kernel: KERNEL, visibility });
  assert.equal(block.hidden, true);
  assert.equal(block.samples_ms.length, 4);
});
