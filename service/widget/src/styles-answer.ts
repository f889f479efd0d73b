/** How questions, answers, citations and what people think of them look. */
const css = String.raw;

export const thread = css`
  .empty {
    margin: auto 0;
    padding-block: 8px;
  }
  .empty > svg {
    width: 44px;
    height: 44px;
    margin-block-end: 16px;
    padding: 10px;
    border-radius: 12px;
    background: var(--tint);
    color: var(--link);
  }
  .empty h3 {
    font-size: 1.3334em;
    font-weight: 600;
    line-height: 1.3;
    letter-spacing: -0.01em;
    text-wrap: balance;
  }
  .empty p {
    margin-block: 6px 20px;
    color: var(--soft);
  }
  .ask {
    display: flex;
    align-items: center;
    gap: 10px;
    width: 100%;
    min-height: 40px;
    padding: 8px 12px;
    border: 1px solid var(--line);
    border-radius: 10px;
    line-height: 1.4;
    transition: border-color 0.12s, background 0.12s;
  }
  li + li > .ask {
    margin-block-start: 8px;
  }
  .ask:hover {
    border-color: var(--link);
    background: var(--tint);
  }
  .ask span {
    flex: 1;
  }
  .ask svg {
    width: 16px;
    height: 16px;
    color: var(--soft);
  }
  [dir="rtl"] .ask svg,
  [dir="rtl"] .open svg {
    scale: -1 1;
  }
  .turn {
    flex: none;
  }
  .turn + .turn {
    margin-block-start: 28px;
  }
  .turn:last-of-type {
    min-height: 100%;
  }
  .question {
    width: fit-content;
    max-width: 88%;
    margin-inline-start: auto;
    margin-block-end: 16px;
    padding: 8px 14px;
    border-radius: 14px;
    border-end-end-radius: 4px;
    background: var(--surface);
  }
  .text {
    white-space: pre-wrap;
  }
  .turn > * + .said {
    margin-block-start: 8px;
  }
  .provisional {
    color: var(--soft);
  }
  .provisional::after,
  .wait i {
    content: "";
    display: inline-block;
    width: 8px;
    height: 8px;
    margin-inline-start: 4px;
    border-radius: 50%;
    background: var(--link);
    animation: pulse 1.2s ease-in-out infinite;
  }
  .wait {
    display: flex;
    align-items: baseline;
    gap: 10px;
    color: var(--soft);
    font-size: var(--small);
  }
  .wait i {
    flex: none;
    margin: 0;
  }
  .said + .wait,
  .provisional + .wait {
    margin-block-start: 12px;
  }
  .partial {
    text-decoration: underline dotted var(--warn) 1.5px;
    text-underline-offset: 0.22em;
  }
  .unsupported {
    text-decoration: underline wavy var(--bad) 1px;
    text-underline-offset: 0.22em;
  }
  .tag {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    margin-inline: 4px 2px;
    padding: 0 8px;
    border: 1px solid var(--warn-line);
    border-radius: 99px;
    background: var(--warn-paper);
    color: var(--warn);
    font-size: var(--tiny);
    line-height: 20px;
    white-space: nowrap;
  }
  .tag svg {
    width: 12px;
    height: 12px;
  }
  .unsupported + .tag,
  .verdict.unsupported {
    color: var(--bad);
  }
  .cite {
    white-space: nowrap;
  }
  .marker {
    display: inline-grid;
    place-items: center;
    min-width: 24px;
    height: 24px;
    margin-block: -4px;
    padding-inline: 2px;
    vertical-align: 1px;
    border-radius: 6px;
  }
  .marker span {
    min-width: 18px;
    padding-inline: 5px;
    border-radius: 6px;
    background: var(--tint);
    color: var(--link);
    font-size: 11px;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    line-height: 18px;
    text-align: center;
    transition: background 0.12s, color 0.12s;
  }
  .marker:hover span,
  .marker[aria-expanded="true"] span {
    background: var(--accent);
    color: var(--on-accent);
  }
  .marker:focus-visible {
    outline-offset: -1px;
  }
  .note {
    display: flex;
    gap: 8px;
    margin-block-start: 12px;
    color: var(--soft);
    font-size: var(--small);
    line-height: 1.5;
  }
  .note svg {
    width: 16px;
    height: 16px;
    margin-block-start: 0.15em;
  }
  .card {
    margin-block-start: 16px;
    padding: 12px 14px 14px;
    border: 1px solid var(--line);
    border-radius: 12px;
  }
  .card.warn {
    border-color: var(--warn-line);
    background: var(--warn-paper);
  }
  .head,
  .lead {
    display: flex;
    align-items: center;
    gap: 8px;
    font-weight: 600;
  }
  .warn .head,
  .warned {
    color: var(--warn);
  }
  .head svg,
  .lead svg {
    width: 18px;
    height: 18px;
  }
  .card p {
    margin-block-start: 4px;
    color: var(--soft);
    font-size: var(--small);
  }
  .sides {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 15em), 1fr));
    gap: 8px;
    margin-block-start: 12px;
  }
  .sides li {
    padding: 10px 12px;
    border: 1px solid var(--warn-line);
    border-radius: 8px;
    background: var(--paper);
  }
  .when {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 2px 8px;
    font-size: var(--small);
    font-weight: 600;
  }
  .newer {
    padding: 0 8px;
    border-radius: 99px;
    background: var(--tint);
    color: var(--link);
    font-size: var(--tiny);
    line-height: 20px;
  }
  .sides blockquote {
    margin-block: 4px;
  }
  mark {
    padding-inline: 1px;
    border-radius: 3px;
    background: var(--mark);
    color: inherit;
    font-weight: 600;
  }
  .label {
    margin-block: 18px 4px;
    color: var(--soft);
    font-size: var(--small);
    font-weight: 600;
  }
  .sources li {
    display: flex;
    align-items: flex-start;
    justify-content: space-between;
    gap: 8px;
    padding-block: 8px;
    border-block-end: 1px solid var(--line);
    line-height: 1.45;
  }
  .sources a {
    color: inherit;
    font-weight: 500;
    text-decoration-color: var(--edge);
  }
  .sources a:hover {
    color: var(--link);
  }
  .meta {
    color: var(--soft);
    font-size: var(--small);
    line-height: 1.5;
  }
  .cite-list {
    flex: none;
    white-space: normal;
    max-width: 45%;
    text-align: end;
  }
  .more {
    min-height: 28px;
    margin-block-start: 6px;
    color: var(--link);
    font-size: var(--small);
    font-weight: 500;
  }
  .more:hover {
    text-decoration: underline;
  }
  .acts {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 2px;
    margin-block-start: 8px;
    margin-inline-start: -8px;
  }
  .acts .icon {
    width: 32px;
    height: 32px;
  }
  .acts svg {
    width: 17px;
    height: 17px;
  }
  .icon[aria-pressed="true"] {
    background: var(--tint);
    color: var(--link);
  }
  .done {
    margin-inline-start: 6px;
    color: var(--soft);
    font-size: var(--small);
  }
  .next {
    margin-block-start: 12px;
  }
`;

export const details = css`
  .popover {
    position: fixed;
    inset: auto;
    z-index: 2;
    margin: 0;
    width: 340px;
    max-width: calc(100vw - 16px);
    max-height: min(440px, 100dvh - 16px);
    overflow: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    padding: 14px 16px 10px;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--raised);
    color: var(--ink);
    box-shadow: 0 2px 6px rgb(15 20 35 / 0.08), 0 16px 48px rgb(15 20 35 / 0.22);
    font-size: 0.9334em;
    line-height: 1.5;
    white-space: normal;
    animation: fade 0.12s ease-out;
    outline-offset: -2px;
  }
  .title {
    font-weight: 600;
    line-height: 1.4;
  }
  .popover blockquote {
    margin-block: 10px;
    padding: 8px 12px;
    border-inline-start: 3px solid var(--accent);
    border-start-end-radius: 8px;
    border-end-end-radius: 8px;
    background: var(--surface);
    white-space: pre-wrap;
  }
  .verdict {
    display: flex;
    align-items: center;
    gap: 6px;
    font-size: var(--small);
  }
  .verdict svg {
    width: 16px;
    height: 16px;
  }
  .verdict.supported {
    color: var(--good);
  }
  .verdict.partial {
    color: var(--warn);
    text-decoration: none;
  }
  .verdict.unsupported {
    text-decoration: none;
  }
  .popover .acts {
    margin: 8px 0 0;
    padding-block-start: 6px;
    border-block-start: 1px solid var(--line);
  }
  .open {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 32px;
    margin-inline-end: auto;
    font-weight: 500;
    text-decoration: none;
  }
  .open:hover {
    text-decoration: underline;
  }
  .open svg {
    width: 15px;
    height: 15px;
  }
  .opinion {
    margin-block-start: 8px;
    padding: 12px 14px;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--surface);
    font-size: 0.9334em;
    animation: fade 0.16s ease-out;
  }
  .popover .opinion {
    padding: 4px 0 6px;
    border: 0;
    background: none;
  }
  .opinion legend,
  .opinion .lead {
    margin-block-end: 8px;
    font-weight: 600;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .chip {
    position: relative;
    padding: 3px 11px;
    border: 1px solid var(--edge);
    border-radius: 99px;
    background: var(--raised);
    line-height: 22px;
  }
  .chip:hover {
    border-color: var(--link);
  }
  .chip:has(:checked) {
    border-color: var(--link);
    background: var(--tint);
    color: var(--link);
    font-weight: 500;
  }
  .chip:has(:focus-visible) {
    outline: 2px solid var(--link);
    outline-offset: 2px;
  }
  .chip input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .opinion textarea {
    display: block;
    width: 100%;
    min-height: 64px;
    max-height: 160px;
    margin-block: 10px;
    padding: 7px 10px;
    resize: vertical;
    border: 1px solid var(--edge);
    border-radius: 8px;
    background: var(--raised);
  }
  .opinion textarea::placeholder {
    color: var(--soft);
    opacity: 1;
  }
  .row {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 8px;
  }
  .button {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 32px;
    padding: 4px 14px;
    border: 1px solid var(--edge);
    border-radius: 8px;
    font-weight: 500;
    line-height: 1.4;
  }
  .button:hover {
    border-color: var(--link);
  }
  .button.first {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  .button svg {
    width: 16px;
    height: 16px;
  }
  .card .button {
    margin-block-start: 10px;
  }
  .error {
    color: var(--bad);
  }
`;
