#include "local/scoring/deployment.hpp"

#include "local/executor/content.hpp"

#include <fstream>
#include <unistd.h>

namespace podium::inline v0::local {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int most_mirrored = 1000;     ///< waiting; more are dropped: a shadow must not eat the memory
constexpr int proven = 100;             ///< answers after which a death counts as the first again
constexpr auto start_allowance = 300s;  ///< a call that comes while init() runs waits for it
constexpr std::uintmax_t log_limit = 8u << 20;

/// Keeps the end of a log that has grown too long.  The worker appends, so it goes on behind what is kept.
void bound_log(std::filesystem::path const& log) {
  std::error_code ec;
  if (std::filesystem::file_size(log, ec) <= log_limit || ec) return;
  auto const end = tail_of(log, 0);
  if (::truncate(log.c_str(), 0) != 0) return;
  std::ofstream{log, std::ios::binary | std::ios::app} << "(older lines were dropped)\n" << end;
}

}  // namespace

DeployedWorkers::DeployedWorkers(Settings settings) : settings_{std::move(settings)} {
  int const count = std::max(1, settings_.instances);
  starting_ = alive_ = count;
  for (int i = 0; i < count; ++i) {
    auto& lane = lanes_.emplace_back();
    try {
      lane.thread = std::thread{[this, &lane] { serve(lane); }};
    } catch (std::system_error const& none) {
      lane_gone(Error{Errc::exhausted, std::string{"no thread for a worker: "} + none.what()}, true);
    }
  }
}

DeployedWorkers::~DeployedWorkers() {
  {
    std::scoped_lock lock{mutex_};
    stop_.request_stop();
    for (auto& lane : lanes_)
      if (lane.worker != nullptr) lane.worker->interrupt();
  }
  changed_.notify_all();
  for (auto& lane : lanes_)
    if (lane.thread.joinable()) lane.thread.join();
}

Result<void> DeployedWorkers::ready() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return starting_ == 0 || failure_; });
  if (failure_) return *failure_;
  return {};
}

void DeployedWorkers::submit(Call call) {
  auto& counter = call.mirrored ? mirrored_ : in_flight_;
  int const limit =
      call.mirrored ? most_mirrored : 2 * std::max(1, settings_.max_concurrent) * std::max(1, settings_.instances);
  if (counter.fetch_add(1) >= limit) {
    counter.fetch_sub(1);
    call.done({429, {}, 0, true, false});
    return;
  }
  call.done = [&counter, done = std::move(call.done)](Reply reply) {
    counter.fetch_sub(1);  // before the answer: the next request may come at once
    done(std::move(reply));
  };
  call.deadline = Clock::now() + settings_.timeout;
  std::unique_lock lock{mutex_};
  if (alive_ == 0 || stop_.stop_requested()) {
    lock.unlock();
    call.done({503, {}, 0, true, false});
    return;
  }
  if (starting_ > 0) call.deadline += start_allowance;
  queue_.push_back(std::move(call));
  lock.unlock();
  changed_.notify_one();
}

std::optional<DeployedWorkers::Call> DeployedWorkers::next() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, stop_.get_token(), [&] { return !queue_.empty(); });
  if (queue_.empty() || stop_.stop_requested()) return std::nullopt;
  auto call = std::move(queue_.front());
  queue_.pop_front();
  return call;
}

void DeployedWorkers::expire(std::unique_lock<std::mutex>& lock) {
  std::deque<Call> late;
  auto const now = Clock::now();
  for (auto at = queue_.begin(); at != queue_.end();) {
    if (at->deadline > now) {
      ++at;
      continue;
    }
    late.push_back(std::move(*at));
    at = queue_.erase(at);
  }
  lock.unlock();
  for (auto& call : late) call.done({408, {}, 0, true, false});
}

bool DeployedWorkers::serve_calls(Lane& lane, Worker& worker, int& answered) {
  {
    std::scoped_lock lock{mutex_};
    lane.worker = &worker;
  }
  struct Forget {
    DeployedWorkers& all;
    Lane& lane;
    ~Forget() {
      std::scoped_lock lock{all.mutex_};
      lane.worker = nullptr;
    }
  } const forget{*this, lane};

  while (auto call = next()) {
    Reply reply{502, {}, 0, true, false};
    if (!worker.send(worker.wants_headers() ? std::string_view{call->headers} : std::string_view{}, call->body)) {
      call->done(std::move(reply));
      return false;
    }
    auto got = worker.receive(reply, call->deadline);
    if (got == Worker::Wait::timeout) {
      call->done({408, {}, 0, true, false});
      // The script is still at it.  Meanwhile what waits behind it gets its answer in time.
      while (got == Worker::Wait::timeout) {
        std::unique_lock lock{mutex_};
        auto const until =
            queue_.empty() ? Clock::now() + 50ms : std::min(queue_.front().deadline, Clock::now() + 50ms);
        expire(lock);
        got = worker.receive(reply, until);
      }
      if (got == Worker::Wait::gone) return false;
      continue;
    }
    if (got == Worker::Wait::gone) {
      call->done({stop_.stop_requested() ? 503 : 502, {}, 0, true, false});
      return false;
    }
    call->done(std::move(reply));
    if (++answered % 1024 == 0) bound_log(settings_.worker.log);
  }
  return true;
}

void DeployedWorkers::serve(Lane& lane) {
  bool first = true;
  for (int deaths = 0; !stop_.stop_requested();) {
    auto worker = Worker::start(settings_.worker, stop_.get_token());
    if (!worker) {
      lane_gone(std::move(worker).error(), first);
      return;
    }
    if (std::exchange(first, false)) {
      std::scoped_lock lock{mutex_};
      --starting_;
      changed_.notify_all();
    }
    int answered = 0;
    if (serve_calls(lane, *worker, answered)) continue;
    auto const end = worker->end();
    if (stop_.stop_requested()) break;
    deaths = answered >= proven ? 1 : deaths + 1;
    if (deaths > 1) {
      lane_gone(Error{Errc::failed, "the worker died again (exit code " + std::to_string(end.code) + ")"});
      return;
    }
  }
  lane_gone(std::nullopt);
}

void DeployedWorkers::lane_gone(std::optional<Error> why, bool never_started) {
  std::deque<Call> left;
  {
    std::scoped_lock lock{mutex_};
    if (why && !failure_) failure_ = std::move(why);
    if (never_started) --starting_;
    if (--alive_ == 0) left.swap(queue_);
  }
  changed_.notify_all();
  for (auto& call : left) call.done({503, {}, 0, true, false});
}

}  // namespace podium::inline v0::local
