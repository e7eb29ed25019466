/**
 * Builds `build/static`: the bundles of source/, the engines' WebAssembly, and each compressible file once more as
 * `.gz` and `.br` where that is smaller. `make page` calls it, after notices.py.
 */

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = import.meta.dirname;
const STATIC = `${HERE}/build/static`;
const MODULES = `${HERE}/node_modules`;

/** One of them is loaded: with threads, without, and for Safari, which has no relaxed SIMD. */
const LITERT = ["litert_wasm_threaded_internal", "litert_wasm_internal", "litert_wasm_compat_internal"];
const ORT = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];

/** @param {string} name of a package */
function versionOf(name) {
  return JSON.parse(readFileSync(`${MODULES}/${name}/package.json`, "utf-8")).version;
}

/** The one of both distributions. */
function ownVersion() {
  const found = readFileSync(`${HERE}/../../pyproject.toml`, "utf-8").match(/^version = "([^"]+)"/m);
  if (!found) throw new Error("pyproject.toml names no version");
  return found[1];
}

async function bundle() {
  await build({
    entryPoints: [`${HERE}/source/bench.js`, `${HERE}/source/live.js`],
    outdir: STATIC,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none", // build/notices.txt has them all
    chunkNames: "shared-[hash]",
    define: {
      LITERT_VERSION: JSON.stringify(versionOf("@litertjs/core")),
      ORT_VERSION: JSON.stringify(versionOf("onnxruntime-web")),
      PAGE_VERSION: JSON.stringify(ownVersion()),
    },
  });
}

function copy() {
  for (const name of ["bench.html", "live.html", "page.css"]) cpSync(`${HERE}/source/${name}`, `${STATIC}/${name}`);
  for (const name of LITERT.flatMap((stem) => [`${stem}.js`, `${stem}.wasm`])) {
    cpSync(`${MODULES}/@litertjs/core/wasm/${name}`, `${STATIC}/litert/${name}`);
  }
  for (const name of ORT) cpSync(`${MODULES}/onnxruntime-web/dist/${name}`, `${STATIC}/ort/${name}`);
}

/** Two levels below the best: 14 MB take seconds instead of minutes, and become 3 % more. */
const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };

function compress() {
  for (const entry of readdirSync(STATIC, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = `${entry.parentPath}/${entry.name}`;
    const content = readFileSync(path);
    const made = { gz: gzipSync(content, { level: 9 }), br: brotliCompressSync(content, { params: BROTLI }) };
    for (const [suffix, smaller] of Object.entries(made)) {
      if (smaller.length < content.length) writeFileSync(`${path}.${suffix}`, smaller);
    }
  }
}

rmSync(STATIC, { recursive: true, force: true });
mkdirSync(STATIC, { recursive: true });
await bundle();
copy();
cpSync(`${HERE}/build/notices.txt`, `${STATIC}/notices.txt`);
compress();
