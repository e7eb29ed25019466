import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { download, patiently } from "../../../benchmarks/page/source/download.js";

const original = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = original;
});

test("a download is whole, and tells how far it is", async () => {
  globalThis.fetch = async () => new Response(Uint8Array.of(1, 2, 3, 4));
  const shares = [];
  assert.deepEqual(await download("models/0", 4, (share) => shares.push(share)), Uint8Array.of(1, 2, 3, 4));
  assert.equal(shares.at(-1), 1);
});

test("too few and too many bytes are errors", async () => {
  globalThis.fetch = async () => new Response(Uint8Array.of(1, 2, 3, 4));
  await assert.rejects(download("models/0", 5), /4 of 5 bytes/);
  await assert.rejects(download("models/0", 3), /more than the 3 bytes/);
});

test("a download that breaks off begins again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const broken = () => {
    let sent = false;
    return new ReadableStream({
      pull(controller) {
        if (sent) controller.error(new TypeError("network error"));
        else controller.enqueue(Uint8Array.of(9, 9));
        sent = true;
      },
    });
  };
  globalThis.fetch = async () => new Response(asked++ === 0 ? broken() : Uint8Array.of(1, 2, 3, 4));
  const whole = download("models/0", 4);
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    context.mock.timers.tick(1000);
  }
  assert.deepEqual(await whole, Uint8Array.of(1, 2, 3, 4));
  assert.equal(asked, 2);
});

test("a server that is down is asked again; one that refuses is not", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const answers = [
    () => Promise.reject(new TypeError("down")),
    () => new Response("", { status: 503 }),
    () => new Response("yes"),
  ];
  globalThis.fetch = async () => answers.shift()();
  const asked = patiently("config.json");
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    context.mock.timers.tick(2000);
  }
  assert.equal(await (await asked).text(), "yes");
  globalThis.fetch = async () => new Response("", { status: 404 });
  await assert.rejects(patiently("config.json"), /answered 404/);
});
