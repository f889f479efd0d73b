/** How questions, answers, citations and what people think of them look. */
const css = String.raw;

/** What many things have in common. */
export const common = css`
  header, .bar, .box, .ask, .wait, .head, .lead, .when, .verdict, .acts, .row {
    display: flex; align-items: center; gap: 8px;
  }
  .tag, .open, .button { display: inline-flex; align-items: center; gap: 6px }
  .bar, .box, .ask, .tag, .card, .sides li, .popover, .opinion, .opinion textarea, .button, .chip {
    border: 1px solid var(--line); border-radius: 10px;
  }
  .box, .opinion textarea, .button, .chip { border-color: var(--edge) }
  .warn, .warn li, .tag, .bar { border-color: var(--warn-line) }
  .bar, .tag, .warn { background: var(--warn-paper) }
  .bar, .tag, .warn .head, .warned, .verdict.partial { color: var(--warn) }
  .meta, .note, .label, .wait, .done, .empty p, .card > p, .provisional, .declined, .ask svg { color: var(--soft) }
  .meta, .note, .label, .wait, .done, .card > p, .declined, .when, .verdict, .more, .bar { font-size: 0.8667em; line-height: 1.5 }
  .label, .head, .lead, .when, .title, legend { font-weight: 600 }
  .more, .open, .button, .sources a { font-weight: 500 }
  .text, blockquote { white-space: pre-wrap }
  .ask:hover, .button:hover, .chip:hover, .chip:has(:checked), .box:focus-within { border-color: var(--link) }
  .ask:hover, .newer, .chip:has(:checked), .icon[aria-pressed="true"], .marker span, .empty > svg {
    background: var(--tint);
  }
  .newer, .more, .chip:has(:checked), .icon[aria-pressed="true"], .marker span, .empty > svg { color: var(--link) }
  .send, .button.first, .launcher, .marker:hover span, .marker[aria-expanded="true"] span {
    background: var(--accent); color: var(--on-accent);
  }
`;

export const thread = css`
  .empty { margin-block: auto }
  .empty > svg { width: 44px; height: 44px; margin-block-end: 16px; padding: 10px; border-radius: 12px }
  .empty h3 { font-size: 1.3334em; font-weight: 600; line-height: 1.3 }
  .empty p { margin-block: 6px 20px }
  .ask { width: 100%; min-height: 40px; padding: 8px 12px; line-height: 1.4 }
  li + li > .ask { margin-block-start: 8px }
  .ask span { flex: 1 }
  .turn { flex: none }
  .turn + .turn { margin-block-start: 28px }
  .turn:last-child { min-height: 100% }
  .question .text { display: block }
  .question {
    width: fit-content; max-width: 88%; margin-inline-start: auto; margin-block-end: 16px; padding: 8px 14px;
    border-radius: 14px; border-end-end-radius: 4px; background: var(--surface);
  }
  .lead { margin-block-end: 6px }
  .said + .provisional { margin-block-start: 6px }
  .wait { align-items: baseline; margin-block-start: 10px }
  .wait i {
    flex: none; width: 8px; height: 8px; margin-inline: 4px; border-radius: 50%;
    background: var(--link); animation: pulse 1.2s ease-in-out infinite;
  }
  .text.partial, .text.unsupported {
    text-decoration: underline dotted var(--warn) 1.5px; text-underline-offset: 0.22em;
  }
  .text.unsupported { text-decoration: underline wavy var(--bad) 1px }
  .tag {
    margin-inline: 4px 2px; padding-inline: 8px; border-radius: 99px; font-size: 0.8em; line-height: 20px;
    white-space: nowrap;
  }
  .tag.unsupported, .verdict.unsupported, .error { color: var(--bad) }
  .cite { white-space: nowrap }
  .marker {
    display: inline-grid; place-items: center; min-width: 24px; height: 24px; margin-block: -4px;
    vertical-align: 1px; border-radius: 6px; outline-offset: -2px;
  }
  .marker span {
    min-width: 18px; padding-inline: 5px; border-radius: 6px; font-size: 11px; font-weight: 600; line-height: 18px;
    text-align: center;
  }
  .note { display: flex; gap: 8px; margin-block-start: 12px }
  .note svg, .tag svg, .ask svg, .verdict svg, .open svg, .button svg { width: 16px; height: 16px }
  .tag svg { width: 12px }
  .note svg { margin-block-start: 0.15em }
  .card { margin-block-start: 16px; padding: 12px 14px 14px }
  .card > p, .sides li > .meta { margin-block-start: 4px }
  .sides {
    display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15em), 1fr)); gap: 8px;
    margin-block-start: 12px;
  }
  .sides li { padding: 8px 12px 10px; background: var(--paper) }
  .when .cite { margin-inline: auto -4px }
  .newer { padding-inline: 8px; border-radius: 99px; line-height: 20px }
  mark { padding-inline: 1px; border-radius: 3px; background: var(--mark); color: inherit; font-weight: 600 }
  .label { margin-block: 18px 6px }
  .sources li {
    display: flex; justify-content: space-between; gap: 8px; padding-block: 8px;
    border-block-start: 1px solid var(--line); line-height: 1.45;
  }
  .sources a:not(.open) { color: inherit; text-decoration-color: var(--edge) }
  .sources a:not(.open):hover { color: var(--link) }
  .numbers { flex: none; max-width: 45%; text-align: end }
  .more { min-height: 28px }
  .more:hover, .open:hover { text-decoration: underline }
  .acts { gap: 2px; margin-block-start: 8px; margin-inline-start: -8px }
  .acts .icon { width: 32px; height: 32px }
  .acts svg { width: 18px; height: 18px }
  .note + .row { margin-block-start: 8px }
  .done { margin-inline-start: 6px }
`;

export const details = css`
  .popover {
    position: fixed; inset: auto; margin: 0; width: min(340px, 100vw - 16px); max-height: min(440px, 100dvh - 16px);
    overflow: auto; overscroll-behavior: contain; scrollbar-width: thin; padding: 14px 16px 10px;
    border-radius: 12px; background: var(--raised); color: var(--ink); box-shadow: var(--shadow);
    font-size: calc(var(--footnote-font-size, 15px) * 0.9334); font-weight: 400; line-height: 1.5; text-align: start;
    white-space: normal; outline-offset: -2px;
  }
  .popover blockquote {
    margin-block: 10px; padding: 8px 12px; border-inline-start: 3px solid var(--accent);
    border-start-end-radius: 8px; border-end-end-radius: 8px; background: var(--surface);
  }
  .verdict.supported { color: var(--good) }
  .popover .acts { margin: 8px 0 0; padding-block-start: 6px; border-block-start: 1px solid var(--line) }
  .open { min-height: 32px; margin-inline-end: auto; text-decoration: none }
  .opinion { margin-block-start: 8px; padding: 12px 14px; background: var(--surface); font-size: 0.9334em }
  .popover .opinion { padding: 4px 0 6px; border: 0; background: none }
  legend { margin-block-end: 8px }
  .chips, .row { display: flex; flex-wrap: wrap; gap: 6px }
  .chip { position: relative; padding: 3px 11px; border-radius: 99px; background: var(--raised); line-height: 22px }
  .chip:has(:focus-visible) { outline: 2px solid var(--link); outline-offset: 2px }
  .chip input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: inherit }
  .opinion textarea {
    display: block; width: 100%; margin-block: 10px; padding: 7px 10px; resize: vertical; background: var(--raised);
  }
  .button { min-height: 32px; padding: 4px 14px; line-height: 1.4 }
  .button.first { border-color: var(--accent) }
  .card .button { margin-block-start: 10px }
`;
