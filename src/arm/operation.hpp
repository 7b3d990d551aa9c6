#pragma once

#include "arm/long_run.hpp"
#include "arm/rest.hpp"

#include "podium/operation.hpp"

#include <functional>
#include <memory>

namespace podium::inline v0::arm {

/// Asks and waits for a LongRun.
class Driver {
 public:
  Driver(Session session, LongRun run) : session_{std::move(session)}, run_{std::move(run)} {}

  Result<Progress> poll(Context const& ctx);
  /// The resource as it is in the end; null when there is none.
  Result<Json> wait(Context const& ctx);
  std::string resume_token() const;

 private:
  Session session_;
  LongRun run_;
};

/// Sends the request; an answer that starts an operation is not the end of it.
Result<Driver> begin(Session const& session, Call call, Context const& ctx);
/// Sends, and waits until it is done.
Result<Json> complete(Session const& session, Call call, Context const& ctx);

template <class T>
class DecodingPoller final : public podium::detail::Poller<T> {
 public:
  DecodingPoller(Driver driver, std::function<Result<T>(Json const&)> decode)
      : driver_{std::move(driver)}, decode_{std::move(decode)} {}
  Result<Progress> poll(Context const& ctx) override { return driver_.poll(ctx); }
  Result<T> wait(Context const& ctx) override {
    auto body = driver_.wait(ctx);
    if (!body) return std::move(body).error();
    return decode_(*body);
  }
  std::string resume_token() const override { return driver_.resume_token(); }

 private:
  Driver driver_;
  std::function<Result<T>(Json const&)> decode_;
};

template <class T, class Decode>
Result<Operation<T>> begin_operation(Session const& session, Call call, Decode decode, Context const& ctx) {
  auto driver = begin(session, std::move(call), ctx);
  if (!driver) return std::move(driver).error();
  return Operation<T>{std::make_unique<DecodingPoller<T>>(*std::move(driver), std::move(decode))};
}

}  // namespace podium::inline v0::arm
