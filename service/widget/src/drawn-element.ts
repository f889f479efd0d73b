/** An element that draws itself into its shadow root: once a frame at most, in adopted style sheets, by its attributes. */
import { render } from "lit/html.js";

const HIDDEN_MS = 50;

/** What parts of an element need of it. */
export interface Host {
  readonly root: ShadowRoot;
  /** Draw soon; resolves when that is done. */
  redraw(): Promise<void>;
}

export abstract class DrawnElement extends HTMLElement implements Host {
  readonly root = this.attachShadow({ mode: "open" });
  #drawing: Promise<void> | null = null;

  /** What to draw. */
  protected abstract draw(): unknown;

  /** Called after each time it was drawn. */
  protected abstract drawn(): void;

  redraw(): Promise<void> {
    this.#drawing ??= new Promise<void>((done) => {
      // Pages that are not looked at have no frames.
      if (document.hidden) setTimeout(done, HIDDEN_MS);
      else requestAnimationFrame(() => done());
    }).then(() => {
      this.#drawing = null;
      if (!this.isConnected) return;
      render(this.draw(), this.root);
      this.drawn();
    });
    return this.#drawing;
  }

  connectedCallback(): void {
    void this.redraw();
  }

  attributeChangedCallback(): void {
    void this.redraw();
  }
}

/** A style sheet that any number of shadow roots adopt. */
export function sheetOf(...texts: readonly string[]): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(texts.join(""));
  return sheet;
}
