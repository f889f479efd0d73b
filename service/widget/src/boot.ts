/** The script tag: where it came from is where the service is, and its `data-*` are the element's attributes. */
import { FootnoteChat } from "./element.js";

/** Define the element, once a page. */
export function boot(_script: Document["currentScript"]): void {
  if (!customElements.get("footnote-chat")) customElements.define("footnote-chat", FootnoteChat);
}
