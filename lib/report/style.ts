/** The page's style: light, dark, phone and paper. */
export const STYLE = `
:root { color-scheme: light dark; --page: #fff; --ink: #1c2128; --soft: #57606a; --rule: #d0d7de; --panel: #f6f8fa; --line: #0b5cad;
  --good: #1a7f37; --warn: #8a5a00; --bad: #c0232c; --mark: #8250df; --band: #0b5cad1f; --heat-ink: 11 92 173; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --ink: #e6edf3; --soft: #9aa4af; --rule: #30363d; --panel: #161b22;
  --line: #6cb6ff; --good: #3fb950; --warn: #d9a33a; --bad: #ff7b72; --mark: #bc8cff; --band: #6cb6ff2e; --heat-ink: 108 182 255; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
.inner { max-width: 76rem; margin: 0 auto; padding: 0 1rem 3rem; }
a { color: var(--line); } a:focus-visible, [tabindex]:focus-visible, summary:focus-visible { outline: 2px solid var(--line); outline-offset: 2px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: .5rem; }
.verdict { border-left: .6rem solid var(--good); padding: .5rem 0 .5rem 1rem; margin: 1.5rem 0 1rem; }
.verdict.waiting { border-color: var(--warn); } .verdict.failed { border-color: var(--bad); }
.verdict h1 { margin: 0; font-size: clamp(1.8rem, 5vw, 2.6rem); line-height: 1.2; }
.facts { display: flex; flex-wrap: wrap; gap: .2rem 2rem; margin: .5rem 0 0; } .facts dt { color: var(--soft); font-size: .85rem; } .facts dd { margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; padding: 0; font-size: .9rem; }
section { border-top: 1px solid var(--rule); padding-top: .3rem; margin-top: 1.8rem; }
h2 { font-size: 1.3rem; margin: .6rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .4rem; } small, .note { color: var(--soft); } .note { font-size: .9rem; }
.tasks { list-style: none; padding: 0; margin: 0; display: grid; gap: .5rem; }
.tasks li { background: var(--panel); border-left: .35rem solid var(--rule); padding: .5rem .8rem; } .tasks .next { display: block; font-size: .9rem; overflow-wrap: anywhere; }
.tasks .failed { border-color: var(--bad); } .tasks .decide { border-color: var(--warn); } .tasks .review { border-color: var(--line); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; min-width: min(100%, 24rem); }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--rule); vertical-align: middle; } thead th { color: var(--soft); font-weight: 500; font-size: .85rem; white-space: nowrap; }
tbody th { font-weight: 500; } td.n, th.n { text-align: right; white-space: nowrap; }
.bar { display: block; height: .35rem; width: var(--share); min-width: 2px; background: var(--line); border-radius: 2px; }
.heat { display: block; padding: .3rem .5rem; background: rgb(var(--heat-ink) / calc(var(--heat) * .22)); } .heat small { color: inherit; }
.two { display: grid; gap: 1rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 23rem), 1fr)); align-items: start; }
.charts { display: grid; gap: 1rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); }
figure { margin: 0; } figcaption { font-size: .9rem; } svg { max-width: 100%; height: auto; overflow: visible; font: 11px system-ui, sans-serif; color: var(--soft); background: none; }
td svg { display: block; width: 160px; max-width: none; } .wide svg { max-width: none; min-width: 46rem; }
.alarm { color: var(--bad); font-style: normal; font-weight: 600; }
.legend { font-size: .9rem; } .key { margin-right: 1rem; white-space: nowrap; } .key::before { content: ""; display: inline-block; width: .8rem; height: .8rem; margin-right: .35rem; border-radius: 2px; vertical-align: -1px; background: var(--good); }
.key.waiting::before { background: var(--warn); } .key.failed::before { background: var(--bad); } .key.missed::before { background: none; box-shadow: inset 0 0 0 1.5px var(--bad); }
.steps { list-style: none; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .6rem 1.6rem; }
.steps li { position: relative; background: var(--panel); border-top: .25rem solid var(--rule); padding: .4rem .7rem; min-width: 11rem; flex: 0 1 auto; font-size: .9rem; } .steps span { display: block; }
.steps li + li::before { content: "→"; position: absolute; left: -1.3rem; top: 40%; color: var(--soft); }
.steps .good { border-color: var(--good); } .steps .waiting { border-color: var(--warn); } .steps .failed { border-color: var(--bad); }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) { th, td { padding-right: .55rem; font-size: .88rem; } td svg { width: 110px; } .steps { flex-direction: column; } .steps li + li::before { content: "↓"; left: .7rem; top: -1.15rem; } .steps { gap: 1rem; } }
@media print { nav, .skip { display: none; } body { font-size: 11pt; } section, figure, tr, li { break-inside: avoid; } .scroll { overflow: visible; } .wide svg { min-width: 0; max-width: 100%; } a { color: inherit; } }
`;
