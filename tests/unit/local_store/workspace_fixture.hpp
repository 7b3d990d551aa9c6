#pragma once

#include "base/ids.hpp"

#include "podium/local/workspace.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace podium::testing {

using Json = nlohmann::json;

/// A folder of its own, gone afterwards.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_{std::filesystem::temp_directory_path() / ("podium-test-" + base::random_text(12))} {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;
  std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Reply {
  int status = 0;
  Json body;
  http::Response raw;
};

/// Speaks REST with an embedded workspace.
class Client {
 public:
  explicit Client(std::shared_ptr<local::Workspace> workspace)
      : workspace_{std::move(workspace)}, wire_{workspace_->transport()} {}

  std::string id() const {
    auto const at = workspace_->address();
    return "/subscriptions/" + at.subscription_id + "/resourceGroups/" + at.resource_group +
           "/providers/Microsoft.MachineLearningServices/workspaces/" + at.workspace_name;
  }
  Reply raw(std::string method, std::string target, std::string body = {}, http::Headers headers = {}) const {
    auto response =
        http::send(*wire_, {std::move(method), "https://podium.local" + target, std::move(headers), std::move(body)});
    REQUIRE_MESSAGE(response, (response ? std::string{} : response.error().to_string()));
    return {response->status, Json::parse(response->body, nullptr, false), *response};
  }
  /// Below the workspace; `what` may carry a query of its own.
  Reply ask(std::string method, std::string const& what, Json const& body = nullptr) const {
    auto const join = what.find('?') == std::string::npos ? "?" : "&";
    return raw(std::move(method), id() + "/" + what + join + "api-version=2024-10-01",
               body.is_null() ? std::string{} : body.dump());
  }
  Reply mlflow(std::string method, std::string const& what, Json const& body = nullptr) const {
    return raw(std::move(method), "/api/2.0/mlflow/" + what, body.is_null() ? std::string{} : body.dump());
  }

 private:
  std::shared_ptr<local::Workspace> workspace_;
  std::shared_ptr<http::Transport> wire_;
};

inline std::shared_ptr<local::Workspace> open(std::filesystem::path const& folder) {
  auto workspace = local::Workspace::open(folder);
  REQUIRE_MESSAGE(workspace, (workspace ? std::string{} : workspace.error().to_string()));
  return *std::move(workspace);
}

}  // namespace podium::testing
