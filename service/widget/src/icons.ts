/** Pictures, as paths on a field of 24 by 24; what they mean is said in words beside them. */
import { html, nothing, type TemplateResult } from "lit/html.js";

/** A picture that readers of screens pass over, turned by `turn`: "half", "quarter" or not. */
export function icon(path: string, turn = ""): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" class=${turn}><path d=${path} /></svg>`;
}

/** A button that is a picture alone; `part` names it to style sheets of the page. */
export function iconButton(label: string, picture: TemplateResult, part: string, click: () => unknown, pressed?: boolean): TemplateResult {
  return html`<button
    class="icon"
    type="button"
    part=${part}
    aria-label=${label}
    title=${label}
    aria-pressed=${pressed ?? nothing}
    @click=${click}
  >
    ${picture}
  </button>`;
}

/** A speech bubble that holds a quotation. */
export const CHAT =
  "M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-6l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2ZM11 8q-3 1-3 3h3v2M16 8q-3 1-3 3h3v2";
export const CLOSE = "M6 6l12 12M18 6L6 18";
export const NEW = "M12 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-6M18 4l2 2-8 8H10v-2Z";
/** Upwards. */
export const ARROW = "M12 19V5M6 11l6-6 6 6";
export const STOP = "M7 7h10v10H7Z";
export const COPY = "M10 8h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2ZM4 14V6a2 2 0 0 1 2-2h8";
export const CHECK = "M5 12l5 5 9-10";
/** A thumb upwards. */
export const THUMB = "M7 11v9M7 11H4v9h13a2 2 0 0 0 2-2l1-6a2 2 0 0 0-2-2h-5l1-4q0-2-3-2Z";
export const AGAIN = "M5 12a7 7 0 1 0 2-5L5 9M5 4v5h5";
export const OUT = "M10 5H5v14h14v-5M14 4h6v6M20 4L11 13";
export const WARN = "M12 9v5M12 17v.01M12 4L3 20h18Z";
export const INFO = "M12 11v6M12 7v.01M12 3a9 9 0 1 0 .01 0Z";
