#pragma once

#include "podium/context.hpp"

#include <chrono>

namespace podium::inline v0 {

/// Time as a seam: tests move it by hand.
class PODIUM_API Clock {
 public:
  virtual ~Clock();
  virtual std::chrono::system_clock::time_point now() const = 0;
  virtual std::chrono::steady_clock::time_point steady_now() const = 0;
  /// Returns when the time has passed, or earlier when `ctx` is interrupted.
  virtual void sleep(std::chrono::milliseconds time, Context const& ctx) = 0;
};

/// The machine's own clock; lives for ever.
PODIUM_API Clock& system_clock();

}  // namespace podium::inline v0
