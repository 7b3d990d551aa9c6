#pragma once

#include "podium/clock.hpp"

#include <chrono>
#include <string>

namespace podium::inline v0 {

/// When a failed request is sent again.  Only what is safe to repeat is repeated: idempotent
/// methods, and anything the service refused with 429 before doing any work.
struct RetryOptions {
  int max_attempts = 4;                         ///< including the first; 1 turns retrying off
  std::chrono::milliseconds first_delay{800};   ///< doubled after each attempt, with jitter
  std::chrono::milliseconds max_delay{60'000};  ///< also caps what Retry-After may ask for
};

/// What every client shares.
struct ClientOptions {
  std::string api_version = "2024-10-01";
  std::string application_id{};  ///< appended to User-Agent
  RetryOptions retry{};
  Clock* clock = nullptr;  ///< nullptr: the machine's own
};

}  // namespace podium::inline v0
