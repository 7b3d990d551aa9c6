#pragma once

#include "podium/context.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace podium::inline v0 {

struct AccessToken {
  std::string token;
  std::chrono::system_clock::time_point expires_on{};
};

/// Identity as a seam.  Safe to call from several threads at once.
class PODIUM_API TokenCredential {
 public:
  virtual ~TokenCredential();
  /// `resource`: the audience, for example "https://management.azure.com/".
  virtual Result<AccessToken> token(std::string const& resource, Context const& ctx) = 0;
};

/// Always the same token: for tests, and for a token that another program fetched.
PODIUM_API std::shared_ptr<TokenCredential> static_token(std::string token);

}  // namespace podium::inline v0
