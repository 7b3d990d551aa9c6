#include "local/executor/schedule.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace podium;
using local::Schedule;
using Outcome = local::Schedule::Outcome;

namespace {
using Names = std::vector<std::string>;
}

TEST_CASE("a step starts when everything it reads is there, and branches start side by side") {
  Schedule schedule{{{"a", {}}, {"b", {"a"}}, {"c", {"a"}}, {"d", {"b", "c"}}}, 8, false};
  CHECK(schedule.take() == Names{"a"});
  CHECK(schedule.take().empty());
  schedule.ended("a", Outcome::completed);
  CHECK(schedule.take() == Names{"b", "c"});
  schedule.ended("b", Outcome::completed);
  CHECK(schedule.take().empty());
  CHECK_FALSE(schedule.done());
  schedule.ended("c", Outcome::completed);
  CHECK(schedule.take() == Names{"d"});
  schedule.ended("d", Outcome::completed);
  CHECK(schedule.done());
  CHECK_FALSE(schedule.failed());
}

TEST_CASE("no more steps run than are allowed at a time") {
  Schedule schedule{{{"a", {}}, {"b", {}}, {"c", {}}}, 2, false};
  CHECK(schedule.take() == Names{"a", "b"});
  schedule.ended("b", Outcome::completed);
  CHECK(schedule.take() == Names{"c"});
}

TEST_CASE("after a failure nothing new starts, unless the pipeline goes on") {
  std::map<std::string, std::set<std::string>> const needs{{"a", {}}, {"b", {}}, {"c", {"a"}}, {"d", {"b"}}};
  Schedule strict{needs, 2, false};
  strict.take();
  strict.ended("a", Outcome::failed);
  CHECK(strict.take().empty());
  CHECK_FALSE(strict.done());  // b still runs
  strict.ended("b", Outcome::completed);
  CHECK(strict.take().empty());
  CHECK(strict.done());
  CHECK(strict.failed());
  CHECK(strict.never_started() == Names{"c", "d"});

  Schedule patient{needs, 2, true};
  patient.take();
  patient.ended("a", Outcome::failed);
  patient.ended("b", Outcome::completed);
  CHECK(patient.take() == Names{"d"});
  patient.ended("d", Outcome::completed);
  CHECK(patient.done());
  CHECK(patient.failed());
  CHECK(patient.never_started() == Names{"c"});
}

TEST_CASE("a stopped schedule starts nothing more") {
  Schedule schedule{{{"a", {}}, {"b", {}}}, 1, true};
  schedule.take();
  schedule.stop();
  CHECK_FALSE(schedule.done());
  schedule.ended("a", Outcome::canceled);
  CHECK(schedule.take().empty());
  CHECK(schedule.done());
}

TEST_CASE("a cycle is named step by step") {
  CHECK(Schedule{{{"a", {}}, {"b", {"a"}}}, 1, false}.cycle().empty());
  CHECK(Schedule{{{"a", {"a"}}}, 1, false}.cycle() == Names{"a", "a"});
  CHECK(Schedule{{{"x", {"c"}}, {"a", {"b"}}, {"b", {"c"}}, {"c", {"a"}}}, 1, false}.cycle() ==
        Names{"a", "b", "c", "a"});
}

TEST_CASE("on any graph every step runs once, after its parents, and it ends") {
  std::mt19937 random{7};
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    std::map<std::string, std::set<std::string>> needs;
    Names names;
    for (int i = 0; i < 20; ++i) {
      auto const name = std::string(1, static_cast<char>('a' + i));
      needs[name];
      for (auto const& earlier : names)
        if (random() % 5 == 0) needs[name].insert(earlier);
      names.push_back(name);
    }
    Schedule schedule{needs, 1 + random() % 4, false};
    Names running, ended;
    while (!schedule.done()) {
      for (auto& name : schedule.take()) {
        for (auto const& need : needs[name]) CHECK(std::find(ended.begin(), ended.end(), need) != ended.end());
        running.push_back(name);
      }
      REQUIRE_FALSE(running.empty());
      auto const at = running.begin() + static_cast<std::ptrdiff_t>(random() % running.size());
      schedule.ended(*at, Outcome::completed);
      ended.push_back(*at);
      running.erase(at);
    }
    CHECK(ended.size() == names.size());
  }
}
