/** A question and its answer, as far as it is made: settled sentences with their markers, what is not yet checked, the rest. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Chat, Turn } from "./chat.js";
import type { CitationPopover } from "./citation-popover.js";
import { conflictView } from "./conflict-view.js";
import type { FeedbackView } from "./feedback-view.js";
import { icon, iconButton, AGAIN, CHECK, COPY, INFO, WARN } from "./icons.js";
import { directionOf, plain } from "./shown.js";
import { nearestView, sourcesView } from "./sources-view.js";
import { en, type Texts } from "./wording/en.js";
import { zhHans } from "./wording/zh-hans.js";
import type { Answer, Citation, Sentence, Support } from "./types.js";

const MARKERS = 24;
const TITLES = 3;

/** What turns are drawn with. */
export interface Thread {
  readonly wording: Texts;
  readonly language: string;
  readonly chat: Chat;
  readonly citing: CitationPopover;
  readonly feedback: FeedbackView;
  /** The key of the turn that was just copied. */
  readonly copied: number;
  copy(turn: Turn, answer: Answer): Promise<void>;
  /** How many sources of a turn are listed at most. */
  sourcesOf(turn: Turn): number;
  listSources(turn: Turn, most: number): void;
}

// What was drawn of a turn, and with what.
const views = new WeakMap<Turn, readonly [view: TemplateResult, seen: readonly unknown[]]>();

/** A turn, drawn anew only where something in it has changed. */
export function turnView(thread: Thread, turn: Turn, last: boolean): TemplateResult {
  const { wording: texts, language, citing, feedback, copied } = thread;
  const open = citing.open.startsWith(`${turn.key}.`) ? citing.open : "";
  const seen = [texts, language, last, open, feedback.state(turn), Math.abs(copied) === turn.key, thread.sourcesOf(turn)];
  const [before, then = []] = views.get(turn) ?? [];
  if (before && seen.every((one, at) => one === then[at])) return before;
  const view = turnOf(thread, turn, last);
  views.set(turn, [view, seen]);
  return view;
}

function turnOf(thread: Thread, turn: Turn, last: boolean): TemplateResult {
  const { wording: texts } = thread;
  const { answer, phase } = turn;
  return html`<h3 class="question" part="question">
      <span class="unseen">${texts.youAsked}</span><span class="text" dir="auto">${plain(turn.question)}</span>
    </h3>
    <div part="answer" class="answer" aria-busy=${phase === "asking" || phase === "streaming"}>
      ${answer ? wholeView(thread, turn, answer) : growingView(thread, turn)}
      ${phase === "stopped" || phase === "failed" ? brokenView(thread, turn) : nothing}
    </div>
    ${answer ? actsView(thread, turn, answer, last) : nothing}`;
}

function growingView(thread: Thread, turn: Turn): TemplateResult {
  const { wording: texts } = thread;
  const { phase, sentences, provisional, sources } = turn;
  const going = phase === "asking" || phase === "streaming";
  const titles = [...new Set(sources.map(({ title }) => plain(title)))].slice(0, TITLES);
  const language = languageOf(thread, turn);
  const begun = sentences.length > 0 || provisional.trim() !== "";
  return html`${sentences.length ? saidView(thread, turn, sentences, turn.citations) : nothing}
    ${going && provisional.trim()
      ? html`<p class="said provisional" part="provisional" lang=${language} dir=${directionOf(language)}><bdi class="text">${plain(provisional.trim())}</bdi></p>`
      : nothing}
    ${going
      ? html`<p class="wait">
          <i></i><span>${begun ? texts.checking : titles.length ? texts.reading : texts.searching}${begun
            ? nothing
            : titles.map((title, at) => html`${at ? " · " : " "}<bdi>${title}</bdi>`)}</span>
        </p>`
      : nothing}`;
}

function wholeView(thread: Thread, turn: Turn, answer: Answer): TemplateResult {
  const { wording: texts, language: lang, citing, feedback } = thread;
  const { outcome, mode, sentences, citations, notices, missing } = answer;
  const numbered = new Map(citations.map((cited) => [cited.number, cited]));
  const drawn = { texts, lang, feedback };
  const language = languageOf(thread, turn);
  const marker = (place: string) => (cited: Citation) => citing.marker(drawn, turn, place, cited, null);
  const notes = notices.length || mode !== "extractive" || !citations.length ? notices : [texts.extractive];
  // Of what is only courtesy nothing is near, and nothing was asked.
  const declined = outcome === "declined" && answer.nearest.length > 0;
  const text = declined ? unrepeated(answer) : answer.text;
  return html`${declined
      ? html`<p class="lead">${icon(INFO)}${texts.declined}</p>`
      : outcome === "partial"
        ? html`<p class="lead warned">${icon(INFO)}${texts.answeredInPart}</p>`
        : nothing}
    ${sentences.length
      ? saidView(thread, turn, sentences, citations)
      : html`<p class="said ${outcome}" lang=${language} dir=${directionOf(language)}><span class="text">${plain(text)}</span></p>`}
    ${missing.length
      ? html`<section class="card">
          <h4 class="head">${texts.missing}</h4>
          ${missing.map((one) => html`<p lang=${language}><bdi>${plain(one)}</bdi></p>`)}
        </section>`
      : nothing}
    ${answer.conflicts.map((one, at) => conflictView(texts, lang, language, one, numbered, marker(`c${at}`)))}
    ${notes.map((one) => html`<p class="note">${icon(INFO)}<bdi lang=${notes === notices ? language : lang}>${plain(one)}</bdi></p>`)}
    ${sourcesView(texts, lang, turn, citations, marker("s"), thread.sourcesOf(turn), (to) => thread.listSources(turn, to))}
    ${nearestView(texts, lang, turn, answer.nearest)}`;
}

/** What is said in an answer, not what is said of it, is in its own language. */
function languageOf(thread: Thread, turn: Turn): string {
  return turn.language || thread.language;
}

/** What the service says besides that it declines and what is nearest, which is to be seen above and below. */
function unrepeated({ text, nearest }: Answer): string {
  const lead = [en, zhHans].find(({ declined }) => text.startsWith(declined))?.declined ?? "";
  const rest = lead ? text.slice(lead.length).replace(/^\S\s*/, "") : text;
  const titles = nearest.map(({ title }) => title);
  const named = ["; ", "、"].map((gap) => titles.join(gap)).find((one) => rest.includes(one));
  if (!named) return rest;
  const [before = "", after = ""] = rest.split(named);
  return before.replace(/[^.。]*$/, "") + after.replace(/^\S/, "");
}

/** Sentences with a marker for each citation; those that are not wholly borne say so. */
function saidView(thread: Thread, turn: Turn, sentences: readonly Sentence[], citations: readonly Citation[]): TemplateResult {
  const numbered = new Map(citations.map((cited) => [cited.number, cited]));
  const drawn = { texts: thread.wording, lang: thread.language, feedback: thread.feedback };
  const language = languageOf(thread, turn);
  const gap = /^(zh|ja)/.test(language) ? nothing : " ";
  return html`<p class="said" part="sentences" lang=${language} dir=${directionOf(language)}>${sentences.map(({ text, citations: numbers, support }, at) => {
    const known = numbers.slice(0, MARKERS).flatMap((number) => numbered.get(number) ?? []);
    const marker = (cited: Citation): unknown => thread.citing.marker(drawn, turn, String(at), cited, support);
    // What follows the last marker never begins a line, where it would be taken for what is said of the next sentence.
    return html`${at ? gap : nothing}<span class="text ${support}" part="sentence" data-support=${support}
        ><bdi>${plain(text)}</bdi></span
      >${known.slice(0, -1).map(marker)}<span class="cite">\u2060${known.slice(-1).map(marker)}${numbers.length > MARKERS
        ? html`<span class="meta">+${numbers.length - MARKERS}</span>`
        : nothing}${tagView(thread, support)}</span>`;
  })}</p>`;
}

function tagView({ wording: texts, language }: Thread, support: Support): unknown {
  if (support === "supported") return nothing;
  const partial = support === "partial";
  return html`<span class="tag ${support}" part="verdict" lang=${language}>${icon(partial ? INFO : WARN)}${partial ? texts.partialTag : texts.unsupportedTag}</span>`;
}

/** Why there is no answer, or no more of it, and what to do: what the service says of it, or else what we say. */
function brokenView({ wording: texts, chat }: Thread, turn: Turn): TemplateResult {
  const { problem } = turn;
  const again = html`<button class="button" @click=${() => void chat.resend(turn)}>${icon(AGAIN)}${texts.askAgain}</button>`;
  if (!problem)
    return html`<p class="note">${texts.stopped}</p>
      <p class="row">${again}</p>`;
  const { kind, title, detail, requestId } = problem;
  return html`<section class="card" part="problem">
    <h4 class="head error">${icon(WARN)}${texts[`problem_${kind}`]}</h4>
    <p><bdi>${plain(detail || title)}</bdi></p>
    <p><bdi>${requestId}</bdi></p>
    ${again}
  </section>`;
}

function actsView(thread: Thread, turn: Turn, answer: Answer, last: boolean): TemplateResult {
  const { wording: texts, chat, feedback } = thread;
  const copied = thread.copied === turn.key;
  return html`<div class="acts" part="actions" role="group" aria-label=${texts.actions}>
      ${iconButton(texts.copy, icon(copied ? CHECK : COPY), "copy", () => thread.copy(turn, answer))}
      ${last ? iconButton(texts.askAgain, icon(AGAIN), "resend", () => chat.resend(turn)) : nothing}
      ${feedback.thumbs(texts, turn, 0)}
      <span class="done" role="status">${copied ? texts.copied : thread.copied === -turn.key ? texts.copyFailed : nothing}</span>
    </div>
    ${feedback.form(texts, turn, 0)}`;
}
