#include "local/scoring/router.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace podium;
using local::Router;

namespace {

constexpr int requests = 5000;

std::string id(int i) { return "request-" + std::to_string(i); }

int count(Router const& router, std::string const& deployment) {
  int n = 0;
  for (int i = 0; i < requests; ++i) n += router.choose(id(i))->deployment == deployment;
  return n;
}

}  // namespace

TEST_CASE("the split fits its percentages") {
  // Chi-squared with one degree of freedom: 10.83 is exceeded with probability .001.
  for (int share : {1, 10, 50, 90}) {
    CAPTURE(share);
    double const expected = requests * share / 100.0;
    double const seen = count({"e", {{"blue", 100 - share}, {"green", share}}, {}}, "green");
    double const chi2 = (seen - expected) * (seen - expected) / expected +
                        (seen - expected) * (seen - expected) / (requests - expected);
    CHECK(chi2 < 10.83);
  }
  // Three deployments: two degrees of freedom, 13.82.
  Router const three{"e", {{"a", 20}, {"b", 30}, {"c", 50}}, {}};
  double chi2 = 0;
  for (auto const& [name, share] : std::map<std::string, double>{{"a", .2}, {"b", .3}, {"c", .5}})
    chi2 += std::pow(count(three, name) - requests * share, 2) / (requests * share);
  CHECK(chi2 < 13.82);
}

TEST_CASE("the same request goes to the same deployment, and more traffic only adds to those it had") {
  Router const before{"e", {{"blue", 90}, {"green", 10}}, {}};
  Router const after{"e", {{"blue", 50}, {"green", 50}}, {}};
  for (int i = 0; i < requests; ++i) {
    auto const first = before.choose(id(i))->deployment;
    CHECK(before.choose(id(i))->deployment == first);
    if (first == "green") CHECK(after.choose(id(i))->deployment == "green");
  }
}

TEST_CASE("endpoints choose independently of each other") {
  Router const one{"one", {{"blue", 50}, {"green", 50}}, {}};
  Router const two{"two", {{"blue", 50}, {"green", 50}}, {}};
  int same = 0;
  for (int i = 0; i < requests; ++i) same += one.choose(id(i))->deployment == two.choose(id(i))->deployment;
  CHECK(std::abs(same - requests / 2) < 3.3 * std::sqrt(requests * .25));
}

TEST_CASE("the mirror hears its share, independently of who answers, and never what it answers itself") {
  Router const router{"e", {{"blue", 80}, {"red", 20}}, {{"green", 20}}};
  int mirrored = 0, red = 0, both = 0;
  for (int i = 0; i < requests; ++i) {
    auto const route = *router.choose(id(i));
    mirrored += route.mirror == "green";
    red += route.deployment == "red";
    both += route.mirror == "green" && route.deployment == "red";
  }
  CHECK(std::abs(mirrored - requests * .2) < 3.3 * std::sqrt(requests * .16));
  double const expected = requests * .04;
  CHECK(std::abs(both - expected) < 3.3 * std::sqrt(expected));
  Router const itself{"e", {{"blue", 100}}, {{"blue", 50}}};
  for (int i = 0; i < 100; ++i) CHECK(itself.choose(id(i))->mirror.empty());
}

TEST_CASE("without a positive share there is nobody to answer") {
  CHECK_FALSE(Router{"e", {}, {}}.choose("x"));
  CHECK_FALSE(Router{"e", {{"blue", 0}}, {{"green", 50}}}.choose("x"));
}
