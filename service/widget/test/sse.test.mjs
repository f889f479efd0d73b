import assert from "node:assert/strict";
import test from "node:test";
import { widget } from "./built.mjs";

const { EventParser, Silence, serverSentEvents } = widget;
const STREAM =
  '\r\n: ping\r\n\r\nevent: started\r\ndata: {"a": 1}\r\nid: ans_1.1\r\nretry: 500\r\n\r\n' +
  "data: 一\ndata: two\n\nevent:delta\rdata:x\rid:ans_1.2\r\revent: only a name\n\nid: ans_1.3\n\ndata: 😀\n\ndata: cut off";
const EVENTS = [
  { name: "started", data: '{"a": 1}', id: "ans_1.1" },
  { name: "message", data: "一\ntwo", id: "ans_1.1" },
  { name: "delta", data: "x", id: "ans_1.2" },
  { name: "message", data: "😀", id: "ans_1.3" },
];

function bytes(chunks, ends = true) {
  return new ReadableStream({
    start(controller) {
      chunks.forEach((chunk) => controller.enqueue(chunk));
      if (ends) controller.close();
    },
  });
}

async function all(stream, patience = 1000) {
  const events = [];
  for await (const event of serverSentEvents(stream, patience)) events.push(event);
  return events;
}

test("a stream is read alike, wherever it is cut", async () => {
  const encoded = new TextEncoder().encode(STREAM);
  for (let size = 1; size <= encoded.length; size++) {
    const chunks = [];
    for (let at = 0; at < encoded.length; at += size) chunks.push(encoded.slice(at, at + size));
    assert.deepEqual(await all(bytes(chunks)), EVENTS, `in pieces of ${size}`);
  }
});

test("an id with a null character is no id", () => {
  assert.deepEqual([...new EventParser().push("id: a\nid: b\0\ndata: x\n\n")], [{ name: "message", data: "x", id: "a" }]);
});

test("a connection on which nothing comes is given up, and closed", async () => {
  let closed = false;
  const silent = new ReadableStream({ cancel: () => void (closed = true) });
  await assert.rejects(all(silent, 20), Silence);
  assert.ok(closed);
});
