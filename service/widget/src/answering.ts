/** One answer read to its end, over as many connections as it takes. */
import type { Api } from "./api.js";
import type { Problem } from "./problem.js";
import { ServiceError, kindOf } from "./problem.js";
import { random } from "./random.js";
import type { Pending } from "./store.js";
import type { AnswerEvent } from "./types.js";
import { waitFor, waited } from "./waiting.js";

/** What goes on while something is tried: `hindered` is told of what is in the way, and that nothing is any more. */
export interface Patience {
  readonly signal: AbortSignal;
  /** An event "retry" ends a wait. */
  readonly bell: EventTarget;
  readonly hindered: (problem: Problem | null) => void;
}

/**
 * Ask, or go on with an answer that has an id, until it is whole; `take` gets each event, and the request as it then is.
 *
 * Throws a `ServiceError`: there is none, or not in time.
 */
export async function answering(
  api: Api,
  first: Pending,
  take: (event: AnswerEvent, request: Pending) => void,
  patience: Patience,
): Promise<void> {
  const { signal, hindered } = patience;
  let request = first;
  let last = "";
  let seen = 0;
  let furthest = 0;
  const anew = (): void => {
    request = { ...request, key: random(), answerId: "" };
    last = "";
  };
  const received = (event: AnswerEvent): void => {
    if (event.kind === "failed") {
      anew();
      throw new ServiceError(kindOf(event.status), event.status, event.title, event.detail);
    }
    if (event.kind === "started") {
      seen = 0;
      request = { ...request, answerId: event.answerId };
    }
    furthest = Math.max(furthest, ++seen);
    take(event, request);
  };
  const read = async (): Promise<void> => {
    const { answerId } = request;
    const events = answerId ? api.follow(answerId, last, signal) : api.ask(request, signal);
    try {
      for await (const { id, event } of events) {
        if (signal.aborted) return;
        hindered(null);
        last = id;
        if (event) received(event);
        if (event?.kind === "completed") return;
      }
    } catch (error) {
      if (!answerId || !(error instanceof ServiceError) || error.status !== 404) throw error;
      // It was given up, because nobody followed it for too long.
      anew();
    }
    throw new ServiceError("unreachable");
  };
  await persisting(read, patience, () => furthest);
}

/**
 * Do it until it is done, waiting out what may pass. `reached` grows with what was got: from there tries count anew.
 *
 * Throws a `ServiceError` that does not pass, or anything once the signal is aborted.
 */
export async function persisting<T>(
  work: () => Promise<T>,
  { signal, bell, hindered }: Patience,
  reached: () => number = () => 0,
): Promise<T> {
  for (let tries = 0; ; ) {
    const before = reached();
    try {
      const done = await work();
      hindered(null);
      return done;
    } catch (error) {
      if (signal.aborted) throw error;
      if (!(error instanceof ServiceError)) console.error(error);
      const failed = error instanceof ServiceError ? error : new ServiceError("failed");
      if (reached() > before) tries = 0;
      const wait = waitFor(failed, tries);
      if (!wait) throw failed;
      const problem = failed.problem(wait.until);
      // A connection that is there again at once is not worth a word.
      if (problem.kind !== "unreachable" || tries) hindered(problem);
      if (!(await waited(wait, signal, bell))) tries++;
    }
  }
}
