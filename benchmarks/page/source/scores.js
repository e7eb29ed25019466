/** What a classifier says of one picture: probabilities and the best classes, as `edgesmith.runtime.scores`. */

/** @import { Values } from "./contract.js" */

// A uint8 output holds q for q / 256, an int8 one q for (q + 128) / 256 (TFLite's 8-bit quantization specification).
const SCALE = 1 / 256;

/**
 * @param {Values} row
 * @param {number} classes
 * @returns {number[]} one probability a class
 * @throws {Error} where the row does not fit the number of classes
 */
export function probabilities(row, classes) {
  const shift = row instanceof Int8Array ? 128 : 0;
  const scale = row instanceof Float32Array ? 1 : SCALE;
  const values = Array.from(row, (value) => (value + shift) * scale);
  if (values.length === 1 && classes === 2) return [1 - values[0], values[0]]; // one sigmoid: the second class
  if (values.length !== classes) throw new Error(`${values.length} outputs for ${classes} labels`);
  return values;
}

/**
 * The best classes, best first; equal scores by index, lowest first.
 * @param {number[]} scores
 * @param {string[]} labels
 * @param {number} count
 */
export function top(scores, labels, count) {
  return scores
    .map((score, index) => ({ label: labels[index], score, index }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, count);
}
