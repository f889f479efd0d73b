import assert from "node:assert/strict";
import test from "node:test";
import { widget } from "./built.mjs";

const { ServiceError, errorOf, waitFor } = widget;

function waits(error, tries) {
  const wait = waitFor(error, tries);
  return wait && (wait.until - Date.now()) / 1000;
}

test("a lost connection is taken up at once, then ever more slowly, and not for ever", () => {
  const lost = new ServiceError("unreachable");
  assert.ok(waits(lost, 0) <= 0.51);
  assert.ok(waits(lost, 8) > 10 && waits(lost, 8) <= 15.1);
  assert.equal(waitFor(lost, 9), null);
});

test("Retry-After is waited for, as seconds or as a date, unless it is hours", async () => {
  const refused = (after) => new Response('{"title": "Too many", "detail": "Later.", "request_id": "req_1"}', { status: 429, headers: { "Retry-After": after } });
  const busy = await errorOf(refused("7"), true);
  assert.deepEqual([busy.kind, busy.detail, busy.requestId, busy.retryAfter], ["busy", "Later.", "req_1", 7]);
  const seconds = waits(busy, 0);
  assert.ok(seconds > 6.9 && seconds < 8.1, String(seconds));
  const dated = await errorOf(refused(new Date(Date.now() + 20_000).toUTCString()), true);
  assert.ok(dated.retryAfter > 18 && dated.retryAfter <= 20);
  assert.equal(waitFor(await errorOf(refused("7200"), true), 0), null);
  assert.equal((await errorOf(refused("soon"), true)).retryAfter, null);
});

test("what does not pass is not tried again", async () => {
  for (const status of [400, 403, 404, 422, 500]) {
    assert.equal(waitFor(await errorOf(new Response("<html>", { status }), true), 0), null, String(status));
  }
  assert.equal((await errorOf(new Response("", { status: 401 }), false)).kind, "refused", "no token will be better than none");
  assert.equal((await errorOf(new Response("", { status: 401 }), true)).kind, "expired");
});
