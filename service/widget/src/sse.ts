/** Server-Sent Events over fetch, which unlike EventSource can POST and send a token. */

/** An event; `id` is that of the last event that had one. */
export interface ServerSentEvent {
  readonly name: string;
  readonly data: string;
  readonly id: string;
}

/** The parser of the WHATWG standard, fed with text that may be cut anywhere. */
export class EventParser {
  #rest = "";
  #name = "";
  #data: string[] = [];
  #id = "";

  /** The events that are whole with this piece. */
  *push(piece: string): Generator<ServerSentEvent, void> {
    // A carriage return at the end may be half of a line's end: it waits for what follows.
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line) {
        this.#take(line);
        continue;
      }
      if (this.#data.length) yield { name: this.#name || "message", data: this.#data.join("\n"), id: this.#id };
      this.#name = "";
      this.#data = [];
    }
  }

  #take(line: string): void {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
  }
}

/**
 * The events of a response, to its end. Leaving the loop closes the connection.
 *
 * Throws `Silence` where nothing has come for `patience` milliseconds: the service sends a comment every 15 seconds, so
 * such a connection is dead although nobody has said so.
 */
export async function* serverSentEvents(
  body: ReadableStream<Uint8Array>,
  patience: number,
): AsyncGenerator<ServerSentEvent, void> {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), patience);
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Nothing came in time. */
export class Silence extends Error {}

/** What `promise` gives; throws `Silence` after that many milliseconds. */
export async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Silence()), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
