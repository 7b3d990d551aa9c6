#include "gate/plots.hpp"
#include "gate/svg.hpp"
#include "gate/words.hpp"

#include "podium/gate/evaluate.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::gate {
namespace {

constexpr double width = 480, height = 400, left = 52, right = 462, top = 30, bottom = 340;

/// A square of shares, from 0 to 1 both ways.
struct Unit {
  static double x(double value) { return left + (right - left) * std::clamp(value, 0.0, 1.0); }
  static double y(double value) { return bottom - (bottom - top) * std::clamp(value, 0.0, 1.0); }
};

std::string frame(std::string const& x_name, std::string const& y_name) {
  std::string out = svg::rectangle(left, top, right - left, bottom - top, "band");
  for (double const tick : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    out += svg::line(Unit::x(tick), top, Unit::x(tick), bottom, "axis");
    out += svg::line(left, Unit::y(tick), right, Unit::y(tick), "axis");
    out += svg::text(Unit::x(tick), bottom + 16, show(tick), "soft small", "middle");
    out += svg::text(left - 8, Unit::y(tick) + 4, show(tick), "soft small", "end");
  }
  out += svg::text((left + right) / 2, bottom + 34, x_name, "small", "middle");
  return out + svg::text(left, top - 10, y_name, "small");
}

std::string legend() {
  double const y = height - 8;
  return svg::line(left, y - 4, left + 26, y - 4, "champion") + svg::text(left + 32, y, "champion", "small") +
         svg::line(left + 110, y - 4, left + 136, y - 4, "challenger") +
         svg::text(left + 142, y, "challenger", "small");
}

std::string points(std::vector<stats::CurvePoint> const& curve) {
  std::string out;
  for (auto const& point : curve)
    if (std::isfinite(point.x) && std::isfinite(point.y))
      out += svg::at(Unit::x(point.x)) + "," + svg::at(Unit::y(point.y)) + " ";
  return out;
}

/// Both curves, and between them the area that separates the models.
std::string overlay(std::vector<stats::CurvePoint> const& champion, std::vector<stats::CurvePoint> const& challenger,
                    std::string const& id, std::string const& title, std::string const& x_name,
                    std::string const& y_name, bool diagonal) {
  if (champion.empty() || challenger.empty()) return {};
  std::string out = svg::begin(width, height, id, title, title + ", champion and challenger");
  out += frame(x_name, y_name);
  auto reversed = champion;
  std::reverse(reversed.begin(), reversed.end());
  out += "<polygon points=\"" + points(challenger) + points(reversed) + "\" class=\"gap\"/>";
  if (diagonal) out += svg::line(Unit::x(0), Unit::y(0), Unit::x(1), Unit::y(1), "zero");
  out += "<polyline points=\"" + points(champion) + "\" class=\"champion\"/>";
  out += "<polyline points=\"" + points(challenger) + "\" class=\"challenger\"/>";
  return out + legend() + "</svg></figure>";
}

std::string reliability_line(std::vector<stats::ReliabilityBin> const& bins, std::string const& kind) {
  std::string out, path;
  for (auto const& bin : bins) {
    double const x = Unit::x(bin.mean_prediction);
    out += svg::line(x, Unit::y(bin.interval.lower), x, Unit::y(bin.interval.upper), kind + " thin");
    path += svg::at(x) + "," + svg::at(Unit::y(bin.observed)) + " ";
    out += "<circle cx=\"" + svg::at(x) + "\" cy=\"" + svg::at(Unit::y(bin.observed)) + "\" r=\"3\" class=\"" + kind +
           " dot\"/>";
  }
  return "<polyline points=\"" + path + "\" class=\"" + kind + "\"/>" + out;
}

std::string reliability(SetExhibit const& set, std::string const& id) {
  if (set.champion.reliability.empty() || set.challenger.reliability.empty()) return {};
  std::int64_t fewest = set.challenger.reliability.front().rows;
  for (auto const* model : {&set.champion, &set.challenger})
    for (auto const& bin : model->reliability) fewest = std::min(fewest, bin.rows);
  auto const title =
      "Reliability: what was observed where a share was predicted; bins of at least " + count_of(fewest, "row");
  std::string out =
      svg::begin(width, height, id, "Reliability", title) + frame("predicted share", "observed share, Wilson 95 %");
  out += svg::line(Unit::x(0), Unit::y(0), Unit::x(1), Unit::y(1), "zero");
  out += reliability_line(set.champion.reliability, "champion");
  out += reliability_line(set.challenger.reliability, "challenger");
  return out + legend() + "</svg></figure>";
}

struct Range {
  double low = 0, high = 1;
  double share(double value) const { return (value - low) / (high - low); }
};

Range range_of(std::vector<std::pair<double, double>> const& pairs) {
  Range range{pairs.front().first, pairs.front().first};
  for (auto const& [a, b] : pairs) {
    range.low = std::min({range.low, a, b});
    range.high = std::max({range.high, a, b});
  }
  if (range.low >= 0 && range.high <= 1) return {0, 1};
  if (!(range.high > range.low)) range.high = range.low + 1;
  return range;
}

}  // namespace

std::string score_plot(std::vector<std::pair<double, double>> const& pairs, std::string const& id,
                       std::string const& title) {
  if (pairs.empty()) return {};
  auto const range = range_of(pairs);
  std::string out = svg::begin(width, height, id, title,
                               title + ": " + count_of(static_cast<std::int64_t>(pairs.size()), "row") + " drawn");
  out += svg::rectangle(left, top, right - left, bottom - top, "band");
  out += svg::line(Unit::x(0), Unit::y(0), Unit::x(1), Unit::y(1), "zero");
  for (double const tick : {0.0, 0.5, 1.0}) {
    auto const value = show(rounded(range.low + tick * (range.high - range.low)));
    out += svg::text(Unit::x(tick), bottom + 16, value, "soft small", "middle");
    out += svg::text(left - 8, Unit::y(tick) + 4, value, "soft small", "end");
  }
  for (auto const& [champion, challenger] : pairs)
    out += "<circle cx=\"" + svg::at(Unit::x(range.share(champion))) + "\" cy=\"" +
           svg::at(Unit::y(range.share(challenger))) + "\" r=\"2\" class=\"cloud\"/>";
  out += svg::text((left + right) / 2, bottom + 34, "champion's score", "small", "middle");
  return out + svg::text(left, top - 10, "challenger's score", "small") + "</svg></figure>";
}

std::string curve_plots(SetExhibit const& set, std::string const& id) {
  std::string out = overlay(set.champion.roc, set.challenger.roc, id + "-roc", "ROC curves", "false positive rate",
                            "true positive rate", true);
  out += overlay(set.champion.precision_recall, set.challenger.precision_recall, id + "-pr", "Precision and recall",
                 "recall", "precision", false);
  out += reliability(set, id + "-reliability");
  out += score_plot(set.scores, id + "-scores", "Scores of the same rows");
  return out.empty() ? "" : "<div class=\"plots\">" + out + "</div>";
}

std::string latency_plot(LatencySample const& sample, std::vector<model::LatencySlo> const& slos,
                         std::string const& id) {
  constexpr double wide = 1000, plot_left = 70, plot_right = 960, plot_bottom = 300;
  std::int64_t total = sample.errors;
  double low = 0, high = 0;
  for (auto const& bin : sample.bins) {
    total += bin.count;
    if (bin.count == 0 || !std::isfinite(bin.upper_ms) || bin.upper_ms <= 0) continue;
    low = low == 0 ? bin.upper_ms : std::min(low, bin.upper_ms);
    high = std::max(high, bin.upper_ms);
  }
  for (auto const& slo : slos)
    high = std::max(high, slo.max_ms), low = low == 0 ? slo.max_ms : std::min(low, slo.max_ms);
  if (total == 0 || !(high > 0)) return {};
  low /= 1.2, high *= 1.2;
  double const decades = std::max(1.0, std::ceil(std::log10(static_cast<double>(total))));
  auto const x = [&](double ms) {
    double const share = std::log(std::clamp(ms, low, high) / low) / std::log(high / low);
    return plot_left + (plot_right - plot_left) * share;
  };
  auto const y = [&](double share) {
    double const depth = share > 0 ? std::min(-std::log10(share), decades) : decades;
    return top + (plot_bottom - top) * depth / decades;
  };
  std::string out = svg::begin(wide, plot_bottom + 40, id, "Tail of latencies",
                               "Share of requests slower than a time, both on logarithmic scales");
  out += svg::rectangle(plot_left, top, plot_right - plot_left, plot_bottom - top, "band");
  for (int k = 0; k <= static_cast<int>(decades); ++k) {
    out += svg::line(plot_left, y(std::pow(10, -k)), plot_right, y(std::pow(10, -k)), "axis");
    out += svg::text(plot_left - 8, y(std::pow(10, -k)) + 4, show(std::pow(10, 2 - k)) + " %", "soft small", "end");
  }
  for (double power = std::pow(10, std::floor(std::log10(low))); power <= high; power *= 10)
    for (double const step : {1.0, 2.0, 5.0}) {
      double const ms = power * step;
      if (ms < low || ms > high) continue;
      out += svg::line(x(ms), top, x(ms), plot_bottom, "axis");
      out += svg::text(x(ms), plot_bottom + 16, show(rounded(ms)) + " ms", "soft small", "middle");
    }
  std::string path = svg::at(plot_left) + "," + svg::at(y(1)) + " ";
  std::int64_t slower = total;
  for (auto const& bin : sample.bins) {
    if (!std::isfinite(bin.upper_ms)) break;
    double const before = static_cast<double>(slower) / static_cast<double>(total);
    slower -= bin.count;
    double const after = static_cast<double>(slower) / static_cast<double>(total);
    path += svg::at(x(bin.upper_ms)) + "," + svg::at(y(before)) + " " + svg::at(x(bin.upper_ms)) + "," +
            svg::at(y(after)) + " ";
  }
  out += "<polyline points=\"" + path + "\" class=\"challenger\"/>";
  for (auto const& slo : slos) {
    double const at_x = x(slo.max_ms), at_y = y(1 - slo.quantile);
    out += svg::line(at_x, top, at_x, at_y, "limit") + svg::line(at_x, at_y, plot_right, at_y, "limit");
    out += svg::text(at_x + 6, top + 14,
                     "at most " + show((1 - slo.quantile) * 100) + " % above " + show(slo.max_ms) + " ms",
                     "small limit-text");
  }
  return out + svg::text(plot_left, top - 10, "share of requests that are slower", "small") + "</svg></figure>";
}

std::string limit_plot(std::vector<model::Check> const& checks, std::string const& id, std::string const& title) {
  constexpr double wide = 1000, plot_left = 230, plot_right = 640, row = 34;
  std::vector<model::Check> drawn;
  for (auto const& check : checks)
    if (check.margin > 0 && std::isfinite(check.estimate)) drawn.push_back(check);
  if (drawn.empty()) return {};
  double most = 1.25;
  for (auto const& check : drawn)
    for (double const value : {check.estimate, check.upper})
      if (std::isfinite(value)) most = std::max(most, std::min(value / check.margin, 3.0));
  auto const x = [&](double share) {
    return plot_left + (plot_right - plot_left) * std::clamp(share, 0.0, most) / most;
  };
  double const end = top + row * static_cast<double>(drawn.size());
  std::string description;
  for (auto const& check : drawn)
    description += check.id + ": " + show(check.estimate) + ", limit " + show(check.margin) + ". ";
  std::string out = svg::begin(wide, end + 24, id, title, description);
  out += svg::rectangle(plot_left, top - 8, plot_right - plot_left, end - top + 8, "band");
  out +=
      svg::line(x(1), top - 8, x(1), end, "limit") + svg::text(x(1), top - 14, "limit", "small limit-text", "middle");
  double y = top + row / 2 - 4;
  for (auto const& check : drawn) {
    std::string const kind{html::tone(to_string(check.outcome))};
    out += svg::text(0, y + 4, check.id, "strong");
    out += svg::rectangle(plot_left, y - 6, x(check.estimate / check.margin) - plot_left, 12, kind + " bar");
    if (std::isfinite(check.upper) && std::isfinite(check.lower))
      out += svg::line(x(std::max(check.lower, 0.0) / check.margin), y, x(check.upper / check.margin), y,
                       kind + " whisker");
    out += svg::text(plot_right + 20, y + 4, show(check.estimate) + " of " + show(check.margin));
    out += svg::text(wide, y + 4, std::string{to_string(check.outcome)}, kind + " strong", "end");
    y += row;
  }
  return out + "</svg></figure>";
}

}  // namespace podium::inline v0::gate
