#include "podium/clock.hpp"

#include <condition_variable>
#include <mutex>

namespace podium::inline v0 {

Clock::~Clock() = default;

namespace {

class SystemClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
  std::chrono::steady_clock::time_point steady_now() const override { return std::chrono::steady_clock::now(); }
  void sleep(std::chrono::milliseconds time, Context const& ctx) override {
    auto const end = std::chrono::steady_clock::now() + time;
    auto const until = ctx.deadline && *ctx.deadline < end ? *ctx.deadline : end;
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock{mutex};
    woken.wait_until(lock, ctx.stop, until, [] { return false; });
  }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

}  // namespace podium::inline v0
