#include "podium/stats/latency.hpp"

#include "gate/online.hpp"
#include "gate/words.hpp"

#include "podium/stats/uncertainty.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::gate {
namespace {

using model::Outcome;

/// Requests slower than a limit.  A bin whose edges lie on both sides of it may be slower; only those beyond it are.
struct Exceeding {
  std::int64_t surely = 0;
  std::int64_t perhaps = 0;
  std::int64_t total = 0;
};

Exceeding count(LatencySample const& sample, double limit_ms) {
  Exceeding found{sample.errors, sample.errors, sample.errors};
  double lower = 0;
  for (auto const& bin : sample.bins) {
    found.total += bin.count;
    if (bin.upper_ms > limit_ms) found.perhaps += bin.count;
    if (lower >= limit_ms) found.surely += bin.count;
    lower = bin.upper_ms;
  }
  return found;
}

std::string percentile_name(double quantile) {
  auto text = show(quantile * 100);
  std::replace(text.begin(), text.end(), '.', '_');
  return "p" + text;
}

/// Requests at which the observed share would be shown to keep the objective; 0: never.
std::int64_t requests_needed(double share, double allowed, double level) {
  if (!(share < allowed)) return 0;
  for (std::int64_t n = 100; n < 100'000'000; n = n * 5 / 4) {
    auto const slow = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(n)));
    if (stats::Uncertainty::proportion(slow, n).bounds(level).upper <= allowed) return n;
  }
  return 0;
}

Finding start_slo(model::LatencySlo const& slo) {
  Finding finding;
  auto& check = finding.check;
  check.id = "latency_" + percentile_name(slo.quantile);
  check.role = "slo";
  check.metric = "slower_than_" + show(slo.max_ms) + "_ms";
  check.level = 1 - slo.confidence;
  check.margin = 1 - slo.quantile;
  check.method = "count of slow requests, exact binomial";
  check.estimate = std::numeric_limits<double>::quiet_NaN();
  check.lower = 0, check.upper = 1;
  check.outcome = Outcome::inconclusive;
  finding.in_family = true;
  return finding;
}

Finding judge_slo(model::LatencySlo const& slo, LatencySample const& sample, std::int64_t min_requests) {
  auto finding = start_slo(slo);
  auto& check = finding.check;
  auto const slow = count(sample, slo.max_ms);
  check.units = slow.total;
  if (slow.total == 0) {
    finding.code = "NEED_N:" + check.id + ":1>0";
    finding.message = "the load test of `" + sample.endpoint + "` has no requests";
    check.resolve = "run the load test";
    return finding;
  }
  // Successive latencies move together: n requests tell as much as n (1 - r) / (1 + r) independent ones.
  constexpr double negligible = 0.1;
  double const lag = sample.lag1.value_or(0);
  double const share_left = lag > negligible && lag < 1 ? (1 - lag) / (1 + lag) : 1;
  auto const effective = [&](std::int64_t n) {
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(n) * share_left));
  };
  auto const n = std::max<std::int64_t>(effective(slow.total), 1);
  auto const perhaps = stats::Uncertainty::proportion(std::min(effective(slow.perhaps), n), n);
  auto const surely = stats::Uncertainty::proportion(std::min(effective(slow.surely), n), n);
  check.estimate = static_cast<double>(slow.perhaps) / static_cast<double>(slow.total);
  check.lower = surely.bounds(check.level).lower;
  check.upper = perhaps.bounds(check.level).upper;
  check.p_value = perhaps.p_at_least(check.margin);
  finding.tested = true;
  finding.failure_p = surely.p_at_most(check.margin);
  auto const counted = stats::slo_by_counting(slow.perhaps, slow.total, slo.quantile, slo.confidence);
  check.notes.push_back(show(slow.perhaps) + " of " + show(slow.total) + " requests slower than " + show(slo.max_ms) +
                        " ms" + (counted && counted->limit >= 0 ? ", limit " + show(counted->limit) : ""));
  if (sample.errors > 0) check.notes.push_back(count_of(sample.errors, "failed request") + " counted as slow");
  if (slow.surely != slow.perhaps)
    check.notes.push_back("the histogram has no edge at " + show(slo.max_ms) +
                          " ms: " + show(slow.perhaps - slow.surely) + " requests may be on either side");
  if (share_left < 1)
    check.notes.push_back("lag-1 correlation " + show(lag) + ": as telling as " + count_of(n, "independent request"));
  bool const enough = slow.total >= min_requests;
  bool const pass = check.upper <= check.margin && enough;
  check.outcome = check.lower > check.margin ? Outcome::fail : pass ? Outcome::pass : Outcome::inconclusive;
  if (check.outcome != Outcome::inconclusive) return finding;
  auto const wanted = requests_needed(check.estimate, check.margin, check.level);
  auto const need = std::max(enough ? 0 : min_requests, wanted);
  finding.code =
      "NEED_N:" + check.id + ":" + (need > 0 ? std::to_string(need) : "unbounded") + ">" + std::to_string(slow.total);
  finding.message = check.id + ": " + show(slow.perhaps) + " of " + count_of(slow.total, "request") +
                    " were slower than " + show(slo.max_ms) + " ms, which does not show at most " + show(check.margin) +
                    " with confidence " + show(slo.confidence);
  check.resolve = need > 0
                      ? "about " + count_of(need, "request") + " would show it, if the observed share is the true one"
                      : "the observed share lies above the objective: more requests would show that it fails";
  return finding;
}

/// What makes a load test unfit to judge by.
Finding fitness(std::string code, std::string message, std::string resolve, Outcome outcome) {
  Finding finding;
  finding.check.id = "load_test";
  finding.check.role = "quality";
  finding.check.method = "count";
  finding.check.estimate = finding.check.lower = finding.check.upper = 1;
  finding.check.outcome = outcome;
  finding.check.resolve = std::move(resolve);
  finding.code = std::move(code);
  finding.message = std::move(message);
  return finding;
}

}  // namespace

std::vector<Finding> judge_latency(model::PromotionPolicy const& policy, Evidence const& evidence) {
  std::vector<Finding> findings;
  if (!policy.staging_latency) return findings;
  auto const& rules = *policy.staging_latency;
  auto const sample = std::find_if(evidence.latency.begin(), evidence.latency.end(),
                                   [&](auto const& one) { return one.endpoint == rules.endpoint; });
  if (sample == evidence.latency.end()) {
    for (auto const& slo : rules.slos) {
      auto finding = start_slo(slo);
      finding.code = "LATENCY_MISSING:" + finding.check.id;
      finding.message =
          "the policy has latency objectives, and the evidence has no load test of `" + rules.endpoint + "`";
      finding.check.resolve = "collect a load test of `" + rules.endpoint + "`";
      findings.push_back(std::move(finding));
    }
    return findings;
  }
  for (auto const& slo : rules.slos) findings.push_back(judge_slo(slo, *sample, rules.min_requests));
  if (!sample->open_loop)
    findings.push_back(
        fitness("CLOSED_LOOP",
                "the load test of `" + rules.endpoint + "` waited for answers before it sent on, which hides stalls",
                "send on schedule, and count from the intended time", Outcome::invalid));
  if (sample->rps < rules.rps * 0.95)
    findings.push_back(fitness(
        "LOAD_TOO_LOW",
        "the load test sent " + show(sample->rps) + " requests a second, the policy asks for " + show(rules.rps),
        "test under the load of the policy", Outcome::inconclusive));
  if (sample->warmup_s < static_cast<double>(rules.warmup.count()))
    findings.push_back(fitness("WARMUP_TOO_SHORT",
                               "the load test left out " + show(sample->warmup_s) +
                                   " s of warm-up, the policy asks for " +
                                   show(static_cast<std::int64_t>(rules.warmup.count())) + " s",
                               "warm up as the policy says", Outcome::inconclusive));
  // An unfit test settles nothing.
  bool const closed = !sample->open_loop;
  bool const weak = findings.size() > rules.slos.size();
  for (std::size_t i = 0; weak && i < rules.slos.size(); ++i) {
    auto& finding = findings[i];
    if (closed) finding.check.outcome = Outcome::invalid;
    if (!closed && finding.check.outcome == Outcome::pass) finding.check.outcome = Outcome::inconclusive;
    if (closed) finding.code.clear(), finding.check.resolve.clear();
    if (finding.check.outcome == Outcome::inconclusive && finding.check.resolve.empty())
      finding.check.resolve = "repeat the load test as the policy says";
  }
  return findings;
}

}  // namespace podium::inline v0::gate
