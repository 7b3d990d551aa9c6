#pragma once

#include "arm/rest.hpp"

#include "podium/session.hpp"

#include <string>
#include <vector>

namespace podium::inline v0::clients {

/// Where a workspace's run history and tracking answer.
class DataPlane {
 public:
  /// Asks the workspace, and the discovery document that it names.
  static Result<DataPlane> find(Session const& session, Context const& ctx);

  /// `path` below `{api}/history/v1.0{workspace}`.
  Result<arm::Json> history(std::string const& path, Context const& ctx) const;
  /// Members of a run-history list, over as many pages as there are.
  Result<std::vector<arm::Json>> history_list(std::string const& path, Context const& ctx) const;
  /// `path` below MLflow's `/api/2.0/mlflow/`.
  Result<arm::Json> mlflow(std::string const& path, http::Query const& query, Context const& ctx) const;

 private:
  DataPlane(Session session, std::string api, std::string tracking)
      : session_{std::move(session)}, api_{std::move(api)}, tracking_{std::move(tracking)} {}
  Result<arm::Json> get(std::string url, Context const& ctx) const;
  Session session_;
  std::string api_;
  std::string tracking_;
};

}  // namespace podium::inline v0::clients
