#pragma once

#include "cli/terminal.hpp"
#include "cli/workspace_options.hpp"

#include "podium/feature_store.hpp"
#include "podium/features/feature_set.hpp"
#include "podium/features/retrieve.hpp"

namespace podium::cli {

/// What every command that retrieves asks for, and what came of it.
struct FeatureRequest {
  std::vector<std::string> specs;
  std::vector<std::string> stores;  ///< SET=PATH
  std::string observations;
  std::string timestamp;
  WorkspaceOptions workspace;
  features::RetrievalOptions options;

  void add_to(CLI::App& command);
};

struct FeatureAnswer {
  data::Table observations;
  std::vector<features::Source> sources;
  /// The features in the order asked for: source, and name of the column in the result.
  std::vector<std::pair<std::size_t, std::string>> asked;
  features::Retrieved retrieved;
};

/// Reads the specifications, their rows and the observations, and joins them.
Result<FeatureAnswer> retrieve(FeatureRequest const& request, Context const& ctx);

/// One specification per folder or file given, registered sets looked up in the workspace.
Result<std::vector<features::Source>> sources_of(FeatureRequest const& request,
                                                 std::vector<std::pair<std::size_t, std::string>>& asked,
                                                 std::shared_ptr<FeatureStoreClient>& store, Context const& ctx);

/// "2023-01-10" or "2023-01-10T10:00:00Z" as microseconds since 1970.
Result<std::int64_t> instant_of(std::string const& option, std::string const& text);
std::string instant_text(std::int64_t us);

}  // namespace podium::cli
