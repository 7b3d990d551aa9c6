#pragma once

#include "podium/gate/evidence.hpp"
#include "podium/model/policy.hpp"
#include "podium/model/promotion.hpp"
#include "podium/stats/auc.hpp"
#include "podium/stats/calibration.hpp"
#include "podium/version.hpp"

#include <string>
#include <vector>

namespace podium::inline v0::gate {

struct NamedDecision {
  std::string title;  ///< "Champion against challenger, September"
  std::string note;   ///< one sentence for the reader; may be empty
  model::Decision decision;
};

/// A small table the reader should see: first row is the heading.
struct ReportTable {
  std::string title;
  std::string note;
  std::vector<std::vector<std::string>> rows;
};

/// What the curves of one evaluation set are drawn from (binary classification).
struct ModelCurves {
  std::vector<stats::CurvePoint> roc;
  std::vector<stats::CurvePoint> precision_recall;
  std::vector<stats::ReliabilityBin> reliability;  ///< empty where scores are not probabilities
};
struct SetExhibit {
  std::string set;
  ModelCurves champion;
  ModelCurves challenger;
  double threshold = 0.5;  ///< of the decisions below
  std::int64_t both_right = 0, only_champion = 0, only_challenger = 0, both_wrong = 0;
  std::vector<std::string> champion_examples;     ///< units that only the champion gets right; a few
  std::vector<std::string> challenger_examples;   ///< ... only the challenger
  std::vector<std::pair<double, double>> scores;  ///< champion's and challenger's score of the same row, thinned
};

/// Pictures of the evidence, beside the numbers of the decision.
struct Exhibits {
  std::vector<SetExhibit> sets;
  std::vector<LatencySample> latency;
  std::vector<model::LatencySlo> slos;
  std::vector<std::pair<double, double>> shadow;  ///< pairs of mirrored scores, thinned
};
PODIUM_API Exhibits exhibit(model::PromotionPolicy const& policy, Evidence const& evidence);

struct ReportInput {
  std::string title;
  std::string headline;                  ///< one sentence: what was decided, and why
  std::vector<NamedDecision> decisions;  ///< the first one carries the forest plot on top
  model::RolloutRecord rollout;
  std::vector<ReportTable> tables;
  std::vector<std::pair<std::string, std::string>> provenance;
  Exhibits exhibits{};
  std::vector<model::Waiver> waivers{};  ///< shown in red
  double power = 0.8;                    ///< of the plan that the power table speaks of
  /// Leaves the estimates of sets with `feedback: verdict_only` out of the Markdown: it is what comments and step
  /// summaries are made of, and every number that the builder of models sees there spends the set.
  bool withhold = false;
};

/// The report of one decision: headline, exhibits, waivers, provenance.
PODIUM_API ReportInput report_of(model::PromotionPolicy const& policy, Evidence const& evidence,
                                 model::Decision const& decision);

/// One self-contained HTML page: inline SVG and CSS, light and dark, no script.
PODIUM_API std::string render_html(ReportInput const& input);

/// The first decision alone, to be set into another page (a notebook's cell): its styles are its own.
PODIUM_API std::string render_fragment(ReportInput const& input);

/// Short form for a step summary or a terminal without colours: GitHub-flavoured Markdown.
PODIUM_API std::string render_markdown(ReportInput const& input);

/// One test case per check, for tools that show test results: a hold is skipped, with what would settle it.
PODIUM_API std::string render_junit(model::Decision const& decision);

}  // namespace podium::inline v0::gate
