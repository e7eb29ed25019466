/** The live page: camera or a chosen picture, the best classes, and how long they took. */

import { hasCamera, nextFrame, start, stop } from "./camera.js";
import { BrowserClassifier } from "./classifier.js";
import { LIVE_SCHEMA } from "./contract.js";
import { patiently } from "./download.js";
import { decode, PixelReader } from "./image.js";
import { median } from "./statistics.js";
import { alarm, byId, element } from "./view/elements.js";
import { ScreenLock } from "./wakelock.js";
import { ms } from "./wording.js";

/** @import { LiveConfig } from "./contract.js" */
/** @import { Prediction } from "./classifier.js" */

const RECENT = 15; // frames, about half a second of a camera's

const reader = new PixelReader();
const screenLock = new ScreenLock();
const video = byId("video", "video");
const still = byId("still", "canvas");
let running = false;
let frozen = false;
/** @type {ImageData | null} */
let lastFrame = null;

async function main() {
  /** @type {LiveConfig} */
  const config = await (await patiently("config.json")).json();
  if (config.schema !== LIVE_SCHEMA) throw new Error(`This page reads ${LIVE_SCHEMA}, not ${config.schema}.`);
  byId("model").textContent = config.model.name;
  const classifier = await BrowserClassifier.open(config, say);
  byId("engine").textContent = `${config.model.file} in this browser: ${classifier.engine}`;
  offer(config, classifier);
}

/**
 * @param {LiveConfig} config
 * @param {BrowserClassifier} classifier
 */
function offer(config, classifier) {
  const file = byId("file", "input");
  byId("camera", "button").disabled = !hasCamera();
  file.disabled = false;
  say(hasCamera() ? "Ready" : "Ready for pictures. Browsers lend the camera to encrypted pages only.");
  byId("camera").addEventListener("click", () => attempt(() => (running ? halt() : watch(classifier))));
  byId("freeze").addEventListener("click", () => freeze(!frozen));
  file.addEventListener("change", () => attempt(() => chosen(file, config, classifier)));
}

/** @param {() => Promise<void> | void} step */
async function attempt(step) {
  byId("alarm").hidden = true;
  try {
    await step();
  } catch (error) {
    alarm(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Classify frame after frame until somebody stops it.
 * @param {BrowserClassifier} classifier
 */
async function watch(classifier) {
  const button = byId("camera", "button");
  button.disabled = true; // while its owner is asked: a second stream would never be stopped
  await start(video).finally(() => {
    button.disabled = false;
  });
  const stream = video.srcObject;
  running = true;
  byId("server").hidden = true;
  showCamera();
  void screenLock.acquire();
  /** @type {number[]} */
  const ends = [];
  /** @type {number[]} */
  const inferences = [];
  // Not `while (running)`: the wait for a frame of a camera that was stopped ends with the first frame of the next.
  while (video.srcObject === stream) {
    await nextFrame(video);
    if (video.srcObject !== stream || frozen) continue;
    const frame = reader.read(video, { width: video.videoWidth, height: video.videoHeight });
    const result = await classifier.classify(frame);
    if (video.srcObject !== stream || frozen) continue;
    lastFrame = frame;
    ends.push(performance.now());
    inferences.push(result.inference);
    for (const recent of [ends, inferences]) recent.splice(0, recent.length - RECENT);
    showResult({ ...result, inference: median(inferences) });
    byId("rate").textContent = rate(ends);
  }
}

function halt() {
  running = false;
  freeze(false);
  stop(video);
  video.hidden = true;
  byId("empty").hidden = false;
  byId("freeze").hidden = true;
  byId("camera").textContent = "Start camera";
  byId("rate").textContent = "–";
  return screenLock.release();
}

function showCamera() {
  still.hidden = true;
  byId("empty").hidden = true;
  video.hidden = false;
  byId("freeze").hidden = false;
  byId("camera").textContent = "Stop camera";
  say("Looking");
}

/** @param {boolean} wanted whether the last frame stays, with what was seen in it */
function freeze(wanted) {
  if (wanted && !lastFrame) return;
  if (wanted && lastFrame) canvasOf(lastFrame).putImageData(lastFrame, 0, 0);
  frozen = wanted;
  still.hidden = !wanted;
  video.hidden = wanted || !running;
  byId("freeze").setAttribute("aria-pressed", String(wanted));
}

/** @param {{width: number, height: number}} size that the still shall have */
function canvasOf({ width, height }) {
  Object.assign(still, { width, height });
  return /** @type {CanvasRenderingContext2D} */ (still.getContext("2d"));
}

/**
 * @param {HTMLInputElement} input
 * @param {LiveConfig} config
 * @param {BrowserClassifier} classifier
 */
async function chosen(input, config, classifier) {
  const file = input.files?.[0];
  if (!file) return;
  if (running) await halt();
  const picture = await decode(file).catch(() => {
    throw new Error(`${file.name} is no picture that this browser can read.`);
  });
  canvasOf(picture).drawImage(picture, 0, 0);
  still.hidden = false;
  byId("empty").hidden = true;
  showResult(await classifier.classify(reader.read(picture, picture)));
  say(`This is ${file.name}`);
  await askServer(file, config);
}

/**
 * The Python runtime's answer to the same file.
 * @param {File} file
 * @param {LiveConfig} config
 */
async function askServer(file, { classify, max_body_bytes }) {
  const place = byId("server");
  place.hidden = false;
  if (file.size > max_body_bytes) {
    place.textContent = "The file is too large for the computer that serves this page.";
    return;
  }
  place.textContent = "Asking the computer that serves this page …";
  const response = await fetch(classify, { method: "POST", body: file, headers: { "Content-Type": file.type } }).catch(
    () => null,
  );
  if (!response?.ok) {
    place.textContent = response
      ? `The computer that serves this page answered ${response.status}.`
      : "The computer that serves this page does not answer.";
    return;
  }
  /** @type {{top: Prediction[]}} */
  const answer = await response.json();
  const words = answer.top.map(({ label, score }) => `${label} ${percent(score)}`);
  place.textContent = `The computer that serves this page says: ${words.join(", ")}`;
}

/** @param {{top: Prediction[], preparing: number, inference: number}} result */
function showResult({ top, preparing, inference }) {
  byId("top").replaceChildren(
    ...top.map(({ label, score }) => {
      const bar = element("div", "", { class: "bar" });
      bar.style.width = `${score * 100}%`;
      return element("li", [element("span", label), element("span", percent(score)), bar]);
    }),
  );
  byId("inference").textContent = ms(inference);
  byId("preparing").textContent = ms(preparing);
}

/** @param {number[]} ends of frames, milliseconds */
function rate(ends) {
  if (ends.length < 2) return "–";
  return (((ends.length - 1) * 1000) / (ends[ends.length - 1] - ends[0])).toFixed(1);
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}

/** @param {string} text */
function say(text) {
  byId("stage").textContent = text;
}

main().catch((error) => alarm(error instanceof Error ? error.message : String(error)));
