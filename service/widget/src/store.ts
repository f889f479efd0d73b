/** What a page leaves for the next one, or for itself after a reload: never what was asked or answered before. */
import { fields, parsed, text } from "./types.js";

/** A question that was on its way when the page was left. `key` and `answerId` find its answer again. */
export interface Pending {
  readonly question: string;
  readonly conversationId: string;
  readonly key: string;
  readonly answerId: string;
  readonly at: number;
}

/** What is left of a conversation; `user` is whose it is, where the page says so. */
export interface Left {
  readonly user: string;
  readonly conversationId: string;
  readonly pending: Pending | null;
}

const NOTHING: Left = { user: "", conversationId: "", pending: null };
// For how long another tab goes on with the conversation of this one.
const SHARED_MS = 12 * 3600 * 1000;

/**
 * Of one widget: of one service, under one name.
 *
 * A tab keeps its own conversation; a new tab takes up the last one. Where the browser keeps nothing, it lasts as long
 * as the page.
 */
export class Store {
  readonly #prefix: string;

  constructor(service: string, name: string) {
    this.#prefix = `footnote ${service} ${name} `;
  }

  /** What was left, by this tab or not long ago by another. */
  left(): Left {
    const own = this.#read("session", "chat");
    if (own !== null) return leftOf(parsed(own));
    const shared = fields(parsed(this.#read("local", "chat") ?? ""));
    const at = shared["at"];
    const fresh = typeof at === "number" && Date.now() - at < SHARED_MS;
    return fresh ? { ...leftOf(shared), pending: null } : NOTHING;
  }

  /** Leave it. */
  leave(left: Left): void {
    const { user, conversationId } = left;
    this.#write("session", "chat", JSON.stringify(left));
    this.#write("local", "chat", JSON.stringify({ user, conversationId, at: Date.now() }));
  }

  /** Whether the panel stood open in this tab. */
  get open(): boolean {
    return this.#read("session", "open") === "1";
  }

  set open(open: boolean) {
    this.#write("session", "open", open ? "1" : "0");
  }

  #read(kind: Kind, name: string): string | null {
    const key = this.#prefix + name;
    try {
      const kept = storage(kind).getItem(key);
      if (kept !== null) return kept;
    } catch {
      // A page may be forbidden to keep anything.
    }
    return memory.get(kind + key) ?? null;
  }

  #write(kind: Kind, name: string, value: string): void {
    const key = this.#prefix + name;
    try {
      storage(kind).setItem(key, value);
    } catch {
      memory.set(kind + key, value);
    }
  }
}

type Kind = "session" | "local";

const memory = new Map<string, string>();

function storage(kind: Kind): Storage {
  return kind === "session" ? window.sessionStorage : window.localStorage;
}

function leftOf(value: unknown): Left {
  const read = fields(value);
  const pending = fields(read["pending"]);
  const at = pending["at"];
  return {
    user: text(read["user"]),
    conversationId: text(read["conversationId"]),
    pending:
      typeof at === "number" && text(pending["question"])
        ? {
            question: text(pending["question"]),
            conversationId: text(pending["conversationId"]),
            key: text(pending["key"]),
            answerId: text(pending["answerId"]),
            at,
          }
        : null,
  };
}
