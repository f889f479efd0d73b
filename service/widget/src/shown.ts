/** Text as it is shown: without what turns the direction of what stands around it, dates as the reader writes them. */

// Embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX 9); marks of one character's own stay.
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|ps|sd|ug|ur|yi)(-|$)/i;
// A character of Chinese or Japanese, a word or number, or what stands between.
const WORDS = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]|[\p{L}\p{M}\p{N}]+(?:[.,]\p{N}+)*|[^\p{L}\p{N}]/gu;
const DAY = /^(\d{4})(-\d{2})?(-\d{2})?$/;

/** Text without controls of direction: whatever it says, it stands in its own element. */
export function plain(text: string): string {
  return text.replace(TURNS, "");
}

/** The direction that a language is written in. */
export function directionOf(language: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.test(language) ? "rtl" : "ltr";
}

/** A day, month or year of ISO 8601 in the words of a language; what is none of these as it is. */
export function day(date: string, language: string): string {
  const [, year, month, of] = DAY.exec(date.slice(0, 10)) ?? [];
  if (!year) return date;
  const form: Intl.DateTimeFormatOptions = { timeZone: "UTC", year: "numeric" };
  if (month) form.month = "short";
  if (of) form.day = "numeric";
  try {
    return new Intl.DateTimeFormat(language, form).format(new Date(`${year}${month ?? "-01"}${of ?? "-01"}T00:00:00Z`));
  } catch {
    return date;
  }
}

/** What two texts begin and end with alike, and the words between: `[before, own, after]` for each. */
export function differing(one: string, other: string): readonly (readonly string[])[] {
  const [a = [], b = []] = [one, other].map((text) => text.match(WORDS) ?? []);
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start++;
  let end = 0;
  while (end < most - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return [a, b].map((words) => [[0, start], [start, words.length - end], [words.length - end]].map((cut) => words.slice(...cut).join("")));
}
