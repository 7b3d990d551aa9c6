#include "podium/credential.hpp"

namespace podium::inline v0 {

TokenCredential::~TokenCredential() = default;

namespace {

class StaticToken final : public TokenCredential {
 public:
  explicit StaticToken(std::string token) : token_{std::move(token)} {}
  Result<AccessToken> token(std::string const&, Context const&) override {
    if (token_.empty()) return Error{Errc::unauthenticated, "the token is empty"};
    return AccessToken{token_, std::chrono::system_clock::time_point::max()};
  }

 private:
  std::string token_;
};

}  // namespace

std::shared_ptr<TokenCredential> static_token(std::string token) {
  return std::make_shared<StaticToken>(std::move(token));
}

}  // namespace podium::inline v0
