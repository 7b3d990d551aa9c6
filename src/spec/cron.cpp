#include "spec/cron.hpp"

#include "base/letters.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <vector>

namespace podium::inline v0::spec {
namespace {

struct Part {
  std::string_view what;
  int least;
  int most;
  std::span<std::string_view const> names;
  int first_name;
};

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> days{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<Part, 5> parts{{{"minute", 0, 59, {}, 0},
                                     {"hour", 0, 23, {}, 0},
                                     {"day of the month", 1, 31, {}, 0},
                                     {"month", 1, 12, months, 1},
                                     {"day of the week", 0, 6, days, 0}}};

constexpr std::string_view shape_help =
    "write five parts: minutes, hours, days, months, days of the week, for example `0 16 * * 1`";

struct Field {
  std::size_t begin;
  std::string_view text;
};

std::vector<Field> fields_of(std::string_view text) {
  std::vector<Field> fields;
  std::size_t at = 0;
  while (at < text.size()) {
    if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && std::isspace(static_cast<unsigned char>(text[end])) == 0) ++end;
    fields.push_back({at, text.substr(at, end - at)});
    at = end;
  }
  return fields;
}

/// A number or a name of the part; -1 when it is neither.
int value_of(Part const& part, std::string_view text) {
  if (text.empty()) return -1;
  if (std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) {
    if (text.size() > 4) return 10'000;
    int value = 0;
    for (char const digit : text) value = value * 10 + (digit - '0');
    return value;
  }
  auto const name = base::lower_case(text);
  for (std::size_t i = 0; i < part.names.size(); ++i)
    if (name.size() >= 3 && name.starts_with(part.names[i])) return part.first_name + static_cast<int>(i);
  return -1;
}

std::string range_of(Part const& part) { return std::to_string(part.least) + " to " + std::to_string(part.most); }

std::optional<CronProblem> check_value(Part const& part, std::string_view text, std::size_t begin, int& value) {
  value = value_of(part, text);
  std::string const quoted = "`" + std::string{text} + "`";
  if (value < 0)
    return CronProblem{begin, begin + text.size(), quoted + " is not a " + std::string{part.what},
                       "use " + range_of(part) + ", or `*`"};
  if (value < part.least || value > part.most)
    return CronProblem{begin, begin + text.size(),
                       quoted + " is not a " + std::string{part.what} + ": it goes from " + range_of(part)};
  return std::nullopt;
}

/// One of the items between commas: `*`, `5`, `1-5`, `*/15`, `0-30/5`.
std::optional<CronProblem> check_item(Part const& part, std::string_view item, std::size_t begin) {
  if (item.empty())
    return CronProblem{begin, begin + 1, "the " + std::string{part.what} + " has an empty item", "remove the comma"};
  auto const slash = item.find('/');
  auto const range = item.substr(0, slash);
  if (slash != std::string_view::npos) {
    auto const step = item.substr(slash + 1);
    bool const number = !step.empty() && step.size() < 5 &&
                        std::all_of(step.begin(), step.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!number || step.find_first_not_of('0') == std::string_view::npos)
      return CronProblem{begin + slash, begin + item.size(), "the step behind `/` must be a number of at least 1"};
  }
  if (range == "*") return std::nullopt;
  auto const dash = range.find('-');
  int first = 0, last = 0;
  if (auto problem = check_value(part, range.substr(0, dash), begin, first)) return problem;
  if (dash == std::string_view::npos) return std::nullopt;
  if (auto problem = check_value(part, range.substr(dash + 1), begin + dash + 1, last)) return problem;
  if (first > last)
    return CronProblem{begin, begin + range.size(), "the range `" + std::string{range} + "` runs backwards"};
  return std::nullopt;
}

}  // namespace

std::optional<CronProblem> check_cron(std::string_view expression) {
  auto const fields = fields_of(expression);
  if (fields.size() != parts.size()) {
    std::string message = "a schedule has five parts, found " + std::to_string(fields.size());
    if (fields.size() == 6) message += "; seconds are not supported";
    return CronProblem{0, expression.size(), std::move(message), std::string{shape_help}};
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto const& [begin, text] = fields[i];
    std::size_t at = 0;
    while (true) {
      auto const comma = text.find(',', at);
      if (auto problem = check_item(parts[i], text.substr(at, comma - at), begin + at)) return problem;
      if (comma == std::string_view::npos) break;
      at = comma + 1;
    }
  }
  return std::nullopt;
}

}  // namespace podium::inline v0::spec
