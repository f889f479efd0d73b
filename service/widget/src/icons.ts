/** Pictures, as paths on a field of 24 by 24; what they mean is said in words beside them. */
import { html, type TemplateResult } from "lit/html.js";

/** A picture that readers of screens pass over. */
export function icon(path: string): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${path} /></svg>`;
}

/** A speech bubble that holds a quotation. */
export const CHAT =
  "M5.5 3.5h13a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-6.2l-4.6 3.6v-3.6H5.5a3 3 0 0 1-3-3v-8a3 3 0 0 1 3-3ZM10.6 8.4c-1.6.5-2.4 1.5-2.4 3.2h2.3v1.3M15.9 8.4c-1.6.5-2.4 1.5-2.4 3.2h2.3v1.3";
export const CLOSE = "M6.5 6.5l11 11M17.5 6.5l-11 11";
export const NEW =
  "M12 4H6.5A2.5 2.5 0 0 0 4 6.5v11A2.5 2.5 0 0 0 6.5 20h11a2.5 2.5 0 0 0 2.5-2.5V12M18.4 3.6a1.4 1.4 0 0 1 2 2L12.5 13.5l-3 1 1-3Z";
export const SEND = "M12 19V5.5M6 11.5l6-6 6 6";
export const STOP = "M8 7h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1Z";
export const COPY =
  "M10 8.5h8a1.5 1.5 0 0 1 1.5 1.5v8.5A1.5 1.5 0 0 1 18 20h-8a1.5 1.5 0 0 1-1.5-1.5V10A1.5 1.5 0 0 1 10 8.5ZM5.5 15.5A1.5 1.5 0 0 1 4 14V5.5A1.5 1.5 0 0 1 5.5 4H14a1.5 1.5 0 0 1 1.5 1.5";
export const CHECK = "M5 12.5l4.5 4.5L19 7.5";
export const UP =
  "M7.5 11v9M7.5 11H5a1.5 1.5 0 0 0-1.5 1.5v6A1.5 1.5 0 0 0 5 20h2.5M7.5 11l3.8-7.2c1.4 0 2.4 1 2.2 2.5L13 9.5h5.2a2 2 0 0 1 2 2.3l-1 6.5a2 2 0 0 1-2 1.7H7.5";
export const DOWN =
  "M16.5 13V4M16.5 13H19a1.5 1.5 0 0 0 1.5-1.5v-6A1.5 1.5 0 0 0 19 4h-2.5M16.5 13l-3.8 7.2c-1.4 0-2.4-1-2.2-2.5L11 14.5H5.8a2 2 0 0 1-2-2.3l1-6.5a2 2 0 0 1 2-1.7h9.7";
export const AGAIN = "M4.5 12a7.5 7.5 0 1 0 2.4-5.5L4.5 8.8M4.5 4.5v4.3h4.3";
export const OUT =
  "M9 6H6.5A1.5 1.5 0 0 0 5 7.5v10A1.5 1.5 0 0 0 6.5 19h10a1.5 1.5 0 0 0 1.5-1.5V15M13 5h6v6M19 5l-8.5 8.5";
export const LATEST = "M12 5v13.5M6 12.5l6 6 6-6";
export const WARN =
  "M12 8.5v5M12 17v.01M10.4 4.2 2.9 17.4a1.9 1.9 0 0 0 1.6 2.8h15a1.9 1.9 0 0 0 1.6-2.8L13.6 4.2a1.9 1.9 0 0 0-3.2 0Z";
export const INFO = "M12 11.5v5M12 8v.01M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z";
export const NEXT = "M5 12h13.5M12.5 6l6 6-6 6";
