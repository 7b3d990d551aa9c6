#include "gate/plots.hpp"
#include "gate/svg.hpp"
#include "gate/words.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace podium::inline v0::gate {
namespace {

constexpr double width = 1000, left = 70, right = 880, top = 38;

/// Requests along the picture; every step gets at least a sliver, so that one without live traffic is seen.
struct Spread {
  std::vector<double> start;  ///< one more than there are steps
  double x(std::size_t step, double share) const { return start[step] + share * (start[step + 1] - start[step]); }
};

std::int64_t size_of(model::RolloutStep const& step) { return std::max(step.requests, step.pairs); }

Spread spread(model::RolloutTry const& attempt) {
  double total = 0;
  for (auto const& step : attempt.steps) total += static_cast<double>(size_of(step));
  double const least = 0.09;
  std::vector<double> shares;
  double all = 0;
  for (auto const& step : attempt.steps) {
    shares.push_back(std::max(least, total > 0 ? static_cast<double>(size_of(step)) / total : 0));
    all += shares.back();
  }
  Spread result{{left}};
  for (double const share : shares) result.start.push_back(result.start.back() + (right - left) * share / all);
  return result;
}

bool is_rollback(model::RolloutStep const& step) { return step.outcome == "rolled_back"; }

std::string headings(model::RolloutTry const& attempt, Spread const& spread, double bottom) {
  std::string out;
  for (std::size_t i = 0; i < attempt.steps.size(); ++i) {
    auto const& step = attempt.steps[i];
    out += svg::line(spread.start[i], top, spread.start[i], bottom, "axis");
    double const middle = spread.x(i, 0.5);
    std::string name = step.stage;
    if (step.stage == "canary") name += " " + std::to_string(step.weight) + " %";
    out += svg::text(middle, 16, name, "small strong", "middle");
    out += svg::text(middle, 29, show(size_of(step)), "soft small", "middle");
  }
  return out + svg::line(spread.start.back(), top, spread.start.back(), bottom, "axis");
}

std::string rollback_mark(model::RolloutTry const& attempt, Spread const& spread, double bottom) {
  for (std::size_t i = 0; i < attempt.steps.size(); ++i)
    if (is_rollback(attempt.steps[i])) {
      double const x = spread.start[i + 1];
      return svg::line(x, top, x, bottom, "rollback") + svg::text(x + 8, bottom - 6, "rolled back", "bad strong small");
    }
  return {};
}

bool names_e_value(model::Check const& check) {
  for (auto const* word : {&check.id, &check.metric, &check.role, &check.method})
    if (word->find("e_value") != std::string::npos || word->find("e-value") != std::string::npos ||
        word->find("e-process") != std::string::npos)
      return true;
  return false;
}

}  // namespace

std::string traffic_plot(model::RolloutTry const& attempt, std::string const& id) {
  if (attempt.steps.empty()) return {};
  constexpr double bottom = 170;
  auto const where = spread(attempt);
  auto const y = [&](double percent) { return bottom - (bottom - top) * percent / 100; };
  std::string description = "Traffic of the challenger by step. ";
  for (auto const& step : attempt.steps)
    description += step.stage + " " + std::to_string(step.weight) + " % of live traffic, " +
                   std::to_string(step.mirror) + " % mirrored, " + show(size_of(step)) + " requests, " + step.outcome +
                   ". ";
  std::string out = svg::begin(width, bottom + 12, id, "The challenger's share of traffic", description);
  for (int percent = 0; percent <= 100; percent += 50) {
    out += svg::line(left, y(percent), right, y(percent), "axis");
    out += svg::text(left - 8, y(percent) + 4, std::to_string(percent) + " %", "soft small", "end");
  }
  out += headings(attempt, where, bottom);
  for (std::size_t i = 0; i < attempt.steps.size(); ++i) {
    auto const& step = attempt.steps[i];
    double const from = where.start[i], to = where.start[i + 1];
    if (step.weight > 0) out += svg::rectangle(from, y(step.weight), to - from, bottom - y(step.weight), "share");
    if (step.mirror > 0) {
      out += svg::rectangle(from + 1, y(step.mirror), to - from - 2, bottom - y(step.mirror), "mirror");
      out += svg::text((from + to) / 2, y(step.mirror) - 5, "mirror", "soft small", "middle");
    }
  }
  return out + rollback_mark(attempt, where, bottom) +
         "</svg><figcaption>The challenger's share of live traffic (filled) and of mirrored traffic (dotted); requests "
         "above.</figcaption></figure>";
}

std::optional<double> evidence_threshold(model::RolloutRecord const& record) {
  for (auto const& attempt : record.tries)
    for (auto const& step : attempt.steps) {
      for (auto const& check : step.checks)
        if (names_e_value(check) && check.margin > 1) return check.margin;
      auto const place = step.reason.find(">=");
      double value = 0;
      if (step.reason.rfind("E_VALUE", 0) == 0 && place != std::string::npos &&
          std::from_chars(step.reason.data() + place + 2, step.reason.data() + step.reason.size(), value).ec ==
              std::errc{} &&
          value > 1)
        return value;
    }
  return std::nullopt;
}

std::string evidence_plot(model::RolloutTry const& whole, std::string const& id, std::optional<double> threshold) {
  model::RolloutTry attempt;
  std::vector<double> before;  // live requests of the try ahead of each step that is shown
  double seen = 0;
  for (auto const& step : whole.steps) {
    if (!step.e_values.empty()) {
      attempt.steps.push_back(step);
      before.push_back(seen);
    }
    seen += static_cast<double>(step.requests);
  }
  double highest = 1, lowest = 0;  // powers of ten
  bool any = false;
  auto const power = [](double value) { return std::log10(std::clamp(value, 1e-12, 1e12)); };
  for (auto const& step : attempt.steps)
    for (auto const& [requests, value] : step.e_values) {
      if (std::isnan(value)) continue;
      any = true;
      highest = std::max(highest, power(value));
      lowest = std::min(lowest, power(value));
    }
  if (!any) return {};
  if (threshold) highest = std::max(highest, power(*threshold));
  highest += 0.12 * (highest - lowest);

  constexpr double bottom = 210;
  auto const where = spread(attempt);
  auto const y = [&](double value) { return bottom - (bottom - top) * (power(value) - lowest) / (highest - lowest); };
  double last = 1;
  std::string path;
  for (std::size_t i = 0; i < attempt.steps.size(); ++i) {
    auto const& step = attempt.steps[i];
    auto const size = static_cast<double>(size_of(step));
    // Points count requests either of the step or of the whole try.
    double const offset = static_cast<double>(step.e_values.back().first) > size ? before[i] : 0;
    for (auto const& [requests, value] : step.e_values) {
      if (std::isnan(value)) continue;
      double const share = size > 0 ? std::clamp((static_cast<double>(requests) - offset) / size, 0.0, 1.0) : 0;
      path += (path.empty() ? "M" : "L") + svg::at(where.x(i, share)) + "," + svg::at(y(value)) + " ";
      last = value;
    }
  }

  std::string out = svg::begin(width, bottom + 12, id, "Evidence against the challenger",
                               "E-value over the requests of the try; it ends at " + show(last) +
                                   (threshold ? ", the threshold for rolling back is " + show(*threshold) : "") + ".");
  int const stride = std::max(1, static_cast<int>(std::ceil((highest - lowest) / 5)));
  for (int k = static_cast<int>(std::ceil(lowest)); k <= highest; k += stride) {
    double const value = std::pow(10, k);
    out += svg::line(left, y(value), right, y(value), k == 0 ? "zero" : "axis");
    out += svg::text(left - 8, y(value) + 4, show(value), "soft small", "end");
  }
  out += headings(attempt, where, bottom);
  if (threshold) {
    out += svg::line(left, y(*threshold), right, y(*threshold), "limit");
    out += svg::text(right + 8, y(*threshold) + 4, "roll back at " + show(*threshold), "limit-text small strong");
  }
  out += "<path d=\"" + path + "\" class=\"evidence\"/>";
  return out + rollback_mark(attempt, where, bottom) +
         "</svg><figcaption>E-value of \u201cthe challenger makes more errors than the champion\u201d, logarithmic; it "
         "may be read after every request.</figcaption></figure>";
}

}  // namespace podium::inline v0::gate
