/** What the service sends, read so that fields it adds, or leaves out one day, break nothing. */

export type Outcome = "answered" | "partial" | "declined";
export type Mode = "generative" | "extractive";
export type Support = "supported" | "partial" | "unsupported";
export type Rating = "up" | "down";
export const REASONS = ["wrong", "not_supported", "incomplete", "outdated", "irrelevant", "unclear", "other"] as const;
export type Reason = (typeof REASONS)[number];

/** A sentence of the answer, the numbers of its citations, and how well they bear it. */
export interface Sentence {
  readonly text: string;
  readonly citations: readonly number[];
  readonly support: Support;
}

/** An exact quote. `link` opens the article with it marked, `url` is where the article came from: http(s), or null. */
export interface Citation {
  readonly number: number;
  readonly id: string;
  readonly articleId: string;
  readonly title: string;
  readonly author: string | null;
  readonly url: string | null;
  readonly publishedAt: string | null;
  readonly section: string | null;
  readonly page: number | null;
  readonly quote: string;
  readonly link: string | null;
}

/** An article that the answer may draw on, or that comes near a question it does not answer. */
export interface Source {
  readonly articleId: string;
  readonly title: string;
  readonly publishedAt: string | null;
  readonly link: string | null;
}

/** Two citations that disagree; `newer` is the number of the later one, where dates tell. */
export interface Conflict {
  readonly citations: readonly [number, number];
  readonly newer: number | null;
  readonly about: string;
}

/** The whole answer; `missing` and `notices` are sentences to show with it. */
export interface Answer {
  readonly id: string;
  readonly conversationId: string;
  readonly question: string;
  readonly language: string;
  readonly outcome: Outcome;
  readonly mode: Mode;
  readonly text: string;
  readonly sentences: readonly Sentence[];
  readonly citations: readonly Citation[];
  readonly nearest: readonly Source[];
  readonly conflicts: readonly Conflict[];
  readonly followUps: readonly string[];
  readonly missing: readonly string[];
  readonly notices: readonly string[];
}

/** What somebody thinks of an answer, or of the citation of that number. */
export interface Opinion {
  readonly rating: Rating;
  readonly reason?: Reason;
  readonly comment?: string;
  readonly citation?: number;
}

/** An event of an answer while it is made; `id` is what a lost stream goes on after. */
export type AnswerEvent =
  | { readonly kind: "started"; readonly answerId: string; readonly conversationId: string; readonly language: string }
  | { readonly kind: "sources"; readonly sources: readonly Source[] }
  | { readonly kind: "delta"; readonly text: string }
  | { readonly kind: "sentence"; readonly sentence: Sentence; readonly citations: readonly Citation[] }
  | { readonly kind: "completed"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly title: string; readonly detail: string; readonly status: number };

type Fields = Readonly<Record<string, unknown>>;

/** An http(s) address; a path is one of the service, which may itself stand below one. Null for whatever else it is. */
export function link(value: unknown, base: string): string | null {
  if (typeof value !== "string" || !value) return null;
  try {
    const { protocol, href } = new URL(value.replace(/^\/(?!\/)/, "./"), base);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** An event by its name and data; null where it is none that this version knows. */
export function eventOf(name: string, data: string, base: string): AnswerEvent | null {
  const read = fields(parsed(data));
  switch (name) {
    case "started":
      return {
        kind: name,
        answerId: text(read["answer_id"]),
        conversationId: text(read["conversation_id"]),
        language: text(read["language"]),
      };
    case "sources":
      return { kind: name, sources: each(read["sources"], (one) => sourceOf(one, base)) };
    case "delta":
      return { kind: name, text: text(read["text"]) };
    case "sentence":
      return {
        kind: name,
        sentence: sentenceOf(fields(read["sentence"])),
        citations: each(read["citations"], (one) => citationOf(one, base)),
      };
    case "completed":
      return { kind: name, answer: answerOf(read, base) };
    case "failed":
      return { kind: name, title: text(read["title"]), detail: text(read["detail"]), status: number(read["status"], 500) };
    default:
      return null;
  }
}

/** The whole answer from what `/v1/ask` and `/v1/conversations` send. */
export function answerOf(read: Fields, base: string): Answer {
  const citations = each(read["citations"], (one) => citationOf(one, base));
  return {
    id: text(read["id"]),
    conversationId: text(read["conversation_id"]),
    question: text(read["question"]),
    language: text(read["language"]),
    outcome: oneOf(read["outcome"], ["partial", "answered", "declined"]),
    mode: oneOf(read["mode"], ["generative", "extractive"]),
    text: text(read["text"]),
    sentences: each(read["sentences"], sentenceOf),
    citations,
    nearest: each(read["nearest"], (one) => sourceOf(one, base)),
    conflicts: each(read["conflicts"], conflictOf).filter(({ citations: both }) =>
      both.every((number) => citations.some((one) => one.number === number)),
    ),
    followUps: words(read["follow_ups"]),
    missing: words(read["missing"]),
    notices: words(read["notices"]),
  };
}

/** An object's fields; none where it is no object. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

/** JSON, or undefined where it is none. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** A list of objects, each read. */
export function each<T>(value: unknown, read: (one: Fields) => T): T[] {
  return Array.isArray(value) ? value.map((one: unknown) => read(fields(one))) : [];
}

/** Text, or the empty one. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Texts of a list; whatever else is in it is left out. */
export function words(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string" && one !== "") : [];
}

function number(value: unknown, without: number): number {
  return typeof value === "number" ? value : without;
}

function known(value: unknown): string | null {
  return text(value) || null;
}

function oneOf<T extends string>(value: unknown, all: readonly [T, ...T[]]): T {
  return all.find((one) => one === value) ?? all[0];
}

function sentenceOf(read: Fields): Sentence {
  const numbers = Array.isArray(read["citations"]) ? read["citations"] : [];
  return {
    text: text(read["text"]),
    citations: numbers.filter((one): one is number => typeof one === "number"),
    // A verdict that this version does not know is no reason to trust a sentence more.
    support: oneOf(read["support"], ["unsupported", "partial", "supported"]),
  };
}

function citationOf(read: Fields, base: string): Citation {
  return {
    number: number(read["number"], 0),
    id: text(read["id"]),
    articleId: text(read["article_id"]),
    title: text(read["title"]),
    author: known(read["author"]),
    url: link(read["url"], base),
    publishedAt: known(read["published_at"]),
    section: known(read["section"]),
    page: typeof read["page"] === "number" ? read["page"] : null,
    quote: text(read["quote"]),
    link: link(read["link"], base),
  };
}

function sourceOf(read: Fields, base: string): Source {
  return {
    articleId: text(read["article_id"]),
    title: text(read["title"]),
    publishedAt: known(read["published_at"]),
    link: link(read["link"], base),
  };
}

function conflictOf(read: Fields): Conflict {
  const [one, other] = Array.isArray(read["citations"]) ? read["citations"] : [];
  return {
    citations: [number(one, 0), number(other, 0)],
    newer: typeof read["newer"] === "number" ? read["newer"] : null,
    about: text(read["about"]),
  };
}
