/** Elements of the page, by their ids. Whatever is shown of others' text goes through `textContent`. */

/**
 * @template {keyof ElementTypes} T
 * @typedef {ElementTypes[T]} ElementOf
 */

/**
 * @typedef {{
 *   any: HTMLElement, input: HTMLInputElement, progress: HTMLProgressElement, form: HTMLFormElement,
 *   button: HTMLButtonElement, video: HTMLVideoElement, canvas: HTMLCanvasElement, svg: SVGSVGElement,
 * }} ElementTypes
 */

/**
 * @template {keyof ElementTypes} [T="any"]
 * @param {string} id
 * @param {T} [_kind] tells the type checker what it is
 * @returns {ElementOf<T>}
 * @throws {Error} where the page has no such element
 */
export function byId(id, _kind) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return /** @type {ElementOf<T>} */ (/** @type {unknown} */ (found));
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string | Element[]} [content] text, or elements
 * @param {Record<string, string>} [attributes]
 */
export function element(tag, content = "", attributes = {}) {
  const made = document.createElement(tag);
  if (typeof content === "string") made.textContent = content;
  else made.append(...content);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
export function drawn(tag, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/**
 * Say what went wrong, instead of the work.
 * @param {string} text
 */
export function alarm(text) {
  const place = byId("alarm");
  place.textContent = text;
  place.hidden = false;
}
