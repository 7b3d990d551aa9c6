#include "online/connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <functional>

namespace podium::inline v0::online {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

struct Connection::State {
  RedisOptions options;
  std::string certified;
  asio::io_context io{1};
  ssl::context tls{ssl::context::tls_client};
  tcp::socket plain{io};
  std::unique_ptr<ssl::stream<tcp::socket&>> secure;
  ReplyReader reader;
  std::array<char, 64 * 1024> buffer{};
  bool broken = false;

  std::string where() const { return options.host + ":" + std::to_string(options.port); }
  Error error(Errc code, std::string message) {
    broken = true;
    return Error{code, std::move(message)}.with("redis", where());
  }

  /// Runs what was started until `ec` is set, the time is over, or the caller gives up.
  Result<void> finish(std::optional<error_code> const& ec, std::chrono::milliseconds patience, char const* what,
                      Context const& ctx) {
    auto const end = Clock::now() + patience;
    io.restart();
    while (!ec) {
      io.run_for(std::chrono::milliseconds{20});
      if (ec) break;
      auto gone = ctx.interrupted();
      if (!gone && Clock::now() < end) continue;
      error_code ignored;
      plain.close(ignored);
      io.run();
      if (gone) {
        broken = true;
        return std::move(*gone).with("redis", where());
      }
      return error(Errc::deadline_exceeded,
                   std::string{what} + " took longer than " + std::to_string(patience.count()) + " ms");
    }
    if (*ec) return error(Errc::unavailable, std::string{what} + ": " + ec->message());
    return {};
  }

  Result<void> connect(Context const& ctx) {
    std::optional<error_code> done;
    tcp::resolver resolver{io};
    tcp::resolver::results_type found;
    resolver.async_resolve(options.host, std::to_string(options.port), [&](error_code ec, auto results) {
      found = std::move(results);
      done = ec;
    });
    if (auto ok = finish(done, options.connect_timeout, "looking up the server", ctx); !ok) return ok;
    done.reset();
    asio::async_connect(plain, found, [&](error_code ec, tcp::endpoint const&) { done = ec; });
    if (auto ok = finish(done, options.connect_timeout, "connecting", ctx); !ok) return ok;
    error_code ignored;
    plain.set_option(tcp::no_delay{true}, ignored);
    if (!options.tls) return {};

    error_code ec;
    tls.set_default_verify_paths(ec);
    if (!options.ca_pem.empty()) {
      tls.add_certificate_authority(asio::buffer(options.ca_pem), ec);
      if (ec) return error(Errc::invalid_argument, "the given certificates cannot be read: " + ec.message());
    }
    secure = std::make_unique<ssl::stream<tcp::socket&>>(plain, tls);
    secure->set_verify_mode(ssl::verify_peer);
    secure->set_verify_callback(ssl::host_name_verification{certified});
    SSL_set_tlsext_host_name(secure->native_handle(), certified.c_str());
    done.reset();
    secure->async_handshake(ssl::stream_base::client, [&](error_code result) { done = result; });
    return finish(done, options.connect_timeout, "the TLS handshake", ctx);
  }

  Result<void> write(std::string const& bytes, Context const& ctx) {
    std::optional<error_code> done;
    auto const told = [&](error_code ec, std::size_t) { done = ec; };
    if (secure)
      asio::async_write(*secure, asio::buffer(bytes), told);
    else
      asio::async_write(plain, asio::buffer(bytes), told);
    return finish(done, options.timeout, "sending to the server", ctx);
  }

  Result<void> read_some(Context const& ctx) {
    std::optional<error_code> done;
    std::size_t got = 0;
    auto const told = [&](error_code ec, std::size_t count) {
      got = count;
      done = ec;
    };
    if (secure)
      secure->async_read_some(asio::buffer(buffer), told);
    else
      plain.async_read_some(asio::buffer(buffer), told);
    if (auto ok = finish(done, options.timeout, "waiting for the server's answer", ctx); !ok) return ok;
    reader.feed({buffer.data(), got});
    return {};
  }
};

Connection::Connection(std::unique_ptr<State> state) : state_{std::move(state)} {}
Connection::~Connection() = default;

bool Connection::broken() const noexcept { return state_->broken; }

Result<std::unique_ptr<Connection>> Connection::open(RedisOptions const& options, std::string const& certified,
                                                     Context const& ctx) {
  if (auto gone = ctx.interrupted()) return *std::move(gone);
  auto state = std::make_unique<State>();
  state->options = options;
  state->certified = certified;
  if (auto ok = state->connect(ctx); !ok) return std::move(ok).error();
  std::unique_ptr<Connection> connection{new Connection{std::move(state)}};
  if (options.password.empty()) return connection;
  auto reply = connection->ask(
      options.user.empty() ? Command{"AUTH", options.password} : Command{"AUTH", options.user, options.password}, ctx);
  if (!reply) return std::move(reply).error();
  if (reply->kind == Reply::Kind::error)
    return connection->state_->error(Errc::unauthenticated, "the server refuses the credentials: " + reply->text);
  return connection;
}

Result<void> Connection::send(std::span<Command const* const> commands, Context const& ctx) {
  std::string bytes;
  for (auto const* command : commands) append(bytes, *command);
  return state_->write(bytes, ctx);
}

Result<std::vector<Reply>> Connection::receive(std::size_t count, Context const& ctx) {
  std::vector<Reply> out;
  out.reserve(count);
  while (out.size() < count) {
    auto reply = state_->reader.next();
    if (!reply) return state_->error(reply.error().code(), reply.error().message());
    if (*reply)
      out.push_back(*std::move(*reply));
    else if (auto ok = state_->read_some(ctx); !ok)
      return std::move(ok).error();
  }
  return out;
}

Result<Reply> Connection::ask(Command const& command, Context const& ctx) {
  Command const* one = &command;
  if (auto ok = send({&one, 1}, ctx); !ok) return std::move(ok).error();
  auto replies = receive(1, ctx);
  if (!replies) return std::move(replies).error();
  return std::move(replies->front());
}

}  // namespace podium::inline v0::online
