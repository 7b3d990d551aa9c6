#pragma once

#include "podium/context.hpp"
#include "podium/http/message.hpp"

#include <functional>

namespace podium::inline v0::http {

/// The wire as a seam: one request in, one answer or Error out.
///
/// Implementations are safe to call from several threads at once.  `done` is called exactly once,
/// on any thread, possibly before `send` returns.  An HTTP status of any value is an answer;
/// an Error means that there was none.
class PODIUM_API Transport {
 public:
  using Done = std::function<void(Result<Response>)>;
  virtual ~Transport();
  virtual void send(Request request, Context const& ctx, Done done) = 0;
};

/// Sends and waits.
PODIUM_API Result<Response> send(Transport& transport, Request request, Context const& ctx = {});

}  // namespace podium::inline v0::http
