#pragma once

// What the network code shares of Asio and Beast.  Included by .cpp files of this module only.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace podium::inline v0::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = boost::asio::ssl;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using PlainStream = beast::tcp_stream;
using TlsStream = ssl::stream<beast::tcp_stream>;

/// Completes a coroutine step with its error code in `ec` instead of throwing it.
inline auto into(error_code& ec) { return asio::redirect_error(asio::use_awaitable, ec); }

/// Sends what `serializer` holds; the clock starts anew with every piece, so that only silence counts.
template <class Stream, class Serializer>
asio::awaitable<void> write_all(Stream& stream, Serializer& serializer, std::chrono::seconds patience, error_code& ec) {
  do {
    beast::get_lowest_layer(stream).expires_after(patience);
    co_await wire::async_write_some(stream, serializer, into(ec));
  } while (!ec && !serializer.is_done());
}

/// Reads until the message is complete, with the same patience per piece.
template <class Stream, class Buffer, class Parser>
asio::awaitable<void> read_all(Stream& stream, Buffer& buffer, Parser& parser, std::chrono::seconds patience,
                               error_code& ec) {
  while (!ec && !parser.is_done()) {
    beast::get_lowest_layer(stream).expires_after(patience);
    co_await wire::async_read_some(stream, buffer, parser, into(ec));
  }
}

}  // namespace podium::inline v0::net
