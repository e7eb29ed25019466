/**
 * Pillow's bilinear filter, to the bit: `Image.resize(size, BILINEAR, box=box)` for 8-bit pictures, by which
 * training, evaluation and every other device scale. A canvas would scale with a filter of the browser's choice.
 *
 * Source: Pillow, src/libImaging/Resample.c (precompute_coeffs, normalize_coeffs_8bpc, and the two passes). Along the
 * rows first, as every Pillow before 13; since 13 it begins with the columns where that is less work, which can move a
 * value by one level.
 */

const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/**
 * @typedef {{pixels: Uint8Array | Uint8ClampedArray, height: number, width: number, channels: number}} Picture
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box
 * @typedef {{starts: Int32Array, counts: Int32Array, weights: Int32Array, most: number}} Filter
 */

/**
 * @param {Picture} picture
 * @param {{height: number, width: number}} size
 * @param {Box} [box] the part to take; the whole picture without it
 * @returns {Uint8Array} [height, width, channels]
 */
export function resize(picture, size, box) {
  const { left, top, right, bottom } = box ?? { left: 0, top: 0, right: picture.width, bottom: picture.height };
  let { pixels, width } = picture;
  if (size.width !== width || left !== 0 || right !== width) {
    pixels = alongRows(picture, filter(width, left, right, size.width), size.width);
    width = size.width;
  }
  if (size.height !== picture.height || top !== 0 || bottom !== picture.height) {
    const lower = { pixels, width, height: picture.height, channels: picture.channels };
    pixels = alongColumns(lower, filter(picture.height, top, bottom, size.height), size.height);
  }
  return new Uint8Array(pixels);
}

/**
 * Which pixels, by which fixed-point weights, make each output pixel: a triangle as wide as the scale.
 * @param {number} length of the side
 * @param {number} from
 * @param {number} to
 * @param {number} outputs
 * @returns {Filter}
 */
function filter(length, from, to, outputs) {
  const scale = (to - from) / outputs;
  const support = Math.max(scale, 1);
  const most = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputs);
  const counts = new Int32Array(outputs);
  const weights = new Int32Array(outputs * most);
  const shares = new Float64Array(most);
  for (let i = 0; i < outputs; i++) {
    const centre = from + (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(length, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const distance = Math.abs((k + start - centre + 0.5) * (1 / support));
      shares[k] = distance < 1 ? 1 - distance : 0;
      sum += shares[k];
    }
    starts[i] = start;
    counts[i] = count;
    for (let k = 0; k < count; k++) weights[i * most + k] = Math.trunc(0.5 + (shares[k] / sum) * (1 << PRECISION_BITS));
  }
  return { starts, counts, weights, most };
}

/**
 * @param {Picture} picture
 * @param {Filter} filter
 * @param {number} width of the output
 */
function alongRows({ pixels, height, width: before, channels }, { starts, counts, weights, most }, width) {
  const output = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const first = (y * before + starts[x]) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let k = 0; k < counts[x]; k++) sum += pixels[first + k * channels + c] * weights[x * most + k];
        output[(y * width + x) * channels + c] = clip(sum);
      }
    }
  }
  return output;
}

/**
 * @param {Picture} picture
 * @param {Filter} filter
 * @param {number} height of the output
 */
function alongColumns({ pixels, width, channels }, { starts, counts, weights, most }, height) {
  const row = width * channels;
  const output = new Uint8Array(height * row);
  for (let y = 0; y < height; y++) {
    const first = starts[y] * row;
    for (let i = 0; i < row; i++) {
      let sum = HALF;
      for (let k = 0; k < counts[y]; k++) sum += pixels[first + k * row + i] * weights[y * most + k];
      output[y * row + i] = clip(sum);
    }
  }
  return output;
}

/** @param {number} sum fixed-point; weights are not negative, so it is neither */
function clip(sum) {
  return Math.min(255, sum >> PRECISION_BITS);
}
