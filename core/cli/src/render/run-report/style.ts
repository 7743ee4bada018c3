/** The look of a run's page: light and dark by the reader's choice, one column on a phone, ink on paper. */
export const STYLE = `
:root { color-scheme: light dark;
  --ink: light-dark(#1d2433, #e6e9f0); --soft: light-dark(#596377, #9aa5b8); --line: light-dark(#dde1e8, #333b49);
  --ground: light-dark(#ffffff, #12161d); --card: light-dark(#f6f7f9, #1a202a); --blue: light-dark(#2563eb, #6ea0ff);
  --good: light-dark(#16703a, #4cc07a); --bad: light-dark(#b42318, #ff8577); --odd: light-dark(#8a5300, #e8b04b); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; color: var(--ink); background: var(--ground); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; } h3 .soft { font-weight: 400; }
p { margin: .5rem 0; } .soft { color: var(--soft); } code, pre, .mono { font: .85em/1.5 ui-monospace, monospace; }
.verdict { display: inline-block; padding: .05rem .65rem; border: 1.5px solid; border-radius: 1rem; font-size: .85rem; font-weight: 600; vertical-align: middle; white-space: nowrap; }
.success { color: var(--good); } .failed { color: var(--bad); } .interrupted, .skipped, .warn { color: var(--odd); } .running, .waiting { color: var(--blue); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem; margin: 1rem 0 0; padding: 0; }
.facts div { background: var(--card); border-radius: .5rem; padding: .55rem .75rem; } .facts dt { color: var(--soft); font-size: .8rem; }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; } .facts .wide { grid-column: 1 / -1; } .facts .wide dd { font-weight: 400; }
.error { border-left: 4px solid var(--bad); background: var(--card); padding: .6rem .9rem; border-radius: 0 .5rem .5rem 0; margin: .75rem 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; white-space: nowrap; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.name { overflow-wrap: break-word; } td.bar { width: 40%; min-width: 6rem; padding-right: 0; vertical-align: middle; }
.track { position: relative; height: .7rem; background: var(--card); border-radius: .35rem; }
.track i { position: absolute; top: 0; bottom: 0; min-width: 3px; border-radius: .35rem; background: currentColor; }
td.bar .success { color: var(--blue); }
svg { display: block; width: 100%; height: auto; color: var(--blue); } svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
pre { overflow-x: auto; background: var(--card); padding: .6rem .8rem; border-radius: .5rem; margin: .25rem 0; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; } .two > div { min-width: 0; }
ul { padding-left: 1.2rem; margin: .25rem 0; } li { overflow-wrap: anywhere; }
footer { margin-top: 3rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) { svg text { font-size: 20px; } td.bar { width: 25%; min-width: 3.5rem; } td.name { min-width: 6rem; } }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 11pt; }
  h2, h3 { break-after: avoid; } tr, .error, svg, .facts div { break-inside: avoid; } .scroll, pre { overflow: visible; } pre { white-space: pre-wrap; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
