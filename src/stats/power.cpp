#include "podium/stats/power.hpp"

#include "podium/stats/distributions.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace podium::inline v0::stats {
namespace {

std::int64_t whole(double rows) {
  return rows >= 0 && rows < 9e15 ? static_cast<std::int64_t>(std::ceil(rows)) : std::int64_t{-1};
}

}  // namespace

std::int64_t sample_size(double sd, double effect, double alpha, double power) {
  if (!(effect > 0) || !(sd >= 0)) return -1;
  double const reach = (normal_quantile(1 - alpha) + normal_quantile(power)) * sd / effect;
  return whole(reach * reach);
}

double minimum_detectable_effect(double sd, std::int64_t rows, double alpha, double power) {
  if (rows <= 0) return std::numeric_limits<double>::infinity();
  return (normal_quantile(1 - alpha) + normal_quantile(power)) * sd / std::sqrt(static_cast<double>(rows));
}

double power_of(double sd, double effect, std::int64_t rows, double alpha) {
  if (rows <= 0) return 0;
  if (!(sd > 0)) return effect > 0 ? 1 : 0;
  return normal_cdf(effect / sd * std::sqrt(static_cast<double>(rows)) - normal_quantile(1 - alpha));
}

double power_per_check(double power, std::int64_t guardrails) {
  return 1 - (1 - power) / static_cast<double>((guardrails < 0 ? 0 : guardrails) + 1);
}

std::int64_t mcnemar_sample_size(double only_challenger, double only_champion, double alpha, double power) {
  double const discordant = only_challenger + only_champion, difference = only_challenger - only_champion;
  if (!(discordant > 0 && discordant <= 1) || difference == 0) return -1;
  double const root = normal_quantile(1 - alpha) * std::sqrt(discordant) +
                      normal_quantile(power) * std::sqrt(discordant - difference * difference);
  return whole(root * root / (difference * difference));
}

std::int64_t hoeffding_sample_size(double epsilon, double delta, std::int64_t steps, Adaptivity adaptivity) {
  if (!(epsilon > 0) || !(delta > 0 && delta < 1) || steps < 1) return -1;
  auto const h = static_cast<double>(steps);
  double const logs =
      adaptivity == Adaptivity::none ? std::log(h / delta) : std::log(1 / delta) + h * std::numbers::ln2;
  return whole(logs / (2 * epsilon * epsilon));
}

}  // namespace podium::inline v0::stats
