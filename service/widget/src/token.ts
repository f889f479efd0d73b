/** Who asks: short-lived tokens from the host page, so that no lasting secret is in it. */
import { ServiceError } from "./problem.js";
import { within } from "./sse.js";
import { fields, parsed, text } from "./types.js";

/** What a page's token endpoint gives: what `POST /v1/widget/tokens` gave its server. */
export interface Token {
  readonly token: string;
  readonly expires_at?: string;
  readonly user?: string | null;
}

/** A page's own way to a token; null where none is needed, as with a service on loopback. */
export type GetToken = () => Promise<Token | string | null>;

const PATIENCE = 20_000;
const EARLY = 30_000;
// Taken where the two clocks differ too much to tell, or nothing was said.
const UNTOLD = 60_000;

/** Keeps a token for as long as it is good; one is fetched at a time, whoever asks. */
export class Tokens {
  #token: string | null = null;
  #freshUntil = 0;
  #fetching: Promise<string | null> | null = null;
  /** Whose token it is, where the endpoint says so. */
  user = "";

  readonly #source: GetToken;

  constructor(source: GetToken) {
    this.#source = source;
  }

  /**
   * A token that is good; null where none is needed. `refused` is one that the service would not take.
   *
   * Throws a `ServiceError`: the page gave none.
   */
  async get(refused?: string): Promise<string | null> {
    if (this.#token && this.#token !== refused && Date.now() < this.#freshUntil) return this.#token;
    this.#fetching ??= this.#fetched().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async #fetched(): Promise<string | null> {
    let given: unknown;
    try {
      given = await within(Promise.resolve(this.#source()), PATIENCE);
    } catch (error) {
      throw error instanceof ServiceError ? error : new ServiceError(navigator.onLine ? "expired" : "unreachable");
    }
    if (given === null || given === undefined) return null;
    const read = typeof given === "string" ? { token: given } : fields(given);
    const token = text(read["token"]);
    if (!token) throw new ServiceError("expired");
    this.#token = token;
    this.user = text(read["user"]);
    const lifetime = Date.parse(text(read["expires_at"])) - Date.now();
    this.#freshUntil = Date.now() + (lifetime > 0 ? Math.max(lifetime / 2, lifetime - EARLY) : UNTOLD);
    return token;
  }
}

/**
 * Tokens of an address that the page's own server answers.
 *
 * The clock of the server that signed them counts: where its answer tells the time, `expires_at` is moved by what this
 * machine's clock is wrong.
 */
export function tokenEndpoint(url: string): GetToken {
  return async () => {
    let response: Response;
    try {
      response = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
    } catch {
      throw new ServiceError("unreachable");
    }
    if (!response.ok) throw new ServiceError(response.status >= 500 ? "unreachable" : "expired");
    const read = fields(parsed(await response.text()));
    const wrong = Date.now() - Date.parse(response.headers.get("Date") ?? "");
    const expires = Date.parse(text(read["expires_at"]));
    const token = { token: text(read["token"]), user: text(read["user"]) };
    if (Number.isNaN(expires)) return token;
    return { ...token, expires_at: new Date(expires + (Math.abs(wrong) > 5_000 ? wrong : 0)).toISOString() };
  };
}
