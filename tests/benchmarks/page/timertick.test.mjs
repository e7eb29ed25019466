import assert from "node:assert/strict";
import { test } from "node:test";
import { repeatsFor, timerTick } from "../../../benchmarks/page/source/timertick.js";

test("the tick of a clock that moves in tenths", () => {
  let calls = 0;
  const tick = timerTick(() => Math.floor(calls++ / 7) / 8);
  assert.equal(tick, 1 / 8);
});

test("a long turn of another program is not the tick", () => {
  let [time, calls] = [0, 0];
  const tick = timerTick(() => {
    time += calls++ === 1 ? 500 : 0.5;
    return time;
  });
  assert.equal(tick, 0.5);
});

test("a clock that hardly moves is given up on after a while", () => {
  let calls = 0;
  assert.equal(
    timerTick(() => Math.floor(calls++ / 3) * 60),
    60,
  );
});

test("short work is repeated until the clock matters little", () => {
  assert.equal(repeatsFor(8, 0.005), 1);
  assert.equal(repeatsFor(8, 1), 3);
  assert.equal(repeatsFor(0.05, 0.1), 40);
});
