import assert from "node:assert/strict";
import { test } from "node:test";
import { median, quantile } from "../../../benchmarks/page/source/statistics.js";
import { rise, throttled } from "../../../benchmarks/page/source/throttling.js";

test("quantiles lie between the nearest samples, as numpy's do", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(quantile([10, 20, 30, 40, 50], 0.9), 46);
  assert.equal(quantile([7], 0.9), 7);
});

test("too few blocks tell nothing", () => {
  assert.equal(rise([1, 9, 9]), null);
  assert.equal(throttled([1, 9, 9]), false);
});

test("a phone that becomes 15 % slower is throttled, one that wavers is not", () => {
  assert.equal(throttled([1, 1, 1, 1.05, 0.95, 1, 1.1, 1, 1.02, 1]), false);
  assert.equal(throttled([1, 1, 1, 1, 1, 4, 4, 4, 4, 4]), true);
});

test("one slow block of many is not throttling", () => {
  assert.equal(throttled([...Array(20).fill(1), 3]), false);
});
