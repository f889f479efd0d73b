/** `<footnote-chat>`: the launcher and its panel, or with `mode="inline"` the chat in the page itself. */
import { serviceAddress } from "./address.js";
import { Chat, type Turn } from "./chat.js";
import { CitationPopover } from "./citation-popover.js";
import { Composer } from "./composer.js";
import { asText, copy } from "./copying.js";
import { DrawnElement, sheetOf } from "./drawn-element.js";
import { FeedbackView } from "./feedback-view.js";
import { rootView, type Panel } from "./panel-view.js";
import { plain } from "./shown.js";
import { common, details, thread } from "./styles-answer.js";
import { frame, tokens } from "./styles.js";
import { spokenIn, textsFor } from "./texts.js";
import { tokenEndpoint, type GetToken } from "./token.js";
import { parsed, words, type Answer, type Sentence } from "./types.js";
import type { Texts } from "./wording/en.js";

const COPIED_MS = 2500;
const FAR = 64;

let sheet: CSSStyleSheet | undefined;

export class FootnoteChat extends DrawnElement implements Panel {
  static readonly observedAttributes =
    "service token-url lang dir theme mode name heading placeholder suggestions texts".split(" ");

  chat!: Chat;
  language = "en";
  wording!: Texts;
  opened = false;
  unread = false;
  away = false;
  copied = 0;
  read: string[] = [];
  readonly citing = new CitationPopover(this);
  readonly feedback = new FeedbackView(this);
  readonly composer = new Composer(
    this,
    (question) => void this.ask(question),
    () => this.chat.stop(),
  );
  #said = "";
  #focused: Element | null = null;
  #connectedTo = "";
  #source: GetToken | null = null;
  readonly #listed = new Map<number, number>();
  #turns = 0;
  #ticking = 0;

  /** The page's own way to a token; wins over `token-url`. */
  get getToken(): GetToken | null {
    return this.#source;
  }

  set getToken(source: GetToken | null) {
    this.#source = source;
    this.#connectedTo = "";
    void this.redraw();
  }

  override connectedCallback(): void {
    // Set before the element was defined, it hides the property.
    const set = Object.getOwnPropertyDescriptor(this, "getToken");
    if (set && Reflect.deleteProperty(this, "getToken")) this.getToken = set.value as GetToken;
    this.root.adoptedStyleSheets = [(sheet ??= sheetOf(tokens, common, frame, thread, details))];
    super.connectedCallback();
  }

  disconnectedCallback(): void {
    clearInterval(this.#ticking);
    this.citing.close();
  }

  get inline(): boolean {
    return this.getAttribute("mode") === "inline";
  }

  /** Whether the chat is to be seen. */
  get visible(): boolean {
    return this.inline || this.opened;
  }

  /** Show the panel. */
  open(): void {
    if (this.visible) return;
    this.#show();
    void this.redraw().then(() => this.#focus());
    this.#tell("footnote-open");
  }

  /** Hide the panel; what is being answered goes on. */
  close(): void {
    if (!this.opened) return;
    this.citing.close();
    this.opened = this.chat.store.open = false;
    void this.redraw().then(() => this.#one(".launcher")?.focus());
    this.#tell("footnote-close");
  }

  /** Ask a question, as if it had been written. Resolves when it is answered, stopped or failed. */
  async ask(text: string): Promise<void> {
    if (!this.chat) await this.redraw();
    this.open();
    this.read = [];
    await this.chat.ask(text);
  }

  /** Leave the conversation and begin another. */
  newConversation(): void {
    this.read = [];
    this.chat.newConversation();
    this.#focus();
  }

  /** Copy an answer with its sources, and say so for a moment. */
  async copy(turn: Turn, answer: Answer): Promise<void> {
    this.copied = (await copy(asText(answer, this.wording), this.root)) ? turn.key : -turn.key;
    void this.redraw();
    setTimeout(() => {
      this.copied = 0;
      void this.redraw();
    }, COPIED_MS);
  }

  sourcesOf(turn: Turn): number {
    return this.#listed.get(turn.key) ?? 0;
  }

  listSources(turn: Turn, most: number): void {
    this.#listed.set(turn.key, most);
    void this.redraw();
  }

  /** To the end of the conversation. */
  toNewest(behavior: ScrollBehavior = "smooth"): void {
    const list = this.#one(".thread");
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    list?.scrollTo({ top: list.scrollHeight, behavior: calm ? "instant" : behavior });
  }

  readonly scrolled = (): void => {
    const list = this.#one(".thread");
    const away = !!list && list.scrollHeight - list.scrollTop - list.clientHeight > FAR;
    if (away === this.away) return;
    this.away = away;
    void this.redraw();
  };

  readonly clicked = (event: MouseEvent): void => {
    this.citing.clicked(event);
    const link = (event.target as Element).closest("a");
    const address = link && this.chat.opening(link.href);
    // Opened at once, because browsers open no tab on their own for what comes later.
    const tab = address && open();
    if (!tab) return;
    event.preventDefault();
    tab.opener = null;
    void address.then((to) => tab.location.replace(to));
  };

  protected override draw(): unknown {
    const changes = parsed(this.getAttribute("texts") ?? "");
    const asked = this.lang || this.parentElement?.closest<HTMLElement>("[lang]")?.lang || navigator.language;
    if (asked + JSON.stringify(changes) !== this.#said) {
      this.#said = asked + JSON.stringify(changes);
      this.language = spokenIn(asked, changes);
      this.wording = textsFor(asked, changes);
    }
    this.#connect();
    this.#focused = this.root.activeElement;
    return rootView(this);
  }

  protected override drawn(): void {
    // What had the focus may be gone: a button that stops what is over, or a question that was taken.
    if (this.#focused && !this.root.activeElement && this.visible) this.#focus();
    const { turns, problem } = this.chat.state;
    if (turns.length > this.#turns) this.toNewest(this.#turns ? "smooth" : "instant");
    this.#turns = turns.length;
    this.scrolled();
    this.citing.drawn();
    clearInterval(this.#ticking);
    if (problem?.retryAt) this.#ticking = setInterval(() => void this.redraw(), 1000);
  }

  #one(selector: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(selector);
  }

  #focus(): void {
    // A keyboard that slides over half of the panel is not what a tap asked for.
    if (matchMedia("(pointer: coarse)").matches) this.#one(".panel")?.focus();
    else this.composer.focus();
  }

  #show(): void {
    this.opened = this.chat.store.open = true;
    this.unread = false;
    void this.chat.restore();
    void this.redraw();
  }

  /** Begin a conversation with the service that the attributes name, where there is none with it yet. */
  #connect(): void {
    const [service, name, url] = ["service", "name", "token-url"].map((one) => this.getAttribute(one));
    const to = JSON.stringify([service, name, url]);
    if (to === this.#connectedTo) return;
    this.#connectedTo = to;
    const source = this.#source ?? (url ? tokenEndpoint(url) : null);
    (this.chat as Chat | undefined)?.close();
    const chat = (this.chat = new Chat({
      service: serviceAddress(service ?? null) ?? `${location.origin}/`,
      name: name ?? "",
      ...(source && { getToken: source }),
    }));
    chat.onchange = () => void this.redraw();
    chat.onsentence = (sentence) => this.#hear(sentence);
    chat.onanswer = (answer) => this.#answered(answer);
    if (this.inline) void chat.restore();
    else if (this.opened || (chat.store.open && matchMedia("(min-width: 481px)").matches)) this.#show();
  }

  #hear({ text, support }: Sentence): void {
    const { partialTag, unsupportedTag } = this.wording;
    const tag = support === "supported" ? "" : ` (${support === "partial" ? partialTag : unsupportedTag})`;
    this.read = [...this.read, plain(text) + tag];
  }

  #answered(answer: Answer): void {
    const { sentences, text, missing, conflicts } = answer;
    const { conflict } = this.wording;
    const more = [sentences.length ? "" : plain(text), conflicts.length ? conflict : ""];
    this.read = [...this.read, ...words([...more, ...missing.map(plain)])];
    this.unread = !this.visible;
    void this.redraw();
    this.#tell("footnote-answer", answer);
  }

  #tell(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
