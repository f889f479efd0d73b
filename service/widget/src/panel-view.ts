/** The launcher, and the panel: its header, the conversation, what stands in the way, and where questions are written. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { turnView, type Thread } from "./answer-view.js";
import type { ChatState } from "./chat.js";
import type { Composer } from "./composer.js";
import type { Host } from "./drawn-element.js";
import { icon, iconButton, ARROW, CHAT, CLOSE, NEW } from "./icons.js";
import { directionOf, plain } from "./shown.js";
import { filled, soon } from "./texts.js";
import { parsed, words } from "./types.js";
import type { Texts } from "./wording/en.js";

/** What the panel is drawn with, and what is done in it. */
export interface Panel extends HTMLElement, Host, Thread {
  readonly composer: Composer;
  /** In the page, not over it. */
  readonly inline: boolean;
  readonly visible: boolean;
  readonly opened: boolean;
  /** An answer came while the panel was closed. */
  readonly unread: boolean;
  /** The end of the conversation is not in sight. */
  readonly away: boolean;
  /** What a live region reads: each sentence of the last answer once, when it is final. */
  readonly read: readonly string[];
  readonly clicked: (event: MouseEvent) => void;
  readonly scrolled: () => void;
  open(): void;
  close(): void;
  ask(question: string): Promise<void>;
  newConversation(): void;
  toNewest(): void;
}

/** All that the element shows. */
export function rootView(chat: Panel): TemplateResult {
  const { inline, wording: texts, language } = chat;
  const dir = chat.closest<HTMLElement>("[dir=rtl], [dir=ltr]")?.dir || directionOf(language);
  return html`<div class="root" part="root" dir=${dir} lang=${language} data-theme=${chat.getAttribute("theme") || "auto"}>
    ${inline
      ? nothing
      : html`<button
          class="launcher"
          part="launcher"
          aria-haspopup="dialog"
          aria-expanded=${chat.opened}
          aria-label=${texts.launcher}
          ?hidden=${chat.opened}
          @click=${() => chat.open()}
        >
          ${icon(CHAT)}${chat.unread ? html`<i></i><span class="unseen">${texts.unread}</span>` : nothing}
        </button>`}
    ${panelView(chat)}
  </div>`;
}

function panelView(chat: Panel): TemplateResult {
  const { inline, wording: texts, citing, composer } = chat;
  const { state } = chat.chat;
  const phase = state.turns.at(-1)?.phase;
  return html`<section
    class="panel"
    part="panel"
    role=${inline ? "region" : "dialog"}
    aria-modal=${inline ? nothing : "true"}
    aria-labelledby="heading"
    tabindex="-1"
    ?hidden=${!chat.visible}
    @keydown=${(event: KeyboardEvent) => pressed(chat, event)}
  >
    <header part="header">
      ${icon(CHAT)}
      <h2 id="heading" part="heading"><bdi>${chat.getAttribute("heading") || texts.heading}</bdi></h2>
      ${state.turns.length ? iconButton(texts.newConversation, icon(NEW), "new", () => chat.newConversation()) : nothing}
      ${inline ? nothing : iconButton(texts.close, icon(CLOSE), "close", () => chat.close())}
    </header>
    <div
      class="thread"
      part="thread"
      role="region"
      aria-label=${texts.conversation}
      tabindex="0"
      @scroll=${chat.scrolled}
      @pointerover=${citing.over}
      @pointerout=${citing.out}
      @focusin=${citing.focused}
      @focusout=${citing.blurred}
      @click=${chat.clicked}
    >
      ${state.turns.length ? turnsView(chat, state) : emptyView(chat, state)}
    </div>
    <div class="unseen" role="log" aria-live="polite" aria-label=${texts.answer}>${chat.read.map((one) => html`<p>${one}</p>`)}</div>
    <footer class="foot">
      ${chat.away
        ? // Gone as soon as the end is in sight, which it must not be with the focus on it; by keyboard, End does the same.
          html`<button class="icon" part="newest" tabindex="-1" aria-label=${texts.latest} title=${texts.latest} @click=${() => chat.toNewest()}>
            ${icon(ARROW, "half")}
          </button>`
        : nothing}
      ${problemView(chat, state, texts)}
      ${composer.view(texts, chat.getAttribute("placeholder") || texts.placeholder, phase === "asking" || phase === "streaming")}
    </footer>
  </section>`;
}

function turnsView(chat: Panel, { turns, suggestions }: ChatState): unknown {
  const last = turns.at(-1);
  return turns.map(
    (turn) =>
      html`<article class="turn" part="turn" data-phase=${turn.phase}>
        ${turnView(chat, turn, turn === last)}
        ${turn === last && suggestions.length
          ? html`<h4 class="label">${chat.wording.followUps}</h4>
              ${questionsView(chat, suggestions)}`
          : nothing}
      </article>`,
  );
}

function emptyView(chat: Panel, { status }: ChatState): TemplateResult {
  const { wording: texts } = chat;
  if (status === "restoring") return html`<p class="wait"><i></i><span>${texts.restoring}</span></p>`;
  const suggestions = words(parsed(chat.getAttribute("suggestions") ?? ""));
  return html`<div class="empty" part="empty">
    ${icon(CHAT)}
    <h3><bdi>${texts.welcomeHeading}</bdi></h3>
    <p><bdi>${texts.welcome}</bdi></p>
    ${suggestions.length
      ? html`<h4 class="label">${texts.suggestions}</h4>
          ${questionsView(chat, suggestions)}`
      : nothing}
  </div>`;
}

function questionsView(chat: Panel, questions: readonly string[]): TemplateResult {
  return html`<ul>
    ${questions.map(
      (one) => html`<li>
        <button class="ask" part="suggestion" @click=${() => void chat.ask(one)}><span dir="auto">${plain(one)}</span>${icon(ARROW, "quarter")}</button>
      </li>`,
    )}
  </ul>`;
}

/** What stands in the way of an answer; the time until it is tried again is not read aloud each second. */
function problemView({ chat, language }: Panel, { status, problem }: ChatState, texts: Texts): TemplateResult {
  const waits = problem !== null && problem.retryAt !== null;
  const seconds = waits ? Math.ceil(((problem.retryAt ?? 0) - Date.now()) / 1000) : 0;
  const says = !problem ? nothing : waits || status !== "idle" ? texts[`problem_${problem.kind}`] : texts.restoreFailed;
  return html`<div class=${problem ? "bar" : nothing} part="status">
    <span><span role="status">${says}</span>${seconds > 0 ? html` ${filled(texts.retryWhen, { when: soon(language, seconds) })}` : nothing}</span>
    ${problem ? html`<button @click=${() => chat.retry()}>${texts.retry}</button>` : nothing}
  </div>`;
}

/** Escape closes the panel, and Tab stays in it. */
function pressed(chat: Panel, event: KeyboardEvent): void {
  if (chat.inline || event.defaultPrevented) return;
  if (event.key === "Escape" && !event.isComposing) {
    event.stopPropagation();
    chat.close();
  }
  if (event.key !== "Tab") return;
  const all = [...chat.root.querySelectorAll<HTMLElement>(".panel :is(button:enabled, a[href], textarea, input, [tabindex='0'])")];
  const shown = all.filter((one) => one.getClientRects().length > 0);
  const within = chat.root.activeElement;
  const [first, last] = [shown[0], shown.at(-1)];
  if (event.shiftKey ? within === first || within?.matches(".panel") : within === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}
