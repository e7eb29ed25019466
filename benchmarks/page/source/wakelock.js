/** Keeps the screen awake while there is something to do; browsers take the lock back whenever the page is hidden. */

export class ScreenLock {
  /** @type {WakeLockSentinel | null} */
  #lock = null;
  #wanted = false;

  constructor() {
    document.addEventListener("visibilitychange", () => {
      if (this.#wanted && !document.hidden) void this.acquire();
    });
  }

  /** @returns {Promise<boolean>} whether the screen stays on; not in insecure pages, nor in a saver's mode */
  async acquire() {
    this.#wanted = true;
    if (!navigator.wakeLock) return false;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
      if (!this.#wanted) await this.#lock.release(); // given back while it was asked for
      return this.#wanted;
    } catch {
      return false; // the phone's to refuse: battery saver, or hidden meanwhile
    }
  }

  async release() {
    this.#wanted = false;
    await this.#lock?.release();
  }
}
