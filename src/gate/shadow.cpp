#include "gate/online.hpp"
#include "gate/words.hpp"

#include "podium/stats/drift.hpp"
#include "podium/stats/uncertainty.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::gate {
namespace {

using model::Outcome;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double cut = 0.5;  // decisions of a score

struct Pairs {
  std::vector<double> champion;
  std::vector<double> challenger;
};

/// Pairs with both answers.
Pairs complete(ShadowPairs const& shadow) {
  Pairs pairs;
  auto const n = std::min(shadow.champion.size(), shadow.challenger.size());
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isnan(shadow.champion[i]) || std::isnan(shadow.challenger[i])) continue;
    pairs.champion.push_back(shadow.champion[i]);
    pairs.challenger.push_back(shadow.challenger[i]);
  }
  return pairs;
}

Finding start(model::ShadowCheck const& rule, double level, std::int64_t units) {
  Finding finding;
  auto& check = finding.check;
  check.id = rule.id;
  check.role = "shadow";
  check.metric = rule.metric;
  check.level = level;
  check.margin = rule.max;
  check.units = units;
  check.estimate = std::numeric_limits<double>::quiet_NaN();
  check.lower = -infinite, check.upper = infinite;
  check.outcome = Outcome::inconclusive;
  return finding;
}

void leave_open(Finding& finding, std::string const& why, std::string resolve) {
  auto& check = finding.check;
  check.outcome = Outcome::inconclusive;
  check.resolve = std::move(resolve);
  finding.code = "NEED_N:" + check.id + ":more>" + std::to_string(check.units);
  finding.message = check.id + ": " + why;
}

/// A share of requests: at most `max` is shown, disproved, or open.
void judge_share(Finding& finding, std::int64_t hits, std::int64_t n, char const* what) {
  auto& check = finding.check;
  check.method = "exact binomial";
  check.units = n;
  if (n == 0) {
    leave_open(finding, "nothing was mirrored", "mirror traffic");
    return;
  }
  auto const share = stats::Uncertainty::proportion(hits, n);
  auto const bounds = share.bounds(check.level);
  check.estimate = static_cast<double>(hits) / static_cast<double>(n);
  check.lower = bounds.lower, check.upper = bounds.upper;
  check.p_value = share.p_at_least(check.margin);
  finding.tested = finding.in_family = true;
  finding.failure_p = share.p_at_most(check.margin);
  check.outcome = check.lower > check.margin    ? Outcome::fail
                  : check.upper <= check.margin ? Outcome::pass
                                                : Outcome::inconclusive;
  if (check.outcome == Outcome::inconclusive)
    leave_open(finding,
               show(hits) + " of " + show(n) + " " + what + ", which does not show at most " + show(check.margin),
               "mirror more traffic");
}

void judge_parity(Finding& finding, ShadowPairs const& shadow) {
  auto& check = finding.check;
  check.method = "largest difference";
  double largest = 0;
  std::int64_t compared = 0;
  auto const n = std::min(shadow.challenger.size(), shadow.offline.size());
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isnan(shadow.challenger[i]) || std::isnan(shadow.offline[i])) continue;
    largest = std::max(largest, std::abs(shadow.challenger[i] - shadow.offline[i]));
    ++compared;
  }
  check.units = compared;
  if (compared == 0) {
    leave_open(finding, "no mirrored answer has an offline score beside it", "add the column `offline` to the shadow");
    return;
  }
  check.estimate = check.lower = check.upper = largest;
  check.outcome = largest <= check.margin ? Outcome::pass : Outcome::fail;
  finding.tested = true;
  finding.failure_p = 0;
}

void judge_psi(Finding& finding, model::ShadowCheck const& rule, Pairs const& pairs, std::vector<Rows> const& sets) {
  auto& check = finding.check;
  bool const own = rule.reference == "own_offline_scores";
  auto const& reference = own && !sets.empty() ? sets.front().data.challenger : pairs.champion;
  auto const found = stats::psi_test(reference, pairs.challenger, check.level);
  check.method = "PSI over deciles of the reference, chi-square band";
  check.estimate = found.value;
  check.lower = found.lower, check.upper = found.upper;
  check.notes.push_back("without drift, samples of this size stay below " + show(found.null_band));
  check.outcome = found.within(rule.max)    ? Outcome::pass
                  : found.exceeds(rule.max) ? Outcome::fail
                                            : Outcome::inconclusive;
  if (check.outcome != Outcome::inconclusive) return;
  auto const need = stats::psi_units_needed(rule.max, found.bins, found.reference_units, check.level);
  leave_open(finding,
             "PSI " + show(found.value) + " (up to " + show(found.upper) + ") is not told apart from " + show(rule.max),
             need > 0 ? "without drift about " + count_of(need, "pair") + " would show it" : "use a larger reference");
}

/// Jensen-Shannon distance over the reference's deciles, or Kolmogorov-Smirnov's distance: effect sizes with bounds.
void judge_distance(Finding& finding, model::ShadowCheck const& rule, Pairs const& pairs) {
  auto& check = finding.check;
  if (pairs.champion.empty()) {
    leave_open(finding, "there are no pairs", "mirror traffic");
    return;
  }
  if (rule.metric == "ks") {
    auto const found = stats::ks_test(pairs.champion, pairs.challenger, check.level);
    if (!found) {
      leave_open(finding, found.error().message(), "look at the scores");
      return;
    }
    check.method = "Kolmogorov-Smirnov distance, Dvoretzky-Kiefer-Wolfowitz band";
    check.estimate = found->distance;
    check.lower = found->lower, check.upper = found->upper;
  } else {
    auto const edges = stats::quantile_edges(pairs.champion);
    auto const found = stats::js_distance_test(stats::bin_counts(pairs.champion, edges),
                                               stats::bin_counts(pairs.challenger, edges), check.level);
    check.method = "Jensen-Shannon distance over deciles of the champion, bootstrap of the counts";
    check.estimate = found.value;
    check.lower = found.lower, check.upper = found.upper;
    check.notes.push_back("without drift, samples of this size stay below " + show(found.null_band));
  }
  check.outcome = check.upper < rule.max   ? Outcome::pass
                  : check.lower > rule.max ? Outcome::fail
                                           : Outcome::inconclusive;
  if (check.outcome == Outcome::inconclusive)
    leave_open(finding,
               rule.metric + " " + show(check.estimate) + " (" + show(check.lower) + " to " + show(check.upper) +
                   ") is not told apart from " + show(rule.max),
               "mirror more traffic");
}

Finding judge_one(model::ShadowCheck const& rule, ShadowPairs const& shadow, Pairs const& pairs,
                  std::vector<Rows> const& sets, double level) {
  auto finding = start(rule, level, static_cast<std::int64_t>(pairs.challenger.size()));
  if (rule.metric == "online_offline_difference") {
    judge_parity(finding, shadow);
  } else if (rule.metric == "error_rate") {
    auto const missing =
        std::count_if(shadow.challenger.begin(), shadow.challenger.end(), [](double s) { return std::isnan(s); });
    auto const failed = std::max<std::int64_t>(shadow.challenger_errors, missing);
    judge_share(finding, failed,
                std::max<std::int64_t>(shadow.mirrored, static_cast<std::int64_t>(shadow.challenger.size())),
                "mirrored requests failed");
  } else if (rule.metric == "decision_disagreement") {
    std::int64_t flips = 0;
    for (std::size_t i = 0; i < pairs.champion.size(); ++i)
      flips += (pairs.champion[i] >= cut) != (pairs.challenger[i] >= cut);
    judge_share(finding, flips, static_cast<std::int64_t>(pairs.champion.size()), "decisions differ");
  } else if (rule.metric == "psi") {
    judge_psi(finding, rule, pairs, sets);
  } else {
    judge_distance(finding, rule, pairs);
  }
  return finding;
}

Finding size_of(std::string id, std::int64_t have, std::int64_t need, std::string const& what) {
  Finding finding;
  auto& check = finding.check;
  check.id = std::move(id);
  check.role = "quality";
  check.method = "count";
  check.estimate = check.lower = check.upper = static_cast<double>(have);
  check.margin = static_cast<double>(need);
  check.units = have;
  check.outcome = have < need ? Outcome::inconclusive : Outcome::pass;
  if (have >= need) return finding;
  check.resolve = "mirror more traffic: " + show(need - have) + " " + what + " more";
  finding.code = "NEED_N:" + check.id + ":" + std::to_string(need) + ">" + std::to_string(have);
  finding.message = "the shadow has " + show(have) + " " + what + ", the policy asks for " + show(need);
  return finding;
}

}  // namespace

std::vector<Finding> judge_shadow(model::PromotionPolicy const& policy, Evidence const& evidence,
                                  std::vector<Rows> const& sets) {
  std::vector<Finding> findings;
  if (!policy.shadow || !evidence.shadow) return findings;
  auto const& rules = *policy.shadow;
  auto const& shadow = *evidence.shadow;
  auto const pairs = complete(shadow);
  auto const n = static_cast<std::int64_t>(pairs.champion.size());
  for (auto const& rule : rules.checks) findings.push_back(judge_one(rule, shadow, pairs, sets, policy.alpha));
  findings.push_back(size_of("shadow_pairs", n, rules.min_pairs, "pairs"));
  if (rules.min_duration)
    findings.push_back(size_of("shadow_seconds", shadow.duration_s, rules.min_duration->count(), "seconds"));
  if (rules.min_pair_rate) {
    double const rate = shadow.mirrored > 0 ? static_cast<double>(n) / static_cast<double>(shadow.mirrored) : 0;
    auto finding = size_of("shadow_pair_rate", 0, 0, "");
    auto& check = finding.check;
    check.estimate = check.lower = check.upper = rate;
    check.margin = *rules.min_pair_rate;
    check.units = shadow.mirrored;
    if (rate < *rules.min_pair_rate) {
      check.outcome = Outcome::invalid;
      check.resolve = "log the key of each request in the scoring script, so that answers find their pair";
      finding.code =
          shadow.mirrored > 0 ? "PAIRING:" + show(rate) + "<" + show(*rules.min_pair_rate) : "PAIRING_UNKNOWN";
      finding.message =
          shadow.mirrored > 0
              ? "only " + show(n) + " of " + show(shadow.mirrored) + " mirrored requests found their pair"
              : "the policy limits unpaired requests, and the evidence does not say how many were mirrored";
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace podium::inline v0::gate
