/**
 * The page's way of measuring against a bare LiteRT.js loop, in alternating slices of one page: on a machine whose
 * speed swings, only neighbours can be compared. Bundled and run by test_overhead.py.
 */

import { loadAndCompile, Tensor } from "@litertjs/core";
import { openLiteRt } from "../../../benchmarks/page/source/engines/litert.js";
import { circle, measureBlock } from "../../../benchmarks/page/source/measure.js";
import { ReferenceKernel } from "../../../benchmarks/page/source/reference.js";
import { median } from "../../../benchmarks/page/source/statistics.js";
import { timerTick } from "../../../benchmarks/page/source/timertick.js";
import { Visibility } from "../../../benchmarks/page/source/visibility.js";

/** Medians of the slices, milliseconds: `{page, bare}`, and which went first in each pair. */
globalThis.compare = async (config, { threads, pairs, samples }) => {
  const [entry] = config.models;
  const content = new Uint8Array(await (await fetch("models/0")).arrayBuffer());
  const pixels = new Uint8Array(await (await fetch("images/0")).arrayBuffer());
  const engine = await openLiteRt(2 * threads);
  const model = await engine.load(content, { threads, input: entry.input });
  const bareModel = await loadAndCompile(content, { accelerator: "wasm", cpuOptions: { numThreads: threads } });
  const tickMs = timerTick();
  const conditions = { settle: 2, kernel: new ReferenceKernel(tickMs), visibility: new Visibility() };
  const ways = {
    page: async () => {
      const turn = { model, inputs: circle([pixels]), count: samples, expectedMs: 8, tickMs };
      return median((await measureBlock(turn, conditions)).samples_ms);
    },
    bare: () => bare(bareModel, pixels, [1, entry.input.height, entry.input.width, 3], samples),
  };
  for (const way of Object.values(ways)) await way();
  const found = { build: engine.build, page: [], bare: [] };
  for (let pair = 0; pair < pairs; pair++) {
    for (const name of pair % 2 ? ["bare", "page"] : ["page", "bare"]) found[name].push(await ways[name]());
  }
  return found;
};

/** What somebody would write who has read LiteRT.js's own page. */
async function bare(model, pixels, shape, samples) {
  const times = [];
  for (let i = 0; i < samples + 2; i++) {
    const begin = performance.now();
    const tensor = new Tensor(pixels, shape);
    const [output] = await model.run(tensor);
    output.toTypedArray();
    times.push(performance.now() - begin);
    tensor.delete();
    output.delete();
  }
  return median(times.slice(2));
}
