/** The golden inputs of `edgesmith.runtime.golden`, by the same integer formula, and the judgement of the answers. */

/** @import { InputSpec } from "./contract.js" */

const BLOCKS = [1, 8, 32, 96];

/**
 * The four pictures for this input.
 * @param {Pick<InputSpec, "height" | "width" | "channels">} input
 * @returns {Uint8Array[]} each [height, width, channels]
 */
export function goldenInputs(input) {
  return BLOCKS.map((block, number) => picture(number, block, input));
}

/**
 * @param {number} number
 * @param {number} block
 * @param {Pick<InputSpec, "height" | "width" | "channels">} input
 */
function picture(number, block, { height, width, channels }) {
  const pixels = new Uint8Array(height * width * channels);
  let place = 0;
  for (let y = 0; y < height; y++) {
    const row = Math.imul(Math.floor(y / block), 0x9e3779b1);
    for (let x = 0; x < width; x++) {
      const column = Math.imul(Math.floor(x / block), 0x85ebca77);
      for (let c = 0; c < channels; c++) {
        const seed = row ^ column ^ Math.imul(c, 0xc2b2ae3d) ^ Math.imul(number, 0x27d4eb2f);
        const mixed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d);
        pixels[place++] = (mixed ^ (mixed >>> 12)) & 255;
      }
    }
  }
  return pixels;
}

/**
 * How far the answers are from the right ones.
 * @param {ArrayLike<number>[]} answers one row an input
 * @param {{golden: number[][], golden_bound: number}} model
 * @returns {{verdict: "identical" | "within" | "different", max_abs_difference: number}}
 * @throws {Error} where rows or values are missing
 */
export function judge(answers, model) {
  let largest = 0;
  let sameClasses = true;
  if (answers.length !== model.golden.length) {
    throw new Error(`${answers.length} answers; the file holds ${model.golden.length}`);
  }
  model.golden.forEach((expected, row) => {
    const answer = answers[row];
    if (answer.length !== expected.length) {
      throw new Error(`${answer.length} values in an answer; the file holds ${expected.length}`);
    }
    sameClasses &&= argmax(answer) === argmax(expected);
    for (let i = 0; i < expected.length; i++) {
      const difference = Math.abs(answer[i] - expected[i]);
      largest = Math.max(largest, difference); // which lets NaN stay
    }
  });
  const close = largest <= model.golden_bound && sameClasses;
  return { verdict: largest === 0 ? "identical" : close ? "within" : "different", max_abs_difference: largest };
}

/** @param {ArrayLike<number>} values */
function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
