import assert from "node:assert/strict";
import { test } from "node:test";
import { blockSize, rounds } from "../../../benchmarks/page/source/schedule.js";

const VARIANTS = ["a", "b", "c", "d"];

/** @param {string} seed */
function firstRounds(seed) {
  const orders = rounds(VARIANTS, seed);
  return Array.from({ length: 200 }, () => orders.next().value.join(""));
}

test("every round has every variant once", () => {
  for (const order of firstRounds("s")) assert.deepEqual([...order].sort(), VARIANTS);
});

test("the same seed gives the same orders, another gives others", () => {
  assert.deepEqual(firstRounds("s"), firstRounds("s"));
  assert.notDeepEqual(firstRounds("s"), firstRounds("t"));
});

test("each variant is first about equally often", () => {
  const first = firstRounds("s").map((order) => order[0]);
  for (const variant of VARIANTS) {
    const count = first.filter((one) => one === variant).length;
    assert.ok(count > 30 && count < 70, `${variant} is first ${count} times of 200`); // 50 ± 3.3 deviations
  }
});

test("a block has its share of samples, and more where they are quick", () => {
  const plan = { samples: 200, seconds: 5, blocks: 10 };
  assert.equal(blockSize(plan, 100), 20);
  assert.equal(blockSize(plan, 10), 55);
});
