#include "net/client.hpp"

#include "http/retry.hpp"
#include "http/url.hpp"
#include "net/asio.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <variant>

namespace podium::inline v0::net {
namespace {

using Clock = std::chrono::steady_clock;

/// One connection to one origin, plain or encrypted.
struct Connection {
  std::variant<PlainStream, TlsStream> stream;
  beast::flat_buffer buffer;
  Clock::time_point last_used{};
  bool used_before = false;

  template <class... Arguments>
  explicit Connection(Arguments&&... arguments) : stream{std::forward<Arguments>(arguments)...} {}

  PlainStream& lowest() {
    if (auto* plain = std::get_if<PlainStream>(&stream)) return *plain;
    return std::get<TlsStream>(stream).next_layer();
  }
  /// An idle connection must be silent: anything to read is its end, or an answer nobody asked for.
  bool silent() {
    char byte = 0;
    auto const got = ::recv(lowest().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
};

struct Exchange;

/// What the transport, its thread and running exchanges share.  All but `done` of exchanges happens on the one thread.
struct Core : std::enable_shared_from_this<Core> {
  TransportOptions options;
  std::optional<ssl::context> tls;
  std::mutex mutex;
  std::unordered_set<Exchange*> running;  ///< under the mutex
  bool closed = false;                    ///< under the mutex
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::map<std::string, std::deque<std::unique_ptr<Connection>>> idle;

  std::unique_ptr<Connection> lease(std::string const& origin) {
    auto& kept = idle[origin];
    while (!kept.empty()) {
      auto connection = std::move(kept.back());  // the newest: least likely to have been closed meanwhile
      kept.pop_back();
      if (Clock::now() - connection->last_used < options.keep_alive && connection->silent()) return connection;
    }
    return nullptr;
  }
  void give_back(std::string const& origin, std::unique_ptr<Connection> connection) {
    auto& kept = idle[origin];
    if (kept.size() >= options.max_idle_per_host) kept.pop_front();
    connection->lowest().expires_never();
    connection->last_used = Clock::now();
    connection->used_before = true;
    kept.push_back(std::move(connection));
  }
};

/// One request on its way.  `finish` may be called by whoever is first: the answer, the deadline, the caller.
struct Exchange : std::enable_shared_from_this<Exchange> {
  std::shared_ptr<Core> core;
  http::Request request;
  http::Url url;
  Context ctx;
  http::Transport::Done done;
  std::unique_ptr<Connection> connection;
  asio::steady_timer deadline;
  tcp::resolver resolver;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
  bool finished = false;  ///< on the transport's thread only

  Exchange(std::shared_ptr<Core> owner, http::Request what, http::Url where, Context const& context,
           http::Transport::Done callback)
      : core{std::move(owner)},
        request{std::move(what)},
        url{std::move(where)},
        ctx{context},
        done{std::move(callback)},
        deadline{core->io},
        resolver{core->io} {}
  ~Exchange() {
    if (done) done(Error{Errc::internal, "the exchange ended without an answer"});
    std::lock_guard lock{core->mutex};
    core->running.erase(this);
  }

  void finish(Result<http::Response> answer) {
    if (std::exchange(finished, true)) return;
    deadline.cancel();
    std::exchange(done, nullptr)(std::move(answer));
  }
  /// The caller must not wait for a name server or a slow peer to notice.
  void give_up(Error why) {
    finish(std::move(why));
    resolver.cancel();
    if (connection) connection->lowest().close();
  }

  asio::awaitable<void> run();
  asio::awaitable<std::optional<Error>> connect();
  template <class Stream>
  asio::awaitable<Result<http::Response>> talk(Stream& stream, bool& reusable, bool& stale);
};

std::string reason(error_code const& ec) {
  if (ec == beast::error::timeout || ec == asio::error::timed_out) return "it did not answer in time";
  std::string text = ec.message();
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z' && (text.size() < 2 || text[1] < 'A' || text[1] > 'Z'))
    text[0] = static_cast<char>(text[0] + 32);
  return text;
}

Error unreachable(http::Url const& url, std::string why) {
  return Error{Errc::unavailable, "cannot connect to " + url.authority() + ": " + std::move(why)};
}

asio::awaitable<std::optional<Error>> Exchange::connect() {
  error_code ec;
  std::vector<tcp::endpoint> endpoints;
  auto const port = static_cast<std::uint16_t>(std::stoi(url.port));
  auto const literal = asio::ip::make_address(url.host, ec);
  if (!ec) {
    endpoints.emplace_back(literal, port);
  } else {
    ec = {};
    asio::steady_timer patience{core->io, core->options.connect_timeout};
    patience.async_wait([self = shared_from_this()](error_code waited) {
      if (!waited) self->give_up(unreachable(self->url, "its name was not resolved in time"));
    });
    auto const found = co_await resolver.async_resolve(url.host, url.port, into(ec));
    patience.cancel();
    if (ec)
      co_return Error{Errc::unavailable,
                      "cannot find host `" + url.host + "`: " + reason(ec) + "; check the name and the network"};
    for (auto const& entry : found) endpoints.push_back(entry.endpoint());
  }

  bool const secure = url.scheme == "https";
  connection = secure ? std::make_unique<Connection>(std::in_place_type<TlsStream>, core->io, *core->tls)
                      : std::make_unique<Connection>(std::in_place_type<PlainStream>, core->io);
  auto& tcp_stream = connection->lowest();
  tcp_stream.expires_after(core->options.connect_timeout);
  co_await tcp_stream.async_connect(endpoints, into(ec));
  if (ec) co_return unreachable(url, reason(ec));
  tcp_stream.socket().set_option(tcp::no_delay{true}, ec);
  if (!secure) co_return std::nullopt;

  auto& stream = std::get<TlsStream>(connection->stream);
  error_code no_address;
  asio::ip::make_address(url.host, no_address);
  if (no_address && !SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str()))
    co_return Error{Errc::invalid_argument, "`" + url.host + "` cannot be a TLS server name"};
  stream.set_verify_callback(ssl::host_name_verification{url.host}, ec);
  tcp_stream.expires_after(core->options.connect_timeout);
  co_await stream.async_handshake(ssl::stream_base::client, into(ec));
  if (!ec) co_return std::nullopt;
  auto const verdict = SSL_get_verify_result(stream.native_handle());
  if (verdict != X509_V_OK)
    co_return Error{Errc::protocol, "the certificate of " + url.authority() +
                                        " is not trusted: " + X509_verify_cert_error_string(verdict) +
                                        "; name its authority's PEM file if it is known to be right"};
  if (ec.category() == asio::error::get_ssl_category() &&
      ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED)
    co_return Error{Errc::protocol, "the certificate of " + url.authority() + " was issued for another host"};
  if (ec == beast::error::timeout) co_return unreachable(url, reason(ec));
  co_return Error{ec.category() == asio::error::get_ssl_category() ? Errc::protocol : Errc::unavailable,
                  "no TLS connection to " + url.authority() + ": " + reason(ec)};
}

/// `stale`: the connection was gone before the answer began, so the request may never have been seen.
template <class Stream>
asio::awaitable<Result<http::Response>> Exchange::talk(Stream& stream, bool& reusable, bool& stale) {
  wire::request<wire::string_body> message{wire::string_to_verb(request.method), url.target, 11};
  if (message.method() == wire::verb::unknown) message.method_string(request.method);
  message.set(wire::field::host, url.authority());
  for (auto const& [name, value] : request.headers) {
    auto const known = wire::string_to_field(name);
    if (known == wire::field::host || known == wire::field::content_length || known == wire::field::transfer_encoding ||
        known == wire::field::connection || known == wire::field::expect)
      continue;
    message.insert(name, value);
  }
  bool const may_repeat = http::idempotent(request.method) && connection->used_before;
  bool const has_body =
      !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (has_body) message.set(wire::field::content_length, std::to_string(request.body.size()));
  message.body() = may_repeat ? request.body : std::move(request.body);

  error_code ec;
  wire::request_serializer<wire::string_body> serializer{message};
  co_await write_all(stream, serializer, core->options.read_timeout, ec);
  auto const sent = ec;
  // A server may answer and close before it has read everything: its answer counts, not the broken write.
  ec = {};
  std::optional<wire::response_parser<wire::string_body>> reader;
  do {  // again after 1xx: the real answer follows
    reader.emplace();
    reader->body_limit(core->options.body_limit);
    reader->header_limit(256 * 1024);
    if (request.method == "HEAD") reader->skip(true);
    co_await read_all(stream, connection->buffer, *reader, core->options.read_timeout, ec);
  } while (!ec && reader->get().result_int() < 200 && reader->get().result_int() != 101);
  auto& parser = *reader;

  if (ec) {
    stale = !parser.got_some() && connection->used_before && ec != beast::error::timeout;
    if (ec == wire::error::body_limit || ec == wire::error::header_limit)
      co_return Error{Errc::protocol, "the answer of " + url.authority() + " is larger than this client accepts"};
    if (ec == beast::error::timeout) co_return Error{Errc::unavailable, url.authority() + " stopped answering"};
    if (ec == wire::error::end_of_stream || ec == asio::error::eof || ec == asio::error::connection_reset ||
        ec == asio::error::broken_pipe || ec == ssl::error::stream_truncated || ec == asio::error::connection_aborted ||
        ec == wire::error::partial_message)
      co_return Error{Errc::unavailable,
                      url.authority() + (parser.got_some() ? " closed the connection in the middle of its answer"
                                                           : " closed the connection without an answer")};
    if (ec.category() == wire::make_error_code(wire::error::bad_version).category())
      co_return Error{Errc::protocol, "the answer of " + url.authority() + " is not HTTP: " + reason(ec)};
    co_return Error{Errc::unavailable, "lost the connection to " + url.authority() + ": " + reason(ec)};
  }
  reusable = !sent && parser.keep_alive() && connection->buffer.size() == 0;
  auto answer = parser.release();
  http::Response response;
  response.status = static_cast<int>(answer.result_int());
  for (auto const& field : answer) response.headers.add(std::string{field.name_string()}, std::string{field.value()});
  response.body = std::move(answer.body());
  co_return response;
}

asio::awaitable<void> Exchange::run() {
  auto const self = shared_from_this();
  auto const origin = url.origin();
  connection = core->lease(origin);
  for (;;) {
    if (!connection) {
      auto failed = co_await connect();
      if (finished) co_return;
      if (failed) {
        finish(*std::move(failed));
        co_return;
      }
    }
    bool reusable = false;
    bool stale = false;
    Result<http::Response> answer = Error{Errc::internal, "not asked"};
    if (auto* plain = std::get_if<PlainStream>(&connection->stream))
      answer = co_await talk(*plain, reusable, stale);
    else
      answer = co_await talk(std::get<TlsStream>(connection->stream), reusable, stale);
    if (finished) co_return;
    if (!answer && stale && http::idempotent(request.method)) {
      connection.reset();  // the next round uses a fresh one, whose failure is final
      continue;
    }
    if (reusable) core->give_back(origin, std::move(connection));
    finish(std::move(answer));
    co_return;
  }
}

class NetTransport final : public http::Transport {
 public:
  explicit NetTransport(std::shared_ptr<Core> core) : core_{std::move(core)} {
    thread_ = std::thread{[core = core_] { core->io.run(); }};
  }

  ~NetTransport() override {
    std::vector<std::weak_ptr<Exchange>> left;
    {
      std::lock_guard lock{core_->mutex};
      core_->closed = true;
      for (auto* exchange : core_->running) left.push_back(exchange->weak_from_this());
    }
    asio::post(core_->io, [core = core_, left = std::move(left)] {
      for (auto const& weak : left)
        if (auto exchange = weak.lock()) exchange->give_up(Error{Errc::cancelled, "the connection was closed"});
      core->idle.clear();
      core->work.reset();
    });
    // The last reference may go in a callback, on the transport's own thread: that one ends by itself.
    if (thread_.get_id() == std::this_thread::get_id())
      thread_.detach();
    else
      thread_.join();
  }

  void send(http::Request request, Context const& ctx, Done done) override {
    if (auto given_up = ctx.interrupted()) return done(*std::move(given_up));
    if (auto sound = http::check(request); !sound) return done(std::move(sound).error());
    auto url = http::parse_url(request.url);
    auto exchange = std::make_shared<Exchange>(core_, std::move(request), *std::move(url), ctx, std::move(done));
    {
      std::lock_guard lock{core_->mutex};
      core_->running.insert(exchange.get());
    }
    asio::post(core_->io, [exchange] {
      std::weak_ptr<Exchange> const weak = exchange;
      if (exchange->ctx.deadline) {
        exchange->deadline.expires_at(*exchange->ctx.deadline);
        exchange->deadline.async_wait([weak](error_code ec) {
          if (auto alive = weak.lock(); alive && !ec)
            alive->give_up(
                Error{Errc::deadline_exceeded, "the deadline passed before " + alive->url.authority() + " answered"});
        });
      }
      if (exchange->ctx.stop.stop_possible())
        exchange->on_stop.emplace(exchange->ctx.stop, [weak, core = exchange->core.get()] {
          asio::post(core->io, [weak] {
            if (auto alive = weak.lock()) alive->give_up(Error{Errc::cancelled, "the caller cancelled"});
          });
        });
      asio::co_spawn(exchange->core->io, exchange->run(), asio::detached);
    });
  }

 private:
  std::shared_ptr<Core> core_;
  std::thread thread_;
};

}  // namespace

Result<std::shared_ptr<http::Transport>> make_transport(TransportOptions options) {
  auto core = std::make_shared<Core>();
  error_code ec;
  core->tls.emplace(ssl::context::tls_client);
  core->tls->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, ec);
  core->tls->set_verify_mode(ssl::verify_peer, ec);
  core->tls->set_default_verify_paths(ec);  // none installed: then only the given ones count
  if (!options.ca_pem.empty()) {
    core->tls->add_certificate_authority(asio::buffer(options.ca_pem), ec);
    if (ec) return Error{Errc::invalid_argument, "the extra roots are not PEM certificates: " + ec.message()};
  }
  core->options = std::move(options);
  return std::shared_ptr<http::Transport>{std::make_shared<NetTransport>(std::move(core))};
}

}  // namespace podium::inline v0::net
