#pragma once

#include "podium/http/transport.hpp"

#include <deque>
#include <mutex>
#include <vector>

namespace podium::inline v0::testing {

/// Answers requests from a script, in order, and remembers what it was asked.
class ScriptedTransport final : public http::Transport {
 public:
  ScriptedTransport& reply(http::Response response) {
    std::lock_guard lock{mutex_};
    script_.push_back(std::move(response));
    return *this;
  }
  ScriptedTransport& reply(int status, std::string body = {}, http::Headers headers = {}) {
    return reply(http::Response{status, std::move(headers), std::move(body)});
  }
  ScriptedTransport& fail(Errc code) {
    std::lock_guard lock{mutex_};
    script_.push_back(Error{code, "scripted"});
    return *this;
  }

  void send(http::Request request, Context const&, Done done) override {
    std::unique_lock lock{mutex_};
    requests_.push_back(request);
    if (script_.empty()) {
      lock.unlock();
      return done(Error{Errc::protocol, "the script has no reply for " + request.method + " " + request.url});
    }
    auto next = std::move(script_.front());
    script_.pop_front();
    lock.unlock();
    done(std::move(next));
  }

  /// Has every line of the script been used?
  bool exhausted() const {
    std::lock_guard lock{mutex_};
    return script_.empty();
  }
  std::vector<http::Request> requests() const {
    std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Result<http::Response>> script_;
  std::vector<http::Request> requests_;
};

}  // namespace podium::inline v0::testing
