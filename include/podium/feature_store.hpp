#pragma once

#include "podium/clients/feature_store.hpp"
#include "podium/connect.hpp"

namespace podium::inline v0 {

/// A registered feature set, ready to be joined: its specification with name, version and the entities' key columns.
struct ResolvedFeatureSet {
  model::FeatureSet set;
  /// Join keys are the index columns of all entities, in order; sources in datastores are paths or storage URIs.
  model::FeatureSetSpec spec;
  std::string store;  ///< azureml:// URI of the feature store
};

/// What a `feature_retrieval_spec.yaml` asks for: its features in order, each with its set.
struct ResolvedFeatures {
  std::vector<ResolvedFeatureSet> sets;                       ///< each once, in order of first use
  std::vector<std::pair<std::size_t, std::string>> features;  ///< set and name, in the file's order
};

/// A feature store: a workspace with feature sets and entities, in Azure or in a folder.
///
/// \code
///   podium::FeatureStoreClient store{podium::Workspace::local(".podium").value()};
///   auto accounts = store.resolve("accounts", "1").value();
/// \endcode
///
/// Specifications are fetched into a folder of the client's own, which goes away with the last copy.
class PODIUM_API FeatureStoreClient {
 public:
  explicit FeatureStoreClient(Workspace workspace);
  /// With the fetched specifications of an earlier client.
  FeatureStoreClient(Workspace workspace, std::shared_ptr<void const> specifications);
  /// Keeps the fetched specifications, beyond the client and its workspace.
  std::shared_ptr<void const> specifications() const noexcept;

  FeatureSetsClient feature_sets() const { return FeatureSetsClient{workspace_.session()}; }
  FeatureStoreEntitiesClient feature_store_entities() const { return FeatureStoreEntitiesClient{workspace_.session()}; }
  /// azureml:// URI of this store, as retrieval specifications name it.
  std::string uri() const;

  /// A set with its specification and entities.  Version empty: the newest.
  Result<ResolvedFeatureSet> resolve(std::string const& name, std::string const& version = {},
                                     Context const& ctx = {}) const;
  /// The features of `feature_retrieval_spec.yaml` (the file, or the folder that holds it).
  /// Errc::invalid_argument for features of another store: open a client for that.
  Result<ResolvedFeatures> resolve_retrieval_spec(std::filesystem::path const& path, Context const& ctx = {}) const;
  /// Writes `feature_retrieval_spec.yaml` for features of this store into `folder`; Errc::conflict if it is there.
  Result<void> write_retrieval_spec(std::filesystem::path const& folder,
                                    std::vector<model::FeatureReference> const& features,
                                    Context const& ctx = {}) const;

 private:
  struct Folder;
  Workspace workspace_;
  std::shared_ptr<Folder const> folder_;
};

}  // namespace podium::inline v0
