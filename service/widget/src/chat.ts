/**
 * One conversation, without a page: what was asked, what came back, and what stands in the way.
 *
 * A view sets `onchange`, draws `chat.state` and calls the methods; it keeps no state of a conversation itself. Every
 * change makes a new `state` and new objects for what changed in it, so that `===` tells what to draw again.
 *
 * - A `Turn` is a question and its answer. While it is made, `sentences` are final and in order, with the citations they
 *   brought in `citations`; `provisional` is what follows them, not checked yet: it is to look so, and it may shrink or
 *   go. With `phase` "done" there is `answer`, which replaces all of it: draw that alone.
 * - `status` says what goes on now, `problem` what stands in the way, in words of the service where there are any. With
 *   "busy", "offline" and "expired" the chat goes on by itself, at `problem.retryAt` (milliseconds, as Date.now() has
 *   them) or sooner, where the page is online or looked at again. `retry()` does it at once, `stop()` gives it up.
 * - A turn that is "stopped" or "failed" can be asked again by `resend(turn)`; `turn.problem` says why it failed.
 * - `onsentence` is called once for each sentence when it is final, for the live region; `onanswer` once an answer.
 */
import type { Answer, Citation, Opinion, Rating, Sentence, Source } from "./types.js";

/**
 * What goes on: nothing (`idle`), old turns are read (`restoring`), asked and nothing has come yet (`asking`), it comes
 * (`streaming`), or what is in the way: the network (`offline`), too many questions (`busy`), a token that is no good
 * and could not be fetched anew (`expired`).
 */
export type Status = "idle" | "restoring" | "asking" | "streaming" | "offline" | "busy" | "expired";

/** How far a turn is. */
export type Phase = "asking" | "streaming" | "done" | "stopped" | "failed";

/**
 * What went wrong: the network or the service cannot be reached; too many questions; no good token; not for this asker
 * or page; a question that cannot be asked; and whatever else.
 */
export type ProblemKind = "offline" | "unreachable" | "busy" | "expired" | "refused" | "rejected" | "failed";

/** `title` and `detail` are the service's, where it said something, in its language; `kind` finds our own words. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly title: string;
  readonly detail: string;
  /** Finds the request in the service's log. */
  readonly requestId: string | null;
  /** When it is tried again by itself, as Date.now() has it; null where it is not. */
  readonly retryAt: number | null;
}

/** A question and its answer. */
export interface Turn {
  /** The same for as long as the page lives: a key for lists. */
  readonly key: number;
  readonly question: string;
  readonly phase: Phase;
  /** Null until the service has taken the question. */
  readonly answerId: string | null;
  readonly language: string;
  /** What was found, before anything is answered. */
  readonly sources: readonly Source[];
  readonly sentences: readonly Sentence[];
  readonly citations: readonly Citation[];
  readonly provisional: string;
  readonly answer: Answer | null;
  readonly problem: Problem | null;
  /** What was thought of the answer (0) and of its citations (their numbers), of this page's visit. */
  readonly ratings: ReadonlyMap<number, Rating>;
}

export interface ChatState {
  readonly status: Status;
  readonly turns: readonly Turn[];
  readonly problem: Problem | null;
  /** Questions to offer: the page's own before the first turn, then those that follow from the last answer. */
  readonly suggestions: readonly string[];
}

export interface Chat {
  readonly state: ChatState;
  onchange: () => void;
  onsentence: (sentence: Sentence, turn: Turn) => void;
  onanswer: (answer: Answer, turn: Turn) => void;
  /** Read the conversation that was left on another page or before a reload; nothing where there is none. */
  restore(): Promise<void>;
  /** Ask; what is being answered is stopped first. Text of white space alone is not asked. */
  ask(question: string): Promise<void>;
  /** Ask a turn's question again; one without an answer is replaced. Default: the last. */
  resend(turn?: Turn): Promise<void>;
  /** Stop what goes on: settled sentences stay. */
  stop(): void;
  /** Try at once what waits to be tried again. */
  retry(): void;
  /** Leave the conversation and begin another. */
  newConversation(): void;
  /** Say what one thinks of an answer or of a citation of it. Rejects with a `ServiceError` where it was not taken. */
  rate(turn: Turn, opinion: Opinion): Promise<void>;
}
