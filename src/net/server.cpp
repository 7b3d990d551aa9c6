#include "net/server.hpp"

#include "http/url.hpp"
#include "net/asio.hpp"

#include <boost/beast/core/detect_ssl.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

namespace podium::inline v0::net {
namespace {

http::Response plain(int status, std::string text) {
  return {status, {{"content-type", "text/plain"}}, std::move(text)};
}

/// The answer to one request on its way from whoever calls Respond to the connection that waits for it.
/// The connection may be gone by then; whoever answers may never come.
class Answer {
 public:
  explicit Answer(asio::steady_timer& wake) : wake_{&wake} {}

  void give(http::Response response, std::shared_ptr<Answer> const& self) {
    std::lock_guard lock{mutex_};
    if (given_) return;
    given_ = true;
    response_ = std::move(response);
    if (!wake_) return;
    // Through the connection's strand: it is either asleep on the timer by then, or has seen the answer.
    asio::post(wake_->get_executor(), [self] {
      std::lock_guard inner{self->mutex_};
      if (self->wake_) self->wake_->cancel();
    });
  }
  bool given() const {
    std::lock_guard lock{mutex_};
    return given_;
  }
  http::Response take() {
    std::lock_guard lock{mutex_};
    return std::move(response_);
  }
  void connection_gone() {
    std::lock_guard lock{mutex_};
    wake_ = nullptr;
  }

 private:
  mutable std::mutex mutex_;
  asio::steady_timer* wake_;
  bool given_ = false;
  http::Response response_;
};

/// What Respond holds; the last copy to go answers for a handler that forgot to.
struct Ticket {
  std::shared_ptr<Answer> answer;
  ~Ticket() { answer->give(plain(500, "no answer\n"), answer); }
};

}  // namespace

struct Server::State {
  /// One accepted connection, as far as stopping needs to know it.  Touched on its own strand only.
  struct Connection {
    beast::tcp_stream* stream = nullptr;
    asio::steady_timer* wake = nullptr;
    bool idle = true;  ///< between requests: nothing is lost by closing it
  };

  ServerOptions options;
  Handler handler;
  std::optional<ssl::context> tls;
  std::uint16_t port = 0;
  std::mutex mutex;
  std::unordered_set<Connection*> connections;
  std::condition_variable all_gone;
  std::atomic<bool> stopping = false;
  // After what the coroutines use: they end with it at the latest.
  asio::io_context io;
  tcp::acceptor acceptor{io};
  std::vector<std::thread> threads;

  asio::awaitable<void> accept_loop();
  asio::awaitable<void> connection(tcp::socket socket);
  template <class Stream>
  asio::awaitable<void> exchanges(Stream& stream, beast::flat_buffer& buffer, Connection& self,
                                  std::string_view scheme);
  asio::awaitable<http::Response> ask(http::Request request, asio::steady_timer& wake);
  template <class Stream>
  asio::awaitable<bool> answer(Stream& stream, http::Response response, bool head, unsigned version, bool keep);
  void stop();
};

asio::awaitable<void> Server::State::accept_loop() {
  while (!stopping) {
    error_code ec;
    auto socket = co_await acceptor.async_accept(asio::make_strand(io), into(ec));
    if (!ec) {
      auto const executor = socket.get_executor();
      asio::co_spawn(executor, connection(std::move(socket)), asio::detached);
    } else if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) {
      co_return;
    } else {
      // Out of descriptors, most likely: existing connections must get a chance to end.
      asio::steady_timer pause{io, std::chrono::milliseconds{50}};
      co_await pause.async_wait(into(ec));
    }
  }
}

asio::awaitable<void> Server::State::connection(tcp::socket socket) {
  error_code ec;
  socket.set_option(tcp::no_delay{true}, ec);
  auto const executor = socket.get_executor();
  beast::flat_buffer buffer;
  PlainStream stream{std::move(socket)};
  asio::steady_timer wake{executor};
  Connection entry{&stream, &wake};
  struct Leave {
    State& state;
    Connection* entry;
    ~Leave() {
      std::lock_guard lock{state.mutex};
      state.connections.erase(entry);
      state.all_gone.notify_all();
    }
  } const leave{*this, &entry};

  {
    std::lock_guard lock{mutex};
    connections.insert(&entry);
  }
  if (stopping) co_return;
  bool secure = false;
  if (tls) {
    stream.expires_after(options.idle_timeout);
    secure = co_await beast::async_detect_ssl(stream, buffer, into(ec));
    if (ec) co_return;
  }
  if (!secure) {
    co_await exchanges(stream, buffer, entry, "http");
    stream.socket().shutdown(tcp::socket::shutdown_send, ec);
    co_return;
  }
  ssl::stream<beast::tcp_stream&> encrypted{stream, *tls};
  stream.expires_after(std::chrono::seconds{20});
  auto const used = co_await encrypted.async_handshake(ssl::stream_base::server, buffer.data(), into(ec));
  if (ec) co_return;
  buffer.consume(used);
  co_await exchanges(encrypted, buffer, entry, "https");
  stream.expires_after(std::chrono::seconds{2});
  co_await encrypted.async_shutdown(into(ec));
}

template <class Stream>
asio::awaitable<void> Server::State::exchanges(Stream& stream, beast::flat_buffer& buffer, Connection& self,
                                               std::string_view scheme) {
  for (;;) {
    wire::request_parser<wire::string_body> parser;
    parser.body_limit(options.body_limit);
    parser.header_limit(64 * 1024);
    error_code ec;
    beast::get_lowest_layer(stream).expires_after(options.idle_timeout);
    self.idle = true;
    if (stopping) co_return;
    co_await wire::async_read_header(stream, buffer, parser, into(ec));
    self.idle = false;
    if (ec) {
      if (ec.category() == wire::make_error_code(wire::error::bad_method).category() &&
          ec != wire::error::end_of_stream && ec != wire::error::partial_message)
        co_await answer(stream, plain(ec == wire::error::body_limit ? 413 : 400, "bad request\n"), false, 11, false);
      co_return;
    }
    auto const& head = parser.get();
    auto const version = head.version();
    bool const is_head = head.method() == wire::verb::head;
    if (beast::iequals(head[wire::field::expect], "100-continue") && !parser.is_done()) {
      wire::response<wire::empty_body> go_on{wire::status::continue_, version};
      wire::response_serializer<wire::empty_body> serializer{go_on};
      co_await write_all(stream, serializer, options.idle_timeout, ec);
    }
    if (!ec) co_await read_all(stream, buffer, parser, options.idle_timeout, ec);
    if (ec == wire::error::body_limit)
      co_await answer(stream, plain(413, "the body is too large\n"), is_head, version, false);
    if (ec) co_return;
    // Nothing is read or written while the handler works: its time is its own.
    beast::get_lowest_layer(stream).expires_never();

    auto message = parser.release();
    bool const keep = message.keep_alive();
    std::string_view target{message.target().data(), message.target().size()};
    if (auto const scheme_end = target.find("://"); !target.starts_with('/') && scheme_end != std::string_view::npos) {
      auto const slash = target.find('/', scheme_end + 3);
      target = slash == std::string_view::npos ? std::string_view{"/"} : target.substr(slash);
    }
    auto const host = message[wire::field::host];
    http::Request request;
    request.method = std::string{message.method_string()};
    request.url = std::string{scheme} + "://" +
                  (host.empty() ? "127.0.0.1:" + std::to_string(port) : std::string{host}) + std::string{target};
    for (auto const& field : message) request.headers.add(std::string{field.name_string()}, std::string{field.value()});
    request.body = std::move(message.body());
    bool const sound = target.starts_with('/') && http::parse_url(request.url);
    auto response = plain(400, "bad request target\n");
    if (sound) response = co_await ask(std::move(request), *self.wake);
    bool const again = co_await answer(stream, std::move(response), is_head, version, keep && !stopping);
    if (!again) co_return;
  }
}

asio::awaitable<http::Response> Server::State::ask(http::Request request, asio::steady_timer& wake) {
  wake.expires_at(asio::steady_timer::time_point::max());
  auto const slot = std::make_shared<Answer>(wake);
  struct Gone {
    Answer& slot;
    ~Gone() { slot.connection_gone(); }
  } const gone{*slot};
  {
    auto ticket = std::make_shared<Ticket>(slot);
    try {
      handler(std::move(request), [ticket = std::move(ticket)](http::Response response) {
        ticket->answer->give(std::move(response), ticket->answer);
      });
    } catch (...) {
      slot->give(plain(500, "internal error\n"), slot);
    }
  }
  while (!slot->given()) {
    error_code ec;
    co_await wake.async_wait(into(ec));
    if (stopping && !slot->given()) co_return plain(503, "shutting down\n");
  }
  co_return slot->take();
}

template <class Stream>
asio::awaitable<bool> Server::State::answer(Stream& stream, http::Response response, bool head, unsigned version,
                                            bool keep) {
  bool sound = response.status >= 200 && response.status < 600;
  for (auto const& [name, value] : response.headers) sound = sound && http::safe_field(name, value);
  if (!sound) response = plain(500, "internal error\n");

  wire::response<wire::string_body> message{wire::int_to_status(static_cast<unsigned>(response.status)), version};
  message.result(static_cast<unsigned>(response.status));
  for (auto const& [name, value] : response.headers) {
    auto const known = wire::string_to_field(name);
    if (known == wire::field::transfer_encoding || known == wire::field::connection ||
        known == wire::field::content_length)
      continue;
    message.insert(name, value);
  }
  bool const bodiless = response.status == 204 || response.status == 304;
  std::string length = std::to_string(response.body.size());
  if (head && response.body.empty())
    if (auto const* given = response.headers.find("content-length")) length = *given;
  if (!bodiless) message.set(wire::field::content_length, length);
  if (!head && !bodiless) message.body() = std::move(response.body);
  message.keep_alive(keep);

  error_code ec;
  wire::response_serializer<wire::string_body> serializer{message};
  co_await write_all(stream, serializer, options.idle_timeout, ec);
  co_return !ec && keep;
}

void Server::State::stop() {
  stopping = true;
  asio::post(io, [this] {
    error_code ec;
    acceptor.close(ec);
  });
  std::unique_lock lock{mutex};
  for (auto* connection : connections)
    asio::post(connection->wake->get_executor(), [this, connection] {
      std::lock_guard inner{mutex};
      if (!connections.contains(connection)) return;
      connection->wake->cancel();
      if (connection->idle) connection->stream->cancel();
    });
  // A connection that is being answered writes its last response; whoever is still there after that is cut off.
  all_gone.wait_for(lock, std::chrono::seconds{2}, [&] { return connections.empty(); });
  lock.unlock();
  io.stop();
  for (auto& thread : threads) thread.join();
}

Server::Server(std::shared_ptr<State> state) : state_{std::move(state)} {}

Server::~Server() { state_->stop(); }

std::uint16_t Server::port() const noexcept { return state_->port; }

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  auto state = std::make_shared<State>();
  state->options = std::move(options);
  state->handler = std::move(handler);
  error_code ec;
  if (state->options.tls) {
    auto const& identity = *state->options.tls;
    state->tls.emplace(ssl::context::tls_server);
    state->tls->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, ec);
    if (!ec) state->tls->use_certificate_chain(asio::buffer(identity.certificate_pem), ec);
    if (!ec) state->tls->use_private_key(asio::buffer(identity.key_pem), ssl::context::pem, ec);
    if (ec) return Error{Errc::invalid_argument, "the server's certificate or key cannot be used: " + ec.message()};
    state->options.tls.reset();  // the context has it; no second copy of the key
  }
  tcp::endpoint const address{asio::ip::address_v4::loopback(), state->options.port};
  state->acceptor.open(address.protocol(), ec);
  if (!ec) state->acceptor.set_option(tcp::acceptor::reuse_address{true}, ec);
  if (!ec) state->acceptor.bind(address, ec);
  if (!ec) state->acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec)
    return Error{ec == asio::error::address_in_use ? Errc::locked : Errc::unavailable,
                 "cannot listen on 127.0.0.1:" + std::to_string(state->options.port) + ": " + ec.message()};
  state->port = state->acceptor.local_endpoint(ec).port();
  asio::co_spawn(state->io, state->accept_loop(), asio::detached);
  for (int i = 0; i < std::max(1, state->options.threads); ++i)
    state->threads.emplace_back([io = &state->io] { io->run(); });
  return std::unique_ptr<Server>{new Server{std::move(state)}};
}

}  // namespace podium::inline v0::net
