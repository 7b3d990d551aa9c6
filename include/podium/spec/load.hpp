#pragma once

#include "podium/diagnostic.hpp"
#include "podium/model/asset.hpp"
#include "podium/model/endpoint.hpp"
#include "podium/model/feature_set.hpp"
#include "podium/model/job.hpp"
#include "podium/model/policy.hpp"
#include "podium/result.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace podium::inline v0::spec {

using Set = std::pair<std::string, std::string>;  ///< dotted path -> value, applied before reading

/// The first error as "file:line:col: message [code]", and how many more there are.
PODIUM_API std::string first_error(std::span<Diagnostic const> diagnostics);

/// What a file means, and what is wrong with it.  `value` is there only without errors.
template <class T>
struct Loaded {
  std::optional<T> value;
  std::vector<Diagnostic> diagnostics;  ///< errors, warnings and notes, in order of place

  /// The value; or Errc::invalid_argument with the first error as "file:line:col: message [code]" and the number of
  /// others.
  Result<T> result() const {
    if (value) return *value;
    return Error{Errc::invalid_argument, first_error(diagnostics)};
  }
};

/// Each reads one file and what it includes; relative paths are made absolute against the file's folder.
PODIUM_API Loaded<model::PipelineJob> load_pipeline(std::filesystem::path const& file, std::span<Set const> set = {});
PODIUM_API Loaded<model::CommandJob> load_command_job(std::filesystem::path const& file, std::span<Set const> set = {});
PODIUM_API Loaded<model::CommandComponent> load_component(std::filesystem::path const& file,
                                                          std::span<Set const> set = {});
PODIUM_API Loaded<model::Environment> load_environment(std::filesystem::path const& file);
PODIUM_API Loaded<model::DataAsset> load_data(std::filesystem::path const& file);
PODIUM_API Loaded<model::Model> load_model(std::filesystem::path const& file);
PODIUM_API Loaded<model::Endpoint> load_endpoint(std::filesystem::path const& file);
PODIUM_API Loaded<model::Deployment> load_deployment(std::filesystem::path const& file);
PODIUM_API Loaded<model::FeatureSetSpec> load_feature_set(std::filesystem::path const& file_or_folder);
PODIUM_API Loaded<model::FeatureRetrievalSpec> load_feature_retrieval_spec(std::filesystem::path const& file_or_folder);
PODIUM_API Loaded<model::PromotionPolicy> load_policy(std::filesystem::path const& file);

/// Which kind a file is, from `$schema`, `type` and shape: "pipelineJob", "commandJob", "commandComponent",
/// "environment", "onlineEndpoint", "onlineDeployment", "featureSetSpec", "promotionPolicy", ...
PODIUM_API Result<std::string> kind_of(std::filesystem::path const& file);

}  // namespace podium::inline v0::spec
