import assert from "node:assert/strict";
import test from "node:test";
import { widget } from "./built.mjs";

const { soon, spokenIn, textsFor } = widget;

test("each language has every text, with what is filled in", () => {
  const named = (text) => (text.match(/\{\w+\}/g) ?? []).filter((one, at, all) => all.indexOf(one) === at).sort();
  const english = textsFor("en", null);
  for (const lang of ["zh-CN", "zh-TW"]) {
    const texts = textsFor(lang, null);
    for (const [name, text] of Object.entries(english)) {
      assert.ok(texts[name], `${name} in ${lang}`);
      assert.deepEqual(named(texts[name]), named(text), `${name} in ${lang}`);
    }
  }
});

test("Chinese is written as its readers write it", () => {
  const sources = (lang) => textsFor(lang, null).sources + textsFor(lang, null).youAsked + textsFor(lang, null).close;
  const simplified = sources("zh-Hans");
  const traditional = sources("zh-Hant");
  assert.notEqual(simplified, traditional);
  for (const lang of ["zh", "zh-CN", "zh-SG", "zh-Hans-HK", "ZH-cn"]) assert.equal(sources(lang), simplified, lang);
  for (const lang of ["zh-TW", "zh-HK", "zh-MO", "zh-Hant", "zh-Hant-SG"]) assert.equal(sources(lang), traditional, lang);
});

test("a page changes texts for all languages or for some, the narrowest last", () => {
  const changes = { heading: "Ask HR", zh: { heading: "问人事" }, "zh-Hant": { heading: "問人事" }, de: { send: "Fragen" }, "de-CH": { send: "Frag" }, sources: 7, unknown: "x" };
  assert.equal(textsFor("en-GB", changes).heading, "Ask HR");
  assert.equal(textsFor("zh-CN", changes).heading, "问人事");
  assert.equal(textsFor("zh-TW", changes).heading, "問人事");
  assert.equal(textsFor("de-AT", changes).send, "Fragen");
  assert.equal(textsFor("de-CH", changes).send, "Frag");
  assert.equal(textsFor("en", changes).sources, "Sources");
  assert.ok(!("unknown" in textsFor("en", changes)));
});

test("it speaks English where neither it nor the page has the language", () => {
  assert.equal(spokenIn("ja", null), "en");
  assert.equal(spokenIn("ja", { ja: { send: "質問" } }), "ja");
  assert.equal(spokenIn("ja-JP", { ja: { send: "質問" } }), "ja-JP");
  assert.equal(spokenIn("zh-TW", null), "zh-TW");
});

test("waiting is told in the language of the page", () => {
  assert.equal(soon("en", 4.2), "in 5 seconds");
  assert.equal(soon("en", 600), "in 10 minutes");
  assert.equal(soon("zh-CN", 5), "5秒钟后");
  assert.equal(soon("no such tag!", 1), "in 1 second");
});
