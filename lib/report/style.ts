/** The page's style: light, dark, phone and paper. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f4f6f8; --card: #fff; --ink: #1c2128; --soft: #57606a; --rule: #d8dee4; --panel: #f4f6f8;
  --line: #0b5cad; --good: #1a7f37; --warn: #8a5a00; --bad: #c0232c; --mark: #8250df; --band: #0b5cad1f; --heat-ink: 11 92 173; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --card: #151b23; --ink: #e6edf3; --soft: #9aa4af; --rule: #30363d;
  --panel: #1f2630; --line: #6cb6ff; --good: #3fb950; --warn: #d9a33a; --bad: #ff7b72; --mark: #bc8cff; --band: #6cb6ff2e;
  --heat-ink: 108 182 255; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
.inner { max-width: 76rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
a { color: var(--line); }
a:focus-visible, [tabindex]:focus-visible, summary:focus-visible { outline: 2px solid var(--line); outline-offset: 2px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem; }

.verdict, section { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: 1rem 1.25rem; margin: 0 0 1rem; }
.verdict { border-top: .4rem solid var(--good); } .verdict.waiting { border-top-color: var(--warn); }
.verdict.failed { border-top-color: var(--bad); } .verdict.none { border-top-color: var(--rule); }
.verdict h1 { margin: 0; font-size: clamp(1.8rem, 5vw, 2.6rem); line-height: 1.2; }
.facts { display: flex; flex-wrap: wrap; gap: .3rem 2.2rem; margin: .6rem 0 0; }
.facts dt { color: var(--soft); font-size: .85rem; } .facts dd { margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; padding: 0 .3rem; margin: 0 0 1rem; font-size: .9rem; }
h2 { font-size: 1.25rem; margin: 0 0 .6rem; } h3 { font-size: 1rem; margin: 1rem 0 .4rem; }
small, .note { color: var(--soft); } .note { font-size: .9rem; margin: .5rem 0 0; } section > p:last-child { margin-bottom: 0; }

.tasks { list-style: none; padding: 0; margin: 0; display: grid; gap: .5rem; }
.tasks li { background: var(--panel); border-left: .35rem solid var(--rule); border-radius: .3rem; padding: .5rem .8rem; }
.tasks .next { display: block; font-size: .9rem; overflow-wrap: anywhere; }
.tasks .failed { border-color: var(--bad); } .tasks .decide { border-color: var(--warn); } .tasks .review { border-color: var(--line); }

.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; min-width: min(100%, 24rem); }
th, td { text-align: left; padding: .35rem 1rem .35rem 0; border-bottom: 1px solid var(--rule); vertical-align: middle; }
tbody tr:last-child > * { border-bottom: 0; } th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: .85rem; white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 500; } td.n, th.n { text-align: right; white-space: nowrap; }
.bar { display: block; height: .4rem; width: var(--share); min-width: 2px; background: var(--line); border-radius: 2px; margin-top: .2rem; }
.heat { display: block; padding: .35rem .5rem; border-radius: .25rem; background: rgb(var(--heat-ink) / calc(var(--heat) * .22)); }
.heat small { color: inherit; }

.two { display: grid; gap: 1rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); align-items: start; }
.charts { display: grid; gap: 1rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.pairs { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); }
.lists table { width: 100%; } .lists td:last-child { width: 35%; }
figure { margin: 0; } figcaption { font-size: .9rem; }
svg { max-width: 100%; height: auto; overflow: visible; font: 11px system-ui, sans-serif; color: var(--soft); background: none; }
.two svg, .charts svg { width: 100%; } td svg { display: block; width: 160px; max-width: none; } .two td svg { width: 120px; }
.lists td svg { width: 100%; min-width: 110px; height: 40px; } .wide svg { max-width: none; width: 100%; min-width: 46rem; }
.alarm { color: var(--bad); font-style: normal; font-weight: 600; }
.legend { font-size: .9rem; } .key { margin-right: 1rem; white-space: nowrap; }
.key::before { content: ""; display: inline-block; width: .8rem; height: .8rem; margin-right: .35rem;
  border-radius: 2px; vertical-align: -1px;
  background: var(--good); }
.key.waiting::before { background: var(--warn); } .key.failed::before { background: var(--bad); }
.key.missed::before { background: none; box-shadow: inset 0 0 0 1.5px var(--bad); }

.steps { list-style: none; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .6rem 1.6rem; }
.steps li { position: relative; background: var(--panel); border-top: .25rem solid var(--rule); border-radius: .3rem; padding: .4rem .7rem;
  min-width: 10.2rem; flex: 0 1 auto; font-size: .88rem; }
.steps span { display: block; }
.steps li:not(:last-child)::after { content: "→"; position: absolute; right: -1.25rem; top: 38%; color: var(--soft); }
.steps .good { border-color: var(--good); } .steps .waiting { border-color: var(--warn); } .steps .failed { border-color: var(--bad); }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media (max-width: 40rem) {
  .inner { padding: .6rem .6rem 2rem; } .verdict, section { padding: .8rem .9rem; } th, td { padding-right: .6rem; font-size: .86rem; }
  thead th, thead th.n { white-space: normal; font-size: .78rem; } .lists td svg, .two td svg { min-width: 0; width: 84px; }
  .heat { padding: .3rem .2rem; } .heat small { display: block; } .steps { flex-direction: column; gap: 1.1rem; }
  .steps li:not(:last-child)::after { content: "↓"; right: auto; left: .7rem; top: auto; bottom: -1.25rem; }
}
@media print {
  :root { color-scheme: light; } nav, .skip { display: none; }
  body { font-size: 11pt; background: none; } .inner { max-width: none; padding: 0; }
  .verdict, section { border-width: 1px 0 0; border-radius: 0; padding: .6rem 0; }
  figure, tr, li { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; } .wide svg { min-width: 0; max-width: 100%; }
  .bar, .heat, .key::before, .steps li { print-color-adjust: exact; }
  a { color: inherit; }
}
`;
