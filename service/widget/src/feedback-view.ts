/** What people think of an answer, or of one of its citations: a thumb at once, then a reason and their own words. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Chat, Turn } from "./chat.js";
import type { Host } from "./drawn-element.js";
import { icon, iconButton, THUMB } from "./icons.js";
import type { Texts } from "./wording/en.js";
import { REASONS, type Rating, type Reason } from "./types.js";

const LONGEST = 2000;

/** A form that is open, or what became of it. */
interface Form {
  readonly rating: Rating;
  readonly state: "open" | "sent" | "failed";
}

/** The forms of feedback, each by its turn and the number of its citation (0: the whole answer). */
export class FeedbackView {
  readonly #forms = new Map<string, Form>();

  constructor(private readonly host: Host & { readonly chat: Chat }) {}

  /** What the forms of a turn look like, to be compared. */
  state(turn: Turn): string {
    return [...this.#forms].map(([key, form]) => (key.startsWith(`${turn.key}.`) ? `${key}${form.rating}${form.state}` : "")).join();
  }

  /** The two thumbs, and what was said after one was pressed. */
  thumbs(texts: Texts, turn: Turn, citation: number): TemplateResult {
    const form = this.#forms.get(keyOf(turn, citation));
    const given = form && form.state !== "failed" ? form.rating : turn.ratings.get(citation);
    const thumb = (rating: Rating, label: string): TemplateResult => {
      const picture = icon(THUMB, rating === "up" ? "" : "half");
      return iconButton(label, picture, `feedback-${rating}`, () => this.#press(turn, citation, rating), given === rating);
    };
    return html`${thumb("up", citation ? texts.quoteHelpful : texts.helpful)}
    ${thumb("down", citation ? texts.quoteUnhelpful : texts.unhelpful)}`;
  }

  /** The form below the thumbs, where one is open, and what became of what was sent. */
  form(texts: Texts, turn: Turn, citation: number): TemplateResult | typeof nothing {
    const key = keyOf(turn, citation);
    const form = this.#forms.get(key);
    if (!form) return nothing;
    if (form.state === "sent") return html`<p class="note" role="status">${texts.thanks}</p>`;
    const name = `reason-${key}`;
    return html`<form class="opinion" part="feedback-form" @submit=${(event: Event) => this.#send(event, turn, citation, form)}>
      ${form.rating === "up"
        ? html`<p class="lead">${texts.whatGood}</p>`
        : html`<fieldset>
            <legend>${texts.whatWrong}</legend>
            <div class="chips">
              ${REASONS.map(
                (reason) => html`<label class="chip"
                  ><input type="radio" name=${name} value=${reason} />${texts[`reason_${reason}`]}</label
                >`,
              )}
            </div>
          </fieldset>`}
      <textarea name="comment" rows="2" maxlength=${LONGEST} dir="auto" placeholder=${texts.comment} aria-label=${texts.comment}></textarea>
      <div class="row">
        <button class="button first">${texts.sendFeedback}</button>
        <button class="button" type="button" @click=${() => this.#set(key, { ...form, state: "sent" })}>${texts.skip}</button>
        ${form.state === "failed" ? html`<span class="error" role="alert">${texts.feedbackFailed}</span>` : nothing}
      </div>
    </form>`;
  }

  /** The thumb counts by itself; the form adds to it. */
  #press(turn: Turn, citation: number, rating: Rating): void {
    const key = keyOf(turn, citation);
    const about = citation ? { rating, citation } : { rating };
    this.#set(key, { rating, state: "open" });
    this.host.chat
      .rate(turn, about)
      .catch(() => this.#set(key, { rating, state: "failed" }));
  }

  #send(event: Event, turn: Turn, citation: number, { rating }: Form): void {
    event.preventDefault();
    const said = new FormData(event.target as HTMLFormElement);
    const key = keyOf(turn, citation);
    const reason = said.get(`reason-${key}`) as Reason | null;
    const comment = String(said.get("comment") ?? "").trim();
    this.host.chat
      .rate(turn, { rating, ...(citation && { citation }), ...(reason && { reason }), ...(comment && { comment }) })
      .then(
        () => this.#set(key, { rating, state: "sent" }),
        () => this.#set(key, { rating, state: "failed" }),
      );
  }

  #set(key: string, form: Form): void {
    this.#forms.set(key, form);
    void this.host.redraw().then(() => this.host.root.querySelector(".opinion")?.scrollIntoView({ block: "nearest" }));
  }
}

function keyOf(turn: Turn, citation: number): string {
  return `${turn.key}.${citation}`;
}
