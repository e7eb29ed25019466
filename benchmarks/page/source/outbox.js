/**
 * Events on their way to the server. Each has a number; the server acknowledges the highest without a gap, and
 * whatever it has not acknowledged is sent again: after an error, after a reload, and all of it to a new device.
 */

/** @import { MeasuringEvent } from "./contract.js" */
/** @import { EventStore } from "./eventstore.js" */

const MOST_EVENTS = 100; // a post
const MOST_CHARACTERS = 500_000; // a post; the server takes 1 MB
const BEACON_CHARACTERS = 60_000; // browsers allow 64 KiB in flight (Fetch, "keepalive")
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

/**
 * @typedef {object} Post
 * @property {number} status 0 when the server was not reached
 * @property {number} [acknowledged]
 * @property {number | null} [seq] of the event that was refused
 *
 * @typedef {object} Line the connection to the server
 * @property {(events: MeasuringEvent[]) => Promise<Post>} post
 * @property {() => Promise<void>} register become a new device, trying until the server answers
 * @property {(events: MeasuringEvent[]) => boolean} beacon hand over without waiting for an answer
 */

export class Outbox {
  /** @type {MeasuringEvent[]} */
  #events;
  #store;
  #line;
  #acknowledged = 0;
  #largest = MOST_EVENTS;
  /** @type {Promise<void> | null} */
  #sending = null;
  #wake = () => {};

  /**
   * @param {Pick<EventStore, "put" | "settle" | "hurry">} store
   * @param {Line} line
   * @param {MeasuringEvent[]} [events] of this visit, from before a reload
   */
  constructor(store, line, events = []) {
    this.#store = store;
    this.#line = line;
    this.#events = [...events];
  }

  /** @returns {readonly MeasuringEvent[]} of the whole visit */
  get events() {
    return this.#events;
  }

  /** How many events the server has not acknowledged. */
  get waiting() {
    return this.#events.length - this.#acknowledged;
  }

  /**
   * Number an event, keep it and send it when possible.
   * @param {string} type
   * @param {object} [fields]
   */
  add(type, fields = {}) {
    const event = { seq: this.#events.length + 1, at_ms: performance.now(), type, ...fields };
    this.#events.push(event);
    this.#store.put(event);
    void this.send();
  }

  /** Send all that waits; resolves when the server has it. */
  send() {
    this.#wake();
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  /** The page is about to go: hand over what fits, the oldest first. The rest stays in the store. */
  leave() {
    this.add("left");
    this.#line.beacon(this.#next(MOST_EVENTS, BEACON_CHARACTERS));
    this.#store.hurry();
  }

  async #drain() {
    let pause = FIRST_PAUSE_MS;
    while (this.waiting > 0) {
      await this.#store.settle();
      const sent = await this.#line.post(this.#next(this.#largest, MOST_CHARACTERS));
      if (await this.#obey(sent)) {
        pause = FIRST_PAUSE_MS;
        continue;
      }
      await this.#rest(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  }

  /**
   * Do what an answer asks for; false where only waiting helps.
   * @param {Post} answer
   */
  async #obey({ status, acknowledged, seq }) {
    if (status === 200 && acknowledged !== undefined) {
      const moved = acknowledged !== this.#acknowledged;
      this.#acknowledged = Math.min(acknowledged, this.#events.length);
      return moved;
    }
    if (status === 404) {
      await this.#line.register();
      this.#acknowledged = 0;
      return true;
    }
    if (status === 413 && this.#largest > 1) {
      this.#largest = Math.floor(this.#largest / 2);
      return true;
    }
    if (status === 422 && seq) {
      this.#void(seq);
      return true;
    }
    return false;
  }

  /**
   * An event that the server refuses makes way, so that those behind it arrive.
   * @param {number} seq
   */
  #void(seq) {
    const event = { seq, at_ms: this.#events[seq - 1].at_ms, type: "void" };
    this.#events[seq - 1] = event;
    this.#store.put(event);
  }

  /**
   * @param {number} most events
   * @param {number} characters of JSON; the first event comes whatever its size
   */
  #next(most, characters) {
    const waiting = this.#events.slice(this.#acknowledged, this.#acknowledged + most);
    let count = 0;
    for (let size = 0; count < waiting.length; count++) {
      size += JSON.stringify(waiting[count]).length;
      if (size > characters && count > 0) break;
    }
    return waiting.slice(0, count);
  }

  /** @param {number} pauseMs or until somebody calls `send` */
  #rest(pauseMs) {
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        const timer = setTimeout(resolve, pauseMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      })
    );
  }
}
