#include "gate/plots.hpp"
#include "gate/svg.hpp"
#include "gate/words.hpp"

#include "podium/gate/evaluate.hpp"

#include <algorithm>

namespace podium::inline v0::gate {
namespace {

constexpr double width = 1000, left = 190, right = 570, row_height = 40, top = 30;

/// From data to the picture; what lies beyond the ends is drawn at the ends.
struct Axis {
  double low = 0, high = 1;
  double x(double value) const {
    double const clamped = std::isnan(value) ? low : std::clamp(value, low, high);
    return left + (right - left) * (clamped - low) / (high - low);
  }
};

Axis fit(std::vector<model::Check> const& checks, bool with_zero) {
  double low = with_zero ? 0 : 1e300, high = with_zero ? 0 : -1e300;
  auto const include = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (auto const& check : checks)
    for (double const value : {check.estimate, check.lower, check.upper, check.margin}) include(value);
  if (!(high > low)) {
    low = std::isfinite(low) && low < 1e300 ? low - 0.5 : 0;
    high = low + 1;
  }
  double const pad = 0.06 * (high - low);
  return {low - pad, high + pad};
}

/// The outcome as a shape too, for readers who do not see its colour.
std::string marker(double x, double y, model::Outcome outcome, std::string const& kind) {
  auto const polygon = [&](std::string const& points) {
    return "<polygon points=\"" + points + "\" class=\"" + kind + "\"/>";
  };
  using svg::at;
  switch (outcome) {
    case model::Outcome::pass:
      return "<circle cx=\"" + at(x) + "\" cy=\"" + at(y) + "\" r=\"6\" class=\"" + kind + "\"/>";
    case model::Outcome::fail:
      return svg::rectangle(x - 5.5, y - 5.5, 11, 11, kind);
    case model::Outcome::inconclusive:
      return polygon(at(x) + "," + at(y - 7) + " " + at(x + 7) + "," + at(y) + " " + at(x) + "," + at(y + 7) + " " +
                     at(x - 7) + "," + at(y));
    default:
      return polygon(at(x) + "," + at(y - 7) + " " + at(x + 7) + "," + at(y + 5) + " " + at(x - 7) + "," + at(y + 5));
  }
}

std::string bound(double value, bool own) {
  return std::isfinite(value) ? own ? show(value) : show_signed(value) : "?";
}

std::string row(model::Check const& check, Axis const& axis, double y) {
  bool const own = check.role == "floor" || check.role == "ceiling";
  std::string const kind{html::tone(to_string(check.outcome))};
  std::string out = svg::text(0, y - 2, check.slice.empty() ? check.id : check.slice, "strong");
  out += svg::text(0, y + 13, check.role + ", " + check.metric, "soft small");
  if (check.role != "report") out += svg::line(axis.x(check.margin), y - 14, axis.x(check.margin), y + 14, "limit");
  bool const known = std::isfinite(check.estimate);
  if (known) {
    double const from = axis.x(check.lower), to = axis.x(check.upper);
    out += svg::line(from, y, to, y, kind + " whisker");
    if (std::isfinite(check.lower)) out += svg::line(from, y - 6, from, y + 6, kind + " whisker");
    if (std::isfinite(check.upper)) out += svg::line(to, y - 6, to, y + 6, kind + " whisker");
    out += marker(axis.x(check.estimate), y, check.outcome, kind);
  }
  double const column = right + 22;
  out += svg::text(column, y - 2, known ? own ? show(check.estimate) : show_signed(check.estimate) : "no estimate",
                   "strong");
  if (known) out += svg::text(column + 66, y - 2, bound(check.lower, own) + " to " + bound(check.upper, own));
  std::string const line_text =
      check.role == "report" ? "shown only" : "line " + (own ? show(check.margin) : show_signed(check.margin));
  out += svg::text(column, y + 13, line_text + ", level " + show(check.level), "soft small");
  std::string size = show(check.units) + " rows";
  out += svg::text(column + 222, y - 2, size, "small");
  if (check.clusters > 0) out += svg::text(column + 222, y + 13, show(check.clusters) + " clusters", "soft small");
  return out + svg::text(width, y + 3, std::string{to_string(check.outcome)}, kind + " strong", "end");
}

std::string ticks(Axis const& axis, double bottom) {
  std::string out;
  double const step = svg::tick_step(axis.high - axis.low, 6);
  for (int k = static_cast<int>(std::ceil(axis.low / step)); k * step <= axis.high; ++k) {
    double const value = k * step;
    out += svg::line(axis.x(value), top - 12, axis.x(value), bottom, k == 0 ? "zero" : "axis");
    out += svg::text(axis.x(value), bottom + 16, show(rounded(value)), "soft small", "middle");
  }
  return out;
}

std::string panel(std::vector<model::Check> const& checks, std::string const& id, std::string const& title,
                  bool differences) {
  if (checks.empty()) return {};
  auto const axis = fit(checks, differences);
  double const bottom = top + row_height * static_cast<double>(checks.size());
  std::string description;
  for (auto const& check : checks)
    description += check.id + ": " + show(check.estimate) + ", " + show(check.lower) + " to " + show(check.upper) +
                   ", line " + show(check.margin) + ", " + std::string{to_string(check.outcome)} + ". ";
  std::string out = svg::begin(width, bottom + 24, id, title, description);
  out += svg::rectangle(left, top - 12, right - left, bottom - top + 12, "band");
  out += ticks(axis, bottom);
  if (differences) {
    out += svg::text(left, 12, "\u2190 champion better", "soft small");
    out += svg::text(right, 12, "challenger better \u2192", "soft small", "end");
  } else {
    out += svg::text(left, 12, "challenger's own value", "soft small");
  }
  double y = top + row_height / 2 - 4;
  for (auto const& check : checks) {
    out += row(check, axis, y);
    y += row_height;
  }
  return out + "</svg></figure>";
}

}  // namespace

std::string forest_plot(std::vector<model::Check> const& checks, std::string const& id, std::string const& title) {
  std::vector<model::Check> differences, own;
  for (auto const& check : checks) {
    if (check.role == "quality" || check.role == "approval" || check.role == "waiver" || check.role == "slo" ||
        check.role == "shadow")
      continue;
    (check.role == "floor" || check.role == "ceiling" ? own : differences).push_back(check);
  }
  return panel(differences, id, title, true) + panel(own, id + "-own", title + ": the challenger's own values", false);
}

}  // namespace podium::inline v0::gate
