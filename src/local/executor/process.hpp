#pragma once

#include "podium/result.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace podium::inline v0::local {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void close();

  /// Opens a file for appending, making it and its folders.
  static Result<Descriptor> append(std::filesystem::path const& file);

 private:
  int fd_ = -1;
};

/// A child process, the leader of a process group of its own.  Must be waited for.
class Process {
 public:
  struct Command {
    std::vector<std::string> arguments;    ///< the first is the program's path
    std::vector<std::string> environment;  ///< NAME=value, all of it
    std::filesystem::path folder;
    int output = -1;   ///< becomes stdout and stderr
    int channel = -1;  ///< becomes descriptor 3; -1: none
  };
  struct End {
    int code = 0;    ///< exit code, or 128 + signal
    int signal = 0;  ///< 0: it exited by itself
    bool stopped = false;
    bool timed_out = false;
  };

  static Result<Process> start(Command const& command);

  /// Blocks until the process is gone and its group with it.  On a stop request or at the deadline the group
  /// gets SIGTERM, and after `grace` SIGKILL.
  End wait(std::stop_token const& stop, std::optional<std::chrono::steady_clock::time_point> deadline,
           std::chrono::milliseconds grace);
  void kill(int signal) const;  ///< the whole group
  pid_t id() const noexcept { return id_; }

 private:
  explicit Process(pid_t id) : id_{id} {}
  pid_t id_;
};

/// What of this process's environment a step or worker sees: paths, locale, proxies; nothing else.
std::vector<std::pair<std::string, std::string>> inherited_environment();

struct Interpreter {
  std::filesystem::path program;
  bool named_python = false;  ///< its folder has a `python`
};
/// The interpreter that the options name, or `python3` on PATH.
Result<Interpreter> find_interpreter(std::string const& option);

/// An Error for a failed file operation: a full disk is Errc::exhausted and says so.
Error file_error(std::string what, std::error_code code, std::filesystem::path const& where);

}  // namespace podium::inline v0::local
