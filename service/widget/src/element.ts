/** `<footnote-chat>`: the launcher and its panel, or the chat in the page itself. */
import { LitElement, html } from "lit";

export class FootnoteChat extends LitElement {
  override render(): unknown {
    return html``;
  }
}
