#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace flights {

/// The most memory that this process and all that it started held at one time, looked at ten times a second.
class PeakMemory {
 public:
  PeakMemory();
  double mebibytes() const;

 private:
  std::atomic<std::int64_t> peak_kib_{0};
  std::jthread watcher_;
};

}  // namespace flights
