/** What both engines stand on. */

/** Shared memory is what threads need. WebKitGTK 2.50 says that it is isolated and has none: ask for the thing itself. */
export function canShareMemory() {
  return typeof SharedArrayBuffer !== "undefined";
}

/** The folder that this very script came from, where the engines lie. */
export const STATIC = new URL("./", import.meta.url).href;
