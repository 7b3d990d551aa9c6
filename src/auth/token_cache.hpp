#pragma once

#include "podium/credential.hpp"

#include <mutex>
#include <string>

namespace podium::inline v0::auth {

/// Keeps one audience's token until shortly before it expires.  One caller fetches, the others wait for it.
class TokenCache {
 public:
  TokenCache(std::shared_ptr<TokenCredential> credential, std::string resource)
      : credential_{std::move(credential)}, resource_{std::move(resource)} {}

  Result<std::string> token(std::chrono::system_clock::time_point now, Context const& ctx);
  /// Forgets `refused` if it is still the one that is kept.
  void forget(std::string const& refused);

 private:
  std::shared_ptr<TokenCredential> credential_;
  std::string resource_;
  std::mutex mutex_;
  AccessToken kept_;
};

}  // namespace podium::inline v0::auth
