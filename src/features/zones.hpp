#pragma once

#include "podium/result.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace podium::inline v0::features {

/// The rules of one IANA time zone, as this machine's zoneinfo files (RFC 9636) give them.
class Zone {
 public:
  /// "UTC" and its other names need no file.  Errc::invalid_argument if there is no such zone.
  static Result<Zone> find(std::string const& name);

  bool is_utc() const noexcept { return !rules_; }
  /// UTC seconds of a wall clock's seconds since 1970.  A time that the clock shows twice is its first, one that it
  /// skips is as far behind the jump as it would have been before it.
  std::int64_t to_utc(std::int64_t wall) const noexcept;

  struct Rules;

 private:
  std::shared_ptr<Rules const> rules_;
};

}  // namespace podium::inline v0::features
