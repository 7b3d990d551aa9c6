#include "net/client.hpp"

#include "net/local_authority.hpp"
#include "net/server.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>
#include <unistd.h>

using namespace podium;
using namespace std::chrono_literals;

namespace {

/// A server that echoes, over HTTP and TLS, and counts.
struct Echo {
  net::LocalAuthority authority = net::make_local_authority().value();
  std::atomic<int> requests = 0;
  std::unique_ptr<net::Server> server =
      net::Server::start({.tls = authority.identity}, [this](http::Request request, net::Respond respond) {
        ++requests;
        http::Response response{200, {{"x-method", request.method}, {"x-url", request.url}}, {}};
        if (request.method == "HEAD")
          response.headers.set("content-length", "12345");
        else
          response.body = std::move(request.body);
        respond(std::move(response));
      }).value();
  std::string http = "http://127.0.0.1:" + std::to_string(server->port());
  std::string https = "https://127.0.0.1:" + std::to_string(server->port());
};

std::shared_ptr<http::Transport> trusting(Echo const& echo) {
  return net::make_transport({.ca_pem = echo.authority.ca_pem}).value();
}

/// A listener whose connections are handled by a few lines of the test.
class Listener {
 public:
  explicit Listener(std::function<void(int)> each) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 8) == 0);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    thread_ = std::jthread{[this, each = std::move(each)] {
      for (;;) {
        int const connection = ::accept(socket_, nullptr, nullptr);
        if (connection < 0) return;
        ++accepted;
        each(connection);
        ::close(connection);
      }
    }};
  }
  ~Listener() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  std::string url;
  std::atomic<int> accepted = 0;

 private:
  int socket_;
  std::jthread thread_;
};

std::string read_some(int connection) {
  char block[4096];
  auto const got = ::recv(connection, block, sizeof block, 0);
  return got > 0 ? std::string(block, static_cast<std::size_t>(got)) : std::string{};
}

void say(int connection, std::string const& text) { (void)!::send(connection, text.data(), text.size(), MSG_NOSIGNAL); }

}  // namespace

TEST_CASE("the same exchange works over HTTP and TLS, by address and by name") {
  Echo echo;
  auto wire = trusting(echo);
  for (auto const& base : {echo.http, echo.https, "https://localhost:" + std::to_string(echo.server->port())}) {
    CAPTURE(base);
    auto const answer = http::send(*wire, {"POST", base + "/p?q=1", {{"x-a", "b"}}, "hello"}).value();
    CHECK(answer.status == 200);
    CHECK(answer.body == "hello");
    CHECK(answer.headers.get("x-method") == "POST");
    CHECK(answer.headers.get("x-url") == base + "/p?q=1");
  }
}

TEST_CASE("HEAD gives the length without a body") {
  Echo echo;
  auto wire = trusting(echo);
  auto const answer = http::send(*wire, {"HEAD", echo.https + "/", {}, {}}).value();
  CHECK(answer.headers.get("content-length") == "12345");
  CHECK(answer.body.empty());
  CHECK(http::send(*wire, {"GET", echo.https + "/", {}, {}}).value().status == 200);  // same connection, still in step
}

TEST_CASE("a large body survives both ways") {
  Echo echo;
  auto wire = trusting(echo);
  std::string body(24 << 20, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 2654435761u >> 13);
  for (auto const& base : {echo.http, echo.https})
    CHECK(http::send(*wire, {"PUT", base + "/", {}, body}).value().body == body);
}

TEST_CASE("a certificate of an unknown authority, or for another host, is refused in one sentence") {
  Echo echo;
  auto stranger = net::make_transport().value();
  auto const answer = http::send(*stranger, {"GET", echo.https + "/", {}, {}});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code() == Errc::protocol);
  CHECK(answer.error().message().find("is not trusted") != std::string::npos);
  CHECK(echo.requests == 0);

  auto wrong = net::make_transport({.ca_pem = net::make_local_authority().value().ca_pem}).value();
  CHECK_FALSE(http::send(*wrong, {"GET", echo.https + "/", {}, {}}));

  auto wire = trusting(echo);  // right authority, but 127.0.0.2 is not in the certificate
  CHECK_FALSE(http::send(*wire, {"GET", "https://127.0.0.2:" + std::to_string(echo.server->port()) + "/", {}, {}}));
  CHECK(echo.requests == 0);
  CHECK_FALSE(net::make_transport({.ca_pem = "not a certificate"}));
}

TEST_CASE("refused connections and unknown hosts are named") {
  std::string url;
  {
    Listener gone{[](int) {}};
    url = gone.url;
  }
  auto wire = net::make_transport().value();
  auto const refused = http::send(*wire, {"GET", url, {}, {}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == Errc::unavailable);
  CHECK(refused.error().message().find("connection refused") != std::string::npos);
  auto const unknown = http::send(*wire, {"GET", "http://no-such-host.invalid/", {}, {}});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message().find("cannot find host `no-such-host.invalid`") == 0);
}

TEST_CASE("a connection is kept, and a closed one is replaced without the caller noticing") {
  Listener once{[](int connection) {  // one answer a connection, though it promises to keep it
    read_some(connection);
    say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }};
  auto wire = net::make_transport().value();
  for (int i = 0; i < 5; ++i) CHECK(http::send(*wire, {"GET", once.url, {}, {}}).value().body == "ok");
  CHECK(once.accepted == 5);

  Listener kept{[](int connection) {
    while (!read_some(connection).empty()) say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }};
  auto second = net::make_transport().value();
  for (int i = 0; i < 5; ++i) CHECK(http::send(*second, {"POST", kept.url, {}, "x"}).value().body == "ok");
  CHECK(kept.accepted == 1);
  second.reset();
}

TEST_CASE("a stale connection costs an idempotent request one repetition, a POST is never sent twice") {
  std::atomic<int> posts = 0;
  Listener dies{[&](int connection) {  // answers once, reads the second request and hangs up on it
    auto first = read_some(connection);
    posts += first.starts_with("POST");
    say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    posts += read_some(connection).starts_with("POST");
  }};
  auto wire = net::make_transport().value();
  CHECK(http::send(*wire, {"GET", dies.url, {}, {}}));
  CHECK(http::send(*wire, {"GET", dies.url, {}, {}}));  // second on the first connection, again on a new one
  CHECK(dies.accepted == 2);
  auto const lost = http::send(*wire, {"POST", dies.url, {}, "x"});
  CHECK_FALSE(lost);
  CHECK(posts == 1);
  wire.reset();
}

TEST_CASE("an answer cut off in the middle is an error, not a short answer") {
  Listener cut{[](int connection) {
    read_some(connection);
    say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  }};
  Listener garbage{[](int connection) {
    read_some(connection);
    say(connection, "220 smtp ready\r\n\r\n");
  }};
  Listener large{[](int connection) {
    read_some(connection);
    say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
  }};
  auto wire = net::make_transport({.body_limit = 100}).value();
  CHECK(http::send(*wire, {"GET", cut.url, {}, {}}).error().code() == Errc::unavailable);
  CHECK(http::send(*wire, {"GET", garbage.url, {}, {}}).error().code() == Errc::protocol);
  CHECK(http::send(*wire, {"GET", large.url, {}, {}}).error().code() == Errc::protocol);
}

TEST_CASE("a body without a length ends with the connection") {
  Listener old{[](int connection) {
    read_some(connection);
    say(connection, "HTTP/1.0 200 OK\r\n\r\nall of it");
  }};
  auto wire = net::make_transport().value();
  CHECK(http::send(*wire, {"GET", old.url, {}, {}}).value().body == "all of it");
}

TEST_CASE("cancelling or a deadline in the middle of an exchange ends it at once") {
  std::promise<void> arrived;
  std::promise<void> release;
  auto released = release.get_future().share();
  Listener silent{[&, first = true](int connection) mutable {
    read_some(connection);
    if (std::exchange(first, false)) arrived.set_value();
    released.wait();
  }};
  auto wire = net::make_transport().value();
  std::stop_source stop;
  auto cancelled = std::async(std::launch::async,
                              [&] { return http::send(*wire, {"GET", silent.url, {}, {}}, {stop.get_token(), {}}); });
  arrived.get_future().wait();
  auto const before = std::chrono::steady_clock::now();
  stop.request_stop();
  CHECK(cancelled.get().error().code() == Errc::cancelled);
  CHECK(std::chrono::steady_clock::now() - before < 1s);

  // The transport itself keeps the promise too, not only the blocking helper.
  std::promise<Result<http::Response>> direct;
  wire->send({"GET", silent.url, {}, {}}, Context{}.within(20ms),
             [&](Result<http::Response> answer) { direct.set_value(std::move(answer)); });
  CHECK(direct.get_future().get().error().code() == Errc::deadline_exceeded);

  // Dropping the transport answers who still waits.
  std::promise<Result<http::Response>> dropped;
  wire->send({"GET", silent.url, {}, {}}, {},
             [&](Result<http::Response> answer) { dropped.set_value(std::move(answer)); });
  wire.reset();
  CHECK(dropped.get_future().get().error().code() == Errc::cancelled);
  release.set_value();
}

TEST_CASE("the last reference may go inside a callback") {
  Echo echo;
  auto wire = trusting(echo);
  std::promise<int> status;
  auto* bare = wire.get();
  bare->send({"GET", echo.http + "/", {}, {}}, {},
             [&status, keep = std::move(wire)](Result<http::Response> answer) mutable {
               auto const code = answer ? answer->status : 0;
               keep.reset();
               status.set_value(code);
             });
  CHECK(status.get_future().get() == 200);
}

TEST_CASE("header injection is refused before anything is sent") {
  Echo echo;
  auto wire = trusting(echo);
  CHECK(http::send(*wire, {"GET", echo.http + "/", {{"x", "a\r\nEvil: yes"}}, {}}).error().code() ==
        Errc::invalid_argument);
  CHECK(http::send(*wire, {"GET", echo.http + "/ HTTP/1.1\r\nEvil: yes", {}, {}}).error().code() ==
        Errc::invalid_argument);
  CHECK(echo.requests == 0);
}

TEST_CASE("many callers at once each get their own answer") {
  Echo echo;
  auto wire = trusting(echo);
  std::atomic<int> right = 0;
  constexpr int callers = 8, each = 50;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < callers; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < each; ++i) {
          auto const body = std::to_string(t) + ":" + std::to_string(i);
          auto const answer = http::send(*wire, {"POST", (t % 2 ? echo.http : echo.https) + "/", {}, body});
          right += answer && answer->body == body;
        }
      });
  }
  CHECK(right == callers * each);
}

TEST_CASE("small posts over kept connections are fast") {
  Echo echo;
  auto wire = trusting(echo);
  constexpr int count = 2000;
  auto const before = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) REQUIRE(http::send(*wire, {"POST", echo.http + "/", {}, "{\"data\":[1,2,3]}"}));
  auto const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  MESSAGE("sequential posts per second: " << static_cast<int>(count / seconds));
  CHECK(seconds < 20);  // delayed acknowledgements would take 80
}
