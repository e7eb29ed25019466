import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox } from "../../../benchmarks/page/source/outbox.js";

/** A server that answers by `rules` first and then as it should. */
class Line {
  received = new Map();
  registrations = 0;
  posts = 0;
  beacons = [];

  constructor(...rules) {
    this.rules = rules;
  }

  async post(events) {
    this.posts++;
    const rule = this.rules.shift();
    const answer = rule?.(events);
    if (answer) return answer;
    for (const event of events) this.received.set(event.seq, event);
    return { status: 200, acknowledged: this.acknowledged };
  }

  get acknowledged() {
    let seq = 0;
    while (this.received.has(seq + 1)) seq++;
    return seq;
  }

  async register() {
    this.registrations++;
    this.received.clear();
  }

  beacon(events) {
    this.beacons.push(...events);
    return true;
  }
}

/** @returns an outbox, its line, and what its store keeps */
function make(line, events) {
  const kept = new Map();
  const store = { put: (event) => kept.set(event.seq, structuredClone(event)), settle: async () => {}, hurry: () => {} };
  return { outbox: new Outbox(store, line, events), line, kept };
}

const seqs = (line) => [...line.received.keys()].sort((a, b) => a - b);

test("events arrive in order, numbered from one, and are kept", async () => {
  const { outbox, line, kept } = make(new Line());
  for (const type of ["hello", "loaded", "done"]) outbox.add(type);
  await outbox.send();
  assert.deepEqual(seqs(line), [1, 2, 3]);
  assert.deepEqual(
    [...line.received.values()].map(({ type }) => type),
    ["hello", "loaded", "done"],
  );
  assert.equal(outbox.waiting, 0);
  assert.equal(kept.size, 3);
});

test("a server that cannot be reached loses nothing", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const down = () => ({ status: 0 });
  const { outbox, line } = make(new Line(down, down, () => ({ status: 507 })));
  outbox.add("block");
  const sending = outbox.send();
  for (let i = 0; i < 40; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    context.mock.timers.tick(1000);
  }
  await sending;
  assert.deepEqual(seqs(line), [1]);
  assert.equal(line.posts, 4);
});

test("a later call wakes an outbox that waits", async () => {
  const { outbox, line } = make(new Line(() => ({ status: 0 })));
  outbox.add("block");
  await new Promise((resolve) => setImmediate(resolve));
  await outbox.send();
  assert.deepEqual(seqs(line), [1]);
});

test("a server that does not know the device gets everything again", async () => {
  const { outbox, line } = make(new Line(null, () => ({ status: 404 })));
  outbox.add("hello");
  await outbox.send();
  outbox.add("block");
  await outbox.send();
  assert.equal(line.registrations, 1);
  assert.deepEqual(seqs(line), [1, 2]);
});

test("a batch that is too large is halved", async () => {
  const tooLarge = (events) => (events.length > 30 ? { status: 413 } : undefined);
  const { outbox, line } = make(new Line(...Array(20).fill(tooLarge)));
  for (let i = 0; i < 100; i++) outbox.add("block");
  await outbox.send();
  assert.equal(line.acknowledged, 100);
});

test("a refused event makes way, and those behind it arrive", async () => {
  const refuse = (events) => (events.some(({ bad }) => bad) ? { status: 422, seq: 2 } : undefined);
  const { outbox, line, kept } = make(new Line(refuse, refuse, refuse));
  outbox.add("hello");
  outbox.add("block", { bad: true });
  outbox.add("done");
  await outbox.send();
  assert.deepEqual(seqs(line), [1, 2, 3]);
  assert.equal(line.received.get(2).type, "void");
  assert.equal(kept.get(2).type, "void");
});

test("a reloaded page goes on where it was", async () => {
  const before = [
    { seq: 1, at_ms: 1, type: "hello" },
    { seq: 2, at_ms: 2, type: "block" },
  ];
  const { outbox, line } = make(new Line(), before);
  outbox.add("hello");
  await outbox.send();
  assert.deepEqual(seqs(line), [1, 2, 3]);
});

test("leaving hands over what waits, oldest first, as far as it fits", async () => {
  const { outbox, line } = make(new Line(...Array(9).fill(() => ({ status: 0 }))));
  outbox.add("block", { samples_ms: Array(8000).fill(1.25) });
  outbox.add("block", { samples_ms: Array(8000).fill(1.25) });
  outbox.leave();
  assert.deepEqual(
    line.beacons.map(({ seq }) => seq),
    [1],
  );
  assert.equal(outbox.events.at(-1).type, "left");
  line.rules = [];
  await outbox.send();
});

test("an answer that acknowledges nothing new makes it wait, not hurry", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const stuck = Array(50).fill(() => ({ status: 200, acknowledged: 0 }));
  const { outbox, line } = make(new Line(...stuck));
  outbox.add("block");
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(line.posts, 1);
  line.rules = [];
  await outbox.send();
});

test("nothing is sent before it is kept, and what is about to be lost is kept at once", async () => {
  const line = new Line();
  let keep = () => {};
  const kept = new Promise((resolve) => {
    keep = resolve;
  });
  let hurried = 0;
  const outbox = new Outbox({ put: () => {}, settle: () => kept, hurry: () => hurried++ }, line);
  outbox.add("block");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(line.posts, 0);
  keep();
  await outbox.send();
  assert.deepEqual(seqs(line), [1]);
  outbox.leave();
  assert.equal(hurried, 1);
  await outbox.send();
});
