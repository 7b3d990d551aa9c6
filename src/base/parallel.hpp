#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace podium::inline v0::base {

/// Threads for so much work: what was asked for (0: one per core), but none without enough to do.
inline int thread_count(int asked, std::int64_t items, std::int64_t items_per_thread) {
  std::int64_t const cores = asked > 0 ? asked : std::max(1u, std::thread::hardware_concurrency());
  return static_cast<int>(std::clamp<std::int64_t>(items / items_per_thread, 1, std::min<std::int64_t>(cores, 64)));
}

/// Calls `work(worker, item)` for every item below `count`, each once, on up to `threads` threads; rethrows what one
/// throws.
template <class Work>
void parallel_for(int threads, std::size_t count, Work work) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr failure;
  auto const run = [&](int worker) {
    try {
      for (std::size_t item; !failed && (item = next++) < count;) work(worker, item);
    } catch (...) {
      if (!failed.exchange(true)) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (int worker = 1; worker < threads && static_cast<std::size_t>(worker) < count; ++worker) {
      try {
        others.emplace_back(run, worker);
      } catch (std::system_error const&) {
        break;  // no more threads to be had: fewer do the work
      }
    }
    run(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace podium::inline v0::base
