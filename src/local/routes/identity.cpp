#include "base/digest.hpp"
#include "base/ids.hpp"
#include "local/routes/route.hpp"

#include <chrono>

namespace podium::inline v0::local {
namespace {

std::string base64url(std::string_view bytes) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned value = 0;
    std::size_t const count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j)
      value = value << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j <= count; ++j) out += digits[value >> (18 - 6 * j) & 63];
  }
  return out;
}

}  // namespace

http::Response cloud_document(Call& call) {
  return reply(200, Json::array({{{"name", "LocalCloud"},
                                  {"portal", "https://portal.azure.com"},
                                  {"authentication",
                                   {{"loginEndpoint", call.base},
                                    {"audiences", {"https://management.core.windows.net/", call.base}},
                                    {"tenant", "common"},
                                    {"identityProvider", "AAD"}}},
                                  {"resourceManager", call.base + "/"},
                                  {"suffixes", {{"storage", "core.windows.net"}}}}}));
}

/// A token as managed identities hand it out.  Everybody on loopback may have one, and nothing checks its signature: it
/// tells clients what they want to know, and proves nothing.
http::Response token(Call& call) {
  auto const resource = call.ask("resource");
  if (resource.empty()) user_error("a token is for a `resource`");
  constexpr std::int64_t lifetime = 86'400;
  auto const now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  Json const header{{"typ", "JWT"}, {"alg", "none"}};
  Json const claims{{"aud", resource},
                    {"iss", "podium-local"},
                    {"sub", call.site.guid},
                    {"oid", call.site.guid},
                    {"tid", std::string{subscription}},
                    {"iat", now},
                    {"nbf", now - 60},
                    {"exp", now + lifetime},
                    {"jti", base::uuid()},
                    {"name", "local"},
                    {"appid", call.site.guid}};
  auto const text = base64url(header.dump()) + "." + base64url(stored_text(claims)) + "." + base64url("unsigned");
  return reply(200, {{"access_token", text},
                     {"expires_in", std::to_string(lifetime)},
                     {"expires_on", std::to_string(now + lifetime)},
                     {"resource", resource},
                     {"token_type", "Bearer"}});
}

}  // namespace podium::inline v0::local
