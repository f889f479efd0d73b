import assert from "node:assert/strict";
import test from "node:test";
import { widget } from "./built.mjs";

const { ServiceError, Tokens } = widget;

function endpoint(seconds) {
  const given = { count: 0 };
  given.tokens = new Tokens(async () => {
    const expires_at = seconds === null ? undefined : new Date(Date.now() + seconds * 1000).toISOString();
    return { token: `t${++given.count}`, expires_at, user: "li.wei" };
  });
  return given;
}

test("a token is kept until shortly before its end", async (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1_800_000_000_000 });
  const { tokens } = endpoint(900);
  assert.equal(await tokens.get(), "t1");
  context.mock.timers.setTime(1_800_000_000_000 + 860_000);
  assert.equal(await tokens.get(), "t1");
  context.mock.timers.setTime(1_800_000_000_000 + 880_000);
  assert.equal(await tokens.get(), "t2");
  assert.equal(tokens.user, "li.wei");
});

test("a token that ended by the clock of this machine, or never, is used all the same", async () => {
  for (const seconds of [-3600, null]) {
    const { tokens } = endpoint(seconds);
    assert.deepEqual([await tokens.get(), await tokens.get()], ["t1", "t1"]);
  }
});

test("one token is fetched at a time, and a refused one once", async () => {
  const { tokens } = endpoint(900);
  assert.deepEqual(await Promise.all([tokens.get(), tokens.get()]), ["t1", "t1"]);
  assert.deepEqual(await Promise.all([tokens.get("t1"), tokens.get("t1")]), ["t2", "t2"]);
  assert.equal(await tokens.get("t1"), "t2");
});

test("a page that gives no token has let the sign-in end; one that gives null needs none", async () => {
  const expired = (error) => error instanceof ServiceError && error.kind === "expired";
  for (const source of [async () => ({}), async () => Promise.reject(new Error("no")), () => { throw new Error("no"); }]) {
    await assert.rejects(new Tokens(source).get(), expired);
  }
  assert.equal(await new Tokens(async () => null).get(), null);
  assert.equal(await new Tokens(async () => "plain").get(), "plain");
});
