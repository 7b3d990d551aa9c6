#include "gate/html.hpp"

#include "base/markup.hpp"

#include <algorithm>

namespace podium::inline v0::gate::html {
namespace {

bool looks_numeric(std::string const& cell) {
  return !cell.empty() && cell.find_first_of("0123456789") != std::string::npos &&
         cell.find_first_not_of("0123456789+-.,%e ") == std::string::npos;
}

}  // namespace

std::string escape(std::string_view text) { return base::markup_text(text); }

std::string_view tone(std::string_view word) {
  if (word == "pass" || word == "promote" || word == "promoted" || word == "advanced") return "good";
  if (word == "fail" || word == "reject" || word == "rolled_back") return "bad";
  if (word == "inconclusive" || word == "hold" || word == "paused") return "open";
  if (word == "invalid" || word == "waived") return "odd";
  return "plain";
}

std::string badge(std::string_view word) {
  std::string shown{word};
  std::replace(shown.begin(), shown.end(), '_', ' ');
  return "<span class=\"badge " + std::string{tone(word)} + "\">" + escape(shown) + "</span>";
}

std::string table(std::vector<std::vector<std::string>> const& rows, std::string_view caption) {
  if (rows.empty()) return {};
  auto const columns = rows.front().size();
  std::vector<bool> numeric(columns, rows.size() > 1);
  for (std::size_t r = 1; r < rows.size(); ++r)
    for (std::size_t c = 0; c < columns && c < rows[r].size(); ++c)
      if (!rows[r][c].empty() && !looks_numeric(rows[r][c])) numeric[c] = false;
  std::string out = "<div class=\"scroll\"><table>";
  if (!caption.empty()) out += "<caption>" + escape(caption) + "</caption>";
  out += "<thead><tr>";
  for (std::size_t c = 0; c < columns; ++c)
    out += std::string{"<th scope=\"col\""} + (numeric[c] ? " class=\"n\">" : ">") + escape(rows.front()[c]) + "</th>";
  out += "</tr></thead><tbody>";
  for (std::size_t r = 1; r < rows.size(); ++r) {
    out += "<tr>";
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      bool const right = c < columns && numeric[c];
      bool const head = c == 0;
      out += std::string{head ? "<th scope=\"row\"" : "<td"} + (right ? " class=\"n\">" : ">") + escape(rows[r][c]) +
             (head ? "</th>" : "</td>");
    }
    out += "</tr>";
  }
  return out + "</tbody></table></div>";
}

std::string table_of_markup(std::vector<std::string> const& heading, std::vector<std::vector<std::string>> const& rows,
                            std::string_view caption) {
  std::string out = "<div class=\"scroll\"><table>";
  if (!caption.empty()) out += "<caption>" + escape(caption) + "</caption>";
  out += "<thead><tr>";
  for (auto const& title : heading) out += "<th scope=\"col\">" + escape(title) + "</th>";
  out += "</tr></thead><tbody>";
  for (auto const& row : rows) {
    out += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c)
      out += (c == 0 ? "<th scope=\"row\">" : "<td>") + row[c] + (c == 0 ? "</th>" : "</td>");
    out += "</tr>";
  }
  return out + "</tbody></table></div>";
}

std::string_view style() {
  return R"css(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1a1f27;--soft:#566072;--line:#dde2ea;--faint:#eef1f5;
--good:#137333;--good-bg:#e3f4e8;--bad:#b3261e;--bad-bg:#fce8e6;--open:#8a5300;--open-bg:#fdf0d8;--odd:#6b3fa0;--odd-bg:#f0e8fa;
--plain:#475061;--plain-bg:#e9edf3;--accent:#2457b3}
@media (prefers-color-scheme:dark){:root{--page:#12151a;--card:#1b2027;--ink:#e7ebf1;--soft:#a3adbd;--line:#333b47;--faint:#242b34;
--good:#74d391;--good-bg:#173524;--bad:#ff9a91;--bad-bg:#43201d;--open:#f3bf63;--open-bg:#3d2e12;--odd:#cdaef5;--odd-bg:#33264a;
--plain:#bcc5d3;--plain-bg:#2b323c;--accent:#8db4ff}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:68rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.75rem;line-height:1.2;margin:.2rem 0 1rem;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:0 0 .35rem;line-height:1.3}
h3{font-size:1rem;margin:1.6rem 0 .4rem}
p{margin:.35rem 0 .8rem;max-width:46rem}
.eyebrow{color:var(--soft);font-size:.8rem;letter-spacing:.08em;text-transform:uppercase;margin:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem 1.4rem;margin:0 0 1.25rem}
.verdict{border-left:6px solid var(--plain)}
.verdict.good{border-left-color:var(--good)}.verdict.bad{border-left-color:var(--bad)}.verdict.open{border-left-color:var(--open)}
.verdict .headline{font-size:1.15rem;max-width:none;margin:.5rem 0 .2rem}
.head{display:flex;flex-wrap:wrap;gap:.6rem;align-items:baseline}
.head h2{margin:0}
.badge{display:inline-block;border-radius:999px;padding:.1rem .65rem;font-size:.8rem;font-weight:650;white-space:nowrap;line-height:1.5}
.big{font-size:1rem;padding:.2rem 1rem;text-transform:uppercase;letter-spacing:.05em}
.badge.good{color:var(--good);background:var(--good-bg)}.badge.bad{color:var(--bad);background:var(--bad-bg)}
.badge.open{color:var(--open);background:var(--open-bg)}.badge.odd{color:var(--odd);background:var(--odd-bg)}
.badge.plain{color:var(--plain);background:var(--plain-bg)}
.soft{color:var(--soft)}
ul{margin:.4rem 0 .8rem;padding-left:1.2rem}li{margin:.25rem 0}
ul.reasons{list-style:none;padding:0}
ul.reasons li{padding:.35rem 0;border-top:1px solid var(--faint)}
ul.reasons li:first-child{border-top:0}
code,.mono{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
code{background:var(--faint);border-radius:5px;padding:.05rem .3rem}
code.key{padding:.1rem .4rem;margin-right:.4rem;font-weight:600}
.num{white-space:nowrap;font-variant-numeric:tabular-nums}
ul.quality{list-style:none;padding:0;columns:2 22rem;column-gap:2rem;font-size:.9rem}
ul.quality li{break-inside:avoid;padding:.2rem 0;margin:0}
.scroll{overflow-x:auto;margin:.6rem 0 .9rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--soft);font-size:.85rem;padding:0 0 .35rem}
th,td{overflow-wrap:break-word;text-align:left;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
thead th{color:var(--soft);font-weight:600;font-size:.8rem;border-bottom:2px solid var(--line);white-space:nowrap}
tbody th{font-weight:600}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td,tbody th{font-variant-numeric:tabular-nums}
dl{display:grid;grid-template-columns:minmax(9rem,max-content) 1fr;gap:.3rem 1.2rem;margin:.4rem 0;font-size:.9rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
figure{margin:.8rem 0 1rem;overflow-x:auto}
figcaption{color:var(--soft);font-size:.85rem;margin-top:.3rem;max-width:46rem}
svg{display:block;width:100%;min-width:44rem;height:auto;font:13px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
svg text{fill:var(--ink)}svg .soft{fill:var(--soft)}svg .small{font-size:11.5px}svg .strong{font-weight:650}
svg .axis{stroke:var(--line);stroke-width:1}svg .zero{stroke:var(--soft);stroke-width:1.25}
svg .limit{stroke:var(--accent);stroke-width:2;stroke-dasharray:4 3;fill:none}svg .limit-text{fill:var(--accent)}
svg .band{fill:var(--faint)}
svg .good{stroke:var(--good);fill:var(--good)}svg .bad{stroke:var(--bad);fill:var(--bad)}svg .open{stroke:var(--open);fill:var(--open)}
svg .odd{stroke:var(--odd);fill:var(--odd)}svg .plain{stroke:var(--plain);fill:var(--plain)}
svg text.good,svg text.bad,svg text.open,svg text.odd,svg text.plain{stroke:none}
svg .whisker{stroke-width:2.5;fill:none}
svg .share{fill:var(--accent);fill-opacity:.28;stroke:var(--accent);stroke-width:1.5}
svg .mirror{fill:none;stroke:var(--soft);stroke-width:1.5;stroke-dasharray:2 3}
svg .evidence{fill:none;stroke:var(--ink);stroke-width:2;stroke-linejoin:round}
svg .rollback{stroke:var(--bad);stroke-width:1.5}
svg .champion{fill:none;stroke:var(--soft);stroke-width:2}svg .challenger{fill:none;stroke:var(--accent);stroke-width:2}
svg .champion.thin,svg .challenger.thin{stroke-width:1;opacity:.6}svg .champion.dot{fill:var(--soft)}svg .challenger.dot{fill:var(--accent)}
svg .gap{fill:var(--accent);fill-opacity:.12;stroke:none}svg .cloud{fill:var(--accent);fill-opacity:.35}svg .bar{fill-opacity:.35;stroke:none}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(24rem,1fr));gap:1rem}.plots svg{min-width:0;max-width:30rem}.plots figure{margin:0}
.waivers{border:2px solid var(--bad);background:var(--bad-bg)}.waivers h2{color:var(--bad)}
footer{color:var(--soft);font-size:.85rem}
@media (max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
@media print{body{background:#fff;font-size:11pt}main{max-width:none;padding:0}.card{border-color:#bbb;break-inside:auto}
figure,tr,ul.reasons li{break-inside:avoid}h2,h3{break-after:avoid}svg{min-width:0}.scroll,figure{overflow:visible}}
)css";
}

}  // namespace podium::inline v0::gate::html
