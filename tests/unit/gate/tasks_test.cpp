#include "gate/metrics.hpp"
#include "unit/gate/judged.hpp"

#include "podium/stats/metrics.hpp"

#include <cmath>

using namespace judged;
using doctest::Approx;
using model::Outcome;
using model::Verdict;

namespace {

/// One success metric and one guardrail of a task, on rows of which the challenger is the better one.
model::PromotionPolicy for_task(std::string task, std::string success, std::string guardrail) {
  auto rules = policy();
  rules.task = std::move(task);
  rules.metrics = {worlds::metric("gain", success, "success"), worlds::metric("guard", guardrail, "guardrail")};
  rules.metrics[1].margin = .01;
  rules.success_items = {"gain"};
  rules.slices.front().metric = guardrail;
  auto& set = rules.evaluation_sets[0];
  set.min_positives = 0;
  set.leakage.max_improvement.reset();
  rules.bootstrap.replicates = 2000;
  return rules;
}

}  // namespace

TEST_CASE("the policy's metrics are those that the statistics know, task by task") {
  auto const task = [](stats::Task of) {
    switch (of) {
      case stats::Task::binary:
        return "binary_classification";
      case stats::Task::multiclass:
        return "multiclass";
      case stats::Task::regression:
        return "regression";
      case stats::Task::ranking:
        return "ranking";
      case stats::Task::custom:
        return "custom";
    }
    return "";
  };
  for (auto const& info : stats::metrics()) {
    CAPTURE(info.name);
    auto const* trait = model::find_metric(info.name == "payoff" ? "custom" : info.name);
    REQUIRE(trait != nullptr);
    CHECK(model::has_word(trait->tasks, task(info.task)));
    CHECK(trait->higher_is_better == info.higher_is_better);
  }
  for (auto const& trait : model::metric_traits) {
    CAPTURE(trait.name);
    bool const known = std::ranges::any_of(stats::metrics(), [&](auto const& info) {
      return info.name == trait.name || (trait.name == "custom" && info.name == "payoff");
    });
    CHECK(known);
  }
}

TEST_CASE("regression is judged by its own losses: differences of means, and of what is not a mean") {
  auto const given = worlds::evidence(worlds::numbers(worlds::small_world()));
  for (auto const* metric : {"mse", "mae", "rmse", "r2", "mape"}) {
    CAPTURE(metric);
    auto const decision = judge(for_task("regression", metric, "mae"), given);
    CHECK_MESSAGE(decision.verdict == Verdict::promote, gate::to_json(decision));
    CHECK(check(decision, "gain").estimate > 0);
  }
  auto const loss = judge(for_task("regression", "mse", "mae"), given);
  // Noise of .8 against .5: the squared errors are .64 and .25.
  CHECK(check(loss, "gain").estimate == Approx(.39).epsilon(.1));
  CHECK(check(loss, "guard").outcome == Outcome::pass);
  auto swapped = given;
  std::swap(swapped.sets[0].champion, swapped.sets[0].challenger);
  CHECK(judge(for_task("regression", "mse", "mae"), swapped).verdict == Verdict::reject);
  auto quantile = for_task("quantile", "pinball", "mae");
  quantile.metrics[0].params["quantile"] = .9;
  CHECK(judge(quantile, given).verdict == Verdict::promote);
}

TEST_CASE("a missing number costs as much as the worst one that is there") {
  auto rules = for_task("regression", "mse", "mae");
  rules.evaluation_sets[0].missing_prediction.max_fraction = .1;
  auto given = worlds::evidence(worlds::numbers(worlds::small_world()));
  auto const before = check(judge(rules, given), "gain").estimate;
  given.sets[0].challenger[0] = NAN;
  CHECK(check(judge(rules, given), "gain").estimate < before);
}

TEST_CASE("several classes are judged by predicted class, and by probabilities where they are there") {
  auto const sure = worlds::evidence(worlds::classes(worlds::small_world(), true));
  for (auto const* metric : {"accuracy", "log_loss", "macro_f1", "weighted_f1", "macro_auc"}) {
    CAPTURE(metric);
    auto const decision = judge(for_task("multiclass", metric, "accuracy"), sure);
    CHECK_MESSAGE(decision.verdict == Verdict::promote, gate::to_json(decision));
  }
  auto const bare = worlds::evidence(worlds::classes(worlds::small_world(), false));
  CHECK(judge(for_task("multiclass", "accuracy", "accuracy"), bare).verdict == Verdict::promote);
  auto odd = sure;
  odd.sets[0].label[0] = 3;
  CHECK(has_code(judge(for_task("multiclass", "accuracy", "accuracy"), odd), "LABEL_INVALID"));
  odd = sure;
  odd.sets[0].challenger_class[0][0] += .2;
  CHECK(has_code(judge(for_task("multiclass", "accuracy", "accuracy"), odd), "SCORE_INVALID"));
}

TEST_CASE("rankings are judged query by query") {
  auto rules = for_task("ranking", "ndcg", "mrr");
  rules.evaluation_sets[0].columns.group = "query";
  rules.metrics[1].margin = .1;
  rules.slices.clear();
  auto const given = worlds::evidence(worlds::rankings(worlds::small_world()));
  auto const by_day = judge(rules, given);
  CHECK_MESSAGE(by_day.verdict == Verdict::promote, gate::to_json(by_day));
  CHECK(check(by_day, "gain").clusters == 25);
  rules.evaluation_sets[0].columns.cluster.clear();
  rules.evaluation_sets[0].min_clusters = 0;
  auto const by_query = judge(rules, given);
  CHECK(by_query.verdict == Verdict::promote);
  CHECK(says(by_query.limits, "150 queries"));
  auto grouped = given;
  grouped.sets[0].group.clear();
  CHECK_FALSE(gate::evaluate(rules, grouped));
}

TEST_CASE("a custom gain counts outcomes, per row or in all") {
  auto rules = policy();
  auto profit = worlds::metric("profit", "custom", "success");
  profit.expression = "sum(tp)*120 - sum(fp)*15";
  profit.unit_mean = true;
  profit.params["threshold"] = .2;
  rules.metrics.front() = profit;
  rules.success_items = {"profit"};
  auto given = evidence();
  auto const mean = judge(rules, given);
  auto const& check_mean = check(mean, "profit");
  double by_hand = 0;
  auto const& rows = given.sets[0];
  for (std::size_t i = 0; i < rows.label.size(); ++i) {
    auto const gain = [&](double score) { return score < .2 ? 0.0 : rows.label[i] == 1 ? 120.0 : -15.0; };
    by_hand += gain(rows.challenger[i]) - gain(rows.champion[i]);
  }
  CHECK(check_mean.estimate == Approx(by_hand / static_cast<double>(rows.label.size())).epsilon(1e-9));
  rules.metrics.front().unit_mean = false;
  auto const total = judge(rules, given);
  auto const n = static_cast<double>(rows.label.size());
  CHECK(check(total, "profit").estimate == Approx(by_hand).epsilon(1e-9));
  CHECK(check(total, "profit").lower == Approx(check_mean.lower * n).epsilon(1e-9));
  CHECK(check(total, "profit").outcome == check_mean.outcome);
}

TEST_CASE("expressions are sums of counts, and anything else is shown where it stands") {
  auto const good = gate::read_payoff("-(sum(tp) - 2*sum(fp))*3 + sum(fn)/4 - -sum(tn)");
  REQUIRE(good);
  CHECK(good->true_positive == -3);
  CHECK(good->false_positive == 6);
  CHECK(good->false_negative == .25);
  CHECK(good->true_negative == 1);
  for (auto const* wrong : {"", "sum(tp", "sum(xx)", "sum(tp)*sum(fp)", "1/sum(tp)", "sum(tp)/0", "sum(tp)+1", "3",
                            "sum(tp) sum(fp)", "os.system('x')", "1e999*sum(tp)", "sum(tp)-sum(tp)"})
    CHECK_MESSAGE(!gate::read_payoff(wrong), wrong);
  CHECK_FALSE(gate::read_payoff(std::string(200, '(')));
  CHECK(gate::read_payoff("sum(tp)*sum(fp)").error().message().find("at character 16") != std::string::npos);
}

TEST_CASE("weights move the estimate, and their spread costs rows") {
  auto rules = policy();
  rules.evaluation_sets[0].columns.weight = "w";
  auto given = evidence();
  given.sets[0].weight.assign(given.sets[0].unit.size(), 2.0);
  auto const even = judge(rules, given);
  CHECK(check(even, "logloss").estimate == Approx(check(judge(policy(), evidence()), "logloss").estimate));
  for (std::size_t i = 0; i < given.sets[0].weight.size(); i += 2) given.sets[0].weight[i] = 0.1;
  auto const uneven = judge(rules, given);
  CHECK(check(uneven, "logloss").estimate != Approx(check(even, "logloss").estimate));
  CHECK(says(check(uneven, "weights").notes, "effective rows"));
  given.sets[0].weight[0] = -1;
  CHECK(has_code(judge(rules, given), "WEIGHT_INVALID"));
  given.sets[0].weight.assign(given.sets[0].unit.size(), 0);
  CHECK(has_code(judge(rules, given), "WEIGHT_INVALID"));
}

TEST_CASE("any number of threads gives the same bytes") {
  auto rules = policy();
  auto f1 = worlds::metric("f1", "f1", "guardrail");
  f1.margin = .2;
  rules.metrics.push_back(f1);
  auto recall = worlds::metric("recall90p", "recall_at_precision", "guardrail");
  recall.params["precision"] = .5;
  recall.margin = .5;
  rules.metrics.push_back(recall);
  auto const given = evidence();
  auto const one = gate::to_json(gate::evaluate(rules, given, {.threads = 1}).value());
  CHECK(one.find("BCa") != std::string::npos);
  CHECK(gate::to_json(gate::evaluate(rules, given, {.threads = 2}).value()) == one);
  CHECK(gate::to_json(gate::evaluate(rules, given, {.threads = 16}).value()) == one);
}

TEST_CASE("slices may be merged, explored, and weighed as production weighs them") {
  auto rules = policy();
  auto given = evidence();
  auto& origin = given.sets[0].slices["origin"];
  for (std::size_t i = 0; i < origin.size(); i += 50) origin[i] = "SWF" + std::to_string(i);
  rules.slices.front().required.clear();
  CHECK(has_code(judge(rules, given), "SLICE_TOO_SMALL:origin=SWF"));
  rules.slices.front().too_small = "merge";
  rules.slices.front().min_units = 25;
  auto const merged = judge(rules, given);
  CHECK(check(merged, "log_loss:origin=(merged)").units == 30);

  auto exploring = policy();
  exploring.slices.front().role = "explore";
  exploring.slices.front().correction = "bh";
  auto const explored = judge(exploring, evidence());
  CHECK(check(explored, "log_loss:origin=EWR").outcome == Outcome::report);
  CHECK(says(check(explored, "log_loss:origin=EWR").notes, "BH-adjusted"));

  auto mixed = policy();
  mixed.simpson = {{.metric = "log_loss"}};
  auto world = evidence();
  CHECK(has_code(judge(mixed, world), "MIX_MISSING"));
  world.production_mix = gate::Mix{{"origin"}, {{"EWR", .2}, {"JFK", .4}, {"LGA", .4}}};
  CHECK(judge(mixed, world).verdict == Verdict::promote);
  CHECK(check(judge(mixed, world), "mix:log_loss").outcome == Outcome::pass);
  world.production_mix->weights["SWF"] = .1;
  CHECK(has_code(judge(mixed, world), "MIX_SLICE_MISSING:SWF"));
  world.production_mix = gate::Mix{{"gate"}, {{"a", 1}}};
  CHECK(has_code(judge(mixed, world), "MIX_COLUMN_MISSING:gate"));

  // The mix of the evaluation hides that the challenger is worse where production is.
  auto reversed = evidence();
  auto& rows = reversed.sets[0];
  for (std::size_t i = 0; i < rows.label.size(); ++i) {
    bool const rare = i % 10 == 0;
    rows.slices["origin"][i] = rare ? "LGA" : i % 2 == 0 ? "EWR" : "JFK";
    if (rare) rows.challenger[i] = .5 * rows.challenger[i] + .5 * (1 - rows.label[i]);
  }
  mixed.slices.front().role = "report";
  reversed.production_mix = gate::Mix{{"origin"}, {{"EWR", .05}, {"JFK", .05}, {"LGA", .9}}};
  auto const flipped = judge(mixed, reversed);
  CHECK_MESSAGE(has_code(flipped, "SIGN_FLIP:log_loss"), gate::to_json(flipped));
  mixed.simpson[0].on_sign_flip = "report";
  CHECK_FALSE(has_code(judge(mixed, reversed), "SIGN_FLIP"));
}

TEST_CASE("what a guardrail needs to pass is planned, said, and held by if the policy wants it") {
  auto rules = policy();
  rules.metrics[1].margin = .00001;
  rules.require_power = "hold";
  auto const held = judge(rules, evidence());
  CHECK(has_code(held, "UNDERPOWERED:logloss"));
  CHECK(*check(held, "logloss").needed > 25);
  rules.require_power = "warn";
  auto const warned = judge(rules, evidence());
  CHECK_FALSE(has_code(warned, "UNDERPOWERED"));
  CHECK(says(check(warned, "logloss").notes, "underpowered"));
  rules.require_power = "off";
  CHECK_FALSE(says(check(judge(rules, evidence()), "logloss").notes, "underpowered"));
}
