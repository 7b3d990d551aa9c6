#include "rollout/load.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace podium::inline v0::rollout {
namespace {

constexpr int ok = 200;
constexpr int too_many_requests = 429;
constexpr int patience = 8;  // waits of 10 ms, 20 ms, ... 1.3 s

}  // namespace

Result<Load::Answer> Load::ask(LiveRequest const& request, Context const& ctx) const {
  auto scored = scoring_.invoke(request.body, request.id, {}, ctx);
  // A refusal for being too many is about how fast we send, not about the model: the same request is sent again.
  auto wait = std::chrono::milliseconds{10};
  for (int i = 0; i < patience && scored && scored->status == too_many_requests; ++i, wait *= 2) {
    session_.clock().sleep(wait, ctx);
    if (auto given_up = ctx.interrupted()) return *std::move(given_up);
    scored = scoring_.invoke(request.body, request.id, {}, ctx);
  }
  if (!scored) return std::move(scored).error().with("request", request.id);
  if (scored->deployment == plan_.challenger) return Answer{Machine::Arm::challenger, scored->status != ok};
  if (scored->deployment == plan_.champion) return Answer{Machine::Arm::champion, scored->status != ok};
  if (scored->deployment.empty())
    return Error{Errc::unavailable,
                 "the endpoint answered HTTP " + std::to_string(scored->status) + " without naming a deployment"}
        .with("request", request.id);
  return Error{Errc::conflict, "deployment `" + scored->deployment + "` answered; only champion and challenger should"}
      .with("request", request.id);
}

Result<std::vector<Load::Answer>> Load::send(std::vector<LiveRequest> const& batch, Context const& ctx) const {
  std::vector<Answer> answers(batch.size());
  std::vector<std::optional<Error>> failures(batch.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  auto const work = [&] {
    for (std::size_t i = next++; i < batch.size() && !failed; i = next++) {
      auto answer = ask(batch[i], ctx);
      if (answer) {
        answers[i] = *answer;
        continue;
      }
      failures[i] = std::move(answer).error();
      failed = true;
    }
  };
  {
    auto const helpers = std::min(static_cast<std::size_t>(std::max(plan_.concurrency, 1)), batch.size());
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < helpers; ++i) threads.emplace_back(work);
    work();
  }
  for (auto& failure : failures)
    if (failure) return *std::move(failure);
  return answers;
}

}  // namespace podium::inline v0::rollout
