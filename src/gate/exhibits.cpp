#include "gate/rows.hpp"
#include "gate/words.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::gate {
namespace {

constexpr std::size_t examples = 5;
constexpr std::size_t most_points = 600;

/// Every k-th pair, so that at most `most_points` are drawn.
std::vector<std::pair<double, double>> thinned(std::vector<double> const& a, std::vector<double> const& b) {
  std::vector<std::pair<double, double>> pairs;
  auto const n = std::min(a.size(), b.size());
  auto const step = std::max<std::size_t>(1, (n + most_points - 1) / most_points);
  for (std::size_t i = 0; i < n; i += step)
    if (std::isfinite(a[i]) && std::isfinite(b[i])) pairs.emplace_back(a[i], b[i]);
  return pairs;
}

struct Clean {
  std::vector<double> label, champion, challenger;
  std::vector<std::string> unit;
};

/// Rows with a label and both scores, in the order of their units.
Clean clean(Predictions const& data) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < data.label.size() && i < data.challenger.size() && i < data.champion.size(); ++i)
    if ((data.label[i] == 0 || data.label[i] == 1) && std::isfinite(data.champion[i]) &&
        std::isfinite(data.challenger[i]))
      order.push_back(i);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return data.unit[a] < data.unit[b]; });
  Clean rows;
  for (auto const i : order) {
    rows.label.push_back(data.label[i]);
    rows.champion.push_back(data.champion[i]);
    rows.challenger.push_back(data.challenger[i]);
    rows.unit.push_back(data.unit[i]);
  }
  return rows;
}

ModelCurves curves(std::vector<double> const& label, std::vector<double> const& score) {
  ModelCurves found;
  if (auto roc = stats::roc_curve(label, score, 120)) found.roc = *std::move(roc);
  if (auto curve = stats::precision_recall_curve(label, score, 120)) found.precision_recall = *std::move(curve);
  bool const probabilities = std::all_of(score.begin(), score.end(), [](double s) { return s >= 0 && s <= 1; });
  if (auto bins = probabilities ? stats::reliability(label, score, 10) : Error{Errc::invalid_argument, ""})
    found.reliability = *std::move(bins);
  return found;
}

SetExhibit exhibit_set(model::PromotionPolicy const& policy, Predictions const& data) {
  SetExhibit found;
  found.set = data.id;
  for (auto const& item : policy.metrics)
    if (auto const threshold = item.params.find("threshold"); threshold != item.params.end())
      found.threshold = threshold->second;
  auto const rows = clean(data);
  found.champion = curves(rows.label, rows.champion);
  found.challenger = curves(rows.label, rows.challenger);
  found.scores = thinned(rows.champion, rows.challenger);
  for (std::size_t i = 0; i < rows.label.size(); ++i) {
    bool const positive = rows.label[i] == 1;
    bool const ours = (rows.champion[i] >= found.threshold) == positive;
    bool const theirs = (rows.challenger[i] >= found.threshold) == positive;
    ++(ours ? theirs ? found.both_right : found.only_champion : theirs ? found.only_challenger : found.both_wrong);
    if (ours && !theirs && found.champion_examples.size() < examples) found.champion_examples.push_back(rows.unit[i]);
    if (!ours && theirs && found.challenger_examples.size() < examples)
      found.challenger_examples.push_back(rows.unit[i]);
  }
  return found;
}

std::string headline_of(model::Decision const& decision) {
  std::string words{to_string(decision.verdict)};
  words.front() = static_cast<char>(words.front() - 'a' + 'A');
  if (!decision.hold.empty()) words += " (" + decision.hold + ")";
  if (decision.reasons.empty()) return words;
  auto const more = static_cast<std::int64_t>(decision.reasons.size()) - 1;
  return words + ": " + decision.reasons.front().message + (more > 0 ? "; and " + count_of(more, "more reason") : "");
}

}  // namespace

Exhibits exhibit(model::PromotionPolicy const& policy, Evidence const& evidence) {
  Exhibits exhibits;
  if (task_of(policy) == Task::binary)
    for (auto const& set : evidence.sets)
      if (!set.champion.empty()) exhibits.sets.push_back(exhibit_set(policy, set));
  if (policy.staging_latency) {
    exhibits.slos = policy.staging_latency->slos;
    for (auto const& sample : evidence.latency)
      if (sample.endpoint == policy.staging_latency->endpoint) exhibits.latency.push_back(sample);
  }
  if (evidence.shadow) exhibits.shadow = thinned(evidence.shadow->champion, evidence.shadow->challenger);
  return exhibits;
}

ReportInput report_of(model::PromotionPolicy const& policy, Evidence const& evidence, model::Decision const& decision) {
  ReportInput input;
  input.title = "Promotion gate: " + policy.name;
  input.headline = headline_of(decision);
  input.decisions = {{"Champion against challenger", "", decision}};
  input.provenance = evidence.provenance;
  for (auto const& set : policy.evaluation_sets)
    if (!set.asset.empty()) input.provenance.emplace_back("data of " + set.id, set.asset);
  if (!policy.subject_model.empty()) input.provenance.emplace_back("model", policy.subject_model);
  input.exhibits = exhibit(policy, evidence);
  input.waivers = policy.waivers;
  input.power = policy.power;
  input.withhold = !decision.verdict_only.empty();
  return input;
}

}  // namespace podium::inline v0::gate
