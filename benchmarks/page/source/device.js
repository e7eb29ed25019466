/** This phone as a device of the server: its name, asked for once, and the number that the server gave it. */

import { patiently } from "./download.js";

/** @import { MeasuringEvent } from "./contract.js" */
/** @import { Line, Post } from "./outbox.js" */

const NAME_KEY = "edgesmith name";

/** @implements {Line} */
export class Device {
  #key;
  /** @type {{device: string, name: string} | null} */
  #known;

  /** @param {string} session */
  constructor(session) {
    this.#key = `edgesmith device ${session}`;
    this.#known = JSON.parse(localStorage.getItem(this.#key) ?? "null");
  }

  /** Whether this browser has begun a visit in this session before. */
  get known() {
    return this.#known !== null;
  }

  /** What it was called last, in whichever session; empty for a stranger. */
  get name() {
    return this.#known?.name ?? localStorage.getItem(NAME_KEY) ?? "";
  }

  /** @param {string} name */
  async enrol(name) {
    const response = await patiently("devices", { method: "POST", ...json({ name }) });
    const { device } = await response.json();
    this.#known = { device, name };
    localStorage.setItem(this.#key, JSON.stringify(this.#known));
    localStorage.setItem(NAME_KEY, name);
  }

  /** The server knows this device no more. */
  register() {
    return this.enrol(this.name);
  }

  /**
   * @param {MeasuringEvent[]} events
   * @returns {Promise<Post>}
   */
  async post(events) {
    try {
      const response = await fetch(this.#address, { method: "POST", ...json({ events }) });
      const answer = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
      return { ...answer, status: response.status };
    } catch {
      return { status: 0 }; // not reached; the outbox tries again
    }
  }

  /** @param {MeasuringEvent[]} events */
  beacon(events) {
    return navigator.sendBeacon(this.#address, new Blob([JSON.stringify({ events })], { type: "application/json" }));
  }

  get #address() {
    return `devices/${encodeURIComponent(this.#known?.device ?? "")}/events`;
  }
}

/** @param {object} document */
function json(document) {
  return { body: JSON.stringify(document), headers: { "Content-Type": "application/json" } };
}
