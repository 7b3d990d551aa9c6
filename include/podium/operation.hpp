#pragma once

#include "podium/context.hpp"

#include <memory>
#include <string>

namespace podium::inline v0 {

enum class Progress { running, succeeded, failed, cancelled };

namespace detail {
template <class T>
struct Poller {
  virtual ~Poller() = default;
  virtual Result<Progress> poll(Context const& ctx) = 0;  // one round trip
  virtual Result<T> wait(Context const& ctx) = 0;         // polls until terminal
  virtual std::string resume_token() const = 0;
};
}  // namespace detail

/// A change the service has accepted and is still carrying out.
///
/// The handle owns no thread: nothing happens between calls.  Destroying it abandons the wait,
/// not the operation.  Move-only; not safe to share between threads.
template <class T>
class [[nodiscard]] Operation {
 public:
  explicit Operation(std::unique_ptr<detail::Poller<T>> poller) : poller_{std::move(poller)} {}

  /// Asks once.  A network failure is an Error; a failed operation is Progress::failed.
  Result<Progress> poll(Context const& ctx = {}) { return poller_->poll(ctx); }

  /// Asks, at the pace the service requests, until the operation ends or `ctx` gives up.
  /// Giving up leaves the handle usable: call wait() again, or keep the resume token.
  Result<T> wait(Context const& ctx = {}) { return poller_->wait(ctx); }

  /// Opaque text that rebuilds this handle in another process; carries no secret.
  std::string resume_token() const { return poller_->resume_token(); }

 private:
  std::unique_ptr<detail::Poller<T>> poller_;
};

}  // namespace podium::inline v0
