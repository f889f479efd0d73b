/** The routes of the service that the widget asks. */
import { ServiceError, errorOf } from "./problem.js";
import { Silence, serverSentEvents, within } from "./sse.js";
import type { Tokens } from "./token.js";
import type { Answer, AnswerEvent, Opinion, Rating } from "./types.js";
import { answerOf, each, eventOf, fields, parsed, text } from "./types.js";

/** Three times what the service is silent at most. */
const PATIENCE = 45_000;

/** An event with its id; null where it is none that this version knows. */
export interface Received {
  readonly id: string;
  readonly event: AnswerEvent | null;
}

/** What is asked; `key` makes the same request, sent again, one request. */
export interface AskRequest {
  readonly question: string;
  readonly conversationId: string | null;
  readonly key: string;
}

/** An answer, and what its asker thinks of it (0) and of its citations (their numbers). */
export interface Kept {
  readonly answer: Answer;
  readonly ratings: ReadonlyMap<number, Rating>;
}

/** One service, and the tokens to ask it with. Everything throws a `ServiceError`, or what `signal` was aborted with. */
export class Api {
  readonly #base: string;
  readonly #tokens: Tokens;

  /** `base` is the address of the service, with a slash at its end. */
  constructor(base: string, tokens: Tokens) {
    this.#base = base;
    this.#tokens = tokens;
  }

  /** Whose questions these are, where the page says so; empty otherwise. */
  async user(): Promise<string> {
    await this.#tokens.get();
    return this.#tokens.user;
  }

  /** Ask, and read the events of the answer. */
  ask({ question, conversationId, key }: AskRequest, signal: AbortSignal): AsyncGenerator<Received, void> {
    const body = { question, stream: true, ...(conversationId && { conversation_id: conversationId }) };
    return this.#events("v1/ask", { "Idempotency-Key": key }, signal, body);
  }

  /** Go on with an answer after the event of that id; from its beginning where none is named. */
  follow(answerId: string, lastEventId: string, signal: AbortSignal): AsyncGenerator<Received, void> {
    const after: Record<string, string> = lastEventId ? { "Last-Event-ID": lastEventId } : {};
    return this.#events(`v1/answers/${encodeURIComponent(answerId)}/events`, after, signal);
  }

  /** The turns of a conversation, oldest first. */
  async conversation(id: string, signal: AbortSignal): Promise<Kept[]> {
    const response = await this.#request(`v1/conversations/${encodeURIComponent(id)}`, {}, signal);
    const read = fields(parsed(await body(response.text(), signal)));
    return each(read["turns"], (turn) => ({
      answer: answerOf(fields(turn["answer"]), this.#base),
      ratings: new Map(each(turn["feedback"], (one) => [Number(one["citation"]), one["rating"] as Rating])),
    }));
  }

  /** Say what one thinks; the same `requestId` changes what was said under it. */
  async feedback(answerId: string, opinion: Opinion, requestId: string): Promise<void> {
    const path = `v1/answers/${encodeURIComponent(answerId)}/feedback`;
    await this.#request(path, { "X-Request-Id": requestId }, undefined, opinion);
  }

  /** Say that an answer is not wanted any more: its model stops at once, where it would wait for who only left. */
  stop(answerId: string): void {
    this.#request(`v1/answers/${encodeURIComponent(answerId)}/events`, {}, undefined, null).catch(() => undefined);
  }

  /** Whether a link opens an article of the service. */
  opens(link: string): boolean {
    return link.startsWith(`${this.#base}articles/`);
  }

  /** The address that opens an article in a tab, which shows no token; the page says who may read where there is none. */
  async opening(link: string): Promise<string> {
    const address = new URL(link);
    try {
      const made = await this.#request("v1/widget/passes", {}, undefined, {});
      address.searchParams.set("pass", text(fields(parsed(await made.text()))["pass"]));
    } catch {}
    return address.href;
  }

  async *#events(
    path: string,
    headers: Record<string, string>,
    signal: AbortSignal,
    sent?: object,
  ): AsyncGenerator<Received, void> {
    const response = await this.#request(path, { Accept: "text/event-stream", ...headers }, signal, sent);
    if (!response.body) return;
    try {
      for await (const { name, data, id } of serverSentEvents(response.body, PATIENCE)) {
        yield { id, event: eventOf(name, data, this.#base) };
      }
    } catch (error) {
      throw failure(error, signal);
    }
  }

  /** Send it with a good token: one that has ended meanwhile is fetched anew, once. */
  async #request(
    path: string,
    headers: Record<string, string>,
    signal = new AbortController().signal,
    sent?: object | null,
  ): Promise<Response> {
    let token = await this.#tokens.get();
    for (let again = false; ; again = true) {
      const response = await this.#fetched(path, { ...headers, ...(token && { Authorization: `Bearer ${token}` }) }, signal, sent);
      if (response.ok) return response;
      if (response.status !== 401 || !token || again) throw await errorOf(response, token !== null);
      token = await this.#tokens.get(token);
    }
  }

  async #fetched(
    path: string,
    headers: Record<string, string>,
    signal: AbortSignal,
    sent?: object | null,
  ): Promise<Response> {
    const halt = new AbortController();
    const stop = (): void => halt.abort();
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      const sending = fetch(new URL(path, this.#base), {
        headers: sent ? { "Content-Type": "application/json", ...headers } : headers,
        cache: "no-store",
        credentials: "omit",
        signal: halt.signal,
        ...(sent && { body: JSON.stringify(sent) }),
        method: sent ? "POST" : sent === null ? "DELETE" : "GET",
      });
      return await within(sending, PATIENCE);
    } catch (error) {
      halt.abort();
      throw failure(error, signal);
    }
  }
}

async function body(text: Promise<string>, signal: AbortSignal): Promise<string> {
  try {
    return await within(text, PATIENCE);
  } catch (error) {
    throw failure(error, signal);
  }
}

/** What fetch throws says nothing but that there is no connection, or that somebody stopped it. */
function failure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || !(error instanceof TypeError || error instanceof Silence)) return error;
  return new ServiceError("unreachable");
}
