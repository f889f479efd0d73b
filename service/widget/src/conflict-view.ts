/** Two articles that disagree: both quotes with what differs in them, their dates, and which is newer. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { icon, WARN } from "./icons.js";
import { day, differing, plain } from "./shown.js";
import { titled } from "./sources-view.js";
import type { Texts } from "./wording/en.js";
import type { Citation, Conflict } from "./types.js";

// Where less than half is alike, marking the rest would say nothing.
const MOST_DIFFERENT = 0.5;

/** The card of a conflict; nothing where one of its citations is missing. */
export function conflictView(
  texts: Texts,
  lang: string,
  language: string,
  conflict: Conflict,
  citations: ReadonlyMap<number, Citation>,
  marker: (cited: Citation) => unknown,
): TemplateResult | typeof nothing {
  const [one, other] = conflict.citations.map((number) => citations.get(number));
  if (!one || !other) return nothing;
  const cuts = differing(plain(one.quote), plain(other.quote));
  const sides = [one, other].map((cited, at) => {
    const [before = "", own = "", after = ""] = cuts[at] ?? [];
    const alike = own.length <= MOST_DIFFERENT * (before.length + own.length + after.length);
    return html`<li>
      <p class="when">
        ${cited.publishedAt ? html`<time datetime=${cited.publishedAt}>${day(cited.publishedAt, lang)}</time>` : texts.undated}
        ${conflict.newer === cited.number ? html`<span class="newer">${texts.newer}</span>` : nothing}${marker(cited)}
      </p>
      <blockquote dir="auto" lang=${language}>${before}${alike && own ? html`<mark>${own}</mark>` : own}${after}</blockquote>
      <p class="meta">${titled(cited.title, cited.link, language)}</p>
    </li>`;
  });
  return html`<section class="card warn" part="conflict" aria-label=${texts.conflict}>
    <h4 class="head">${icon(WARN)}${texts.conflict}</h4>
    <p>${conflict.newer === null ? texts.conflictUndated : texts.conflictText}</p>
    <ul class="sides">
      ${sides}
    </ul>
  </section>`;
}
