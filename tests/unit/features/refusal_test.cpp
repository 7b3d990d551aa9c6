#include "times.hpp"

#include <doctest/doctest.h>

using namespace cases;
using namespace std::chrono_literals;

namespace {

std::string refusal(std::vector<features::Source> const& sources, data::Table const& observations,
                    features::RetrievalOptions const& options = {}) {
  auto const result = ask(sources, observations, options);
  return result ? "not refused" : result.error().to_string();
}

data::Table const rows = stored({"a"}, {"09:00"}, {1});
data::Table const now = observed({"a"}, {"10:00"});

}  // namespace

TEST_CASE("missing columns are named with table and set") {
  CHECK(refusal({source(rows)}, data::TableBuilder{}.add("K", Texts{"a"}).add_timestamps("t", {0}).build().value()) ==
        "feature set `fs`: table `observation data`: key column `k`: invalid argument: no column `k` (there is: K, t)");
  CHECK(refusal({source(now)}, now).find("timestamp column `ts`: invalid argument: no column `ts`") !=
        std::string::npos);
  auto const result = features::get_offline_features(std::vector{source(rows)}, now, "when");
  CHECK(result.error().message() == "no column `when` (there is: k, t)");
  auto other = source(rows);
  other.features = {"w"};
  CHECK(refusal({other}, now).find("no feature `w` (there is: v)") != std::string::npos);
}

TEST_CASE("one name for two columns of the result is refused, by case only too, unless the set is put before it") {
  auto twin = source(rows);
  twin.spec.name = "other";
  CHECK(
      refusal({source(rows), twin}, now).find("feature `v` of set `other` and feature `v` of set `fs` have one name") !=
      std::string::npos);
  CHECK(ask({source(rows), twin}, now, {.prefix_with_set = true}));
  auto const clash =
      data::TableBuilder{}.add("k", Texts{"a"}).add_timestamps("t", {0}).add("V", Numbers{1}).build().value();
  CHECK(refusal({source(rows)}, clash).find("has the name of the observation column `V`") != std::string::npos);
}

TEST_CASE("keys of types that do not compare are refused with both types") {
  auto const numbers = data::TableBuilder{}.add("k", Numbers{1}).add_timestamps("t", {0}).build().value();
  CHECK(refusal({source(rows)}, numbers)
            .find("key column `k` is long in the observation data and string in the feature rows") !=
        std::string::npos);
}

TEST_CASE("numbers are no times") {
  auto const epochs = data::TableBuilder{}.add("k", Texts{"a"}).add("t", Numbers{1673344800}).build().value();
  CHECK(refusal({source(rows)}, epochs).find("column `t` is long, not a timestamp") != std::string::npos);
}

TEST_CASE("a feature declared with another type than it is stored with is refused with both") {
  auto declared = source(rows);
  declared.spec.features[0].type = "integer";
  CHECK(refusal({declared}, now).find("feature `v` is declared integer and stored as long") != std::string::npos);
  declared.spec.features[0].type = "lnog";
  CHECK(refusal({declared}, now).find("`lnog`, which is not a feature type") != std::string::npos);
}

TEST_CASE("a specification without key or time, or with negative times, is refused") {
  auto keyless = source(rows);
  keyless.spec.index_columns.clear();
  CHECK(refusal({keyless}, now).find("there is no index column") != std::string::npos);
  auto timeless = source(rows);
  timeless.spec.timestamp_column.clear();
  CHECK(refusal({timeless}, now).find("there is no timestamp column") != std::string::npos);
  CHECK(refusal({source(rows, -1s)}, now).find("`source_delay` is negative") != std::string::npos);
  CHECK(refusal({source(rows, 0s, -1s)}, now).find("`temporal_join_lookback` is negative") != std::string::npos);
}

TEST_CASE("a leak for a set that is not asked for is refused") {
  CHECK(refusal({source(rows)}, now, {.leak = {{"sf", 3h}}}).find("`leak` names the feature set `sf`") !=
        std::string::npos);
}

TEST_CASE("a caller who has given up gets no table") {
  std::stop_source stop;
  stop.request_stop();
  auto const result =
      features::get_offline_features(std::vector{source(rows)}, now, "t", {}, Context{stop.get_token(), {}});
  REQUIRE_FALSE(result);
  CHECK(result.error().code() == Errc::cancelled);
}
