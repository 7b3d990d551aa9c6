#include "net/server.hpp"

#include "net/client.hpp"
#include "net/local_authority.hpp"

#include "podium/http/transport.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <unistd.h>

using namespace podium;
using namespace std::chrono_literals;

namespace {

void echo(http::Request request, net::Respond respond) {
  http::Response response{200, {{"x-method", request.method}, {"x-url", request.url}}, std::move(request.body)};
  respond(std::move(response));
}

/// A bare socket, for what a well-behaved client never sends.
class Raw {
 public:
  explicit Raw(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    timeval patience{5, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Raw() { ::close(socket_); }
  void send(std::string const& text) { REQUIRE(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) > 0); }
  /// Reads until `end` has been seen, or the other side closed.
  std::string until(std::string const& end) {
    std::string text;
    char block[4096];
    while (end.empty() || text.find(end) == std::string::npos) {
      auto const got = ::recv(socket_, block, sizeof block, 0);
      if (got <= 0) break;
      text.append(block, static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  int socket_;
};

}  // namespace

TEST_CASE("chunked bodies, 100-continue and several requests on one connection are understood") {
  auto server = net::Server::start({}, echo).value();
  Raw raw{server->port()};
  raw.send(
      "POST /a?b=c HTTP/1.1\r\nHost: localhost:1\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  auto const first = raw.until("abcde");
  CHECK(first.find("HTTP/1.1 200") == 0);
  CHECK(first.find("x-url: http://localhost:1/a?b=c") != std::string::npos);

  raw.send("PUT /big HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  CHECK(raw.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  raw.send("wxyz");
  CHECK(raw.until("wxyz").find("HTTP/1.1 200") == 0);

  raw.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  auto const last = raw.until("");
  CHECK(last.find("HTTP/1.1 200") == 0);
  CHECK(last.ends_with("\r\n\r\n"));
}

TEST_CASE("nonsense is answered 400 and too large a body 413") {
  auto server = net::Server::start({.body_limit = 10}, echo).value();
  Raw nonsense{server->port()};
  nonsense.send("this is not http\r\n\r\n");
  CHECK(nonsense.until("").find("HTTP/1.1 400") == 0);
  Raw large{server->port()};
  large.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
  CHECK(large.until("").find("HTTP/1.1 413") == 0);
  Raw odd{server->port()};
  odd.send("GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n");
  CHECK(odd.until("").find("HTTP/1.1 400") == 0);
}

TEST_CASE("an exception, a forgotten answer and an unsound header become a 500 that tells nothing") {
  auto handler = [](http::Request request, net::Respond respond) {
    if (request.url.ends_with("/throw")) throw std::runtime_error{"secret"};
    if (request.url.ends_with("/forget")) return;
    respond({200, {{"x", "a\r\nSet-Cookie: secret"}}, "secret"});
  };
  auto server = net::Server::start({}, handler).value();
  auto wire = net::make_transport().value();
  auto const base = "http://127.0.0.1:" + std::to_string(server->port());
  for (auto const* path : {"/throw", "/forget", "/smuggle"}) {
    CAPTURE(path);
    auto const answer = http::send(*wire, {"GET", base + path, {}, {}}).value();
    CHECK(answer.status == 500);
    CHECK(answer.body.find("secret") == std::string::npos);
    CHECK(answer.headers.find("set-cookie") == nullptr);
  }
}

TEST_CASE("an answer may come from another thread, later, twice, or after the server is gone") {
  std::mutex mutex;
  std::vector<net::Respond> kept;
  std::promise<void> arrived;
  auto handler = [&](http::Request, net::Respond respond) {
    std::lock_guard lock{mutex};
    kept.push_back(std::move(respond));
    if (kept.size() == 1) arrived.set_value();
  };
  auto server = net::Server::start({}, handler).value();
  auto wire = net::make_transport().value();
  auto const url = "http://127.0.0.1:" + std::to_string(server->port()) + "/";
  auto answer = std::async(std::launch::async, [&] { return http::send(*wire, {"GET", url, {}, {}}); });
  arrived.get_future().wait();
  kept[0]({201, {}, "first"});
  kept[0]({202, {}, "second"});
  CHECK(answer.get().value().body == "first");
  server.reset();
  kept[0]({203, {}, "third"});
}

TEST_CASE("stopping the server answers who still waits, and ends promptly") {
  net::Respond kept;
  std::promise<void> arrived;
  auto server = net::Server::start({}, [&](http::Request, net::Respond respond) {
                  kept = std::move(respond);
                  arrived.set_value();
                }).value();
  auto wire = net::make_transport().value();
  auto const url = "http://127.0.0.1:" + std::to_string(server->port()) + "/";
  auto answer = std::async(std::launch::async, [&] { return http::send(*wire, {"POST", url, {}, "x"}); });
  arrived.get_future().wait();
  auto const before = std::chrono::steady_clock::now();
  server.reset();
  CHECK(std::chrono::steady_clock::now() - before < 1500ms);
  CHECK(answer.get().value().status == 503);
}

TEST_CASE("a port in use is one clear error") {
  auto first = net::Server::start({}, echo).value();
  auto const second = net::Server::start({.port = first->port()}, echo);
  REQUIRE_FALSE(second);
  CHECK(second.error().code() == Errc::locked);
  CHECK(second.error().message().find(std::to_string(first->port())) != std::string::npos);
}
