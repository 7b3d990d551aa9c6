#pragma once

#include "podium/http/transport.hpp"
#include "podium/log.hpp"
#include "podium/session.hpp"

#include <filesystem>
#include <memory>

namespace podium::inline v0::local {

struct Options {
  std::string python;          ///< interpreter for steps and scoring; empty: `python3` on PATH
  int max_parallel_steps = 0;  ///< 0: one per core
  LogSink log{};               ///< what the workspace does, one line each; empty: silent
};

/// Where a served workspace answers.
struct Served {
  std::string url;      ///< http://127.0.0.1:PORT
  std::string tls_url;  ///< https://127.0.0.1:PORT, the same port
  std::string ca_file;  ///< PEM of the workspace's own authority
};

/// An Azure Machine Learning workspace in one folder: no daemon, no container engine.
///
/// It *is* the REST contract, as a function from request to response: transport() gives it to
/// clients of this process, serve() puts the same function on a loopback socket.
/// One process at a time: open() fails with Errc::locked and names the holder.
/// The folder may be copied or moved once closed.
class PODIUM_API Workspace {
 public:
  /// Opens `folder`, creating it if it is not there.
  static Result<std::shared_ptr<Workspace>> open(std::filesystem::path folder, Options options = {});
  ~Workspace();  ///< cancels what still runs, stops the listener, gives the lock back

  WorkspaceAddress address() const;
  std::shared_ptr<http::Transport> transport();
  /// Port 0: the kernel picks.
  Result<Served> serve(std::uint16_t port = 0);
  std::filesystem::path const& folder() const noexcept;

 private:
  class Impl;
  explicit Workspace(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace podium::inline v0::local
