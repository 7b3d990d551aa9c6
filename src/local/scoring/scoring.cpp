#include "local/scoring.hpp"

#include "base/ids.hpp"
#include "base/letters.hpp"
#include "http/url.hpp"
#include "local/executor/content.hpp"
#include "local/executor/plan.hpp"
#include "local/scoring/router.hpp"
#include "local/scoring/setup.hpp"
#include "local/store_state.hpp"

#include <cstdio>

namespace podium::inline v0::local {
namespace {

using Done = std::function<void(http::Response)>;

struct Collectors {
  std::shared_ptr<Collector> inputs;
  std::shared_ptr<Collector> outputs;
};

/// One deployment that serves, and what records its calls.
struct Serving {
  /// Members end from the last: the workers first, then what they used.
  struct Folder {
    std::filesystem::path path;
    ~Folder() {
      std::error_code ec;
      std::filesystem::remove_all(path, ec);
    }
  };
  explicit Serving(ServingPlan plan)
      : collectors{plan.inputs, plan.outputs},
        listener{plan.listener},
        folder{plan.settings.worker.code.parent_path()},
        workers{std::move(plan.settings)} {}
  Collectors collectors;
  std::shared_ptr<std::string const> listener;
  Folder folder;
  DeployedWorkers workers;
};

/// One request on its way.
struct Incoming {
  std::string client_id;  ///< x-ms-client-request-id: decides the route
  std::string request_id;
  std::string headers;  ///< JSON, for scripts that want them
  std::string body;
};

bool same_secret(std::string_view a, std::string_view b) {
  unsigned char difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

http::Response refusal(int status, std::string const& code, std::string const& message) {
  return {
      status, {{"content-type", "application/json"}}, Json{{"error", {{"code", code}, {"message", message}}}}.dump()};
}

/// The query of a GET as the JSON that the script would get of a POST: values as JSON where they are, lists for
/// repeated keys.
std::string query_as_body(std::string const& url) {
  auto const mark = url.find('?');
  Json out = Json::object();
  if (mark == std::string::npos) return out.dump();
  for (auto const& [name, text] : http::parse_query(std::string_view{url}.substr(mark + 1))) {
    auto value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) value = text;
    if (!out.contains(name)) {
      out[name] = value;
    } else {
      if (!out[name].is_array()) out[name] = Json::array({out[name]});
      out[name].push_back(value);
    }
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::map<std::string, int> shares(Json const& value) {
  std::map<std::string, int> out;
  if (value.is_object())
    for (auto const& [name, share] : value.items())
      if (share.is_number()) out[name] = static_cast<int>(share.get<double>());
  return out;
}

/// The reply of a deployment as the front door gives it.
http::Response front(Reply const& reply, std::string const& deployment) {
  http::Response out;
  if (reply.from_script && reply.status == 200) {
    out = {200, {{"content-type", "application/json"}}, reply.body};
  } else if (reply.from_script) {
    out = {424, {{"content-type", "application/json"}}, reply.body};
    out.headers.set("ms-azureml-model-error-statuscode", std::to_string(reply.status));
    out.headers.set("ms-azureml-model-error-reason", "model_error");
  } else if (reply.status == 408) {
    out = refusal(408, "RequestTimeout", "deployment `" + deployment + "` did not answer in time");
  } else if (reply.status == 429) {
    out = refusal(429, "TooManyRequests",
                  "deployment `" + deployment + "` has as many requests in flight as its settings allow");
  } else if (reply.status == 502) {
    out = refusal(502, "BadGateway", "the worker of deployment `" + deployment + "` died");
  } else {
    out = refusal(503, "ServiceUnavailable", "deployment `" + deployment + "` has no worker; its log says why");
  }
  out.headers.set("azureml-model-deployment", deployment);
  if (reply.from_script) {
    char milliseconds[32];
    std::snprintf(milliseconds, sizeof milliseconds, "%.3f", reply.milliseconds);
    out.headers.set("x-ms-run-fn-exec-ms", milliseconds);
    out.headers.set("x-ms-run-function-failed", reply.status == 200 ? "False" : "True");
  }
  return out;
}

}  // namespace

struct Scoring::State {
  using Key = std::pair<std::string, std::string>;

  explicit State(Wiring from) : wiring{std::move(from)} {}

  void log(LogLevel level, std::string const& text) const {
    if (wiring.options.log) wiring.options.log(level, text);
  }
  Key key(std::string const& endpoint, std::string const& deployment) const {
    return {base::lower_case(endpoint), base::lower_case(deployment)};
  }
  Result<std::shared_ptr<Serving>> start(std::string const& endpoint, std::string const& deployment);
  Result<std::shared_ptr<Serving>> serving(std::string const& endpoint, std::string const& deployment);
  Result<void> authorize(std::string const& endpoint, Json const& properties, http::Headers const& headers) const;
  void call(Serving& to, std::string const& deployment, std::shared_ptr<Incoming const> const& request, bool mirrored,
            Done done);
  void record(Collectors const& from, Incoming const& request, Reply const& reply, int status, bool mirrored);

  Wiring wiring;
  std::mutex mutex;
  std::map<Key, std::shared_ptr<Serving>> deployed;
  std::mutex starting;  ///< one lazy start at a time
};

Scoring::Scoring(Wiring wiring) : state_{std::make_shared<State>(std::move(wiring))} {
  std::error_code ec;
  std::filesystem::remove_all(state_->wiring.store.folder() / "runs" / "serving",
                              ec);  // of a session that did not close
}

Scoring::~Scoring() {
  decltype(state_->deployed) all;
  std::scoped_lock lock{state_->mutex};
  all.swap(state_->deployed);
}

Result<std::shared_ptr<Serving>> Scoring::State::start(std::string const& endpoint, std::string const& deployment) {
  auto plan = plan_serving(wiring, endpoint, deployment);
  if (!plan) return std::move(plan).error();
  return std::make_shared<Serving>(*std::move(plan));
}

Result<void> Scoring::deploy(std::string const& endpoint, std::string const& deployment) {
  auto const in = [&](Error error) {
    return std::move(error).with("deployment", deployment).with("endpoint", endpoint);
  };
  try {
    auto made = state_->start(endpoint, deployment);
    if (!made) return in(std::move(made).error());
    if (auto ready = (*made)->workers.ready(); !ready) {
      auto const last = last_lines(serving_log(state_->wiring.store, endpoint, deployment), 8);
      auto error = std::move(ready).error();
      return in(Error{error.code(), error.message() + (last.empty() ? "" : ": " + last)});
    }
    std::shared_ptr<Serving> before = *made;
    {
      std::scoped_lock lock{state_->mutex};
      std::swap(state_->deployed[state_->key(endpoint, deployment)], before);
    }
    return {};  // `before` ends here, its requests answered by then or refused
  } catch (std::exception const& broken) {
    return in(Error{Errc::failed, broken.what()});
  }
}

Result<void> Scoring::remove(std::string const& endpoint, std::string const& deployment) {
  std::vector<std::shared_ptr<Serving>> gone;
  std::scoped_lock lock{state_->mutex};
  for (auto at = state_->deployed.begin(); at != state_->deployed.end();) {
    if (at->first.first == base::lower_case(endpoint) &&
        (deployment.empty() || at->first.second == base::lower_case(deployment))) {
      gone.push_back(std::move(at->second));
      at = state_->deployed.erase(at);
    } else {
      ++at;
    }
  }
  return {};
}

Result<std::string> Scoring::logs(std::string const& endpoint, std::string const& deployment, int tail) const {
  if (auto ok = check_names(endpoint, deployment); !ok) return std::move(ok).error();
  return tail_of(serving_log(state_->wiring.store, endpoint, deployment), tail);
}

/// A workspace that was closed and opened again has its deployments, but no workers yet: the first request starts them.
Result<std::shared_ptr<Serving>> Scoring::State::serving(std::string const& endpoint, std::string const& deployment) {
  auto const find = [&]() -> std::shared_ptr<Serving> {
    std::scoped_lock lock{mutex};
    auto const at = deployed.find(key(endpoint, deployment));
    return at == deployed.end() ? nullptr : at->second;
  };
  if (auto found = find()) return found;
  std::scoped_lock once{starting};
  if (auto found = find()) return found;
  auto made = start(endpoint, deployment);
  if (!made) return made;
  std::scoped_lock lock{mutex};
  return deployed[key(endpoint, deployment)] = *made;
}

Result<void> Scoring::State::authorize(std::string const& endpoint, Json const& properties,
                                       http::Headers const& headers) const {
  auto const given = headers.get("authorization");
  constexpr std::string_view scheme = "bearer ";
  Error const refused{Errc::unauthenticated, "the key or token is missing or wrong"};
  if (given.size() <= scheme.size() || base::lower_case(given.substr(0, scheme.size())) != scheme) return refused;
  auto const token = std::string_view{given}.substr(scheme.size());
  auto const mode = base::lower_case(text_of(either(properties, "auth_mode", "authMode")));
  if (mode == "aadtoken" || mode == "aad_token") return {};  // whoever may open the folder may call the endpoint
  for (auto const* name : {"primaryKey", "secondaryKey", "token"}) {
    bool const is_token = std::string_view{name} == "token";
    if (is_token != (mode == "amltoken" || mode == "aml_token")) continue;
    auto secret = wiring.store.secret("onlineEndpoints/" + base::lower_case(endpoint) + "/" + name);
    if (!secret) return std::move(secret).error();
    if (*secret && !(*secret)->empty() && same_secret(**secret, token)) return {};
  }
  return refused;
}

void Scoring::State::record(Collectors const& from, Incoming const& request, Reply const& reply, int status,
                            bool mirrored) {
  Collected what{.request_id = request.client_id,
                 .data = {},
                 .status = status,
                 .model_status = reply.from_script ? reply.status : 0,
                 .mirrored = mirrored,
                 .milliseconds = reply.milliseconds};
  auto const keep = [&](Collector& collector) {
    if (auto kept = collector.append(what); !kept) log(LogLevel::error, kept.error().to_string());
  };
  if (from.inputs) {
    what.data = Json::accept(request.body) ? request.body
                                           : Json(request.body).dump(-1, ' ', false, Json::error_handler_t::replace);
    keep(*from.inputs);
  }
  if (from.outputs) {
    // NaN is not JSON: such an answer is recorded as a text.
    what.data = status != 200 ? std::string{} : reply.strict_json ? reply.body : Json(reply.body).dump();
    keep(*from.outputs);
  }
}

void Scoring::State::call(Serving& to, std::string const& deployment, std::shared_ptr<Incoming const> const& request,
                          bool mirrored, Done done) {
  // The workers answer before they end, so the call needs no hold on them; one would make them join themselves.
  to.workers.submit(
      {.headers = request->headers,
       .body = request->body,
       .done =
           [this, collectors = to.collectors, deployment, request, mirrored, done = std::move(done)](Reply reply) {
             auto response = front(reply, deployment);
             record(collectors, *request, reply, response.status, mirrored);
             if (!done) return;
             response.headers.set("x-ms-request-id", request->request_id);
             response.headers.set("x-ms-client-request-id", request->client_id);
             done(std::move(response));
           },
       .mirrored = mirrored,
       .deadline = {}});
}

void Scoring::score(std::string const& endpoint, http::Request request, std::function<void(http::Response)> done) {
  auto& state = *state_;
  auto incoming = std::make_shared<Incoming>();
  incoming->request_id = request.headers.get("x-request-id");
  incoming->client_id = request.headers.get("x-ms-client-request-id");
  auto const too_long = incoming->request_id.size() > 100 || incoming->client_id.size() > 100;
  if (too_long) incoming->request_id = incoming->client_id = {};
  if (incoming->request_id.empty()) incoming->request_id = base::uuid();
  if (incoming->client_id.empty())
    incoming->client_id = request.headers.find("x-request-id") && !too_long ? incoming->request_id : base::uuid();
  auto const refuse = [&](int status, std::string const& code, std::string const& message) {
    auto response = refusal(status, code, message);
    response.headers.set("x-ms-request-id", incoming->request_id);
    response.headers.set("x-ms-client-request-id", incoming->client_id);
    done(std::move(response));
  };
  if (too_long) return refuse(431, "RequestHeaderFieldsTooLarge", "request ids have at most 100 characters");
  if (request.method != "POST" && request.method != "GET")
    return refuse(405, "MethodNotAllowed", "score takes POST and GET");

  auto resource = state.wiring.store.get("onlineEndpoints/" + endpoint);
  if (!resource) return refuse(500, "InternalError", resource.error().to_string());
  if (!*resource) return refuse(404, "EndpointNotFound", "there is no endpoint `" + endpoint + "`");
  auto const& properties = member((*resource)->body, "properties");
  if (auto allowed = state.authorize(endpoint, properties, request.headers); !allowed) {
    bool const denied = allowed.error().code() == Errc::unauthenticated;
    return refuse(denied ? 401 : 500, denied ? "Unauthorized" : "InternalError", allowed.error().message());
  }

  Route route{request.headers.get("azureml-model-deployment"), {}};
  if (route.deployment.empty()) {
    Router const router{base::lower_case(endpoint), shares(member(properties, "traffic")),
                        shares(either(properties, "mirror_traffic", "mirrorTraffic"))};
    auto chosen = router.choose(incoming->client_id);
    if (!chosen) return refuse(404, "NoTraffic", "no deployment of endpoint `" + endpoint + "` has traffic");
    route = *std::move(chosen);
  }
  auto live = state.serving(endpoint, route.deployment);
  if (!live) {
    bool const missing = live.error().code() == Errc::not_found || live.error().code() == Errc::invalid_argument;
    return refuse(missing ? 404 : 503, missing ? "DeploymentNotFound" : "ServiceUnavailable", live.error().to_string());
  }

  incoming->body = request.method == "GET" ? query_as_body(request.url) : std::move(request.body);
  Json headers = Json::object();
  for (auto const& [name, value] : request.headers)
    if (base::lower_case(name) != "authorization") headers[name] = value;
  incoming->headers = headers.dump(-1, ' ', false, Json::error_handler_t::replace);

  std::shared_ptr<Serving> shadow;
  if (!route.mirror.empty()) {
    auto found = state.serving(endpoint, route.mirror);
    if (found)
      shadow = *std::move(found);
    else
      state.log(LogLevel::warning, "mirror: " + found.error().to_string());
  }
  state.call(**live, route.deployment, incoming, false, std::move(done));
  if (shadow) state.call(*shadow, route.mirror, incoming, true, {});
}

}  // namespace podium::inline v0::local
