#include "podium/gate/simulate.hpp"

#include "base/parallel.hpp"
#include "gate/metrics.hpp"
#include "gate/policy_check.hpp"
#include "gate/words.hpp"

#include "podium/stats/proportions.hpp"
#include "podium/stats/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace podium::inline v0::gate {
namespace {

constexpr std::int64_t rows_per_query = 10;
constexpr int class_count = 3;
constexpr std::int64_t calibration_rows = 40'000;
constexpr std::uint32_t calibration_world = 0xffffffffU;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// Normal numbers that are a function of their place.
class Normals {
 public:
  Normals(std::uint64_t seed, std::uint32_t world) : seed_{seed}, world_{world} {}
  double uniform() { return stats::uniform_at(seed_, 7, world_, next_++); }
  double normal() {
    double const radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t seed_;
  std::uint32_t world_;
  std::uint32_t next_ = 0;
};

/// What a model that sees the signal through noise of this size makes of it: shrunk towards the mean, so that it is
/// calibrated.
struct Sight {
  double noise = 1;
  double shrink() const { return 1 / (1 + noise * noise); }
  double left() const { return noise * noise / (1 + noise * noise); }  ///< variance that stays unknown
};

struct Generator {
  Task task = Task::binary;
  SimulationOptions options;
  double challenger_noise = 1;

  /// `seen` is the signal plus noise.
  double score(Sight const& sight, double seen, double intercept) const {
    double const believed = sight.shrink() * seen;
    if (task == Task::regression || task == Task::ranking) return believed;
    constexpr double slope = 1.5;
    // The logistic mean over a normal: MacKay's approximation.
    double const variance = slope * slope * sight.left();
    return sigmoid((intercept + slope * believed) / std::sqrt(1 + std::numbers::pi / 8 * variance));
  }

  Predictions rows(std::string const& id, std::int64_t n, std::int64_t clusters, std::uint32_t world) const {
    Predictions rows;
    rows.id = id;
    Normals random{options.seed, world};
    double const base = std::log(options.positives / (1 - options.positives)) * 1.25;
    Sight const ours{options.noise}, theirs{challenger_noise};
    double const own = std::sqrt(1 - options.agreement * options.agreement);
    std::vector<double> effect(static_cast<std::size_t>(std::max<std::int64_t>(clusters, 1)));
    for (auto& one : effect) one = clusters > 0 ? 0.3 * random.normal() : 0;
    auto const columns = task == Task::multiclass ? class_count : 1;
    if (task == Task::multiclass) {
      for (int c = 0; c < class_count; ++c) rows.classes.push_back("class" + std::to_string(c));
      rows.champion_class.resize(class_count);
      rows.challenger_class.resize(class_count);
    }
    for (std::int64_t i = 0; i < n; ++i) {
      auto const cluster = clusters > 0 ? i * clusters / n : 0;
      double const intercept = base + effect[static_cast<std::size_t>(cluster)];
      std::array<double, class_count> signal{}, before{}, after{};
      for (int c = 0; c < columns; ++c) {
        signal[static_cast<std::size_t>(c)] = random.normal();
        double const shared = random.normal(), mine = random.normal();
        auto const at = static_cast<std::size_t>(c);
        before[at] = signal[at] + ours.noise * shared;
        after[at] = signal[at] + theirs.noise * (options.agreement * shared + own * mine);
      }
      add_row(rows, random, signal, before, after, intercept);
      char name[32];
      std::snprintf(name, sizeof name, "u%09lld", static_cast<long long>(i));
      rows.unit.emplace_back(name);
      if (clusters > 0) rows.cluster.push_back("c" + std::to_string(cluster));
      if (task == Task::ranking) rows.group.push_back("q" + std::to_string(i / rows_per_query));
    }
    return rows;
  }

 private:
  using Signals = std::array<double, class_count>;

  void add_row(Predictions& rows, Normals& random, Signals const& signal, Signals const& before, Signals const& after,
               double intercept) const {
    Sight const ours{options.noise}, theirs{challenger_noise};
    constexpr double slope = 1.5;
    switch (task) {
      case Task::binary:
        rows.label.push_back(random.uniform() < sigmoid(intercept + slope * signal[0]) ? 1 : 0);
        break;
      case Task::custom:
      case Task::regression:
        rows.label.push_back(10 + signal[0] + 0.5 * random.normal() + 0.2 * intercept);
        rows.champion.push_back(10 + score(ours, before[0], 0));
        rows.challenger.push_back(10 + score(theirs, after[0], 0));
        return;
      case Task::ranking:
        rows.label.push_back(signal[0] > 1.6 ? 3 : signal[0] > 0.9 ? 1 : 0);
        break;
      case Task::multiclass: {
        std::size_t label = 0;
        double best = -1e300;
        std::array<double, class_count> p{}, q{};
        double sum_p = 0, sum_q = 0;
        for (std::size_t c = 0; c < class_count; ++c) {
          double const drawn = slope * signal[c] - std::log(-std::log(random.uniform()));
          if (drawn > best) best = drawn, label = c;
          sum_p += p[c] = std::exp(slope * ours.shrink() * before[c]);
          sum_q += q[c] = std::exp(slope * theirs.shrink() * after[c]);
        }
        rows.label.push_back(static_cast<double>(label));
        for (std::size_t c = 0; c < class_count; ++c) {
          rows.champion_class[c].push_back(p[c] / sum_p);
          rows.challenger_class[c].push_back(q[c] / sum_q);
        }
        rows.champion.push_back(static_cast<double>(std::max_element(p.begin(), p.end()) - p.begin()));
        rows.challenger.push_back(static_cast<double>(std::max_element(q.begin(), q.end()) - q.begin()));
        return;
      }
    }
    rows.champion.push_back(score(ours, before[0], intercept));
    rows.challenger.push_back(score(theirs, after[0], intercept));
  }
};

/// The policy without the rules that a simulation cannot answer.
model::PromotionPolicy statistical_part(model::PromotionPolicy policy) {
  policy.digest.clear();
  policy.staging_latency.reset();
  policy.shadow.reset();
  policy.canary.reset();
  policy.simpson.clear();
  policy.approvals.clear();
  policy.waivers.clear();
  policy.challenger_requires.clear();
  policy.champion = {};
  constexpr int replicates = 2000;
  policy.bootstrap.replicates = std::min(policy.bootstrap.replicates, replicates);
  for (auto& set : policy.evaluation_sets) {
    set.digest.clear();
    set.max_age.reset();
    set.leakage.train_unit_overlap_max.reset();
    set.leakage.label_time_after_train_end = false;
    set.columns.weight.clear();
    set.columns.time.clear();
    set.columns.maturity.clear();
  }
  return policy;
}

/// Slices by turns, so that each is about as large as the next.
void add_slices(Predictions& rows, model::PromotionPolicy const& policy) {
  for (auto const& slice : policy.slices)
    for (auto const& column : slice.by) {
      if (rows.slices.contains(column)) continue;
      std::vector<std::string> values = slice.by.size() == 1 ? slice.required : std::vector<std::string>{};
      if (values.empty()) values = {"a", "b", "c"};
      auto& cells = rows.slices[column];
      // Mixed by a stride that is prime to the number of values.
      for (std::size_t i = 0; i < rows.label.size(); ++i) cells.push_back(values[(i * 7 + i / 11) % values.size()]);
    }
}

model::MetricCheck const* target_of(model::PromotionPolicy const& policy) {
  for (auto const* role : {"success", "guardrail", "floor", "ceiling"})
    for (auto const& item : policy.metrics)
      if (item.role == role) return &item;
  return nullptr;
}

/// The true difference of a challenger, by a sample so large that its error does not matter, always the same one.
struct Truth {
  double difference = 0;
  double champion = 0;
  double challenger = 0;
};

class Calibration {
 public:
  Calibration(Generator generator, model::PromotionPolicy const& policy, model::MetricCheck const& target)
      : generator_{std::move(generator)}, policy_{policy}, target_{target} {}

  Truth at(double noise) const {
    auto generator = generator_;
    generator.challenger_noise = noise;
    Evidence evidence;
    evidence.sets.push_back(generator.rows("calibration", calibration_rows, 0, calibration_world));
    auto policy = policy_;
    auto set = policy.evaluation_sets.front();
    set.id = "calibration";
    set.columns.cluster.clear();
    policy.evaluation_sets = {set};
    policy.slices.clear();
    auto const rows = prepare(policy, set, evidence);
    if (!rows) return {};
    auto question = question_of(target_);
    question.method.clear();
    constexpr std::int64_t few = 200;
    auto const found = measure_difference(*rows, rows->all, question, {few, 1});
    return {found.value, found.champion, found.challenger};
  }

  /// Noise at which the challenger has the effect; nullopt: none has.
  std::optional<double> solve(double effect) const {
    if (effect == 0) return generator_.options.noise;
    double low = 0.02, high = 30;  // better than the champion ... nearly blind
    if (at(low).difference < effect || at(high).difference > effect) return std::nullopt;
    for (int step = 0; step < 30; ++step) {
      double const middle = std::sqrt(low * high);
      (at(middle).difference > effect ? low : high) = middle;
    }
    return std::sqrt(low * high);
  }

 private:
  Generator generator_;
  model::PromotionPolicy const& policy_;
  model::MetricCheck const& target_;
};

VerdictShare share_of(std::int64_t count, std::int64_t worlds) {
  return {count, static_cast<double>(count) / static_cast<double>(worlds), stats::wilson(count, worlds)};
}

Result<void> check_options(SimulationOptions const& options) {
  auto const wrong = [](char const* what) { return Error{Errc::invalid_argument, what}; };
  if (options.units < 1 || options.units > 10'000'000) return wrong("`units` lies between 1 and 10000000");
  if (options.worlds < 10 || options.worlds > 1'000'000) return wrong("`worlds` lies between 10 and 1000000");
  if (!(options.positives > 0 && options.positives < 1)) return wrong("`positives` lies between 0 and 1");
  if (!(options.noise > 0.05 && options.noise < 20)) return wrong("`noise` lies between 0.05 and 20");
  if (!(options.agreement >= 0 && options.agreement < 1)) return wrong("`agreement` lies between 0 and 1");
  if (!std::isfinite(options.effect)) return wrong("`effect` must be finite");
  return {};
}

}  // namespace

Result<OperatingCharacteristics> simulate(model::PromotionPolicy const& policy, SimulationOptions const& options) {
  if (auto ok = check_policy(policy); !ok) return ok.error().with("policy", policy.name);
  if (auto ok = check_options(options); !ok) return std::move(ok).error();
  auto const rules = statistical_part(policy);
  auto const* target = target_of(rules);
  if (task_of(rules) == Task::custom)
    return Error{Errc::invalid_argument, "the task `custom` is given row by row: there is no world to simulate"};
  if (target == nullptr) return Error{Errc::invalid_argument, "the policy has no metric to simulate"};

  Generator generator{task_of(rules), options, options.noise};
  Calibration const calibration{generator, rules, *target};
  auto const noise = calibration.solve(options.effect);
  if (!noise)
    return Error{Errc::invalid_argument, "no challenger in this simulation gains " + show(options.effect) + " in " +
                                             target->metric + ": perfect sight gains " +
                                             show(calibration.at(0.02).difference) + ", blindness " +
                                             show(calibration.at(30).difference)};
  generator.challenger_noise = *noise;
  auto const truth = calibration.at(*noise);

  std::vector<model::Decision> decisions(static_cast<std::size_t>(options.worlds));
  std::vector<std::optional<Error>> errors(decisions.size());
  base::parallel_for(std::clamp(options.threads, 1, 64), decisions.size(), [&](int, std::size_t world) {
    Evidence evidence;
    for (std::size_t s = 0; s < rules.evaluation_sets.size(); ++s) {
      auto const& set = rules.evaluation_sets[s];
      auto const rows = options.units * (generator.task == Task::ranking ? rows_per_query : 1);
      auto const clusters = set.columns.cluster.empty() ? 0
                            : options.clusters > 0      ? options.clusters
                                                        : std::max<std::int64_t>(set.min_clusters, 30);
      auto const place = static_cast<std::uint32_t>(world * rules.evaluation_sets.size() + s);
      auto data = generator.rows(set.id, rows, std::min(clusters, rows), place);
      add_slices(data, rules);
      evidence.sets.push_back(std::move(data));
    }
    auto decision = evaluate(rules, evidence);
    if (decision)
      decisions[world] = *std::move(decision);
    else
      errors[world] = decision.error();
  });
  for (auto& error : errors)
    if (error) return *std::move(error);

  OperatingCharacteristics found;
  found.worlds = options.worlds;
  found.effect = truth.difference;
  found.metric = target->metric;
  found.champion = truth.champion;
  found.challenger = truth.challenger;
  std::map<model::Verdict, std::int64_t> verdicts;
  for (auto const& decision : decisions) {
    ++verdicts[decision.verdict];
    if (!decision.reasons.empty()) ++found.reasons[without_numbers(decision.reasons.front().code)];
  }
  found.promote = share_of(verdicts[model::Verdict::promote], options.worlds);
  found.hold = share_of(verdicts[model::Verdict::hold], options.worlds);
  found.reject = share_of(verdicts[model::Verdict::reject], options.worlds);
  return found;
}

}  // namespace podium::inline v0::gate
