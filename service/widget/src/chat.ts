/**
 * One conversation, without a page: what was asked, what came back, and what stands in the way.
 *
 * A view sets `onchange`, draws `chat.state` and calls the methods; it keeps no state of a conversation itself. Every
 * change makes a new `state`, and new objects for what changed in it, so that `===` tells what to draw again.
 *
 * - `Turn` (turn.ts) is a question and its answer. While it is made, `sentences` are final, with what they cite in
 *   `citations`, and `provisional` is what follows them, not checked yet: it is to look so, and may shrink or go. With
 *   phase "done" there is `answer`, which replaces all of it: draw that alone. A turn that was stopped keeps its
 *   settled sentences; one that is "stopped" or "failed" is asked again by `resend(turn)`, and `turn.problem` says why.
 * - `status` says what goes on now; `problem` (problem.ts) what stands in its way. Busy, offline and expired pass: the
 *   chat goes on by itself at `problem.retryAt` (count down to it; past it a try is under way), or sooner when the page
 *   is online again or looked at. `retry()` does so at once, `stop()` gives up. With "idle" a problem says that the old
 *   turns could not be read; `retry()` reads them again.
 * - A chat that is not drawn any more is ended by `close()`: what it was asked is left to the next one.
 * - Links in answers, citations and sources are http(s) or null, and absolute. Everything else is text from articles.
 */
import type { Patience } from "./answering.js";
import { answering, persisting } from "./answering.js";
import { Api, type Kept } from "./api.js";
import type { Problem, ServiceError } from "./problem.js";
import { random } from "./random.js";
import type { ChatState, Status } from "./state.js";
import { open, statusOf } from "./state.js";
import type { Left, Pending } from "./store.js";
import { Store } from "./store.js";
import type { GetToken } from "./token.js";
import { Tokens } from "./token.js";
import type { Phase, Turn } from "./turn.js";
import { after, answered, asked } from "./turn.js";
import type { Answer, AnswerEvent, Opinion, Sentence } from "./types.js";

export type { ChatState, Phase, Problem, Status, Turn };

export interface ChatOptions {
  /** Address of the service, with a slash at its end. */
  readonly service: string;
  /** Tells several chats with one service apart. */
  readonly name?: string;
  /** `tokenEndpoint(url)`, or the page's own function; null, or one that gives null, where no token is needed. */
  readonly getToken?: GetToken | null;
  readonly suggestions?: readonly string[];
}

// A question that was on its way when a page was left is asked again by the next page, unless that comes later.
const PENDING_MS = 600_000;

export class Chat {
  state: ChatState;
  /** Whether the panel stood open on the page before, and what else is kept. */
  readonly store: Store;
  onchange: () => void = () => undefined;
  /** Called once for each sentence, when it is final: what a live region reads. */
  onsentence: (sentence: Sentence, turn: Turn) => void = () => undefined;
  /** Called once for each answer that was asked for here, after its sentences. */
  onanswer: (answer: Answer, turn: Turn) => void = () => undefined;

  readonly #tokens: Tokens;
  readonly #api: Api;
  readonly #identified: boolean;
  readonly #suggestions: readonly string[];
  readonly #visit = random();
  readonly #bell = new EventTarget();
  #conversationId = "";
  #halting: AbortController | null = null;
  #reading: AbortController | null = null;
  #restored: Promise<void> | null = null;

  constructor({ service, name = "", getToken = null, suggestions = [] }: ChatOptions) {
    this.#tokens = new Tokens(getToken ?? (() => Promise.resolve(null)));
    this.#identified = getToken !== null;
    this.#api = new Api(service, this.#tokens);
    this.store = new Store(service, name);
    this.#suggestions = suggestions;
    this.state = { status: "idle", turns: [], problem: null, suggestions };
  }

  /** Read the conversation that was left on another page or before a reload; done once, and nothing where there is none. */
  restore(): Promise<void> {
    this.#restored ??= this.#takeUp(this.store.left());
    return this.#restored;
  }

  /** Ask; what is being answered is stopped first. White space alone is not asked. Resolves when it is over, however. */
  async ask(question: string): Promise<void> {
    const text = question.trim();
    if (!text) return;
    this.stop();
    const turn = asked(text);
    this.#set({ turns: [...this.state.turns, turn] });
    await this.#run(turn);
  }

  /** Ask a turn's question again; a turn without an answer is replaced. Default: the last one. */
  async resend(turn: Turn | undefined = this.state.turns.at(-1)): Promise<void> {
    if (!turn) return;
    this.stop();
    this.#set({ turns: this.state.turns.filter((one) => one.key !== turn.key || one.answer) });
    await this.ask(turn.question);
  }

  /** Stop what is being answered. Its settled sentences stay; the service stops its model. */
  stop(): void {
    if (!this.#halting) return;
    this.#halting.abort();
    this.#halting = null;
    const { answerId } = this.state.turns.find(open) ?? {};
    if (answerId) this.#api.stop(answerId);
    const turns = this.state.turns.map((turn) => (open(turn) ? { ...turn, phase: "stopped", provisional: "" } as const : turn));
    this.#set({ turns, problem: null });
    this.#leave(null);
  }

  /** Try at once what waits; read the old turns again, where they could not be read. */
  retry(): void {
    this.#bell.dispatchEvent(new Event("retry"));
    if (this.state.problem?.retryAt === null) void this.restore();
  }

  /** Leave this conversation and begin another. */
  newConversation(): void {
    this.stop();
    this.#reading?.abort();
    this.#reading = null;
    this.#restored = Promise.resolve();
    this.#conversationId = "";
    this.#set({ turns: [], problem: null });
    this.#leave(null);
  }

  /** End all that goes on, and leave it to the next chat to take it up: this one is not used any more. */
  close(): void {
    this.#halting?.abort();
    this.#reading?.abort();
  }

  /** Say what one thinks of an answer, or of a citation of it. Rejects with a `ServiceError` where it was not taken. */
  async rate({ key, answerId }: Turn, opinion: Opinion): Promise<void> {
    const about = opinion.citation ?? 0;
    const before = this.#turn(key)?.ratings.get(about);
    const rated = (rating: typeof before): void => {
      const ratings = new Map(this.#turn(key)?.ratings);
      if (rating) ratings.set(about, rating);
      else ratings.delete(about);
      this.#change(key, { ratings });
    };
    rated(opinion.rating);
    try {
      await this.#api.feedback(answerId, opinion, `${this.#visit}-${answerId}-${about}`);
    } catch (error) {
      rated(before);
      throw error;
    }
  }

  /** The address to open an article's link with; null where the link is as good, or leads elsewhere. */
  opening(link: string): Promise<string> | null {
    return this.#identified && this.#api.opens(link) ? this.#api.opening(link) : null;
  }

  async #run(turn: Turn, pending?: Pending): Promise<void> {
    const halt = (this.#halting = new AbortController());
    const { signal } = halt;
    await this.restore();
    if (signal.aborted) return;
    const { question } = turn;
    const request = pending ?? { question, conversationId: this.#conversationId, key: random(), answerId: "", at: Date.now() };
    this.#leave(request);
    try {
      const told = new Set<string>();
      const tell = (sentence: Sentence): void => {
        const now = this.#turn(turn.key);
        if (now && !told.has(sentence.text)) this.onsentence(sentence, now);
        told.add(sentence.text);
      };
      const take = (event: AnswerEvent, request: Pending): void => {
        const before = this.#turn(turn.key);
        if (!before) return;
        if (event.kind === "started") {
          this.#conversationId = event.conversationId || this.#conversationId;
          this.#leave(request);
        }
        this.#change(turn.key, after(before, event));
        if (event.kind === "sentence") tell(event.sentence);
        if (event.kind === "completed") event.answer.sentences.forEach(tell);
      };
      await answering(this.#api, request, take, this.#patience(signal));
      const done = this.#turn(turn.key);
      if (done?.answer) this.onanswer(done.answer, done);
    } catch (error) {
      if (signal.aborted) return;
      this.#change(turn.key, { phase: "failed", provisional: "", problem: (error as ServiceError).problem() });
    }
    this.#halting = null;
    this.#set({ problem: null });
    this.#leave(null);
  }

  async #takeUp({ user, conversationId, pending }: Left): Promise<void> {
    if (!conversationId && !pending) return;
    const { signal } = (this.#reading = new AbortController());
    this.#conversationId = conversationId;
    this.#set({});
    const late = Date.now() - (pending?.at ?? 0) > PENDING_MS;
    // A conversation is kept with its first answer, and that is on its way.
    const begun = pending !== null && !pending.conversationId && !late;
    let before: Turn[] = [];
    let own = true;
    try {
      const read = async (): Promise<Kept[]> => {
        const now = await this.#api.user();
        // Before its first answer it is not known whose a conversation is.
        own = user === now || (!user && !conversationId);
        return own && conversationId && !begun ? this.#api.conversation(conversationId, signal) : [];
      };
      before = (await persisting(read, this.#patience(signal))).map(answered);
    } catch (error) {
      if (signal.aborted) return;
      const failed = error as ServiceError;
      if (failed.status !== 404) {
        this.#reading = this.#restored = null;
        this.#set({ problem: failed.problem() });
        return;
      }
      own = pending !== null;
    }
    this.#reading = null;
    if (!own) this.#conversationId = "";
    this.#set({ turns: [...before, ...this.state.turns], problem: null });
    if (!own || !pending || before.some((turn) => turn.answerId === pending.answerId)) return;
    const again = asked(pending.question);
    const stopped = this.#halting !== null || late;
    const turn: Turn = stopped ? { ...again, phase: "stopped" } : again;
    const { length } = before;
    this.#set({ turns: [...before, turn, ...this.state.turns.slice(length)] });
    if (!stopped) void this.#run(turn, pending);
  }

  #patience(signal: AbortSignal): Patience {
    const hindered = (problem: Problem | null): void => {
      if (problem !== this.state.problem && !signal.aborted) this.#set({ problem });
    };
    return { signal, bell: this.#bell, hindered };
  }

  #turn(key: number): Turn | undefined {
    return this.state.turns.find((turn) => turn.key === key);
  }

  #change(key: number, change: Partial<Turn>): void {
    this.#set({ turns: this.state.turns.map((turn) => (turn.key === key ? { ...turn, ...change } : turn)) });
  }

  #set(change: Partial<Pick<ChatState, "turns" | "problem">>): void {
    const { turns, problem } = { ...this.state, ...change };
    const last = turns.at(-1);
    const suggestions = last ? (last.answer?.followUps ?? []) : this.#suggestions;
    this.state = { turns, problem, suggestions, status: statusOf(last, problem, this.#reading !== null) };
    this.onchange();
  }

  #leave(pending: Pending | null): void {
    this.store.leave({ user: this.#tokens.user, conversationId: this.#conversationId, pending });
  }
}
