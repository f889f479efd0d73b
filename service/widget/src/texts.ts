/**
 * What the widget says, in the language of its page.
 *
 * A new text is added to `wording/en.ts` and, because the compiler insists, to the other two. A page changes texts by
 * their names: `{"heading": "Ask HR"}` whatever the language, `{"de": {"heading": "…"}, "en": {…}}` for some; a
 * language that is not here can be given so as a whole.
 */
import { fields } from "./types.js";
import { en } from "./wording/en.js";
import { zhHans } from "./wording/zh-hans.js";
import { zhHant } from "./wording/zh-hant.js";

/** All of them, by their names. */
export type Texts = typeof en;

const TRADITIONAL = /^zh\b.*-(hant|tw|hk|mo)\b/i;

/** The texts for a language (BCP 47), with what the page says differently. */
export function textsFor(lang: string, changes: unknown): Texts {
  const primary = lang.replace(/[-_].*/, "").toLowerCase();
  const ours = primary !== "zh" ? en : TRADITIONAL.test(lang) ? zhHant : zhHans;
  const byLanguage = fields(changes);
  // The widest first, so that what is said for exactly this language stands.
  return [changes, byLanguage[primary], byLanguage[lang]].reduce<Texts>(changed, ours);
}

/** A text with `{n}`, `{when}` and the like filled in. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** "in 5 seconds", "in 2 minutes" in that language; from `seconds` on. */
export function soon(lang: string, seconds: number): string {
  const [count, unit] = seconds < 90 ? ([Math.ceil(seconds), "second"] as const) : ([Math.ceil(seconds / 60), "minute"] as const);
  const options = { numeric: "always" } as const;
  try {
    return new Intl.RelativeTimeFormat(lang, options).format(count, unit);
  } catch {
    return new Intl.RelativeTimeFormat("en", options).format(count, unit);
  }
}

/** Takes over what has the name and the form of a text, and nothing else. */
function changed<T extends object>(texts: T, changes: unknown): T {
  const given = fields(changes);
  const entries = Object.entries(texts).map(([name, own]: [string, unknown]) => {
    const other = given[name];
    if (typeof own === "object" && own !== null) return [name, changed(own, other)];
    return [name, typeof other === "string" ? other : own];
  });
  return Object.fromEntries(entries) as T;
}
