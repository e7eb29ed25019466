/** The table of times: the chart's legend, and its text alternative. */

import { median, quantile } from "../statistics.js";
import { threadsInWords } from "../wording.js";
import { key } from "./chart.js";
import { element } from "./elements.js";

/** @import { Series } from "./series.js" */

/**
 * @param {HTMLElement} body of the table
 * @param {Series[]} all
 */
export function fill(body, all) {
  body.replaceChildren(
    ...all.map(({ entry, threads, samples, answers }, index) => {
      const name = element("th", "", { scope: "row" });
      name.append(key(index), entry.file, element("small", `${threadsInWords(threads)}, answers ${answers}`));
      const cells = [median(samples), quantile(samples, 0.9)].map((time) => time.toPrecision(3));
      return element("tr", [name, ...[...cells, String(samples.length)].map((text) => element("td", text))]);
    }),
  );
}
