#pragma once

#include "local/scoring/worker.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace podium::inline v0::local {

/// The workers of one deployment and the queue in front of them.
class DeployedWorkers {
 public:
  struct Settings {
    Worker::Settings worker;
    int instances = 1;
    int max_concurrent = 1;  ///< per instance: what may be in flight is twice that
    std::chrono::milliseconds timeout{5000};
  };
  struct Call {
    std::string headers;  ///< JSON
    std::string body;
    std::function<void(Reply)> done;
    bool mirrored = false;
    std::chrono::steady_clock::time_point deadline{};
  };

  explicit DeployedWorkers(Settings settings);  ///< starts them
  ~DeployedWorkers();                           ///< answers 503 to what waits, and ends them

  /// Blocks until all have started, or one could not.
  Result<void> ready();
  /// `done` is called once: at once with 429 or 503, else on a worker's thread.
  void submit(Call call);

 private:
  struct Lane {
    std::thread thread;
    Worker* worker = nullptr;  ///< guarded by mutex_; for interrupt()
  };
  void serve(Lane& lane);
  bool serve_calls(Lane& lane, Worker& worker, int& answered);  // false: the worker died
  std::optional<Call> next();
  void expire(std::unique_lock<std::mutex>& lock);
  void lane_gone(std::optional<Error> why, bool never_started = false);

  Settings settings_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Call> queue_;
  std::deque<Lane> lanes_;
  int starting_ = 0;
  int alive_ = 0;
  std::optional<Error> failure_;
  std::atomic<int> in_flight_ = 0;
  std::atomic<int> mirrored_ = 0;
};

}  // namespace podium::inline v0::local
