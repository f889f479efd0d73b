import assert from "node:assert/strict";
import test from "node:test";
import { widget } from "./built.mjs";

const { after, asked, eventOf, unsettled } = widget;
const BASE = "https://qa.example/footnote/";

function turnAfter(...events) {
  return events.reduce((turn, [name, data]) => {
    const event = eventOf(name, JSON.stringify(data), BASE);
    return event ? after(turn, event) : turn;
  }, asked("Why?"));
}

const STARTED = ["started", { answer_id: "ans_1", conversation_id: "con_1", language: "en" }];

test("provisional text gives way to the sentences that settle", () => {
  for (const [provisional, sentence, rest] of [
    ["One is here. Two is", "One is here.", "Two is"],
    ["One is  here .  Two", "One is here.", "Two"],
    ["Left out. One is here. Two", "One is here.", "Two"],
    ["直播隐身了。第二", "直播隐身了。", "第二"],
    ["İ and 𝒜𝒷 𝟙. Two", "İ and 𝒜𝒷 𝟙.", "Two"],
    ["One is", "One is here.", ""],
    ["One is here. Two", "Something else was written.", "One is here. Two"],
    ["One is here. Two", "!", "One is here. Two"],
  ]) {
    assert.equal(unsettled(provisional, sentence), rest, sentence);
  }
});

test("an answer that is begun again forgets what came before", () => {
  const sentence = ["sentence", { sentence: { text: "One.", citations: [1], support: "supported" }, citations: [{ number: 1 }] }];
  const turn = turnAfter(STARTED, ["delta", { text: "One. Tw" }], sentence, ["started", { answer_id: "ans_2" }]);
  assert.deepEqual([turn.phase, turn.answerId, turn.sentences, turn.citations, turn.provisional], ["asking", "ans_2", [], [], ""]);
});

test("what a service adds or leaves out breaks nothing", () => {
  const turn = turnAfter(
    STARTED,
    ["thinking", { text: "hm" }],
    ["sources", {}],
    ["delta", null],
    ["sentence", { sentence: { text: "One.", support: "proven", citations: [1, "2", null] }, new: true }],
    ["completed", { text: "One.", outcome: "quoted", conflicts: [{ citations: [1, 2] }], sentences: "none", follow_ups: [1, "", "And?"] }],
  );
  assert.equal(turn.phase, "done");
  assert.deepEqual(turn.answer.sentences, []);
  assert.deepEqual(turn.answer.conflicts, [], "no card about citations that are not there");
  assert.deepEqual(turn.answer.followUps, ["And?"]);
  assert.equal(turn.answer.outcome, "partial", "neither a whole answer nor none");
});

test("a verdict that is not known is not trusted", () => {
  const turn = turnAfter(STARTED, ["sentence", { sentence: { text: "One.", support: "proven", citations: [] } }]);
  assert.equal(turn.sentences[0].support, "unsupported");
});

test("links lead to http alone", () => {
  const links = ["/articles/a?start=1#quote", "https://other.example/", "javascript:alert(1)", "data:text/html,x", " jAvAsCript:alert(1)", "http://[", 7, null];
  const { citations } = turnAfter(STARTED, ["completed", { citations: links.map((link) => ({ link, url: link })) }]);
  const good = ["https://qa.example/footnote/articles/a?start=1#quote", "https://other.example/", null, null, null, null, null, null];
  assert.deepEqual(citations.map(({ link }) => link), good);
  assert.deepEqual(citations.map(({ url }) => url), good);
});
