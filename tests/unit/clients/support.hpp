#pragma once

#include "podium/session.hpp"
#include "podium/testing/fake_clock.hpp"
#include "podium/testing/scripted_transport.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace podium::test {

using Json = nlohmann::json;

inline std::string const workspace =
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";

/// A session whose answers are scripted.
struct Scripted {
  testing::FakeClock clock;
  std::shared_ptr<testing::ScriptedTransport> wire = std::make_shared<testing::ScriptedTransport>();
  Session session{{"https://arm.test", "s", "rg", "ws"},
                  wire,
                  static_token("t"),
                  ClientOptions{.retry = {.max_attempts = 1}, .clock = &clock}};

  Scripted& reply(int status, Json const& body, http::Headers headers = {}) {
    wire->reply(status, body.is_null() ? std::string{} : body.dump(), std::move(headers));
    return *this;
  }
  http::Request sent(std::size_t index) const {
    auto const all = wire->requests();
    REQUIRE(index < all.size());
    return all[index];
  }
  /// "PUT jobs/x" for calls below the workspace, "GET https://host/path" for others; queries left out.
  std::string line(std::size_t index) const {
    auto const request = sent(index);
    auto url = request.url.substr(0, request.url.find('?'));
    auto const base = "https://arm.test" + workspace;
    if (url.starts_with(base)) url = url.substr(std::min(url.size(), base.size() + 1));
    return request.method + " " + url;
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < wire->requests().size(); ++i) out.push_back(line(i));
    return out;
  }
  Json body(std::size_t index) const { return Json::parse(sent(index).body); }
};

/// An asset version as the service answers it.
inline Json asset(std::string const& collection, std::string const& name, std::string const& version, Json properties) {
  return {{"id", workspace + "/" + collection + "/" + name + "/versions/" + version},
          {"name", version},
          {"properties", std::move(properties)}};
}

inline Json workspace_body() {
  return {{"id", workspace},
          {"name", "ws"},
          {"location", "westeurope"},
          {"properties",
           {{"discoveryUrl", "https://arm.test/discovery"},
            {"mlFlowTrackingUri", "azureml://arm.test/mlflow/v1.0" + workspace}}}};
}

inline Json datastore_body(std::string const& account = "acct", std::string const& protocol = "https") {
  return {{"id", workspace + "/datastores/workspaceblobstore"},
          {"name", "workspaceblobstore"},
          {"properties",
           {{"datastoreType", "AzureBlob"},
            {"accountName", account},
            {"containerName", "box"},
            {"endpoint", "core.windows.net"},
            {"protocol", protocol},
            {"isDefault", true},
            {"credentials", {{"credentialsType", "AccountKey"}}}}}};
}

inline Json sas() { return {{"secretsType", "Sas"}, {"sasToken", "sv=1&sig=secret%3D"}}; }

/// A folder that goes away with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("podium-clients-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::filesystem::path const& path() const { return path_; }
  std::filesystem::path write(std::string const& relative, std::string const& content) const {
    auto const file = path_ / relative;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << content;
    return file;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace podium::test
