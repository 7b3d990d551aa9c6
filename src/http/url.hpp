#pragma once

#include "podium/http/message.hpp"
#include "podium/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace podium::inline v0::http {

/// An absolute http or https URL, taken apart.
struct Url {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case; an IPv6 address without its brackets
  std::string port;    ///< digits; the scheme's own when none was given
  std::string target;  ///< path and query as sent in a request line; at least "/"

  /// "host" or "host:port", as in a Host header: the scheme's own port left out.
  std::string authority() const;
  /// "https://host[:port]": what may be given the same token.
  std::string origin() const;
  /// The target up to the query, and the query without "?".
  std::string_view path() const;
  std::string_view query() const;
};

/// Refuses anything but http and https, user names, control characters and blanks.  A fragment is dropped.
Result<Url> parse_url(std::string_view text);

/// Do two URLs lead to the same scheme, host and port?  False if either is not a URL.
bool same_origin(std::string_view a, std::string_view b);

/// Percent-encodes everything but letters, digits and "-._~".
std::string encode(std::string_view text);
/// The same, but keeps "/": for paths of blobs.
std::string encode_path(std::string_view path);
/// The opposite; malformed escapes stay as they are.  `plus`: "+" means a blank (query values).
std::string decode(std::string_view text, bool plus = false);

using Query = std::vector<std::pair<std::string, std::string>>;

/// Appends "?a=b&c=d", or "&a=b" if `url` has a query already; names and values are encoded ("$" in names kept).
std::string with_query(std::string url, Query const& query);
/// Decoded names and values, in order.
Query parse_query(std::string_view query);

/// What must not reach a wire: a method, URL or header field that could smuggle a second one.
Result<void> check(Request const& request);
/// May a header field carry this value?  No line ends, no NUL.
bool safe_field(std::string_view name, std::string_view value);

}  // namespace podium::inline v0::http
