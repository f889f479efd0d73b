/** The script tag: where it came from is where the service is, and its `data-*` are the attributes of an element. */
import { cameFrom } from "./address.js";
import { FootnoteChat } from "./element.js";

const NAME = "footnote-chat";
const ATTRIBUTES = FootnoteChat.observedAttributes.filter((name) => name !== "service");

/**
 * Define the element, and make one where the tag says how it is to be: any `data-*` but `data-service` asks for it.
 *
 * In `inline` mode it stands where the tag stands, otherwise at the end of the page. A module script does not know its
 * own tag: the last one that ends in `widget.js` is taken for it.
 */
export function boot(current: Document["currentScript"]): void {
  const last = document.querySelectorAll<HTMLScriptElement>('script[src*="widget.js"]');
  const tag = current instanceof HTMLScriptElement ? current : last.item(last.length - 1);
  if (tag?.src) cameFrom(tag.src);
  if (!customElements.get(NAME)) customElements.define(NAME, FootnoteChat);
  if (!tag || !ATTRIBUTES.some((name) => tag.hasAttribute(`data-${name}`))) return;
  const made = document.createElement(NAME);
  for (const name of ["service", ...ATTRIBUTES]) {
    const value = tag.getAttribute(`data-${name}`);
    if (value !== null) made.setAttribute(name, value);
  }
  const inline = made.getAttribute("mode") === "inline" && !tag.closest("head");
  if (inline) tag.after(made);
  else if (document.body) document.body.append(made);
  else document.addEventListener("DOMContentLoaded", () => document.body.append(made), { once: true });
}
