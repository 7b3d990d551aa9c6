#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace podium::test {

/// A real redis-server with a folder and a port of its own; ends with the object.
class RedisServer {
 public:
  /// Is the program there?  Says so if not.
  static bool there() {
    if (std::system("command -v redis-server > /dev/null 2>&1") == 0) return true;
    MESSAGE("skipped: redis-server is not installed");
    return false;
  }

  /// `port_option`: "--port", or "--tls-port" (then plain connections are off).
  explicit RedisServer(std::vector<std::string> const& more = {}, std::string const& port_option = "--port") {
    static int count = 0;
    folder_ = std::filesystem::temp_directory_path() /
              ("podium-redis-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(folder_);
    // The kernel picks a port; somebody else may take it before the server does.
    for (int attempt = 0; attempt < 5 && !start(more, port_option); ++attempt) {
    }
    REQUIRE_MESSAGE(pid_ > 0, "redis-server does not start: " << log_);
  }
  ~RedisServer() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  RedisServer(RedisServer const&) = delete;
  RedisServer& operator=(RedisServer const&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(output_);
    pid_ = 0;
  }

 private:
  static std::uint16_t free_port() {
    int const probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(probe);
    // A cluster's nodes talk at their port + 10000.
    auto const port = ntohs(address.sin_port);
    return static_cast<std::uint16_t>(port > 55000 ? port - 20000 : port);
  }

  bool start(std::vector<std::string> const& more, std::string const& port_option) {
    port_ = free_port();
    std::vector<std::string> words{"redis-server",  port_option, std::to_string(port_), "--bind", "127.0.0.1",
                                   "--save",        "",          "--appendonly",        "no",     "--dir",
                                   folder_.string()};
    if (port_option != "--port") words.insert(words.end(), {"--port", "0"});
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], 1);
      ::dup2(ends[1], 2);
      ::execvp("redis-server", arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
    if (ready()) return true;
    stop();
    return false;
  }

  bool ready() {
    log_.clear();
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (std::chrono::steady_clock::now() < end) {
      pollfd wait{output_, POLLIN, 0};
      if (::poll(&wait, 1, 200) <= 0) continue;
      char buffer[1024];
      auto const got = ::read(output_, buffer, sizeof buffer);
      if (got <= 0) return false;
      log_.append(buffer, static_cast<std::size_t>(got));
      if (log_.find("eady to accept connections") != std::string::npos) return true;
    }
    return false;
  }

  std::filesystem::path folder_;
  std::string log_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
  int output_ = -1;
};

}  // namespace podium::test
