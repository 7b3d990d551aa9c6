#pragma once

#include "gate/html.hpp"

#include <cmath>
#include <cstdio>
#include <string>

/// A few words of SVG, so that the plots read as what they draw.
namespace podium::inline v0::gate::svg {

inline std::string at(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", std::isfinite(value) ? value : 0);
  return text;
}

/// Opening of an accessible picture; close it with "</svg></figure>".
inline std::string begin(double width, double height, std::string const& id, std::string const& title,
                         std::string const& description) {
  return "<figure><svg viewBox=\"0 0 " + at(width) + " " + at(height) + "\" role=\"img\" aria-labelledby=\"" + id +
         "-t " + id + "-d\"><title id=\"" + id + "-t\">" + html::escape(title) + "</title><desc id=\"" + id + "-d\">" +
         html::escape(description) + "</desc>";
}

inline std::string line(double x1, double y1, double x2, double y2, std::string const& kind) {
  return "<line x1=\"" + at(x1) + "\" y1=\"" + at(y1) + "\" x2=\"" + at(x2) + "\" y2=\"" + at(y2) + "\" class=\"" +
         kind + "\"/>";
}

inline std::string text(double x, double y, std::string const& words, std::string const& kind = "",
                        char const* anchor = "start") {
  return "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" text-anchor=\"" + anchor + "\" class=\"" + kind + "\">" +
         html::escape(words) + "</text>";
}

inline std::string rectangle(double x, double y, double width, double height, std::string const& kind) {
  return "<rect x=\"" + at(x) + "\" y=\"" + at(y) + "\" width=\"" + at(std::fmax(width, 0)) + "\" height=\"" +
         at(std::fmax(height, 0)) + "\" class=\"" + kind + "\"/>";
}

/// A step between tick marks that gives about `wanted` of them: 1, 2 or 5 times a power of ten.
inline double tick_step(double range, int wanted) {
  if (!(range > 0) || !std::isfinite(range)) return 1;
  double const raw = range / wanted;
  double const power = std::pow(10, std::floor(std::log10(raw)));
  double const factor = raw / power;
  return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

}  // namespace podium::inline v0::gate::svg
