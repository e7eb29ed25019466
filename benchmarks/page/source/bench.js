/** The benchmark's page: tells what happens, asks for a name, measures, and shows what comes out. */

import { phone } from "./browserfacts.js";
import { BENCH_SCHEMA } from "./contract.js";
import { Device } from "./device.js";
import { download, patiently } from "./download.js";
import { EventStore } from "./eventstore.js";
import { Outbox } from "./outbox.js";
import { goodBlocks } from "./recorded.js";
import { median } from "./statistics.js";
import { rise, throttled } from "./throttling.js";
import { draw } from "./view/chart.js";
import { alarm, byId, element } from "./view/elements.js";
import { seriesOf } from "./view/series.js";
import { fill } from "./view/table.js";
import { Visibility } from "./visibility.js";
import { Visit } from "./visit.js";
import { ScreenLock } from "./wakelock.js";
import { aboutMinutes } from "./wording.js";

/** @import { BenchConfig, MeasuringEvent } from "./contract.js" */

async function main() {
  /** @type {BenchConfig} */
  const config = await (await patiently("config.json")).json();
  if (config.schema !== BENCH_SCHEMA) throw new Error(`This page reads ${BENCH_SCHEMA}, not ${config.schema}.`);
  if (!(await alone(config.session))) {
    throw new Error("This browser measures already, in another tab. Close one of them and load the page again.");
  }
  const device = new Device(config.session);
  const returning = device.known;
  if (!returning) await device.enrol(await nameAsked(config, device));
  byId("welcome").hidden = true;
  byId("work").hidden = false;
  await measure(config, device, returning);
}

/**
 * Whether no other tab of this browser is in this session; kept until the tab is closed.
 * @param {string} session
 * @returns {Promise<boolean>}
 */
function alone(session) {
  if (!navigator.locks) return Promise.resolve(true); // insecure pages have none
  return new Promise((resolve) => {
    void navigator.locks.request(`edgesmith ${session}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}

/**
 * @param {BenchConfig} config
 * @param {Device} device
 * @returns {Promise<string>} the name, once the button is pressed; at once where the address ends in `#name=…`
 */
async function nameAsked({ models, plan }, device) {
  const variants = models.length * plan.threads.length;
  byId("what").textContent = models.length === 1 ? "one model" : `${models.length} models`;
  byId("how-long").textContent = aboutMinutes(variants * (plan.seconds + plan.warmup_seconds + 2));
  byId("screen").hidden = !navigator.wakeLock;
  const told = tidied(new URLSearchParams(location.hash.slice(1)).get("name") ?? "");
  if (told) return told;
  const input = byId("name", "input");
  input.value = device.name || ((await phone()).phone_model ?? "");
  byId("welcome").hidden = false;
  return new Promise((resolve) => {
    byId("form", "form").addEventListener("submit", (event) => {
      event.preventDefault();
      const name = tidied(input.value);
      if (name) resolve(name);
    });
  });
}

/** @param {string} name as the server takes it: at most 60 characters, none of them a control character */
function tidied(name) {
  return name
    .replaceAll(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, 60);
}

/**
 * @param {BenchConfig} config
 * @param {Device} device
 * @param {boolean} returning whether this browser has been here before
 */
async function measure(config, device, returning) {
  const store = await EventStore.open(config.session);
  const before = await store.all();
  // Nothing was kept, as in some private windows: numbers begin at one again, and so does the device.
  if (returning && before.length === 0) await device.register();
  const outbox = new Outbox(store, device, before);
  const visibility = new Visibility((hidden) => outbox.add(hidden ? "hidden" : "visible"));
  addEventListener("pagehide", () => outbox.leave());
  setInterval(() => sent(outbox), 1000);
  show(config, outbox.events);
  if (!outbox.events.some(({ type }) => type === "done")) {
    const lock = new ScreenLock();
    const wakeLock = await lock.acquire();
    await new Visit({ config, outbox, visibility, wakeLock, fetched, show: watched(config, outbox) }).run();
    await lock.release();
  }
  byId("progress", "progress").value = 1;
  byId("stage").textContent = "Done. The last times are on their way.";
  await outbox.send();
  byId("stage").textContent = "Done, and everything has arrived. You may close this page.";
  sent(outbox);
}

/**
 * @param {BenchConfig} config
 * @param {Outbox} outbox
 */
function watched(config, outbox) {
  return {
    say: (/** @type {string} */ text) => {
      byId("stage").textContent = text;
    },
    progress: (/** @type {number} */ share) => {
      byId("progress", "progress").value = share;
      show(config, outbox.events);
    },
  };
}

/**
 * @param {string} address
 * @param {number} bytes
 * @param {string} what
 */
function fetched(address, bytes, what) {
  return download(address, bytes, (share) => {
    byId("stage").textContent = `Fetching ${what}: ${Math.round(share * 100)} % of ${(bytes / 1e6).toFixed(1)} MB`;
  });
}

/**
 * Draw what the events say.
 * @param {BenchConfig} config
 * @param {readonly MeasuringEvent[]} events
 */
function show(config, events) {
  const series = seriesOf(events, config.models);
  byId("result").hidden = series.length === 0 && !events.some(({ type }) => type === "failed");
  draw(byId("chart", "svg"), series);
  fill(byId("rows"), series);
  showFailures(config, events);
  showThrottling(events);
}

/**
 * @param {BenchConfig} config
 * @param {readonly MeasuringEvent[]} events
 */
function showFailures({ models }, events) {
  const failures = /** @type {(MeasuringEvent & {model: number, threads_asked: number, message: string})[]} */ (
    events.filter(({ type }) => type === "failed")
  );
  byId("failures").hidden = failures.length === 0;
  byId("failures").replaceChildren(
    ...failures.map((event) =>
      element("li", `${models[event.model].file}, threads: ${event.threads_asked}: ${event.message}`),
    ),
  );
}

/** @param {readonly MeasuringEvent[]} events */
function showThrottling(events) {
  const reference = goodBlocks(events).map((block) => median([...block.reference_ms, ...block.reference_after_ms]));
  const place = byId("throttled");
  place.hidden = !throttled(reference);
  const percent = Math.round((rise(reference) ?? 0) * 100);
  place.textContent = `The phone became slower while it was measured: work that never changes takes up to ${percent} % longer than at the start. Heat or power-saving does that; the report says so too.`;
}

/** @param {Outbox} outbox */
function sent(outbox) {
  const { waiting, events } = outbox;
  const text =
    waiting === 0
      ? "All times have arrived at the computer."
      : `${waiting} of ${events.length} messages wait for the computer.`;
  if (events.length > 0) byId("sent").textContent = text;
}

main().catch((error) => alarm(error instanceof Error ? error.message : String(error)));
