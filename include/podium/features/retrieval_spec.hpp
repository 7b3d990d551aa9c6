#pragma once

#include "podium/model/feature_set.hpp"
#include "podium/result.hpp"

#include <filesystem>

namespace podium::inline v0::features {

/// Name of the file in its folder.
inline constexpr std::string_view retrieval_spec_file = "feature_retrieval_spec.yaml";

/// The text of `feature_retrieval_spec.yaml`, as Azure's package writes it; spec::load_feature_retrieval_spec reads it.
PODIUM_API std::string to_yaml(model::FeatureRetrievalSpec const& spec);

/// Writes the file into a folder, which is made if it is not there; Errc::conflict if the file is there already, unless
/// `overwrite`.  Appears whole or not at all.
PODIUM_API Result<void> save(model::FeatureRetrievalSpec const& spec, std::filesystem::path const& folder,
                             bool overwrite = false);

/// A feature's URI in its short form, "set:version:feature"; Errc::invalid_argument for anything else.
PODIUM_API Result<model::FeatureReference> parse_feature(std::string const& text);
PODIUM_API std::string to_string(model::FeatureReference const& feature);

}  // namespace podium::inline v0::features
