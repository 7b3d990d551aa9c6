#pragma once

#include "podium/clock.hpp"

#include <mutex>
#include <vector>

namespace podium::inline v0::testing {

/// A clock that is moved by hand, or by whoever sleeps on it: waiting takes no time and is remembered.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(std::chrono::system_clock::time_point start = std::chrono::sys_days{std::chrono::year{2026} / 1 /
                                                                                         1})
      : now_{start} {}

  std::chrono::system_clock::time_point now() const override {
    std::lock_guard lock{mutex_};
    return now_;
  }
  std::chrono::steady_clock::time_point steady_now() const override {
    std::lock_guard lock{mutex_};
    return steady_;
  }
  void sleep(std::chrono::milliseconds time, Context const& ctx) override {
    std::lock_guard lock{mutex_};
    waits_.push_back(time);
    if (ctx.stop.stop_requested()) return;
    now_ += time;
    steady_ += time;
  }

  void advance(std::chrono::milliseconds time) {
    std::lock_guard lock{mutex_};
    now_ += time;
    steady_ += time;
  }
  /// Every wait so far, in order.
  std::vector<std::chrono::milliseconds> waits() const {
    std::lock_guard lock{mutex_};
    return waits_;
  }

 private:
  mutable std::mutex mutex_;
  std::chrono::system_clock::time_point now_;
  std::chrono::steady_clock::time_point steady_{};
  std::vector<std::chrono::milliseconds> waits_;
};

}  // namespace podium::inline v0::testing
