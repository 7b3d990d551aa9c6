#include "times.hpp"

#include <doctest/doctest.h>

using namespace cases;
using namespace std::chrono_literals;

namespace {

auto const now = observed({"a", "b", "a", "z"}, {"10:00", "10:00", "12:00", "10:00"});
auto const fs = source(stored({"a", "a", "b"}, {"09:00", "10:30", "09:50"}, {1, 2, 3}), 15min);

}  // namespace

TEST_CASE("an honest join has no violation") {
  auto const result = ask({fs}, now).value();
  auto const audits = features::audit(std::vector{fs.spec}, result, now, "t").value();
  REQUIRE(audits.size() == 1);
  CHECK(audits[0].set == "fs");
  CHECK(audits[0].matched == 2);
  CHECK(audits[0].violations == 0);
  CHECK(audits[0].examples.empty());
}

TEST_CASE(
    "a value that became known at the very time of the observation is no violation, one microsecond later it is") {
  auto const on_time = source(stored({"a"}, {"09:45"}, {1}), 15min);
  auto const late = source(stored({"a"}, {"09:45:00.000001"}, {1}), 15min);
  auto const at_ten = observed({"a"}, {"10:00"});
  auto const violations = [&](features::Source const& set) {
    auto const result = ask({set}, at_ten, {.apply_source_delay = false}).value();
    return features::audit(std::vector{set.spec}, result, at_ten, "t").value().front().violations;
  };
  CHECK(violations(on_time) == 0);
  CHECK(violations(late) == 1);
}

TEST_CASE("a leak shows in the audit, row by row, with when the value became known") {
  auto const result = ask({fs}, now, {.leak = {{"fs", 1h}}}).value();
  CHECK(column(result, "v") == Texts{"2", "3", "2", ""});
  auto const audit = features::audit(std::vector{fs.spec}, result, now, "t").value().front();
  CHECK(audit.matched == 3);
  CHECK(audit.violations == 2);
  REQUIRE(audit.examples.size() == 2);
  CHECK(audit.examples[0].observation == 0);
  CHECK(audit.examples[0].observed_us == at("10:00"));
  CHECK(audit.examples[0].feature_us == at("10:30"));
  CHECK(audit.examples[0].known_us == at("10:45"));
  CHECK(audit.examples[1].observation == 1);  // happened before, known after
  CHECK(features::audit(std::vector{fs.spec}, result, now, "t", 1).value().front().examples.size() == 1);
}

TEST_CASE("a join without the delay is found out") {
  auto const result = ask({fs}, now, {.apply_source_delay = false}).value();
  CHECK(features::audit(std::vector{fs.spec}, result, now, "t").value().front().violations == 1);
}

TEST_CASE("the audit refuses specifications or observations that are not those of the result") {
  auto const result = ask({fs}, now).value();
  CHECK_FALSE(features::audit({}, result, now, "t"));
  auto other = fs.spec;
  other.name = "other";
  CHECK(features::audit(std::vector{other}, result, now, "t").error().message() ==
        "specification 0 is of set `other`, the result's set there is `fs`: give them in the order of the request");
  CHECK_FALSE(features::audit(std::vector{fs.spec}, result, observed({"a"}, {"10:00"}), "t"));
}
