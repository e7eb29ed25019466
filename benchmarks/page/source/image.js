/** Pictures and camera frames as RGBA pixels, opaque, by way of a canvas of their own size. */

// Safari draws nothing on a canvas of more pixels.
const MOST_PIXELS = 16_777_216;

/** @typedef {{width: number, height: number}} Size */

export class PixelReader {
  #canvas = document.createElement("canvas");
  #context = /** @type {CanvasRenderingContext2D} */ (
    this.#canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" })
  );

  /**
   * @param {CanvasImageSource} source
   * @param {Size} size its own, in pixels; larger than a canvas may be, it is halved until it fits
   */
  read(source, size) {
    let { width, height } = size;
    while (width * height > MOST_PIXELS) [width, height] = [Math.floor(width / 2), Math.floor(height / 2)];
    Object.assign(this.#canvas, { width, height });
    this.#context.fillStyle = "#fff"; // as the runtime lays what is transparent on white
    this.#context.fillRect(0, 0, width, height);
    this.#context.drawImage(source, 0, 0, width, height);
    return this.#context.getImageData(0, 0, width, height);
  }
}

/**
 * A picture file, upright by its EXIF data, its colours as they are stored.
 * @param {Blob} file
 * @throws {DOMException} where the browser cannot read it
 */
export function decode(file) {
  return createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "none" });
}
