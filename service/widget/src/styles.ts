/**
 * How the widget looks: colours and spacing, the launcher, the panel and its frame. Adopted style sheets only, so that a
 * page may forbid inline styles.
 *
 * The host's own rules win over `:host`, and `all` here over what the page's rules pass down; `--footnote-*` come through.
 */
const css = String.raw;

export const tokens = css`
  :host { all: initial; display: contents !important }
  :host([mode="inline"]) {
    display: flex !important; flex-direction: column; box-sizing: border-box !important; min-width: 0; width: auto;
    height: var(--footnote-height, 100%); min-height: min(26rem, 100dvh); max-height: 100dvh; opacity: 1 !important;
    filter: none !important; transform: none !important; visibility: visible !important;
    pointer-events: auto !important;
  }
  :host([hidden]) { display: none !important }
  .root {
    all: initial; display: contents; color-scheme: light dark; --accent: var(--footnote-accent, light-dark(#3355d1, #93acff));
    /* White where the accent's luminance is low enough for 4.5 to 1, or else black. */
    --on-accent: var(--footnote-on-accent, color(from var(--accent) xyz-d65 clamp(0, (0.179 - y) * 999, 0.9505)
      clamp(0, (0.179 - y) * 999, 1) clamp(0, (0.179 - y) * 999, 1.089)));
    --link: light-dark(oklch(from var(--accent) min(l, 0.48) c h), oklch(from var(--accent) max(l, 0.78) c h));
    --tint: color-mix(in srgb, var(--accent) 12%, transparent);
    --paper: var(--footnote-background, light-dark(#fff, #15171c));
    --raised: light-dark(var(--paper), color-mix(in srgb, var(--ink) 4%, var(--paper)));
    --ink: var(--footnote-text, light-dark(#191c22, #e8eaf0));
    --soft: color-mix(in srgb, var(--ink) 70%, var(--paper));
    --surface: color-mix(in srgb, var(--ink) 5%, var(--paper));
    --line: color-mix(in srgb, var(--ink) 13%, var(--paper));
    --edge: color-mix(in srgb, var(--ink) 52%, var(--paper)); --warn: light-dark(#854a00, #f3bd72);
    --warn-paper: color-mix(in srgb, #ffb020 11%, var(--paper));
    --warn-line: color-mix(in srgb, #ffb020 40%, var(--paper)); --bad: light-dark(#b3261e, #ffa198);
    --good: light-dark(#17693f, #76d6a1); --mark: light-dark(#ffe99c, #5f4d12);
    --radius: var(--footnote-radius, 16px);
    --shadow: 0 2px 6px rgb(15 20 35 / 0.1), 0 16px 48px rgb(15 20 35 / 0.22);
    --cjk: "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC";
    font: 400 var(--footnote-font-size, 15px) / 1.6 var(--footnote-font, system-ui, -apple-system, "Segoe UI", Roboto, var(--cjk), sans-serif);
    color: var(--ink); overflow-wrap: anywhere;
  }
  .root[data-theme="light"] { color-scheme: light }
  .root[data-theme="dark"] { color-scheme: dark }
  .root:lang(zh-Hant) { --cjk: "PingFang TC", "Microsoft JhengHei", "Noto Sans CJK TC" }
  * { box-sizing: border-box }
  [hidden] { display: none !important }
  h2, h3, h4, p, ol, ul, blockquote, fieldset, legend {
    margin: 0; padding: 0; border: 0; min-width: 0; font-size: inherit; font-weight: inherit; list-style: none;
  }
  button, textarea {
    margin: 0; border: 0; padding: 0; background: none; color: inherit; font: inherit; letter-spacing: inherit;
    text-align: start;
  }
  button, a, label { cursor: pointer }
  button, .box, .marker span {
    transition: 0.14s; transition-property: background, color, border-color, box-shadow, translate;
  }
  a { color: var(--link); text-underline-offset: 0.18em }
  svg {
    display: block; flex: none; width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.75;
    stroke-linecap: round; stroke-linejoin: round;
  }
  .solid { fill: currentColor }
  .half { rotate: 180deg }
  .quarter { rotate: 90deg }
  [dir="rtl"] .quarter { rotate: -90deg }
  :focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
  .unseen {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  }
`;

export const frame = css`
  .launcher, .panel[role="dialog"] {
    position: fixed; z-index: var(--footnote-z-index, 2147483000); inset-block-end: var(--footnote-offset, 24px);
    inset-inline-end: var(--footnote-offset, 24px);
  }
  .launcher, .icon, .send {
    display: grid; place-items: center; flex: none; width: 36px; height: 36px; border-radius: 10px;
  }
  .launcher {
    width: 56px; height: 56px; border-radius: 50%;
    box-shadow: 0 1px 3px rgb(15 20 35 / 0.2), 0 8px 24px rgb(15 20 35 / 0.22);
  }
  .launcher svg { width: 28px; height: 28px }
  .launcher:hover { translate: 0 -2px; box-shadow: var(--shadow) }
  .launcher i {
    position: absolute; inset-block-start: 2px; inset-inline-end: 2px; width: 14px; height: 14px;
    border: 2px solid var(--paper); border-radius: 50%; background: var(--bad);
  }
  .panel { display: flex; flex-direction: column; background: var(--paper); overflow: hidden }
  .panel[role="dialog"] {
    width: min(var(--footnote-width, 408px), 100vw - 2 * var(--footnote-offset, 24px));
    height: min(var(--footnote-height, 704px), 100dvh - 2 * var(--footnote-offset, 24px));
    border-radius: var(--radius);
    box-shadow: 0 0 0 1px light-dark(rgb(15 20 35 / 0.08), rgb(255 255 255 / 0.14)), var(--shadow);
    animation: rise 0.2s cubic-bezier(0.2, 0.8, 0.2, 1);
  }
  .panel[role="region"] {
    overflow: clip; flex: auto; min-height: 0; border: 1px solid var(--line);
    border-radius: var(--footnote-radius, 12px);
  }
  header {
    flex: none; gap: 4px; padding-block: 10px; padding-inline: 16px 12px; border-block-end: 1px solid var(--line);
  }
  header > svg { width: 22px; height: 36px; margin-inline-end: 6px; color: var(--link) }
  header h2 { flex: 1; font-weight: 600; line-height: 1.35 }
  .icon { color: var(--soft) }
  .icon:hover { background: var(--surface); color: var(--ink) }
  .thread {
    flex: 1; min-height: 0; overflow: hidden auto; scroll-padding-block: 8px 56px; overscroll-behavior: contain; scrollbar-width: thin;
    padding-block: 20px 24px; padding-inline: max(16px, (100% - 720px) / 2); display: flex; flex-direction: column;
  }
  .thread:focus-visible { outline-offset: -3px }
  .foot {
    position: sticky; inset-block-end: 0; background: inherit; flex: none; padding-block-start: 4px; padding-inline: max(12px, (100% - 728px) / 2);
    padding-block-end: max(12px, env(safe-area-inset-bottom));
  }
  .icon[part="newest"] {
    position: absolute; inset-block-end: calc(100% + 8px); inset-inline: 0; margin-inline: auto; animation: rise 0.2s 0.4s backwards;
    border-radius: 50%; background: var(--raised);
    box-shadow: 0 0 0 1px var(--line), 0 4px 16px rgb(15 20 35 / 0.16);
  }
  .bar { margin-block-end: 8px; padding: 8px 12px }
  .bar span { flex: 1 }
  .bar button { min-height: 28px; font-weight: 600; text-decoration: underline }
  .box { align-items: flex-end; padding: 5px; border-radius: 14px; background: var(--raised) }
  .box:focus-within { box-shadow: 0 0 0 3px var(--tint) }
  .box textarea {
    flex: 1; min-width: 0; display: block; resize: none; min-height: 36px; max-height: min(168px, 30dvh);
    padding-block: 6px; padding-inline: 9px 4px; outline: 0; overflow-y: auto; scrollbar-width: thin;
    field-sizing: content;
  }
  ::placeholder { color: var(--soft); opacity: 1 }
  .send:disabled { background: var(--surface); color: var(--soft); cursor: default }
  @keyframes rise {
    from { opacity: 0; transform: translateY(12px) scale(0.985) }
  }
  @keyframes pulse {
    50% { opacity: 0.25 }
  }
  @media (max-width: 480px), (max-height: 480px) {
    .panel[role="dialog"] { inset: 0; width: auto; height: auto; border-radius: 0 }
    .launcher {
      inset-block-end: min(var(--footnote-offset, 16px), 16px);
      inset-inline-end: min(var(--footnote-offset, 16px), 16px);
    }
    .box textarea { font-size: max(16px, 1em) }
  }
  @media (max-height: 320px) {
    header, .foot { padding-block: 2px }
    .thread { padding-block: 8px }
  }
  @media (prefers-reduced-motion: reduce) {
    * { animation: none !important; transition: none !important; scroll-behavior: auto !important }
  }
  @media (forced-colors: active) {
    .launcher, .panel[role], .send, .chip, .marker span, .popover { border: 1px solid ButtonText }
    [aria-pressed="true"], .chip:has(:checked) { border: 2px solid Highlight }
  }
  @media print {
    .launcher { display: none }
  }
`;
