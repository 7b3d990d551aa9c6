#pragma once

#include "podium/model/feature_store.hpp"
#include "podium/operation.hpp"
#include "podium/session.hpp"

namespace podium::inline v0 {

/// Entities of a feature store: the keys that feature sets join by.
class PODIUM_API FeatureStoreEntitiesClient {
 public:
  explicit FeatureStoreEntitiesClient(Session session) : session_{std::move(session)} {}
  /// Creates the version, or changes its description, stage and tags.  Errc::conflict if it exists with other columns.
  Result<Operation<model::FeatureStoreEntity>> begin_put(model::FeatureStoreEntity const& entity,
                                                         Context const& ctx = {}) const;
  /// Version empty: the newest.
  Result<model::FeatureStoreEntity> get(std::string const& name, std::string const& version = {},
                                        Context const& ctx = {}) const;
  /// One item per name, with its newest version's number.
  Result<std::vector<model::FeatureStoreEntity>> list(Context const& ctx = {}) const;
  Result<std::vector<model::FeatureStoreEntity>> versions(std::string const& name, Context const& ctx = {}) const;

 private:
  Session session_;
};

/// What may be asked for when a registered set is materialised.
struct BackfillOptions {
  std::string from;                              ///< RFC 3339, start of the feature window; empty: the first interval's
  std::string to;                                ///< end of it, not included
  std::vector<std::string> data_status{"None"};  ///< None, Pending, Incomplete, Complete
  std::string job_id;                            ///< only the window of this failed job
  std::string instance_type;
  model::Tags spark_configuration;
};

/// Feature sets of a feature store.
///
/// \code
///   auto set = podium::FeatureSetsClient{session}.get("accounts", "1").value();
///   auto features = podium::FeatureSetsClient{session}.features("accounts", "1").value();
/// \endcode
class PODIUM_API FeatureSetsClient {
 public:
  explicit FeatureSetsClient(Session session) : session_{std::move(session)} {}
  /// Creates the version, or changes its description, stage, tags and materialisation.  A local `specification`
  /// folder is uploaded first.  Errc::conflict if it exists with other entities or another specification.
  Result<Operation<model::FeatureSet>> begin_put(model::FeatureSet const& set, Context const& ctx = {}) const;
  /// Version empty: the newest.
  Result<model::FeatureSet> get(std::string const& name, std::string const& version = {},
                                Context const& ctx = {}) const;
  Result<std::vector<model::FeatureSet>> list(Context const& ctx = {}) const;
  Result<std::vector<model::FeatureSet>> versions(std::string const& name, Context const& ctx = {}) const;
  /// The features of a version as the service lists them.
  Result<std::vector<model::FeatureColumn>> features(std::string const& name, std::string const& version,
                                                     Context const& ctx = {}) const;
  /// Starts jobs that materialise the set; returns their names.  A local workspace has none of these jobs
  /// (Errc::invalid_argument): see `podium features materialize`.
  Result<std::vector<std::string>> backfill(std::string const& name, std::string const& version,
                                            BackfillOptions const& options = {}, Context const& ctx = {}) const;

 private:
  Session session_;
};

}  // namespace podium::inline v0
