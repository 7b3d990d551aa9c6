#pragma once

#include "podium/client_options.hpp"
#include "podium/http/message.hpp"
#include "podium/result.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace podium::inline v0::http {

/// GET, HEAD, OPTIONS, PUT and DELETE mean the same said twice.
bool idempotent(std::string_view method) noexcept;

/// Retry-After as seconds or as an HTTP date; nullopt if it is neither.
std::optional<std::chrono::milliseconds> retry_after(std::string_view text, std::chrono::system_clock::time_point now);

/// The retry decision on its own: no socket, no clock, no randomness of its own.
///
/// Idempotent requests are sent again after a lost connection, 408, 429, 500, 502, 503 and 504; others only after
/// 429, and after 503 that names a Retry-After: then the service refused before doing any work.
/// Errors that will not go away (bad certificate, cancelled, deadline) are final.
class RetryLoop {
 public:
  struct Next {
    bool again = false;
    std::chrono::milliseconds delay{0};
  };

  RetryLoop(RetryOptions options, bool idempotent, std::function<double()> jitter);

  Next after(Result<Response> const& reply, std::chrono::system_clock::time_point now);
  int attempts() const noexcept { return attempt_; }

 private:
  RetryOptions options_;
  bool idempotent_;
  std::function<double()> jitter_;  // in [0, 1)
  int attempt_ = 0;
};

}  // namespace podium::inline v0::http
