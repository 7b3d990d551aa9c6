#pragma once

#include "podium/version.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace podium::inline v0::local {

/// Which deployment answers a request, and which one hears it too.
struct Route {
  std::string deployment;
  std::string mirror;  ///< empty: none
};

/// Splits requests by percentages, as a pure function of the request's id: the same id goes to the same deployment
/// for as long as the percentages stand, and when they change only the share that has to move does.
class Router {
 public:
  /// `salt` keeps endpoints from choosing alike; percentages that are not positive do not count.
  Router(std::string salt, std::map<std::string, int> traffic, std::map<std::string, int> mirror);

  /// Nullopt if no deployment has a positive share.
  std::optional<Route> choose(std::string_view request_id) const;

 private:
  double uniform(std::string_view purpose, std::string_view request_id) const;  // in (0, 1)

  std::string salt_;
  std::map<std::string, int> traffic_;
  std::map<std::string, int> mirror_;
};

/// A number in (0, 1) that is a function of the text alone.
double uniform_of(std::string_view text);

}  // namespace podium::inline v0::local
