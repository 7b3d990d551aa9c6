#include "base/digest.hpp"
#include "base/letters.hpp"
#include "clients/blobs.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <map>

namespace podium::inline v0::clients {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned value = 0;
    auto const left = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j) value = value << 8 | (j < left ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j) out += j <= left ? alphabet[value >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  unsigned value = 0;
  int bits = 0;
  for (char c : text) {
    auto const digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 6 | static_cast<unsigned>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(value >> bits & 255);
    }
  }
  return out;
}

std::string raw_sha256(std::string_view bytes) {
  auto const hex = base::sha256(bytes);
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

std::string hmac_sha256(std::string key, std::string_view text) {
  if (key.size() > 64) key = raw_sha256(key);
  key.resize(64, '\0');
  std::string inner, outer;
  for (char c : key) {
    inner += static_cast<char>(c ^ 0x36);
    outer += static_cast<char>(c ^ 0x5c);
  }
  return raw_sha256(outer + raw_sha256(inner + std::string{text}));
}

}  // namespace

Result<std::string> shared_key(http::Request const& request, std::string const& account, std::string const& key) {
  auto const secret = from_base64(key);
  if (!secret) return Error{Errc::invalid_argument, "the storage account's key is not base64"};
  auto const url = http::parse_url(request.url);
  if (!url) return url.error();

  auto text = request.method + "\n";
  for (auto const* name : {"content-encoding", "content-language"}) text += request.headers.get(name) + "\n";
  text += (request.body.empty() ? std::string{} : std::to_string(request.body.size())) + "\n";
  for (auto const* name : {"content-md5", "content-type"}) text += request.headers.get(name) + "\n";
  text += "\n";  // Date: x-ms-date stands for it
  for (auto const* name : {"if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"})
    text += request.headers.get(name) + "\n";
  std::map<std::string, std::string> own;
  for (auto const& [name, value] : request.headers)
    if (auto const low = base::lower_case(name); low.starts_with("x-ms-")) own[low] = value;
  for (auto const& [name, value] : own) text += name + ":" + value + "\n";
  text += "/" + account + std::string{url->path()};
  std::map<std::string, std::string> query;
  for (auto const& [name, value] : http::parse_query(url->query())) {
    auto& joined = query[base::lower_case(name)];
    joined += (joined.empty() ? "" : ",") + value;
  }
  for (auto const& [name, value] : query) text += "\n" + name + ":" + value;
  return "SharedKey " + account + ":" + to_base64(hmac_sha256(*secret, text));
}

}  // namespace podium::inline v0::clients
