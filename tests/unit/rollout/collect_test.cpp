#include "podium/rollout/collect.hpp"

#include "podium/data/builder.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace podium;

namespace {

model::PromotionPolicy policy() {
  model::PromotionPolicy policy;
  policy.evaluation_sets = {{.id = "september", .columns = {.unit = "key", .cluster = "day", .label = "y"}}};
  return policy;
}

data::Table scored(std::vector<std::string> const& keys, std::vector<double> const& scores,
                   std::vector<double> const& labels) {
  std::vector<std::string> const days(keys.size(), "2013-09-01");
  return data::TableBuilder{}.add("key", keys).add("day", days).add("y", labels).add("score", scores).build().value();
}

}  // namespace

TEST_CASE("two tables are paired by unit, whatever their order") {
  auto const rows = rollout::pair_predictions(scored({"a", "b"}, {.1, .2}, {0, 1}),
                                              scored({"b", "a"}, {.9, .8}, {1, 0}), policy(), "september")
                        .value();
  CHECK(rows.unit == std::vector<std::string>{"a", "b"});
  CHECK(rows.champion == std::vector{.1, .2});
  CHECK(rows.challenger == std::vector{.8, .9});
}

TEST_CASE("a unit that only one model scored stays, as a missing prediction of the other") {
  auto const rows = rollout::pair_predictions(scored({"a", "b"}, {.1, .2}, {0, 1}),
                                              scored({"b", "c"}, {.9, .8}, {1, 0}), policy(), "september")
                        .value();
  CHECK(rows.unit == std::vector<std::string>{"a", "b", "c"});
  CHECK(std::isnan(rows.challenger[0]));
  CHECK(std::isnan(rows.champion[2]));
}

TEST_CASE("what does not fit is refused by name") {
  auto const message = [](auto const& result) { return result.error().to_string(); };
  auto const twice =
      rollout::pair_predictions(scored({"a", "a"}, {.1, .2}, {0, 1}), scored({"a"}, {.9}, {0}), policy(), "september");
  CHECK(message(twice).find("`a` is there twice") != std::string::npos);
  auto const labels =
      rollout::pair_predictions(scored({"a"}, {.1}, {0}), scored({"a"}, {.9}, {1}), policy(), "september");
  CHECK(message(labels).find("two labels") != std::string::npos);
  auto const set = rollout::pair_predictions(scored({"a"}, {.1}, {0}), scored({"a"}, {.9}, {1}), policy(), "october");
  CHECK(message(set).find("`october`") != std::string::npos);
  auto const column = rollout::collect_predictions(scored({"a"}, {.1}, {0}), policy(), "september");
  CHECK(message(column).find("`champion`") != std::string::npos);
}

TEST_CASE("a time range keeps whole rows, the first ones too") {
  auto rules = policy();
  rules.evaluation_sets.front().columns.time = std::string{"t"};
  auto const table = data::TableBuilder{}
                         .add("key", std::vector<std::string>{"a", "b", "c"})
                         .add("day", std::vector<std::string>{"one", "two", "three"})
                         .add("y", std::vector<double>{0, 1, 0})
                         .add_timestamps("t", {10, 20, 30})
                         .add("champion", std::vector<double>{.1, .2, .3})
                         .add("challenger", std::vector<double>{.4, .5, .6})
                         .build()
                         .value();
  auto const first = rollout::collect_predictions(table, rules, "september", {.until_us = 30}).value();
  CHECK(first.unit == std::vector<std::string>{"a", "b"});
  CHECK(first.cluster == std::vector<std::string>{"one", "two"});
  auto const last = rollout::collect_predictions(table, rules, "september", {.from_us = 20}).value();
  CHECK(last.unit == std::vector<std::string>{"b", "c"});
  CHECK(last.challenger == std::vector{.5, .6});
}
