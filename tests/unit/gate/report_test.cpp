#include "podium/gate/report.hpp"

#include "unit/gate/worlds.hpp"

#include "podium/gate/evaluate.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace podium;

namespace {

/// Compares with tests/cases/gate/<name>; PODIUM_BLESS=1 rewrites the file instead.
void check_golden(std::string const& name, std::string const& text) {
  auto const path = std::string{PODIUM_SOURCE_DIR} + "/tests/cases/gate/" + name;
  if (std::getenv("PODIUM_BLESS") != nullptr) std::ofstream{path, std::ios::binary} << text;
  std::ifstream in{path, std::ios::binary};
  REQUIRE_MESSAGE(in, path);
  std::ostringstream expected;
  expected << in.rdbuf();
  CHECK_MESSAGE(text == expected.str(), path, " differs; bless it with PODIUM_BLESS=1 and review the difference");
}

/// Small evidence by arithmetic alone (no logarithm or exponential), so that its digits hold on every machine.
gate::Evidence fixed_evidence() {
  worlds::Random random{11};
  gate::Predictions rows;
  rows.id = "september";
  for (int i = 0; i < 600; ++i) {
    double const a = random.uniform(), b = random.uniform();
    rows.unit.push_back("u" + std::to_string(1000 + i));
    rows.cluster.push_back("day-" + std::to_string(10 + i % 30));
    rows.label.push_back(random.uniform() < .1 + .3 * a + .45 * b ? 1 : 0);
    rows.champion.push_back(.3125 + .25 * a);
    rows.challenger.push_back(.125 + .25 * a + .4375 * b);
    rows.time_us.push_back((1'378'000'000LL + i * 3600LL) * 1'000'000);
    rows.slices["origin"].emplace_back(i % 2 ? "EWR" : "JFK");
  }
  return worlds::evidence(std::move(rows));
}

model::PromotionPolicy fixed_policy() {
  auto policy = worlds::policy();
  auto& set = policy.evaluation_sets.front();
  set.min_units = 500;
  set.min_positives = 100;
  set.leakage.max_improvement = .4;
  policy.slices.front().min_units = 100;
  policy.slices.front().required = {"EWR", "JFK", "LGA"};
  return policy;
}

model::RolloutStep step(std::string stage, int weight, int mirror, std::int64_t requests, std::int64_t challengers) {
  model::RolloutStep made;
  made.stage = std::move(stage);
  made.weight = weight;
  made.mirror = mirror;
  made.requests = requests;
  made.champion_requests = requests - challengers;
  made.challenger_requests = challengers;
  return made;
}

model::RolloutRecord rollout() {
  auto shadow = step("shadow", 0, 50, 4000, 0);
  shadow.pairs = 2000;
  shadow.outcome = "advanced";
  auto bad = step("canary", 10, 0, 640, 65);
  bad.challenger_errors = 6;
  for (int i = 0; i <= 64; ++i) bad.e_values.emplace_back(i * 10, i < 20 ? 1 - .01 * i : std::exp(.09 * (i - 20)));
  bad.outcome = "rolled_back";
  bad.reason = "E_VALUE:error_rate=58.6>=40";
  model::Check value;
  value.id = "error_rate";
  value.metric = "e_value";
  value.estimate = 58.6;
  value.margin = 40;
  value.outcome = model::Outcome::fail;
  bad.checks = {value};
  auto first = step("canary", 10, 0, 4400, 440);
  first.outcome = "advanced";
  first.e_values = {{100, 1}, {4400, .8}};
  auto half = first;
  half.weight = 50;
  half.requests = 1700;
  half.e_values = {{100, .8}, {1700, .6}};
  auto bake = step("bake", 100, 0, 1500, 1500);
  bake.outcome = "promoted";
  return {.endpoint = "flights",
          .tries = {{.challenger_model = "azureml:flights:2",
                     .challenger_deployment = "green",
                     .steps = {shadow, bad},
                     .outcome = "rolled_back",
                     .reason = bad.reason,
                     .requests = 640},
                    {.challenger_model = "azureml:flights:2",
                     .challenger_deployment = "green",
                     .steps = {shadow, first, half, bake},
                     .outcome = "promoted",
                     .reason = "",
                     .requests = 7600}}};
}

gate::ReportInput report() {
  gate::ReportInput input;
  input.title = "Flights: champion against challenger";
  input.headline =
      "The challenger is promoted: AUC higher by 0.077, at least 0.030, and nothing the policy guards got worse.";
  input.decisions.push_back({"Champion against challenger, September", "Scored on 600 flights.",
                             gate::evaluate(fixed_policy(), fixed_evidence()).value()});
  auto broken = fixed_evidence();
  for (auto& score : broken.sets[0].challenger) score = .95;
  input.decisions.push_back({"A challenger <with> a unit bug & \"quotes\"", "Rates in percent.",
                             gate::evaluate(fixed_policy(), broken).value()});
  input.rollout = rollout();
  input.tables.push_back({"What a leak promises",
                          "Trained with rates from three hours later.",
                          {{"Model", "AUC"}, {"promised", "0.804"}, {"served", "0.672"}}});
  input.provenance = {{"champion", "azureml:flights:1"}, {"<script>alert(1)</script>", "a|b"}};
  return input;
}

/// Whether every element that is opened is closed, in order.
std::string first_unbalanced(std::string const& page) {
  std::vector<std::string> open;
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (page[i] != '<') continue;
    if (page.compare(i, 2, "<!") == 0) continue;
    bool const closing = page[i + 1] == '/';
    auto end = i + (closing ? 2 : 1);
    std::string name;
    while (end < page.size() && (std::isalnum(static_cast<unsigned char>(page[end])) != 0)) name += page[end++];
    auto const close = page.find('>', end);
    if (close == std::string::npos || name.empty()) return "broken tag at " + page.substr(i, 40);
    bool const alone = page[close - 1] == '/' || name == "meta";
    if (closing) {
      if (open.empty() || open.back() != name)
        return "</" + name + "> closes " + (open.empty() ? "nothing" : open.back());
      open.pop_back();
    } else if (!alone) {
      open.push_back(name);
    }
    i = close;
  }
  return open.empty() ? "" : "<" + open.back() + "> stays open";
}

}  // namespace

TEST_CASE("the decision on fixed evidence is written in the same bytes as always") {
  auto const decision = gate::evaluate(fixed_policy(), fixed_evidence()).value();
  check_golden("decision.json", gate::to_json(decision) + "\n");
}

TEST_CASE("the short report on fixed evidence reads as always") {
  check_golden("report.md", gate::render_markdown(report()));
}

TEST_CASE("the page is well-formed, loads nothing and runs nothing") {
  auto const page = gate::render_html(report());
  CHECK(first_unbalanced(page) == "");
  CHECK(page.find("http") == std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("url(") == std::string::npos);
  CHECK(page.find("src=") == std::string::npos);
  CHECK(page.find(">nan") == std::string::npos);
  CHECK(page.find("\"nan") == std::string::npos);
  CHECK(page.find("&lt;script&gt;alert(1)&lt;/script&gt;") != std::string::npos);
  CHECK(page.find("A challenger &lt;with&gt; a unit bug &amp; &quot;quotes&quot;") != std::string::npos);
  CHECK(page.find("prefers-color-scheme") != std::string::npos);
  CHECK(page.find("rolled back") != std::string::npos);
  CHECK(page.find("roll back at 40") != std::string::npos);
  if (auto const* folder = std::getenv("PODIUM_REPORT_OUT"))
    std::ofstream{std::string{folder} + "/report.html"} << page;
}

TEST_CASE("an empty report is a page too, and one with only a rollout, and one with only numbers that are none") {
  CHECK(first_unbalanced(gate::render_html({})) == "");
  gate::ReportInput only;
  only.rollout = rollout();
  only.rollout.tries[0].steps.clear();
  CHECK(first_unbalanced(gate::render_html(only)) == "");
  model::Check nothing;
  nothing.role = "guardrail";
  nothing.estimate = nothing.lower = nothing.upper = nothing.margin = NAN;
  gate::ReportInput empty;
  empty.decisions.push_back({"", "", {}});
  empty.decisions[0].decision.checks = {nothing, nothing};
  auto const page = gate::render_html(empty);
  CHECK(first_unbalanced(page) == "");
  CHECK(page.find(">nan") == std::string::npos);
  CHECK(page.find("\"nan") == std::string::npos);
  CHECK_FALSE(gate::render_markdown(empty).empty());
}

TEST_CASE("markdown keeps what it quotes inside its cells") {
  gate::ReportInput input;
  input.title = "a | b <img>";
  input.tables.push_back({"t", "", {{"h"}, {"x|y\nz"}}});
  auto const text = gate::render_markdown(input);
  CHECK(text.find("<img>") == std::string::npos);
  CHECK(text.find("x\\|y z") != std::string::npos);
}
