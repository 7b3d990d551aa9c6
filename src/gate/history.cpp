#include "gate/rows.hpp"
#include "gate/words.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <unordered_set>

namespace podium::inline v0::gate {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t microseconds = 1'000'000;

void check_overlap(Rows& rows, Evidence const& evidence) {
  if (!rows.rules.leakage.train_unit_overlap_max) return;
  double const most = *rows.rules.leakage.train_unit_overlap_max;
  if (evidence.train_units.empty() || rows.aggregate != nullptr) {
    auto const lacking = rows.aggregate != nullptr ? "units" : "training units";
    add_quality(
        rows,
        quality_finding(rows, "train_unit_overlap", unknown, most, "LEAKAGE_UNCHECKED:train_units",
                        std::string{"the policy limits the overlap with training, and the evidence has no "} + lacking,
                        "add the units seen in training to the evidence"),
        true);
    return;
  }
  std::unordered_set<std::string_view> const trained(evidence.train_units.begin(), evidence.train_units.end());
  auto const shared = std::count_if(rows.data.unit.begin(), rows.data.unit.end(),
                                    [&](std::string const& unit) { return trained.contains(unit); });
  auto const n = static_cast<double>(rows.data.unit.size());
  double const fraction = n > 0 ? static_cast<double>(shared) / n : 0;
  add_quality(rows,
              quality_finding(rows, "train_unit_overlap", fraction, most, "LEAKAGE:train_unit_overlap",
                              count_of(shared, "unit") + " of `" + rows.rules.id + "` were seen in training",
                              "evaluate on units that training has not seen"),
              fraction > most);
}

void check_label_time(Rows& rows, Evidence const& evidence) {
  if (!rows.rules.leakage.label_time_after_train_end) return;
  if (evidence.train_end_us == 0 || rows.data.time_us.empty()) {
    auto const lacking = evidence.train_end_us == 0 ? "end of training" : "time column";
    add_quality(
        rows,
        quality_finding(rows, "label_time", unknown, 0, "LEAKAGE_UNCHECKED:train_end",
                        std::string{"the policy wants labels from after training, and the evidence has no "} + lacking,
                        "add the newest label time of training, and a time column, to the evidence"),
        true);
    return;
  }
  auto const early = std::count_if(rows.data.time_us.begin(), rows.data.time_us.end(),
                                   [&](std::int64_t t) { return t <= evidence.train_end_us; });
  add_quality(rows,
              quality_finding(rows, "label_time", static_cast<double>(early), 0, "LEAKAGE:label_time",
                              count_of(early, "row") + " of `" + rows.rules.id + "` are not after the end of training",
                              "evaluate on rows from after the end of training"),
              early > 0);
}

void check_reuse(Rows& rows, model::PromotionPolicy const& policy, Evidence const& evidence) {
  rows.level = policy.alpha;
  auto const used = evidence.evaluations_used.find(rows.rules.id);
  rows.evaluation = 1 + (used == evidence.evaluations_used.end() ? 0 : used->second);
  auto const retired = evidence.facts.find("set." + rows.rules.id + ".retired");
  if (retired != evidence.facts.end() && retired->second != "false")
    add_quality(rows,
                quality_finding(rows, "retired", 1, 0, "TESTSET_RETIRED",
                                "`" + rows.rules.id + "` was retired by an earlier promotion",
                                "evaluate on a set that no champion was chosen by"),
                true);
  if (!rows.rules.reuse) return;
  double const k = rows.evaluation;
  bool const equal = rows.rules.reuse->schedule == "equal";
  int const most = rows.rules.reuse->max_evaluations;
  constexpr double pi = std::numbers::pi;
  rows.level = equal ? policy.alpha / most : policy.alpha * 6 / (pi * pi * k * k);
  if (!equal) return;
  add_quality(rows,
              quality_finding(rows, "reuse", k, most, "TESTSET_EXHAUSTED",
                              "this is evaluation " + std::to_string(rows.evaluation) + " of `" + rows.rules.id +
                                  "`, its budget is " + std::to_string(most),
                              "evaluate on a set that has not been used up"),
              rows.evaluation > most);
}

void check_digest(Rows& rows, Evidence const& evidence) {
  if (rows.rules.digest.empty()) return;
  auto const fact = evidence.facts.find("set." + rows.rules.id + ".digest");
  bool const known = fact != evidence.facts.end() && !fact->second.empty();
  bool const same = known && fact->second == rows.rules.digest;
  add_quality(
      rows,
      quality_finding(
          rows, "dataset_digest", same ? 0 : 1, 0, known ? "DATASET_MISMATCH" : "DATASET_UNCHECKED:" + rows.rules.id,
          known ? "`" + rows.rules.id + "` was made from data of the digest " + fact->second + ", the policy pins " +
                      rows.rules.digest
                : "the policy pins the data of `" + rows.rules.id + "`, and the evidence has no digest of it",
          known ? "score both models on the pinned data, or pin the new data in the policy"
                : "state the fact `set." + rows.rules.id + ".digest`"),
      !same);
}

void check_age(Rows& rows, Evidence const& evidence) {
  auto const& times = rows.data.time_us;
  auto const newest = times.empty() ? 0 : *std::max_element(times.begin(), times.end());
  if (!times.empty() && evidence.as_of_us != 0) {
    constexpr std::int64_t tolerance = 300 * microseconds;  // clocks of two machines
    auto const future =
        std::count_if(times.begin(), times.end(), [&](std::int64_t t) { return t > evidence.as_of_us + tolerance; });
    add_quality(rows,
                quality_finding(rows, "clock_skew", static_cast<double>(future), 0, "CLOCK_SKEW",
                                count_of(future, "row") + " of `" + rows.rules.id +
                                    "` are from after the time when the evidence was collected",
                                "look for a clock or a time zone that is wrong"),
                future > 0);
  }
  if (rows.rules.max_age) {
    double const most = static_cast<double>(rows.rules.max_age->count()) / 86400;
    bool const known = evidence.as_of_us != 0 && !times.empty();
    double const age =
        known ? (static_cast<double>(evidence.as_of_us) - static_cast<double>(newest)) / microseconds / 86400 : unknown;
    add_quality(rows,
                quality_finding(
                    rows, "age_days", age, most, known ? "STALE:" + rows.rules.id : "STALE_UNCHECKED:" + rows.rules.id,
                    known ? "the newest row of `" + rows.rules.id + "` is " + show(age) + " days old, at most " +
                                show(most) + " allowed"
                          : "the policy limits the age of `" + rows.rules.id + "`, and the evidence has no " +
                                (times.empty() ? "time column" : "time of collection"),
                    known ? "evaluate on newer labels" : "collect the evidence with a time column and `as_of`"),
                !known || age > most);
  }
  if (rows.data.maturity_us.empty()) return;
  bool const known = evidence.as_of_us != 0;
  auto const immature = std::count_if(rows.data.maturity_us.begin(), rows.data.maturity_us.end(),
                                      [&](std::int64_t t) { return t > evidence.as_of_us; });
  add_quality(
      rows,
      quality_finding(rows, "label_maturity", known ? static_cast<double>(immature) : unknown, 0,
                      known ? "LABEL_IMMATURE" : "LABEL_MATURITY_UNCHECKED",
                      known ? count_of(immature, "row") + " of `" + rows.rules.id +
                                  "` have a label that was not final when the evidence was collected"
                            : "labels become final at a time, and the evidence has no time of collection",
                      known ? "wait for the labels, or leave the rows out" : "collect the evidence with `as_of`"),
      !known || immature > 0);
}

}  // namespace

void check_history(Rows& rows, model::PromotionPolicy const& policy, Evidence const& evidence) {
  check_reuse(rows, policy, evidence);
  if (rows.absent) return;
  check_digest(rows, evidence);
  check_age(rows, evidence);
  check_overlap(rows, evidence);
  check_label_time(rows, evidence);
}

}  // namespace podium::inline v0::gate
