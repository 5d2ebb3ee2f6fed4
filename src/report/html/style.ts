/** Light and dark by what the reader's system prefers; text and lines have a contrast of 4.5 or more on their ground (WCAG 2.2). */
export const css = `
:root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --soft: #57606a; --edge: #d0d7de;
  --good: #116329; --bad: #b3261e; --warn: #7d4e00;
  --c1: #0550ae; --c2: #953800; --c3: #57606a; --c4: #116329; --c5: #8250df; --c6: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --text: #e6edf3; --soft: #9aa4af; --edge: #30363d;
  --good: #56d364; --bad: #ff7b72; --warn: #e3b341;
  --c1: #79c0ff; --c2: #ffa657; --c3: #9aa4af; --c4: #7ee787; --c5: #d2a8ff; --c6: #ff7b72; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; border-bottom: 1px solid var(--edge); }
.pass, .equivalent, .improvement { color: var(--good); } .fail, .broken, .regression { color: var(--bad); }
.invalid, .interrupted, .inconclusive { color: var(--warn); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); } th, td { text-align: left; padding: 0.2rem 1rem 0.2rem 0; border-bottom: 1px solid var(--edge); }
.number { text-align: right; white-space: nowrap; } figure { margin: 1rem 0; } figcaption { color: var(--soft); }
svg { width: 100%; height: auto; } .grid { stroke: var(--edge); } .tick, .title { fill: var(--soft); font-size: 11px; }
.line { fill: none; stroke-width: 1.5; } .broad { stroke-width: 4; opacity: 0.6; } .dashed { stroke-dasharray: 5 4; } .heat { fill: var(--c1); }
.key { white-space: nowrap; margin-left: 0.8rem; } .key::before { content: "\\25A0 "; }
${[1, 2, 3, 4, 5, 6].map(i => `.c${i} { stroke: var(--c${i}); } .k${i}::before { color: var(--c${i}); }`).join('\n')}
circle.interval { fill: currentColor; } line.interval { stroke: currentColor; stroke-width: 3; } .interval.shown { color: var(--soft); }
.band { fill: var(--edge); opacity: 0.6; }
pre { overflow-x: auto; padding: 0.8rem; border: 1px solid var(--edge); } summary { cursor: pointer; }
`
