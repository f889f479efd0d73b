/** What goes wrong between page and service, sorted by what can be done about it. */
import { fields, parsed, text } from "./types.js";

/**
 * The network or the service cannot be reached (`offline` where the browser says that the network is gone); too many
 * questions; no good token; not for this asker or page; a question that cannot be asked; and whatever else.
 */
export type ProblemKind = "offline" | "unreachable" | "busy" | "expired" | "refused" | "rejected" | "failed";

/** `title` and `detail` are the service's, where it said something, in its language; `kind` finds our own words. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly title: string;
  readonly detail: string;
  /** Finds the request in the service's log; empty where there is none. */
  readonly requestId: string;
  /** When it is tried again by itself, as Date.now() has it; null where it is not. */
  readonly retryAt: number | null;
}

/** A request that failed; `retryAfter` are seconds. */
export class ServiceError extends Error {
  constructor(
    readonly kind: ProblemKind,
    readonly status = 0,
    readonly title = "",
    readonly detail = "",
    readonly requestId = "",
    readonly retryAfter: number | null = null,
  ) {
    super(detail || kind);
  }

  /** As it is shown. */
  problem(retryAt: number | null = null): Problem {
    const { kind, title, detail, requestId } = this;
    const gone = kind === "unreachable" && !navigator.onLine;
    return { kind: gone ? "offline" : kind, title, detail, requestId, retryAt };
  }
}

/** What kind of problem an HTTP status is. */
export function kindOf(status: number): ProblemKind {
  if (status === 401) return "expired";
  if (status === 403 || status === 421) return "refused";
  if (status === 409 || status === 429 || status === 503) return "busy";
  if (status === 408 || status === 502 || status === 504) return "unreachable";
  if (status === 400 || status === 413 || status === 422) return "rejected";
  return "failed";
}

/**
 * A response that is not good as an error; its body is an RFC 9457 problem, or whatever a proxy sends.
 *
 * `shown` is whether a token was sent: without one, no other will be better.
 */
export async function errorOf(response: Response, shown: boolean): Promise<ServiceError> {
  const read = fields(parsed(await response.text().catch(() => "")));
  return new ServiceError(
    shown || response.status !== 401 ? kindOf(response.status) : "refused",
    response.status,
    text(read["title"]),
    text(read["detail"]),
    text(read["request_id"]) || (response.headers.get("X-Request-Id") ?? ""),
    secondsUntil(response.headers.get("Retry-After")),
  );
}

/** `Retry-After` in seconds, given as such or as a date; null where it says nothing. See RFC 9110, 10.2.3. */
function secondsUntil(value: string | null): number | null {
  if (value === null) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}
