/**
 * What was measured, kept in the browser (IndexedDB) until the visit is over, so that a reload loses nothing.
 * Where there is no IndexedDB, as in some private windows, events live as long as the page.
 */

/** @import { MeasuringEvent } from "./contract.js" */

const DATABASE = "edgesmith";
const STORE = "events";

export class EventStore {
  #database;
  #session;
  /** @type {Map<MeasuringEvent, Promise<void>>} on their way into the database */
  #unsettled = new Map();

  /**
   * @param {IDBDatabase | null} database
   * @param {string} session
   */
  constructor(database, session) {
    this.#database = database;
    this.#session = session;
  }

  /**
   * Open the store of one session and drop what other sessions left: their servers are gone.
   * @param {string} session
   */
  static async open(session) {
    const database = await openDatabase();
    if (database) {
      const store = database.transaction(STORE, "readwrite").objectStore(STORE);
      for (const key of await settled(store.getAllKeys())) {
        if (/** @type {[string, number]} */ (key)[0] !== session) store.delete(key);
      }
    }
    return new EventStore(database, session);
  }

  /** @returns {Promise<MeasuringEvent[]>} in the order of their numbers */
  async all() {
    if (!this.#database) return [];
    for (const event of JSON.parse(localStorage.getItem(this.#lastWords) ?? "[]")) this.put(event);
    await this.settle();
    localStorage.removeItem(this.#lastWords);
    const range = IDBKeyRange.bound([this.#session, 0], [this.#session, Number.MAX_SAFE_INTEGER]);
    return settled(this.#database.transaction(STORE).objectStore(STORE).getAll(range));
  }

  /** @param {MeasuringEvent} event replaces one of the same number */
  put(event) {
    if (!this.#database) return;
    const transaction = this.#database.transaction(STORE, "readwrite");
    transaction.objectStore(STORE).put(event, [this.#session, event.seq]);
    const done = new Promise((resolve) => {
      transaction.oncomplete = transaction.onabort = resolve; // aborted: a full disk; the server gets it all the same
    });
    this.#unsettled.set(
      event,
      done.then(() => void this.#unsettled.delete(event)),
    );
  }

  /** Once everything is kept. What was sent and not kept would give its number to another event after a reload. */
  async settle() {
    await Promise.all(this.#unsettled.values());
  }

  /** Keep at once what is on its way: the page is about to go, and takes open transactions along. */
  hurry() {
    if (this.#database) localStorage.setItem(this.#lastWords, JSON.stringify([...this.#unsettled.keys()]));
  }

  get #lastWords() {
    return `edgesmith events ${this.#session}`;
  }
}

/** @returns {Promise<IDBDatabase | null>} */
async function openDatabase() {
  if (!globalThis.indexedDB) return null;
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  // Private windows of some browsers have the name and refuse its use.
  return settled(request).catch(() => null);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
