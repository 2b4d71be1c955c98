/** The page's style. Contrast is at least 4.5:1 in both schemes; no meaning rests on colour alone. */
export const pageStyle = `
:root{color-scheme:light dark;--paper:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#566272;--line:#dfe4ea;--faint:#eef1f5;
--good:#17693f;--good-bg:#e4f4ea;--notice:#7a4b00;--notice-bg:#fdf1d8;--bad:#a4161a;--bad-bg:#fde7e7;--quiet-bg:#e9edf2;--link:#1d4f9c}
@media (prefers-color-scheme:dark){:root{--paper:#12161c;--card:#1a2029;--ink:#e6ebf2;--soft:#a0acbb;--line:#2d3642;--faint:#222a35;
--good:#7fd6a2;--good-bg:#16301f;--notice:#f0c069;--notice-bg:#33270d;--bad:#ff9a94;--bad-bg:#3c1a1b;--quiet-bg:#232b36;--link:#9cc2ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.wrap{max-width:1280px;margin:0 auto;padding:28px 24px 48px}
a{color:var(--link)}a:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.top{display:flex;flex-wrap:wrap;justify-content:space-between;gap:4px 24px;align-items:baseline;margin-bottom:14px}
.brand{font-weight:700;font-size:17px;letter-spacing:-.01em;margin:0}
.top nav{font-size:14px;display:flex;flex-wrap:wrap;gap:0 16px}
.headline{border-radius:14px;padding:22px 26px;margin-bottom:22px;background:var(--quiet-bg)}
.headline h1{margin:0;font-size:27px;line-height:1.25;letter-spacing:-.015em;font-weight:650;display:flex;gap:14px;text-wrap:balance}
.headline p{margin:8px 0 0;color:var(--soft)}
.headline.good{background:var(--good-bg)}.headline.good h1{color:var(--good)}
.headline.notice{background:var(--notice-bg)}.headline.notice h1{color:var(--notice)}
.headline.bad{background:var(--bad-bg)}.headline.bad h1{color:var(--bad)}
.headline p.detail{color:var(--ink)}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:20px 24px 16px;margin-bottom:18px}
.card header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:2px 20px;align-items:baseline}
.card h2{margin:0;font-size:19px;letter-spacing:-.01em}
.plan{margin:0;color:var(--soft);font-size:14px}
.about{margin:4px 0 14px;max-width:105ch;color:var(--soft)}
.journey{list-style:none;margin:0 0 16px;padding:0;display:flex;flex-wrap:wrap;gap:6px 0;align-items:center;font-size:13.5px}
.stop{border:1px solid var(--line);background:var(--faint);border-radius:9px;padding:4px 11px}
.stop span{color:var(--soft)}.stop em{font-style:normal}
.branches{padding:0 8px;border-left:2px solid var(--line)}.branches>span{color:var(--soft)}.branches ol{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:6px 0;align-items:center}
.way{display:flex;align-items:center;color:var(--soft);padding:0 8px;white-space:nowrap}
.way::before,.way::after{content:"";width:12px;border-top:1px solid var(--soft)}
.way span{padding:0 6px}.way.wait::before,.way.wait::after{border-top-style:dotted}
.stop+.stop{margin-left:22px;position:relative}.stop+.stop::before{content:"";position:absolute;left:-22px;top:50%;width:20px;border-top:1px solid var(--soft)}
.scroll{overflow-x:auto;margin:0 -6px;padding:0 6px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:7px 9px;text-align:right;vertical-align:top;white-space:nowrap;font-weight:400}
thead th{color:var(--soft);font-size:13px;padding-bottom:4px}.groups th,.groups td{padding-bottom:0;border:0}
.groups th{text-align:right;color:var(--ink);font-weight:600}.groups th:last-child{text-align:left;padding-left:24px}.groups th{background:linear-gradient(var(--line),var(--line)) bottom right/calc(100% - 20px) 1px no-repeat}.groups th:last-child{background-position:bottom left 20px}
tbody th,tbody td{border-top:1px solid var(--line)}
th:first-child,td:first-child,.last,thead th:last-child{text-align:left}
tbody th{font-weight:600}tbody th small{white-space:normal;max-width:185px}.last{white-space:normal;min-width:160px}
small{display:block;color:var(--soft);font-size:12.5px;font-weight:400}
.rate.good{color:var(--good);font-weight:600}.rate.bad{color:var(--bad);font-weight:600}
a.bad{color:var(--bad)}a.notice{color:var(--notice)}a.good{color:var(--good)}
.whisker{display:block;margin:2px 0 0 auto;color:var(--soft)}.whisker.good{color:var(--good)}.whisker.bad{color:var(--bad)}
.whisker path{stroke-width:2;fill:none}.whisker .track{stroke:var(--line)}.whisker .range{stroke:currentColor;stroke-width:3;stroke-linecap:round}.whisker circle{fill:currentColor}
.none{color:var(--soft)}
small.bad,.mark.bad{color:var(--bad)}small.notice,.mark.notice{color:var(--notice)}.mark.good{color:var(--good)}
.all tbody th{white-space:normal}.all thead th:last-child{text-align:right;white-space:normal}.all small{display:inline;margin-left:7px;max-width:none}
.mark{display:inline-block;width:1.2em;text-align:center}.mark.quiet{color:var(--soft)}
.curves{display:flex;flex-wrap:wrap;gap:4px 40px}
.curves figure{margin:14px 0 0;width:min(100%,575px);display:flex;flex-wrap:wrap;gap:0 22px;font-size:13.5px;color:var(--soft)}.curves figcaption{color:var(--ink);width:100%}.curves p{margin:2px 0 0;max-width:38ch}
.curve{display:block;margin-top:6px;color:var(--link);max-width:100%}.curve path{fill:none}.curve .track{stroke:var(--line)}.curve .band{fill:currentColor;opacity:.18}.curve .line{stroke:currentColor;stroke-width:2}.curve circle{fill:currentColor}
.curves p.axis{display:flex;justify-content:space-between;width:222px;font-size:12.5px}
.notes p.bad{color:var(--bad)}
.notes p{margin:10px 0 0;color:var(--soft);font-size:14px}
.lost{background:var(--notice-bg);color:var(--notice);border-radius:10px;padding:10px 16px;margin:0 0 14px}
.files{background:var(--notice-bg);border-radius:14px;padding:14px 26px;margin-bottom:18px}.files p{margin:0}.files b{color:var(--notice)}.files ul{margin:6px 0 0;padding-left:20px}.files li{overflow-wrap:anywhere}
footer{color:var(--soft);font-size:13.5px;max-width:90ch}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none}
@media (max-width:640px){.wrap{padding:16px 12px}.headline{padding:16px 18px}.headline h1{font-size:21px}.card{padding:16px}
th,td{padding:7px 5px}thead th{white-space:normal}.scroll th:first-child,.scroll td:first-child{position:sticky;left:0;background:var(--card);min-width:108px;max-width:150px;white-space:normal}.all small{display:block;margin:0}.whisker{width:56px}
.groups th{text-align:left;padding-left:26px}
.journey{flex-direction:column;align-items:flex-start}.way{white-space:normal}.stop+.stop{margin-left:0}.stop+.stop::before{display:none}}
`
