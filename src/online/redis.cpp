#include "podium/online/redis.hpp"

#include "base/letters.hpp"

#include <algorithm>
#include <charconv>

namespace podium::inline v0::online {
namespace {

Error bad(std::string message) { return Error{Errc::invalid_argument, std::move(message)}; }

/// "%41" and the like, as credentials in URLs have them.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    auto const* const first = text.data() + i + 1;
    if (std::from_chars(first, first + 2, value, 16).ptr != first + 2) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

Result<void> read_host(std::string_view text, RedisOptions& out) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {  // an IPv6 address
    auto const end = text.find(']');
    if (end == std::string_view::npos) return bad("the address of the Redis has `[` without `]`");
    host = text.substr(1, end - 1);
    if (end + 1 < text.size() && text[end + 1] == ':') port = text.substr(end + 2);
  } else if (auto const colon = text.rfind(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (host.empty()) return bad("the address of the Redis names no host");
  out.host = host;
  if (port.empty()) return {};
  unsigned number = 0;
  auto const read = std::from_chars(port.data(), port.data() + port.size(), number);
  if (read.ec != std::errc{} || read.ptr != port.data() + port.size() || number == 0 || number > 65535)
    return bad("`" + std::string{port} + "` is no port for a Redis");
  out.port = static_cast<std::uint16_t>(number);
  return {};
}

Result<RedisOptions> parse_url(std::string_view rest, bool tls) {
  RedisOptions out;
  out.tls = tls;
  out.port = tls ? 6380 : 6379;
  if (auto const at = rest.rfind('@'); at != std::string_view::npos) {
    auto const who = rest.substr(0, at);
    auto const colon = who.find(':');
    auto user = decoded(colon == std::string_view::npos ? who : who.substr(0, colon));
    auto password = decoded(colon == std::string_view::npos ? std::string_view{} : who.substr(colon + 1));
    if (!user || !password) return bad("the credentials in the address of the Redis are not percent-encoded properly");
    out.user = *std::move(user);
    out.password = *std::move(password);
    rest.remove_prefix(at + 1);
  }
  auto const slash = rest.find('/');
  auto const database = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  if (!database.empty() && database != "0")
    return bad("feature stores lie in database 0 of a Redis, not in `" + std::string{database} + "`");
  if (auto ok = read_host(rest.substr(0, slash), out); !ok) return std::move(ok).error();
  return out;
}

Result<RedisOptions> parse_azure(std::string_view text) {
  RedisOptions out;
  bool first = true;
  while (!text.empty()) {
    auto const comma = text.find(',');
    auto const part = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    if (std::exchange(first, false)) {
      if (auto ok = read_host(part, out); !ok) return std::move(ok).error();
      continue;
    }
    auto const equal = part.find('=');
    auto const key = base::lower_case(part.substr(0, equal));
    auto const value = equal == std::string_view::npos ? std::string_view{} : part.substr(equal + 1);
    if (key == "password")
      out.password = value;
    else if (key == "user")
      out.user = value;
    else if (key == "ssl")
      out.tls = base::lower_case(value) == "true";
  }
  return out;
}

}  // namespace

Result<RedisOptions> parse_redis(std::string const& text) {
  if (text.empty()) return bad("the address of the Redis is empty");
  auto const scheme = text.find("://");
  if (scheme == std::string::npos) return parse_azure(text);
  auto const name = base::lower_case(std::string_view{text}.substr(0, scheme));
  if (name != "redis" && name != "rediss")
    return bad("`" + name + "://` is no scheme of a Redis: use redis:// or rediss://");
  return parse_url(std::string_view{text}.substr(scheme + 3), name == "rediss");
}

}  // namespace podium::inline v0::online
