#include "local/scoring/router.hpp"

#include "base/digest.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

namespace podium::inline v0::local {

double uniform_of(std::string_view text) {
  auto const digest = base::sha256(text);
  // 53 bits, moved off the ends by half a step.
  auto const bits = std::stoull(digest.substr(0, 16), nullptr, 16) >> 11;
  return (static_cast<double>(bits) + 0.5) * 0x1p-53;
}

Router::Router(std::string salt, std::map<std::string, int> traffic, std::map<std::string, int> mirror)
    : salt_{std::move(salt)}, traffic_{std::move(traffic)}, mirror_{std::move(mirror)} {
  auto const drop = [](auto& shares) { std::erase_if(shares, [](auto const& share) { return share.second <= 0; }); };
  drop(traffic_);
  drop(mirror_);
}

double Router::uniform(std::string_view purpose, std::string_view request_id) const {
  std::string text = salt_;
  text.append(1, '\0').append(purpose).append(1, '\0').append(request_id);
  return uniform_of(text);
}

std::optional<Route> Router::choose(std::string_view request_id) const {
  if (traffic_.empty()) return std::nullopt;
  Route out;
  if (traffic_.size() == 1) {
    out.deployment = traffic_.begin()->first;
  } else {
    // Weighted rendezvous: each deployment draws a number from the id, scaled by its share; the largest wins.  A change
    // of one share only moves ids to or from that deployment.
    double best = -std::numeric_limits<double>::infinity();
    for (auto const& [name, share] : traffic_) {
      double const draw = -share / std::log(uniform("traffic/" + name, request_id));
      if (draw <= best) continue;
      best = draw;
      out.deployment = name;
    }
  }
  if (mirror_.empty()) return out;
  double rest = uniform("mirror", request_id) * 100;
  for (auto const& [name, share] : mirror_) {
    rest -= share;
    if (rest >= 0) continue;
    if (name != out.deployment) out.mirror = name;
    break;
  }
  return out;
}

}  // namespace podium::inline v0::local
