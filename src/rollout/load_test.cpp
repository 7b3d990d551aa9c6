#include "podium/rollout/sources.hpp"
#include "podium/stats/latency.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <thread>

namespace podium::inline v0::rollout {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int good = 200;
constexpr double lost = std::numeric_limits<double>::infinity();

/// Edges two per cent apart from 0.1 ms to two minutes, and the limits that somebody will ask about.
std::vector<double> edges_with(std::vector<double> const& wanted) {
  std::vector<double> edges;
  for (double edge = 0.1; edge < 120'000; edge *= 1.02) edges.push_back(edge);
  for (double const edge : wanted)
    if (edge > 0 && std::isfinite(edge)) edges.push_back(edge);
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  edges.push_back(std::numeric_limits<double>::infinity());
  return edges;
}

std::vector<gate::LatencyBin> histogram(std::vector<double> const& latencies, std::vector<double> const& edges) {
  std::vector<std::int64_t> counts(edges.size());
  for (double const ms : latencies)
    if (std::isfinite(ms))
      ++counts[static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), ms) - edges.begin())];
  std::vector<gate::LatencyBin> bins;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    // Where nothing was counted only the edges that bound a filled bin matter.
    bool const bounds_next = i + 1 < edges.size() && counts[i + 1] > 0;
    if (counts[i] > 0 || bounds_next) bins.push_back({edges[i], counts[i]});
  }
  return bins;
}

/// Waits for a moment in short naps, so that an interruption is seen.
bool wait_until(Clock::time_point when, Context const& ctx) {
  constexpr auto nap = std::chrono::milliseconds{50};
  while (!ctx.interrupted()) {
    auto const now = Clock::now();
    if (now >= when) return true;
    std::this_thread::sleep_until(std::min(when, now + nap));
  }
  return false;
}

}  // namespace

Result<gate::LatencySample> load_test(ScoringClient const& scoring, std::string const& endpoint,
                                      std::vector<std::string> const& bodies, LoadPlan const& plan,
                                      Context const& ctx) {
  if (bodies.empty()) return Error{Errc::invalid_argument, "a load test needs at least one request to send"};
  if (!(plan.rps > 0 && plan.rps <= 100'000) || plan.requests < 1 || plan.most_at_once < 1)
    return Error{Errc::invalid_argument, "a load test needs a rate and a number of requests above 0"};
  auto const warm = static_cast<std::int64_t>(std::ceil(plan.rps * static_cast<double>(plan.warmup.count())));
  auto const all = warm + plan.requests;
  std::vector<double> latency(static_cast<std::size_t>(plan.requests), lost);
  std::atomic<std::int64_t> next{0};
  std::mutex guard;
  std::optional<Error> trouble;
  auto const start = Clock::now() + std::chrono::milliseconds{20};

  auto const work = [&] {
    for (auto i = next++; i < all; i = next++) {
      auto const due = start + std::chrono::duration_cast<Clock::duration>(
                                   std::chrono::duration<double>{static_cast<double>(i) / plan.rps});
      if (!wait_until(due, ctx)) return;
      auto const& body = bodies[static_cast<std::size_t>(i) % bodies.size()];
      auto const scored = scoring.invoke(body, "load-" + std::to_string(i), plan.deployment, ctx);
      double const ms = std::chrono::duration<double, std::milli>{Clock::now() - due}.count();
      if (i >= warm && scored && scored->status == good) latency[static_cast<std::size_t>(i - warm)] = ms;
      if (!scored) {
        std::lock_guard const lock{guard};
        if (!trouble) trouble = scored.error();
      }
    }
  };
  std::vector<std::thread> workers;
  auto const count = std::min<std::int64_t>(plan.most_at_once, all);
  for (std::int64_t i = 0; i < count; ++i) workers.emplace_back(work);
  for (auto& worker : workers) worker.join();
  if (auto stop = ctx.interrupted()) return *std::move(stop);

  auto const errors = std::count_if(latency.begin(), latency.end(), [](double ms) { return !std::isfinite(ms); });
  if (errors == plan.requests && trouble) return std::move(*trouble).with("load test of", endpoint);
  gate::LatencySample sample;
  sample.endpoint = endpoint;
  sample.open_loop = true;
  sample.rps = plan.rps;
  sample.warmup_s = static_cast<double>(plan.warmup.count());
  sample.errors = errors;
  sample.bins = histogram(latency, edges_with(plan.edges_ms));
  std::vector<double> answered;
  for (double const ms : latency)
    if (std::isfinite(ms)) answered.push_back(ms);
  double const lag = stats::autocorrelation(answered).lag_one;
  if (std::isfinite(lag)) sample.lag1 = lag;
  return sample;
}

}  // namespace podium::inline v0::rollout
