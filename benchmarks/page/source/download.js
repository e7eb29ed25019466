/** Requests that outlast a server which is stopped and started, and downloads that tell how far they are. */

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * `fetch`, again and again until the server answers.
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} a good one
 * @throws {Error} where the server says that the request is wrong (4xx)
 */
export async function patiently(address, options) {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const response = await fetch(address, options).catch(() => null);
    if (response?.ok) return response;
    if (response && response.status < 500) throw new Error(`${address}: the server answered ${response.status}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/**
 * @param {string} address
 * @param {number} bytes as announced
 * @param {(share: number) => void} [onProgress] 0..1
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function download(address, bytes, onProgress = () => {}) {
  const response = await patiently(address);
  const content = new Uint8Array(bytes);
  let place = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    if (place + part.value.length > bytes) throw new Error(`${address}: more than the ${bytes} bytes announced`);
    content.set(part.value, place);
    place += part.value.length;
    onProgress(place / bytes);
  }
  if (place !== bytes) throw new Error(`${address}: ${place} of ${bytes} bytes arrived`);
  return content;
}
