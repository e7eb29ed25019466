import assert from "node:assert/strict";
import { test } from "node:test";
import { goldenInputs, judge } from "../../../benchmarks/page/source/golden.js";

const INT8 = { golden: [[1, 2, 253]], golden_bound: 0 };
const FLOAT = { golden: [[0.1, 0.2, 0.7]], golden_bound: 1e-5 };

test("four pictures of the input's size", () => {
  const pictures = goldenInputs({ height: 2, width: 3, channels: 3 });
  assert.deepEqual(
    pictures.map(({ length }) => length),
    [18, 18, 18, 18],
  );
});

test("equal answers are identical", () => {
  assert.deepEqual(judge([Uint8Array.of(1, 2, 253)], INT8), { verdict: "identical", max_abs_difference: 0 });
});

test("one step of an int8 file is different", () => {
  assert.deepEqual(judge([Uint8Array.of(1, 3, 253)], INT8), { verdict: "different", max_abs_difference: 1 });
});

test("a float answer may be off by the bound, and not by more", () => {
  assert.equal(judge([[0.1, 0.200004, 0.7]], FLOAT).verdict, "within");
  assert.equal(judge([[0.1, 0.2002, 0.7]], FLOAT).verdict, "different");
});

test("another best class is different, however close", () => {
  const close = { golden: [[0.5, 0.499999]], golden_bound: 1e-5 };
  assert.equal(judge([[0.499999, 0.5]], close).verdict, "different");
});

test("what is no number is different, and has no difference", () => {
  const { verdict, max_abs_difference } = judge([[Number.NaN, 0.2, 0.7]], FLOAT);
  assert.equal(verdict, "different");
  assert.equal(JSON.stringify(max_abs_difference), "null");
});

test("missing answers are an error", () => {
  assert.throws(() => judge([], INT8), /0 answers; the file holds 1/);
  assert.throws(() => judge([[1]], INT8), /1 values/);
});
