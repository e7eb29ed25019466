/**
 * The reference kernel: work that has nothing to do with any model, and so tells how quick the phone is just now.
 * Products of 64x64 float32 matrices in plain JavaScript, on the thread that measures.
 */

import { median } from "./statistics.js";
import { repeatsFor } from "./timertick.js";

const SIDE = 64;
const PRODUCTS = 8; // 2 million multiply-accumulates, about 2 ms on a desktop of 2020
const JIT_PASSES = 20; // until the engine's optimizing compiler has it

export class ReferenceKernel {
  #left = filled(0.37);
  #right = filled(0.61);
  #product = new Float32Array(SIDE * SIDE);
  #passes = 1;

  /** @param {number} tickMs of the clock, by which the work is made long enough; it stays the same for one visit */
  constructor(tickMs) {
    const warm = this.time(JIT_PASSES);
    this.#passes = repeatsFor(median(warm.slice(JIT_PASSES / 2)), tickMs);
  }

  /**
   * @param {number} readings
   * @returns {number[]} milliseconds
   */
  time(readings) {
    return Array.from({ length: readings }, () => {
      const begin = performance.now();
      for (let pass = 0; pass < this.#passes; pass++) this.#work();
      return performance.now() - begin;
    });
  }

  #work() {
    const [left, right, product] = [this.#left, this.#right, this.#product];
    for (let turn = 0; turn < PRODUCTS; turn++) {
      product.fill(0);
      for (let i = 0; i < SIDE; i++) {
        for (let k = 0; k < SIDE; k++) {
          const factor = left[i * SIDE + k];
          for (let j = 0; j < SIDE; j++) product[i * SIDE + j] += factor * right[k * SIDE + j];
        }
      }
    }
  }
}

/** @param {number} step */
function filled(step) {
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => ((i * step) % 1) - 0.5);
}
