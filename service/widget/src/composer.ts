/** Where questions are written: it grows with them. Enter asks, Shift and Enter begin a line. */
import { html, type TemplateResult } from "lit/html.js";
import type { Host } from "./drawn-element.js";
import { icon, ARROW, STOP } from "./icons.js";
import type { Texts } from "./wording/en.js";

// As many characters as the service reads at most.
const LONGEST = 2000;

/** What is written, and what is done with it. */
export class Composer {
  #text = "";

  constructor(
    private readonly host: Host,
    private readonly ask: (question: string) => void,
    private readonly stop: () => void,
  ) {}

  /** Draw it; while something is being answered, the button stops that. */
  view(texts: Texts, placeholder: string, going: boolean): TemplateResult {
    return html`<form class="box" part="composer" @submit=${this.#submitted}>
      <textarea
        part="input"
        rows="1"
        maxlength=${LONGEST}
        dir="auto"
        enterkeyhint="send"
        aria-label=${placeholder}
        placeholder=${placeholder}
        @input=${this.#typed}
        @keydown=${this.#pressed}
      ></textarea>
      ${going
        ? html`<button class="send" part="stop" type="button" aria-label=${texts.stop} @click=${this.stop}>
            ${icon(STOP, "solid")}
          </button>`
        : html`<button class="send" part="send" aria-label=${texts.send} ?disabled=${!this.#text.trim()}>
            ${icon(ARROW)}
          </button>`}
    </form>`;
  }

  /** Put the caret where the next question goes. */
  focus(): void {
    this.#field()?.focus({ preventScroll: true });
  }

  #field(): HTMLTextAreaElement | null {
    return this.host.root.querySelector<HTMLTextAreaElement>("textarea[part=input]");
  }

  readonly #typed = (event: Event): void => {
    const field = event.target as HTMLTextAreaElement;
    this.#text = field.value;
    this.#grow(field);
    void this.host.redraw();
  };

  readonly #pressed = (event: KeyboardEvent): void => {
    // 229: what Safari says of the Enter that ends a composition, after it has ended.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  };

  readonly #submitted = (event: Event): void => {
    event.preventDefault();
    this.#submit();
  };

  #submit(): void {
    const question = this.#text.trim();
    const field = this.#field();
    if (!question || !field) return;
    this.#text = field.value = "";
    this.#grow(field);
    field.focus({ preventScroll: true });
    this.ask(question);
    void this.host.redraw();
  }

  #grow(field: HTMLTextAreaElement): void {
    if (CSS.supports("field-sizing", "content")) return;
    field.style.setProperty("height", "auto");
    field.style.setProperty("height", `${field.scrollHeight}px`);
  }
}
