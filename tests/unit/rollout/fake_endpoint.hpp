#pragma once

#include "podium/session.hpp"
#include "podium/testing/fake_clock.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace rollout_test {

using Json = nlohmann::json;

struct Shares {
  std::map<std::string, int> live;
  std::map<std::string, int> mirror{};
  friend bool operator==(Shares const&, Shares const&) = default;
};

inline doctest::String toString(Shares const& shares) {
  return Json{{"live", shares.live}, {"mirror", shares.mirror}}.dump().c_str();
}

/// A number in [0, 1) that depends on a text alone.
inline double uniform_of(std::string const& text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (unsigned char const c : text) value = (value ^ c) * 0x100000001b3;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  value ^= value >> 31;
  return static_cast<double>(value >> 11) * 0x1p-53;
}

/// A workspace with one endpoint `e` as a wire shows it: traffic, router, mirror and data collector.
/// A deployment answers the body that it is sent, as its scores.
class FakeEndpoint final : public podium::http::Transport {
 public:
  using Answer = podium::Result<podium::http::Response>;

  // Set before the first request.
  std::function<int(std::string const& deployment, std::string const& id)> status =
      [](std::string const&, std::string const&) { return 200; };
  double online_shift = 0;                      ///< added to what the challenger answers
  int collector_lag = 0;                        ///< looks at the collector that see nothing yet
  std::map<std::string, std::string> states{};  ///< deployment -> provisioning state; else Succeeded
  /// Sees every request first; an answer ends it there.
  std::function<std::optional<Answer>(podium::http::Request const&)> first = [](auto const&) { return std::nullopt; };

  // Read after the last.
  std::vector<Shares> history{};  ///< every split that was set, in order
  Shares shares{{{"champion", 100}}};
  std::map<std::string, int> live_requests{};  ///< deployment -> how many
  std::string collected{};
  std::string tag = "kept";  ///< of the endpoint: not the rollout's business

  void send(podium::http::Request request, podium::Context const&, Done done) override { done(answer(request)); }

 private:
  static podium::http::Response json(Json const& body) { return {200, {}, body.dump()}; }

  Answer answer(podium::http::Request const& request) {
    std::lock_guard lock{mutex_};
    if (auto now = first(request)) return *std::move(now);
    auto const url = request.url.substr(0, request.url.find('?'));
    auto const ends = [&](std::string const& tail) { return url.ends_with(tail); };
    if (url == "https://e.test/score") return score(request);
    if (url.starts_with("https://acct.blob")) return blob(request);
    if (ends("/datastores/workspaceblobstore"))
      return json({{"name", "workspaceblobstore"},
                   {"properties",
                    {{"datastoreType", "AzureBlob"},
                     {"accountName", "acct"},
                     {"containerName", "box"},
                     {"endpoint", "core.windows.net"}}}});
    if (ends("/listSecrets")) return json({{"secretsType", "Sas"}, {"sasToken", "sv=1&sig=x"}});
    if (ends("/onlineEndpoints/e/listKeys")) return json({{"primaryKey", "k1"}, {"secondaryKey", "k2"}});
    if (ends("/onlineEndpoints/e")) {
      if (request.method == "PUT") {
        auto const properties = Json::parse(request.body)["properties"];
        shares = {properties["traffic"].get<std::map<std::string, int>>(),
                  properties["mirrorTraffic"].get<std::map<std::string, int>>()};
        tag = Json::parse(request.body)["tags"]["mine"];
        history.push_back(shares);
      }
      return json({{"name", "e"},
                   {"tags", {{"mine", tag}}},
                   {"properties",
                    {{"authMode", "Key"},
                     {"traffic", shares.live},
                     {"mirrorTraffic", shares.mirror},
                     {"scoringUri", "https://e.test/score"},
                     {"provisioningState", "Succeeded"}}}});
    }
    if (auto const at = url.find("/onlineEndpoints/e/deployments/"); at != std::string::npos) {
      auto const name = url.substr(url.rfind('/') + 1);
      auto const state = states.contains(name) ? states[name] : "Succeeded";
      return json({{"name", name}, {"properties", {{"provisioningState", state}}}});
    }
    return podium::Error{podium::Errc::protocol, "the fake endpoint has no answer for " + request.method + " " + url};
  }

  Answer score(podium::http::Request const& request) {
    if (request.headers.get("authorization") != "Bearer k1") return podium::http::Response{401, {}, {}};
    auto const id = request.headers.get("x-ms-client-request-id");
    auto const pick = [&](std::map<std::string, int> const& from, std::string const& salt) -> std::string {
      double rest = uniform_of(salt + id) * 100;
      for (auto const& [name, percent] : from)
        if ((rest -= percent) < 0) return name;
      return {};
    };
    auto const deployment = pick(shares.live, "live");
    auto const mirror = pick(shares.mirror, "mirror");
    if (!mirror.empty()) collect(mirror, id, request.body);
    if (deployment.empty()) return podium::http::Response{404, {}, {}};
    ++live_requests[deployment];
    return podium::http::Response{status(deployment, id), {{"azureml-model-deployment", deployment}}, request.body};
  }

  void collect(std::string const& deployment, std::string const& id, std::string const& body) {
    auto scores = Json::parse(body);
    for (auto& one : scores) one = one.get<double>() + online_shift;
    auto const code = status(deployment, id);
    collected += Json{{"xrequestid", id},
                      {"data", code == 200 ? Json{{"scores", scores}} : Json{}},
                      {"podium", {{"status", code}, {"mirrored", true}}}}
                     .dump() +
                 "\n";
  }

  Answer blob(podium::http::Request const& request) {
    std::string const name = "modelDataCollector/e/challenger/model_outputs/2013/10/01/00/a.jsonl";
    if (request.url.find("comp=list") == std::string::npos) return podium::http::Response{200, {}, collected};
    if (collector_lag > 0) {
      --collector_lag;
      return podium::http::Response{200, {}, "<EnumerationResults><Blobs/></EnumerationResults>"};
    }
    return podium::http::Response{
        200, {}, "<EnumerationResults><Blobs><Blob><Name>" + name + "</Name></Blob></Blobs></EnumerationResults>"};
  }

  std::mutex mutex_;
};

}  // namespace rollout_test
