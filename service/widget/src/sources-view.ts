/** The articles an answer draws on, each once with the markers of its quotes; and those that come near a question. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Turn } from "./chat.js";
import { day, plain } from "./shown.js";
import { filled } from "./texts.js";
import type { Texts } from "./wording/en.js";
import type { Citation, Source } from "./types.js";

const AT_FIRST = 3;
const AT_ONCE = 100;
const MARKERS = 12;

/** What opens in a tab of its own; itself where there is nothing to open. `link` is http(s): see types.ts. */
export function linked(link: string | null, shown: unknown, kind = ""): unknown {
  return link ? html`<a class=${kind} href=${link} target="_blank" rel="noopener noreferrer">${shown}</a>` : shown;
}

/** The title of an article, to be opened. */
export function titled(title: string, link: string | null, lang: string): unknown {
  return linked(link, html`<bdi lang=${lang}>${plain(title)}</bdi>`);
}

/** The list of sources; `shown` are how many are, and `more` shows more. */
export function sourcesView(
  texts: Texts,
  lang: string,
  turn: Turn,
  citations: readonly Citation[],
  marker: (cited: Citation) => unknown,
  shown: number,
  more: (to: number) => void,
): TemplateResult | typeof nothing {
  if (!citations.length) return nothing;
  const articles = new Map<string, Citation[]>();
  for (const cited of citations) {
    const same = articles.get(cited.articleId);
    if (same) same.push(cited);
    else articles.set(cited.articleId, [cited]);
  }
  const most = Math.max(shown, articles.size === AT_FIRST + 1 ? AT_FIRST + 1 : AT_FIRST);
  const id = `sources-${turn.key}`;
  return html`<h4 class="label" id=${id}>${texts.sources}</h4>
    <ul class="sources" part="sources" aria-labelledby=${id}>
      ${[...articles.values()].slice(0, most).map(([first, ...others]) =>
        first
          ? html`<li part="source">
              <div>${titled(first.title, first.link, turn.language)}<div class="meta">${known(first.author, first.publishedAt, lang)}</div></div>
              <div class="numbers">${[first, ...others].slice(0, MARKERS).map(marker)}</div>
            </li>`
          : nothing,
      )}
    </ul>
    ${articles.size > most
      ? html`<button class="more" @click=${() => more(most + AT_ONCE)}>
          ${filled(texts.showAll, { n: articles.size.toLocaleString(lang) })}
        </button>`
      : nothing}`;
}

/** The articles that come nearest to a question that they do not answer. */
export function nearestView(texts: Texts, lang: string, turn: Turn, nearest: readonly Source[]): unknown {
  if (!nearest.length) return nothing;
  const id = `nearest-${turn.key}`;
  return html`<h4 class="label" id=${id}>${texts.nearest}</h4>
    <ul class="sources" part="nearest" aria-labelledby=${id}>
      ${nearest.map(
        (one) => html`<li><div>${titled(one.title, one.link, turn.language)}<div class="meta">${known(null, one.publishedAt, lang)}</div></div></li>`,
      )}
    </ul>`;
}

function known(author: string | null, date: string | null, lang: string): unknown {
  return html`${author ? html`<bdi>${plain(author)}</bdi>` : nothing}${author && date ? " · " : nothing}${date
    ? html`<time datetime=${date}>${day(date, lang)}</time>`
    : nothing}`;
}
