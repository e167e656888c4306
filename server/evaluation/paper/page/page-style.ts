/** The page's style sheet: light and dark, no scripts, nothing from elsewhere. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--text:#1f2328;--soft:#59636e;--rule:#d8dee4;--paper:#fff;--band:#f6f8fa;--bad:#b42318}
@media (prefers-color-scheme:dark){
:root{--text:#e6edf3;--soft:#9198a1;--rule:#30363d;--paper:#0d1117;--band:#151b23;--bad:#ff8a7a}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:68rem;background:var(--paper);color:var(--text);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.25rem;margin:3rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--rule)}
h3{font-size:1rem;margin:1.75rem 0 .5rem}
p{max-width:46rem;margin:.5rem 0}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;margin:1rem 0}
a{color:inherit}
figure{margin:1.25rem 0}
svg.chart{display:block;width:100%;height:auto}
.wide{overflow-x:auto;border:1px solid var(--rule);border-radius:6px}
table{border-collapse:collapse;width:100%;font-size:13px;line-height:1.4;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .65rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
tr:last-child td{border-bottom:0}
th{font-weight:600;background:var(--band)}
td.right,th.right{text-align:right}
td.right{white-space:nowrap}
td.long{min-width:15rem}
td:first-child{min-width:11rem}
.soft{color:var(--soft)}
.bad{color:var(--bad)}
`;
