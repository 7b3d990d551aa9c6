#pragma once

#include "podium/result.hpp"

#include <chrono>
#include <optional>
#include <stop_token>

namespace podium::inline v0 {

/// How long a caller is prepared to wait, and whether it still is.  Passed last, copied freely.
struct Context {
  std::stop_token stop{};                                           ///< empty: never cancelled
  std::optional<std::chrono::steady_clock::time_point> deadline{};  ///< empty: waits for ever

  /// The Error to return if the caller has given up or its deadline has passed.
  std::optional<Error> interrupted(std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now()) const {
    if (stop.stop_requested()) return Error{Errc::cancelled, "the caller cancelled"};
    if (deadline && now >= *deadline) return Error{Errc::deadline_exceeded, "the deadline passed"};
    return std::nullopt;
  }

  /// The same context with an earlier deadline, if `limit` from now is earlier.
  Context within(std::chrono::steady_clock::duration limit) const {
    auto const end = std::chrono::steady_clock::now() + limit;
    return {stop, deadline && *deadline < end ? deadline : std::optional{end}};
  }
};

}  // namespace podium::inline v0
