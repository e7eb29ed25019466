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
 * @param {(share: number) => void} [onProgress] 0..1; back to the beginning after a connection that broke
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {Error} where the server says that the request is wrong (4xx), or sends another number of bytes
 */
export async function download(address, bytes, onProgress = () => {}) {
  for (;;) {
    const content = await received(await patiently(address), { address, bytes, onProgress });
    if (content) return content;
    await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS));
  }
}

/**
 * @param {Response} response
 * @param {{address: string, bytes: number, onProgress: (share: number) => void}} announced
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>} null where the connection broke
 */
async function received(response, { address, bytes, onProgress }) {
  const content = new Uint8Array(bytes);
  let place = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read().catch(() => null);
    if (part === null) return null;
    if (!part?.value) break;
    if (place + part.value.length > bytes) throw new Error(`${address}: more than the ${bytes} bytes announced`);
    content.set(part.value, place);
    place += part.value.length;
    onProgress(place / bytes);
  }
  if (place !== bytes) throw new Error(`${address}: ${place} of ${bytes} bytes arrived`);
  return content;
}
