#include "arm/operation.hpp"

namespace podium::inline v0::arm {

Result<Progress> Driver::poll(Context const& ctx) {
  if (run_.step().progress != Progress::running) return run_.step().progress;
  auto reply = session_.send({"GET", run_.step().url, {{"accept", "application/json"}}, {}}, ctx);
  if (!reply) return std::move(reply).error();
  auto step = run_.answered(*reply, session_.clock().now());
  if (!step) return std::move(step).error();
  return step->progress;
}

Result<Json> Driver::wait(Context const& ctx) {
  while (run_.step().progress == Progress::running) {
    if (auto given_up = ctx.interrupted()) return *std::move(given_up);
    if (run_.step().delay.count() > 0) session_.clock().sleep(run_.step().delay, ctx);
    if (auto given_up = ctx.interrupted()) return *std::move(given_up);
    if (auto polled = poll(ctx); !polled) return std::move(polled).error();
  }
  if (run_.error()) return *run_.error();
  return run_.body();
}

std::string Driver::resume_token() const {
  // Not the poll URL: that one may be signed.
  return Json{{"version", 1}, {"method", run_.method()}, {"url", run_.url()}}.dump();
}

Result<Driver> begin(Session const& session, Call call, Context const& ctx) {
  LongRun run{call.method, url_of(session, call.path, call.query)};
  auto reply = exchange(session, std::move(call), ctx);
  if (!reply) return std::move(reply).error();
  auto step = run.started(*reply, session.clock().now());
  if (!step) return std::move(step).error();
  return Driver{session, std::move(run)};
}

Result<Json> complete(Session const& session, Call call, Context const& ctx) {
  auto driver = begin(session, std::move(call), ctx);
  if (!driver) return std::move(driver).error();
  return driver->wait(ctx);
}

}  // namespace podium::inline v0::arm
