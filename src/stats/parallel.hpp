#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace podium::inline v0::stats {

/// Calls work(0) .. work(count - 1), each once, from up to `threads` threads.  What a call computes may depend on its
/// number alone; then the number of threads changes nothing.
template <class Work>
void for_each_index(std::size_t count, int threads, Work const& work) {
  auto const helpers = std::min<std::size_t>(static_cast<std::size_t>(std::max(threads, 1)), count);
  if (helpers <= 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failing;
  auto const run = [&] {
    try {
      for (auto i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
    } catch (...) {
      std::lock_guard const lock{failing};
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  {
    std::vector<std::jthread> pool;
    for (std::size_t t = 1; t < helpers; ++t) pool.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace podium::inline v0::stats
