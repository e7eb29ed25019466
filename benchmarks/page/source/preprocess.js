/** From a browser's RGBA pixels to a model's input: `edgesmith.runtime.images.fit`, in the same order. */

import { resize } from "./resize.js";

/** @import { InputSpec, Pixels } from "./contract.js" */
/** @import { Box, Picture } from "./resize.js" */

/**
 * Raw pixels of the model's size.
 * @param {{data: Uint8ClampedArray | Uint8Array, width: number, height: number}} image RGBA, opaque
 * @param {InputSpec} input
 * @returns {Uint8Array} [height, width, channels]
 */
export function fit(image, input) {
  const picture = input.channels === 1 ? grey(image) : colour(image);
  return resize(picture, input, input.resize === "crop" ? centreBox(image, input) : undefined);
}

/**
 * The same numbers in the type that the model takes.
 * @param {Uint8Array} pixels
 * @param {Pick<InputSpec, "dtype">} input
 * @returns {Pixels}
 */
export function asTensor(pixels, input) {
  return input.dtype === "float32" ? Float32Array.from(pixels) : pixels;
}

/**
 * @param {{data: Uint8ClampedArray | Uint8Array, width: number, height: number}} image
 * @returns {Picture}
 */
function colour({ data, width, height }) {
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    pixels[to] = data[from];
    pixels[to + 1] = data[from + 1];
    pixels[to + 2] = data[from + 2];
  }
  return { pixels, width, height, channels: 3 };
}

/**
 * By Pillow's L24 weights (ITU-R 601-2; src/libImaging/Convert.c).
 * @param {{data: Uint8ClampedArray | Uint8Array, width: number, height: number}} image
 * @returns {Picture}
 */
function grey({ data, width, height }) {
  const pixels = new Uint8Array(width * height);
  for (let from = 0, to = 0; from < data.length; from += 4, to++) {
    pixels[to] = (data[from] * 19595 + data[from + 1] * 38470 + data[from + 2] * 7471 + 0x8000) >> 16;
  }
  return { pixels, width, height, channels: 1 };
}

/**
 * What `crop` takes of a picture, as `edgesmith.runtime.images` works it out.
 * @param {{width: number, height: number}} size
 * @param {InputSpec} input
 * @returns {Box}
 */
export function centreBox(size, input) {
  const aspect = input.width / input.height;
  const width = Math.min(size.width, size.height * aspect) * input.crop_fraction;
  const height = width / aspect;
  const left = Math.max(0, (size.width - width) / 2);
  const top = Math.max(0, (size.height - height) / 2);
  return { left, top, right: Math.min(size.width, left + width), bottom: Math.min(size.height, top + height) };
}
