#include "auth/token_cache.hpp"

namespace podium::inline v0::auth {

Result<std::string> TokenCache::token(std::chrono::system_clock::time_point now, Context const& ctx) {
  std::lock_guard lock{mutex_};
  // A request takes time: a token about to expire would be refused on arrival.
  if (!kept_.token.empty() && kept_.expires_on - std::chrono::minutes{5} > now) return kept_.token;
  auto fetched = credential_->token(resource_, ctx);
  if (!fetched) {
    if (!kept_.token.empty() && kept_.expires_on > now) return kept_.token;
    return std::move(fetched).error().with("token for", resource_);
  }
  kept_ = *std::move(fetched);
  return kept_.token;
}

void TokenCache::forget(std::string const& refused) {
  std::lock_guard lock{mutex_};
  if (kept_.token == refused) kept_ = {};
}

}  // namespace podium::inline v0::auth
