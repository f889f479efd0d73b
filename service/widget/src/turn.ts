/** A question and its answer, and what each event makes of them. */
import type { Kept } from "./api.js";
import type { Problem } from "./problem.js";
import type { Answer, AnswerEvent, Citation, Rating, Sentence, Source } from "./types.js";

/** How far a turn is. */
export type Phase = "asking" | "streaming" | "done" | "stopped" | "failed";

/** A question and its answer. Each change makes a new object. */
export interface Turn {
  /** The same for as long as the page lives: a key for lists. */
  readonly key: number;
  readonly question: string;
  readonly phase: Phase;
  /** Empty until the service has taken the question. */
  readonly answerId: string;
  /** Of the answer, as BCP 47 has it; empty until it is known. */
  readonly language: string;
  /** What was found, before anything is answered. */
  readonly sources: readonly Source[];
  /** Final, in order. */
  readonly sentences: readonly Sentence[];
  /** Those of the sentences, by their number. */
  readonly citations: readonly Citation[];
  /** What follows the sentences and is not checked yet: it may shrink or go. */
  readonly provisional: string;
  /** With phase "done": replaces all of it. */
  readonly answer: Answer | null;
  /** With phase "failed": why. */
  readonly problem: Problem | null;
  /** What this visitor thinks of the answer (0) and of its citations (their numbers). */
  readonly ratings: ReadonlyMap<number, Rating>;
}

const NOTHING = {
  phase: "asking",
  answerId: "",
  language: "",
  sources: [],
  sentences: [],
  citations: [],
  provisional: "",
  answer: null,
  problem: null,
  ratings: new Map(),
} as const;

let lastKey = 0;

/** A question that was just asked. */
export function asked(question: string): Turn {
  return { ...NOTHING, key: ++lastKey, question };
}

/** A question that was answered before. */
export function answered({ answer, ratings }: Kept): Turn {
  return { ...completed(asked(answer.question), answer), ratings };
}

/** The turn after an event. `started` begins it anew: an answer that was lost may be made a second time. */
export function after(turn: Turn, event: AnswerEvent): Turn {
  switch (event.kind) {
    case "started":
      return { ...turn, ...NOTHING, answerId: event.answerId, language: event.language };
    case "sources":
      return { ...turn, sources: event.sources };
    case "delta":
      return { ...turn, phase: "streaming", provisional: turn.provisional + event.text };
    case "sentence":
      return {
        ...turn,
        phase: "streaming",
        sentences: [...turn.sentences, event.sentence],
        citations: [...turn.citations, ...event.citations],
        provisional: unsettled(turn.provisional, event.sentence.text),
      };
    case "completed":
      return completed(turn, event.answer);
    case "failed":
      return turn;
  }
}

function completed(turn: Turn, answer: Answer): Turn {
  const { id, language, sentences, citations } = answer;
  return { ...turn, phase: "done", answerId: id, language, sentences, citations, provisional: "", answer, problem: null };
}

/**
 * What of the provisional text follows a sentence that settled.
 *
 * Sentences settle in the order they are written in, so that what stood before one that settled was left out. A
 * sentence that does not stand there, because it was written again, takes nothing away.
 */
export function unsettled(provisional: string, sentence: string): string {
  const written = Array.from(provisional.matchAll(/[\p{L}\p{N}]/gu));
  const letters = written.map(([letter]) => letter).join("").toLowerCase();
  const settled = (sentence.match(/[\p{L}\p{N}]/gu) ?? []).join("").toLowerCase();
  const at = letters.indexOf(settled);
  if (!settled || at < 0) return settled.startsWith(letters) ? "" : provisional;
  const end = at + settled.length;
  // Positions count UTF-16 units, a match may have two of them.
  let units = 0;
  const last = written.find(([letter]) => (units += letter.toLowerCase().length) >= end);
  const rest = last ? provisional.slice(last.index + last[0].length) : "";
  return rest.replace(/^[\s.,;:!?…。！？；，、)\]）】」』”’»"']+/u, "");
}
