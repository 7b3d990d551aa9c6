#include "podium/http/transport.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace podium::inline v0::http {

Transport::~Transport() = default;

Result<Response> send(Transport& transport, Request request, Context const& ctx) {
  // Shared with the callback: a caller that gave up must not be written to afterwards.
  struct Slot {
    std::mutex mutex;
    std::condition_variable_any ready;
    std::optional<Result<Response>> answer;
  };
  if (auto given_up = ctx.interrupted()) return *std::move(given_up);
  auto slot = std::make_shared<Slot>();
  transport.send(std::move(request), ctx, [slot](Result<Response> answer) {
    std::lock_guard lock{slot->mutex};
    if (!slot->answer) slot->answer.emplace(std::move(answer));
    slot->ready.notify_all();
  });
  std::unique_lock lock{slot->mutex};
  auto const answered = [&] { return slot->answer.has_value(); };
  if (ctx.deadline)
    slot->ready.wait_until(lock, ctx.stop, *ctx.deadline, answered);
  else
    slot->ready.wait(lock, ctx.stop, answered);
  if (slot->answer) return std::move(*slot->answer);
  if (auto given_up = ctx.interrupted()) return *std::move(given_up);
  return Error{Errc::internal, "woken without an answer"};
}

}  // namespace podium::inline v0::http
