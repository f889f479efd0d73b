/**
 * Markers of citations, and what opens at them: title, author, date, the exact quote, how well it bears the sentence.
 *
 * One is open at a time. It opens while pointed at or focused by keyboard, and stays where it was clicked. It stands in
 * the document right after its marker, so that Tab goes on into it, and in the top layer, so that nothing cuts it off.
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Turn } from "./chat.js";
import type { FeedbackView } from "./feedback-view.js";
import { icon, CHECK, INFO, OUT, WARN } from "./icons.js";
import type { Host } from "./drawn-element.js";
import { day, plain } from "./shown.js";
import { linked } from "./sources-view.js";
import { filled } from "./texts.js";
import type { Texts } from "./wording/en.js";
import type { Citation, Support } from "./types.js";

const MARGIN = 8;
const OPENS_AFTER = 120;
const CLOSES_AFTER = 240;

/** What a popover is drawn with besides its citation. */
export interface Drawn {
  readonly texts: Texts;
  readonly lang: string;
  readonly feedback: FeedbackView;
}

/** Which marker's popover is open, and when it opens and closes. */
export class CitationPopover {
  /** The key of the marker; empty where none is open. */
  open = "";
  #pinned = false;
  #quiet = false;
  #timer = 0;

  constructor(private readonly host: Host) {}

  /** The marker of a citation at a place of a turn, with its popover where that is open. */
  marker(drawn: Drawn, turn: Turn, place: string, citation: Citation, support: Support | null): TemplateResult {
    const key = `${turn.key}.${place}.${citation.number}`;
    const open = key === this.open;
    return html`<span class="cite" data-key=${key}
      >\u2060<button
        class="marker"
        part="marker"
        aria-haspopup="dialog"
        aria-expanded=${open}
        aria-label="[${citation.number}] ${plain(citation.title)}"
      ><span>${citation.number}</span></button>${open ? this.#popover(drawn, turn, citation, support) : nothing}</span
    >`;
  }

  #popover({ texts, lang, feedback }: Drawn, turn: Turn, cited: Citation, support: Support | null): TemplateResult {
    return html`<div
      class="popover"
      part="popover"
      popover="manual"
      role="dialog"
      tabindex="-1"
      lang=${lang}
      aria-label=${filled(texts.citation, { n: cited.number })}
    >
      <p class="title" dir="auto" lang=${turn.language}>${plain(cited.title)}</p>
      <p class="meta">${about(cited, texts, lang)}</p>
      <blockquote part="quote" dir="auto" lang=${turn.language}>${plain(cited.quote)}</blockquote>
      ${support === null
        ? nothing
        : html`<p class="verdict ${support}">
            ${icon(support === "supported" ? CHECK : support === "partial" ? INFO : WARN)}${texts[support]}
          </p>`}
      <div class="acts">
        ${cited.link ? linked(cited.link, html`${texts.openArticle}${icon(OUT)}`, "open") : nothing}
        ${feedback.thumbs(texts, turn, cited.number)}
      </div>
      ${feedback.form(texts, turn, cited.number)}
    </div>`;
  }

  /** Pointing: opens soon, or at once where another is open, and closes a little after. */
  over = (event: PointerEvent): void => {
    const key = keyAt(event.target);
    if (event.pointerType === "touch" || !key) return;
    clearTimeout(this.#timer);
    if (key !== this.open && !this.#pinned) this.#timer = setTimeout(() => this.#show(key), this.open ? 0 : OPENS_AFTER);
  };

  out = (event: PointerEvent): void => {
    const key = keyAt(event.target);
    if (event.pointerType === "touch" || !key || key === keyAt(event.relatedTarget)) return;
    clearTimeout(this.#timer);
    if (!this.#pinned && this.open) this.#timer = setTimeout(() => this.close(), CLOSES_AFTER);
  };

  focused = (event: FocusEvent): void => {
    const on = event.target as Element;
    if (!this.#quiet && on.matches(".marker:focus-visible")) this.#show(keyAt(on));
  };

  blurred = (event: FocusEvent): void => {
    const to = event.relatedTarget;
    if (to && this.open && keyAt(event.target) === this.open && keyAt(to) !== this.open) this.close();
  };

  clicked = (event: MouseEvent): void => {
    const on = event.target as Element;
    const key = on.closest(".marker") && keyAt(on);
    if (!key) return;
    if (key === this.open && this.#pinned) return this.close();
    this.#show(key, true);
    // By keyboard: readers of screens go on in what has opened.
    if (!event.detail) void this.host.redraw().then(() => this.#element()?.focus());
  };

  /** Close what is open; focus that was in it goes back to its marker. Whether there was any. */
  dismiss(): boolean {
    if (!this.open) return false;
    const holder = this.#element()?.parentElement;
    const marker = holder?.querySelector<HTMLElement>(".marker");
    this.#quiet = true;
    // Not :focus-within, which says nothing of what is in the top layer.
    if (holder?.contains(this.host.root.activeElement)) marker?.focus();
    this.#quiet = false;
    this.close();
    return true;
  }

  #show(key: string, pinned = false): void {
    clearTimeout(this.#timer);
    this.#pinned = pinned;
    if (!this.open) this.#listen("addEventListener");
    if (key === this.open) return;
    this.open = key;
    void this.host.redraw();
  }

  close(): void {
    clearTimeout(this.#timer);
    if (!this.open) return;
    this.#listen("removeEventListener");
    this.open = "";
    this.#pinned = false;
    void this.host.redraw();
  }

  #listen(how: "addEventListener" | "removeEventListener"): void {
    window[how]("resize", this.#place);
    window[how]("scroll", this.#place, true);
    document[how]("pointerdown", this.#elsewhere, true);
    document[how]("keydown", this.#escaped, true);
  }

  readonly #elsewhere = (event: Event): void => {
    const holder = this.#element()?.parentElement;
    if (!holder || !event.composedPath().includes(holder)) this.close();
  };

  readonly #escaped = (event: Event): void => {
    if ((event as KeyboardEvent).key !== "Escape" || !this.dismiss()) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Put it where it belongs once it is there; where its turn is gone, it is as well. */
  drawn(): void {
    if (this.open && !this.#element()) this.close();
    this.#place();
  }

  /** Below its marker, or above where there is more room, and inside of what is seen of the page. */
  readonly #place = (): void => {
    const popover = this.#element();
    const marker = popover?.parentElement?.querySelector(".marker");
    if (!popover || !marker) return;
    if (popover.isConnected && popover.matches(":not(:popover-open)")) popover.showPopover();
    const at = marker.getBoundingClientRect();
    const panel = this.host.root.querySelector(".panel")?.getBoundingClientRect();
    // Scrolled away.
    if (panel && (at.bottom < panel.top || at.top > panel.bottom)) return this.close();
    const { clientWidth: wide } = document.documentElement;
    const high = innerHeight;
    const { offsetWidth: width, offsetHeight: height } = popover;
    const below = at.bottom + 4 + height + MARGIN <= high || at.top < high - at.bottom;
    const top = below ? at.bottom + 4 : at.top - 4 - height;
    // Where the panel is wide enough, it stays over it.
    const [least, most] = panel && panel.width > width + 2 * MARGIN ? [Math.max(panel.left, 0) + MARGIN, Math.min(panel.right, wide)] : [MARGIN, wide];
    const left = at.left + at.width / 2 - width / 2;
    popover.style.setProperty("top", `${within(top, MARGIN, high - height - MARGIN)}px`);
    popover.style.setProperty("left", `${within(left, least, most - width - MARGIN)}px`);
  };

  #element(): HTMLElement | null {
    return this.host.root.querySelector<HTMLElement>(".popover");
  }
}

/** Author, date, section and page, as far as they are known. */
function about(cited: Citation, texts: Texts, lang: string): TemplateResult[] {
  const all: unknown[] = [];
  if (cited.author) all.push(html`<bdi>${plain(cited.author)}</bdi>`);
  if (cited.publishedAt) all.push(html`<time datetime=${cited.publishedAt}>${day(cited.publishedAt, lang)}</time>`);
  if (cited.section && cited.section !== cited.title) all.push(html`<bdi>${plain(cited.section)}</bdi>`);
  if (cited.page !== null) all.push(filled(texts.page, { n: cited.page }));
  return all.map((one, index) => html`${index ? " · " : ""}${one}`);
}

function keyAt(target: EventTarget | null): string {
  const holder = target instanceof Element ? target.closest<HTMLElement>(".cite") : null;
  return holder?.dataset["key"] ?? "";
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
