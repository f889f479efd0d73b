/** An answer as text with its sources, for the clipboard. */
import { plain } from "./shown.js";
import type { Texts } from "./wording/en.js";
import type { Answer } from "./types.js";

/** The sentences with their markers, what else is to know, then each quote with title, date and link. */
export function asText(answer: Answer, texts: Texts): string {
  const gap = /^(zh|ja)/.test(answer.language) ? "" : " ";
  const said = answer.sentences.map(({ text, citations, support }) => {
    const weak = support === "supported" ? "" : `${gap}(${texts[support]})`;
    return plain(text) + gap + citations.map((number) => `[${number}]`).join("") + weak;
  });
  const sources = answer.citations.map((cited) => {
    const about = [cited.title, cited.author, cited.publishedAt].filter(Boolean).join(" · ");
    return [`[${cited.number}] ${plain(about)}`, `“${plain(cited.quote)}”`, cited.link].filter(Boolean).join("\n");
  });
  const nearest = answer.nearest.map((one) => [plain(one.title), one.link].filter(Boolean).join("\n"));
  const body = said.length ? said.join(gap) : plain(answer.text);
  return [body, ...answer.missing, ...answer.notices, ...sources, ...nearest].join("\n\n");
}

/** Put text on the clipboard, also where the page is not served over TLS. Whether it is there now. */
export async function copy(text: string, within: ShadowRoot): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.className = "unseen";
    field.value = text;
    const before = within.activeElement as HTMLElement | null;
    (within.querySelector(".panel") ?? within).append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    before?.focus();
    return copied;
  }
}
