#include "http/url.hpp"

#include "base/letters.hpp"

#include <algorithm>

namespace podium::inline v0::http {
namespace {

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool token_character(char c) {
  return unreserved(c) || std::string_view{"!#$%&'*+^`|"}.find(c) != std::string_view::npos;
}

std::string encode_except(std::string_view text, std::string_view keep) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 8);
  for (char c : text) {
    if (unreserved(c) || keep.find(c) != std::string_view::npos) {
      out += c;
    } else {
      auto const byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Error bad_url(std::string_view text, std::string why) {
  // Queries may hold signatures: they are never shown.
  return Error{Errc::invalid_argument, std::move(why)}.with("url", std::string{text.substr(0, text.find('?'))});
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  if (port != (scheme == "https" ? "443" : "80")) text += ":" + port;
  return text;
}

std::string Url::origin() const { return scheme + "://" + authority(); }

std::string_view Url::path() const { return std::string_view{target}.substr(0, target.find('?')); }

std::string_view Url::query() const {
  auto const mark = target.find('?');
  return mark == std::string::npos ? std::string_view{} : std::string_view{target}.substr(mark + 1);
}

Result<Url> parse_url(std::string_view text) {
  for (char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f)
      return bad_url(text.substr(0, 0), "a URL cannot hold blanks or control characters");
  auto const scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return bad_url(text, "not an absolute URL");
  Url url;
  url.scheme = base::lower_case(text.substr(0, scheme_end));
  if (url.scheme != "http" && url.scheme != "https") return bad_url(text, "only http and https URLs can be requested");
  auto rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  auto const authority = rest.substr(0, rest.find_first_of("/?"));
  url.target = std::string{rest.substr(authority.size())};
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  if (authority.find('@') != std::string_view::npos)
    return bad_url(rest.substr(0, 0), "a URL cannot carry a user name");
  auto host = authority;
  if (authority.starts_with('[')) {
    auto const close = authority.find(']');
    if (close == std::string_view::npos) return bad_url(text, "an IPv6 address is not closed");
    host = authority.substr(1, close - 1);
    auto const after = authority.substr(close + 1);
    if (!after.empty() && !after.starts_with(':')) return bad_url(text, "the port is not a number");
    if (after.size() > 1) url.port = std::string{after.substr(1)};
  } else if (auto const colon = authority.find(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    url.port = std::string{authority.substr(colon + 1)};
  }
  if (host.empty()) return bad_url(text, "the host is missing");
  url.host = base::lower_case(host);
  if (url.port.empty()) url.port = url.scheme == "https" ? "443" : "80";
  if (url.port.size() > 5 ||
      !std::all_of(url.port.begin(), url.port.end(), [](char c) { return c >= '0' && c <= '9'; }) ||
      std::stoi(url.port) > 65535)
    return bad_url(text, "the port is not a number below 65536");
  return url;
}

bool same_origin(std::string_view a, std::string_view b) {
  auto const left = parse_url(a);
  auto const right = parse_url(b);
  return left && right && left->scheme == right->scheme && left->host == right->host && left->port == right->port;
}

std::string encode(std::string_view text) { return encode_except(text, ""); }
std::string encode_path(std::string_view path) { return encode_except(path, "/"); }

std::string decode(std::string_view text, bool plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += plus && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string with_query(std::string url, Query const& query) {
  for (auto const& [name, value] : query) {
    url += url.find('?') == std::string::npos ? '?' : '&';
    url += encode_except(name, "$") + "=" + encode(value);
  }
  return url;
}

Query parse_query(std::string_view query) {
  Query out;
  while (!query.empty()) {
    auto const part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    if (part.empty()) continue;
    auto const equals = part.find('=');
    out.emplace_back(decode(part.substr(0, equals), true),
                     equals == std::string_view::npos ? std::string{} : decode(part.substr(equals + 1), true));
  }
  return out;
}

bool safe_field(std::string_view name, std::string_view value) {
  return !name.empty() && std::all_of(name.begin(), name.end(), token_character) &&
         value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

Result<void> check(Request const& request) {
  if (request.method.empty() || !std::all_of(request.method.begin(), request.method.end(), token_character))
    return Error{Errc::invalid_argument, "the HTTP method is not a word"};
  if (auto url = parse_url(request.url); !url) return std::move(url).error();
  for (auto const& [name, value] : request.headers)
    if (!safe_field(name, value))
      // The value may be a secret, or made to look like a header: only the name is shown.
      return Error{Errc::invalid_argument, "a header field cannot hold a line end or a NUL"}.with("header",
                                                                                                  encode(name));
  return {};
}

}  // namespace podium::inline v0::http
