/** The live chart: the median of each block against its turn. Series differ in colour and in the shape of their marks. */

import { threadsInWords } from "../wording.js";
import { drawn } from "./elements.js";

/** @import { Series } from "./series.js" */

const WIDTH = 340;
const HEIGHT = 190;
const LEFT = 40;
const BOTTOM = 22;
const TOP = 14;
const RIGHT = 8;
const COLOURS = 6;
const TICKS = 4;

/** Outlines of marks about the origin, in turn. */
const SHAPES = [
  "M-3.5,0a3.5,3.5 0 1,0 7,0a3.5,3.5 0 1,0 -7,0Z",
  "M-3.2,-3.2h6.4v6.4h-6.4Z",
  "M0,-4.2L4,3.2L-4,3.2Z",
  "M0,-4.5L4.5,0L0,4.5L-4.5,0Z",
  "M-4,-3.2L4,-3.2L0,4.2Z",
];

/**
 * @param {SVGSVGElement} svg with a title for those who do not see it
 * @param {Series[]} all
 */
export function draw(svg, all) {
  const title = svg.querySelector("title");
  svg.replaceChildren(...(title ? [title] : []));
  if (title) title.textContent = inWords(all);
  const turns = Math.max(2, ...all.flatMap(({ medians }) => medians.map(({ turn }) => turn + 1)));
  const highest = niceCeiling(Math.max(1e-3, ...all.flatMap(({ medians }) => medians.map(({ ms }) => ms))));
  const across = (/** @type {number} */ turn) => LEFT + (turn / (turns - 1)) * (WIDTH - LEFT - RIGHT);
  const up = (/** @type {number} */ ms) => HEIGHT - BOTTOM - (ms / highest) * (HEIGHT - BOTTOM - TOP);
  axes(svg, highest, up);
  all.forEach(({ medians }, index) => {
    const places = medians.map(({ turn, ms }) => `${across(turn).toFixed(1)},${up(ms).toFixed(1)}`);
    const group = drawn("g", { class: colour(index) });
    group.append(drawn("polyline", { class: "path", points: places.join(" ") }));
    for (const place of places) group.append(mark(index, place));
    svg.append(group);
  });
}

/**
 * The sign of a series, for the table.
 * @param {number} index
 */
export function key(index) {
  const svg = drawn("svg", { class: `key ${colour(index)}`, viewBox: "-6 -6 12 12", "aria-hidden": "true" });
  svg.append(mark(index, "0,0"));
  return svg;
}

/**
 * @param {number} index
 * @param {string} place
 */
function mark(index, place) {
  return drawn("path", { class: "mark", d: SHAPES[index % SHAPES.length], transform: `translate(${place})` });
}

/** @param {number} index */
function colour(index) {
  return `series${index % COLOURS}`;
}

/**
 * @param {SVGSVGElement} svg
 * @param {number} highest
 * @param {(ms: number) => number} up
 */
function axes(svg, highest, up) {
  for (let tick = 0; tick <= TICKS; tick++) {
    const ms = (highest * tick) / TICKS;
    svg.append(drawn("line", { class: "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: up(ms), y2: up(ms) }));
    svg.append(drawn("text", { x: LEFT - 5, y: up(ms) + 4, "text-anchor": "end" }, String(Number(ms.toPrecision(3)))));
  }
  svg.append(drawn("text", { x: 2, y: 9 }, "ms"));
  svg.append(
    drawn("text", { x: WIDTH - RIGHT, y: HEIGHT - 5, "text-anchor": "end" }, "blocks, in the order of time →"),
  );
}

/** @param {number} value the next of 1, 2, 4, 6, 8 times a power of ten, which quarters well */
function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * /** @type {number} */ ([1, 2, 4, 6, 8, 10].find((step) => step * power >= value));
}

/** @param {Series[]} all */
function inWords(all) {
  const parts = all.map(({ entry, threads, medians }) => {
    const times = medians.map(({ ms }) => ms);
    const [low, high] = [Math.min(...times).toFixed(1), Math.max(...times).toFixed(1)];
    return `${entry.file} with ${threadsInWords(threads)}, ${times.length} blocks from ${low} to ${high} ms`;
  });
  return `Chart of block medians in milliseconds: ${parts.join("; ")}.`;
}
