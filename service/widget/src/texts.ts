/**
 * What the widget says, in the language of its page.
 *
 * A new text is added to `wording/en.ts` and, because the compiler insists, to the other two. A page changes texts by
 * their names: `{"heading": "Ask HR"}` whatever the language, `{"de": {"heading": "…"}, "en": {…}}` for some; a
 * language that is not here can be given so as a whole.
 */
import { fields, text } from "./types.js";
import { en, type Texts } from "./wording/en.js";
import { zhHans } from "./wording/zh-hans.js";
import { zhHant } from "./wording/zh-hant.js";

const OURS: Readonly<Record<string, Texts>> = { en, "zh-Hans": zhHans, "zh-Hant": zhHant };

/** The texts for a language (BCP 47), with what the page says differently. */
export function textsFor(lang: string, changes: unknown): Texts {
  const ours = OURS[written(lang)] ?? en;
  const byLanguage = fields(changes);
  // The widest first, so that what is said for exactly this language stands.
  return [changes, ...tagsOf(lang).map((tag) => byLanguage[tag])].reduce<Texts>(changed, ours);
}

/** The language that `textsFor` speaks: the one asked for, or English where neither we nor the page have it. */
export function spokenIn(lang: string, changes: unknown): string {
  const given = fields(changes);
  const ours = /^(en|zh)\b/i.test(lang) || Object.keys(en).some((name) => text(given[name]));
  return ours || tagsOf(lang).some((tag) => given[tag]) ? lang : "en";
}

/** `zh-Hant-HK` as `zh`, `zh-Hant`, `zh-Hant-HK`: from the widest to the narrowest. */
function tagsOf(lang: string): string[] {
  return [...new Set([lang.replace(/-.*/, "").toLowerCase(), written(lang), lang])];
}

/** Chinese by its characters; another language as such. */
function written(lang: string): string {
  if (!/^zh\b/i.test(lang)) return lang.replace(/-.*/, "").toLowerCase();
  return /-(hant|tw|hk|mo)\b/i.test(lang) && !/-hans\b/i.test(lang) ? "zh-Hant" : "zh-Hans";
}

/** A text with `{n}`, `{when}` and the like filled in. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** "in 5 seconds", "in 2 minutes" in that language; from `seconds` on. */
export function soon(lang: string, seconds: number): string {
  const [count, unit] = seconds < 90 ? ([Math.ceil(seconds), "second"] as const) : ([Math.ceil(seconds / 60), "minute"] as const);
  return intl(lang, (locale) => new Intl.RelativeTimeFormat(locale, { numeric: "always" })).format(count, unit);
}

/** What is made for a language; for English, where the tag is none. */
function intl<T>(lang: string, make: (locale: string) => T): T {
  try {
    return make(lang);
  } catch {
    return make("en");
  }
}

/** Takes over what has the name of a text, and nothing else. */
function changed(texts: Texts, changes: unknown): Texts {
  const given = fields(changes);
  const own = Object.entries(texts).map(([name, ours]) => [name, text(given[name]) || ours]);
  return Object.fromEntries(own) as Texts;
}
