#pragma once

#include "local/executor/process.hpp"

#include <string_view>

namespace podium::inline v0::local {

/// The program that serves a scoring script.
std::string_view worker_source();

/// What a scoring script answered, or what stands for it.
struct Reply {
  int status = 0;  ///< the worker's own: 200, 400, 500; or 408, 502, 503 when it gave none
  std::string body{};
  double milliseconds = 0;  ///< in run()
  bool strict_json = true;  ///< false: NaN or infinity in it
  bool from_script = true;
};

/// One worker process and the channel to it.  Used by one thread.
class Worker {
 public:
  struct Settings {
    std::filesystem::path python;
    std::filesystem::path code;
    std::vector<std::string> environment;
    std::filesystem::path log;
  };

  /// Returns when init() has; Errc::failed with the exit code otherwise, Errc::cancelled on a stop request.
  static Result<Worker> start(Settings const& settings, std::stop_token const& stop);
  Worker(Worker&& other) noexcept
      : process_{std::exchange(other.process_, std::nullopt)},
        channel_{std::move(other.channel_)},
        buffer_{std::move(other.buffer_)},
        wants_headers_{other.wants_headers_} {}
  Worker& operator=(Worker&&) = delete;
  ~Worker();  ///< ends the process

  bool wants_headers() const noexcept { return wants_headers_; }
  /// False: the worker is gone.
  bool send(std::string_view headers, std::string_view body);
  enum class Wait { reply, timeout, gone };
  Wait receive(Reply& reply, std::optional<std::chrono::steady_clock::time_point> until);
  void interrupt() const;  ///< from any thread: send() and receive() see the worker gone
  Process::End end();      ///< stops it if it still runs

 private:
  Worker(Process process, Descriptor channel) : process_{process}, channel_{std::move(channel)} {}
  Wait fill(std::size_t size, std::optional<std::chrono::steady_clock::time_point> until);

  std::optional<Process> process_;
  Descriptor channel_;
  std::string buffer_;
  bool wants_headers_ = false;
};

}  // namespace podium::inline v0::local
