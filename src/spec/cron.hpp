#pragma once

#include "podium/version.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace podium::inline v0::spec {

/// What is wrong with a part of an expression, and where in it.
struct CronProblem {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string message;
  std::string help{};
};

/// Checks `MINUTES HOURS DAYS MONTHS DAYS-OF-WEEK` as Azure ML's schedules read it (NCrontab): numbers, names of months
/// and days, `*`, lists, ranges and steps.
std::optional<CronProblem> check_cron(std::string_view expression);

}  // namespace podium::inline v0::spec
