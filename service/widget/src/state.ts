/** A conversation at one moment, as views draw it. */
import type { Problem } from "./problem.js";
import type { Turn } from "./turn.js";

/**
 * Nothing goes on (`idle`), old turns are read (`restoring`), it was asked and nothing is written yet (`asking`), it is
 * being written (`streaming`); or it waits for the network or the service (`offline`), for room (`busy`), or for a token
 * that is good (`expired`).
 */
export type Status = "idle" | "restoring" | "asking" | "streaming" | "offline" | "busy" | "expired";

export interface ChatState {
  readonly status: Status;
  readonly turns: readonly Turn[];
  readonly problem: Problem | null;
  /** Questions to offer: the page's own before the first turn, then those that follow from the last answer. */
  readonly suggestions: readonly string[];
}

/** Whether a turn is being answered. */
export function open({ phase }: Turn): boolean {
  return phase === "asking" || phase === "streaming";
}

/** What goes on with these; what is waited for comes first. */
export function statusOf(last: Turn | undefined, problem: Problem | null, restoring: boolean): Status {
  if (problem && problem.retryAt !== null) {
    return problem.kind === "busy" || problem.kind === "expired" ? problem.kind : "offline";
  }
  if (last && open(last)) return last.phase === "streaming" ? "streaming" : "asking";
  return restoring ? "restoring" : "idle";
}
