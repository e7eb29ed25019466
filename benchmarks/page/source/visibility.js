/** Whether the page is in sight. What is measured while it is not is no measurement: browsers slow hidden pages down. */

export class Visibility {
  #episodes = 0;
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @param {(hidden: boolean) => void} [onChange] */
  constructor(onChange = () => {}) {
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#episodes++;
      else for (const resume of this.#waiting.splice(0)) resume();
      onChange(document.hidden);
    });
  }

  /** A number that changes whenever the page is hidden. */
  get episodes() {
    return this.#episodes;
  }

  /** @returns {Promise<void>} at once where it is */
  whenVisible() {
    return document.hidden ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }
}
