/** How long to wait before something is tried again, and what ends the waiting sooner. */
import type { ServiceError } from "./problem.js";

/** `until` as Date.now() has it. `wakes`: whether it is worth a try as soon as the page is online or looked at. */
export interface Wait {
  readonly until: number;
  readonly wakes: boolean;
}

const LONGEST_BUSY = 600;
const WAKING = ["online", "focus", "visibilitychange", "pageshow"] as const;

/** When to try again what failed `tries` times before in a row; null where it is no use, or was tried enough. */
export function waitFor(error: ServiceError, tries: number): Wait | null {
  const growing = (first: number, most: number): number => Math.min(first * 2 ** tries, most);
  switch (error.kind) {
    case "offline":
    case "unreachable":
      if (!navigator.onLine) return after(30, true);
      return tries < 9 ? after(growing(0.5, 15) * (1 - Math.random() / 4), true) : null;
    case "expired":
      return tries < 30 ? after(growing(2, 30), true) : null;
    case "busy": {
      const seconds = error.retryAfter ?? growing(2, 30);
      // So that all who were sent away do not come back at the same instant.
      return tries < 6 && seconds <= LONGEST_BUSY ? after(seconds + Math.random(), false) : null;
    }
    default:
      return null;
  }
}

/** Resolves at the end of the waiting: whether something ended it sooner. Rejects when `signal` is aborted. */
export function waited({ until, wakes }: Wait, signal: AbortSignal, bell: EventTarget): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const over = (sooner: boolean): void => {
      clearTimeout(timer);
      ends.abort();
      if (signal.aborted) reject(signal.reason);
      else resolve(sooner);
    };
    const ends = new AbortController();
    const timer = setTimeout(() => over(false), Math.max(0, until - Date.now()));
    const listen = (target: EventTarget, name: string): void =>
      target.addEventListener(name, () => over(true), { signal: ends.signal });
    listen(signal, "abort");
    listen(bell, "retry");
    if (!wakes) return;
    for (const name of WAKING) listen(name === "visibilitychange" ? document : window, name);
  });
}

function after(seconds: number, wakes: boolean): Wait {
  return { until: Date.now() + seconds * 1000, wakes };
}
