/**
 * What the widget says, in the language of its page.
 *
 * A new text is added to `wording/en.ts` and, because the compiler insists, to the other two. A page changes texts by
 * their names: `{"heading": "Ask HR"}` whatever the language, `{"de": {"heading": "…"}, "en": {…}}` for some; a
 * language that is not here can be given so as a whole.
 */
import { fields, text } from "./types.js";
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

const PLURALS = ["zero", "one", "two", "few", "many", "other"] as const;

/** The plural form for `n` in that language, of a text that has them all, "|" between: in English "one|other". */
export function counted(text: string, n: number, lang: string): string {
  const rules = intl(lang, (locale) => new Intl.PluralRules(locale));
  const { pluralCategories } = rules.resolvedOptions();
  const forms = text.split("|");
  const at = PLURALS.filter((one) => pluralCategories.includes(one)).indexOf(rules.select(n));
  return filled(forms[at] ?? forms.at(-1) ?? "", { n });
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
