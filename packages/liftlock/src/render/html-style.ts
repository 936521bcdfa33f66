/**
 * The look of a page that stands alone: no font, no image and no script from anywhere. Every pair of colours has a contrast
 * of 4.5 or more, in both schemes, and no fact is told by colour alone.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f4f6f8; --ink: #1b2430; --soft: #4d5a69; --line: #c8d0d9;
  --bad: #a4161a; --warn: #7a4a00; --good: #146c2e; --accent: #0b57a4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12171d; --raised: #1c232b; --ink: #e6ebf0; --soft: #aab6c2; --line: #3a4653;
    --bad: #ff9d96; --warn: #f2c46d; --good: #7fd696; --accent: #8cc2ff;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: break-word;
}
body > * { max-width: 70rem; margin-inline: auto; padding-inline: 1.25rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 1.5rem 0 0.25rem; text-wrap: balance; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 0.75rem; padding-top: 0.75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
h4 { font-size: 1rem; margin: 1rem 0 0.25rem; }
p, ul, ol, dl { margin: 0.5rem 0; }
li + li { margin-top: 0.25rem; }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; padding: 0.5rem 1rem; background: var(--ground); z-index: 1; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; list-style: none; }
nav li + li { margin: 0; }
dl > div { display: grid; grid-template-columns: minmax(7rem, 12rem) 1fr; gap: 0 1rem; padding: 0.2rem 0; }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
p { max-width: 100%; }
article p { overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.875rem; }
code { overflow-wrap: anywhere; }
pre {
  margin: 0.4rem 0; padding: 0.6rem 0.8rem; background: var(--raised); border: 1px solid var(--line); border-radius: 0.4rem;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.table { overflow-x: auto; margin: 0.75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.95rem; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.25rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 8rem; }
td { min-width: 6rem; }
.verdict, .finding { border: 1px solid var(--line); border-left-width: 0.4rem; border-radius: 0.4rem; padding: 0.6rem 1rem; margin: 1rem 0; }
.verdict { font-size: 1.15rem; font-weight: 600; }
.finding h3 { margin-top: 0; }
.is-bad { border-left-color: var(--bad); } .is-warn { border-left-color: var(--warn); }
.is-good { border-left-color: var(--good); } .is-note { border-left-color: var(--accent); }
.bad { color: var(--bad); } .warn { color: var(--warn); } .good { color: var(--good); } .soft { color: var(--soft); }
.mark { display: inline-block; border: 1px solid currentColor; border-radius: 0.3rem; padding: 0 0.4rem; font-size: 0.8rem; font-weight: 600; }
summary { cursor: pointer; padding: 0.25rem 0; }
details > :not(summary) { margin-left: 1.1rem; }
.objects { list-style: none; padding: 0; }
.objects > li > p { margin: 0; padding: 0.25rem 0 0.25rem 1.1rem; }
.steps > li { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
footer { margin-top: 3rem; padding-block: 1rem 2rem; color: var(--soft); font-size: 0.9rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  dl > div { grid-template-columns: 1fr; }
  h1 { font-size: 1.4rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  :root {
    --ground: #ffffff; --raised: #ffffff; --ink: #000000; --soft: #333333; --line: #999999;
    --bad: #8a0f12; --warn: #5f3a00; --good: #0d4f20; --accent: #000000;
  }
  html { font-size: 9.5pt; }
  body > * { max-width: none; padding-inline: 0; }
  nav, .skip { display: none; }
  h2, h3, h4, summary { break-after: avoid; }
  tr, pre, .finding, .steps > li { break-inside: avoid; }
  .table { overflow: visible; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;
