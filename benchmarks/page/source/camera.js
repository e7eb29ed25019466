/** The camera, the one that looks away from its owner where there are two. */

/** @returns {boolean} whether this page may ask for it: only secure ones may */
export function hasCamera() {
  return typeof navigator.mediaDevices?.getUserMedia === "function";
}

/**
 * @param {HTMLVideoElement} video that shows it
 * @throws {Error} where there is none, or its owner says no
 */
export async function start(video) {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 640 }, height: { ideal: 480 } },
    });
  } catch (error) {
    throw new Error(`The camera cannot be used: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
  await video.play();
}

/** @param {HTMLVideoElement} video */
export function stop(video) {
  const stream = /** @type {MediaStream | null} */ (video.srcObject);
  for (const track of stream?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

/**
 * @param {HTMLVideoElement} video
 * @returns {Promise<unknown>} when there is a frame that was not seen before
 */
export function nextFrame(video) {
  return new Promise((resolve) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}
