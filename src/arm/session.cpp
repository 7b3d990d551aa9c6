#include "podium/session.hpp"

#include "auth/token_cache.hpp"
#include "base/ids.hpp"
#include "http/retry.hpp"
#include "http/url.hpp"

#include <array>
#include <mutex>
#include <random>

namespace podium::inline v0 {
namespace {

bool loopback(std::string const& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

/// Hosts of the service's own data planes; a token must not go to whatever a document happens to name.
bool service_host(http::Url const& url, http::Url const& endpoint) {
  static constexpr std::array<std::string_view, 3> suffixes{".api.azureml.ms", ".api.ml.azure.cn", ".api.ml.azure.us"};
  if (loopback(url.host) && loopback(endpoint.host)) return true;
  if (url.scheme != "https") return false;
  for (auto suffix : suffixes)
    if (url.host.ends_with(suffix)) return true;
  return false;
}

double random_share() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution{}(random);
}

}  // namespace

struct Session::State {
  WorkspaceAddress address;
  ClientOptions options;
  std::shared_ptr<http::Transport> transport;
  std::unique_ptr<auth::TokenCache> tokens;  ///< empty: no identity
  Clock* clock;
  std::string user_agent;
  std::optional<http::Url> endpoint;
};

Session::Session(WorkspaceAddress address, std::shared_ptr<http::Transport> transport,
                 std::shared_ptr<TokenCredential> credential, ClientOptions options) {
  auto state = std::make_shared<State>();
  while (address.endpoint.ends_with('/')) address.endpoint.pop_back();
  if (auto url = http::parse_url(address.endpoint)) state->endpoint = *std::move(url);
  if (credential && state->endpoint)
    state->tokens = std::make_unique<auth::TokenCache>(std::move(credential), state->endpoint->origin() + "/");
  state->user_agent = "podium/" PODIUM_VERSION_STRING;
  if (!options.application_id.empty()) state->user_agent += " " + options.application_id;
  state->clock = options.clock ? options.clock : &system_clock();
  state->address = std::move(address);
  state->options = std::move(options);
  state->transport = std::move(transport);
  state_ = std::move(state);
}

WorkspaceAddress const& Session::address() const noexcept { return state_->address; }
ClientOptions const& Session::options() const noexcept { return state_->options; }
Clock& Session::clock() const noexcept { return *state_->clock; }

std::string Session::workspace_id() const {
  auto const& a = state_->address;
  return "/subscriptions/" + a.subscription_id + "/resourceGroups/" + a.resource_group +
         "/providers/Microsoft.MachineLearningServices/workspaces/" + a.workspace_name;
}

Result<http::Response> Session::send(http::Request request, Context const& ctx) const {
  return send(std::move(request), SendOptions{}, ctx);
}

Result<http::Response> Session::send(http::Request request, SendOptions const& how, Context const& ctx) const {
  auto const& state = *state_;
  if (!state.transport) return Error{Errc::invalid_argument, "the session has no transport"};
  if (!state.endpoint)
    return Error{Errc::invalid_argument, "the endpoint is not an http or https URL"}.with("endpoint",
                                                                                          state.address.endpoint);
  if (request.url.starts_with('/')) request.url.insert(0, state.address.endpoint);
  if (!request.headers.find("x-ms-client-request-id")) request.headers.set("x-ms-client-request-id", base::uuid());
  if (!request.headers.find("user-agent")) request.headers.set("user-agent", state.user_agent);
  if (auto sound = http::check(request); !sound) return std::move(sound).error();

  auto const url = http::parse_url(request.url);
  bool const own = url->origin() == state.endpoint->origin();
  bool const named = how.identity == Identity::named_host && service_host(*url, *state.endpoint);
  bool const identified =
      state.tokens && how.identity != Identity::none && (own || named) && !request.headers.find("authorization");

  RetryOptions limits = state.options.retry;
  if (!how.retry) limits.max_attempts = 1;
  http::RetryLoop retry{limits, http::idempotent(request.method), random_share};
  bool renewed = false;
  for (;;) {
    if (auto given_up = ctx.interrupted()) return *std::move(given_up);
    auto attempt = request;
    std::string token;
    if (identified) {
      auto got = state.tokens->token(state.clock->now(), ctx);
      if (!got) return std::move(got).error();
      token = *std::move(got);
      attempt.headers.set("authorization", "Bearer " + token);
    }
    auto reply = http::send(*state.transport, std::move(attempt), ctx);
    if (identified && reply && reply->status == 401 && !std::exchange(renewed, true)) {
      // Revoked before its time: once more with a fresh one, if there is a fresh one.
      state.tokens->forget(token);
      auto fresh = state.tokens->token(state.clock->now(), ctx);
      if (how.retry && fresh && *fresh != token) continue;
    }
    auto const next = retry.after(reply, state.clock->now());
    if (!next.again) return reply;
    state.clock->sleep(next.delay, ctx);
  }
}

}  // namespace podium::inline v0
