#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace podium::inline v0::arm {

/// An asset or named resource below a workspace, taken out of its ARM id.
struct ResourceId {
  std::string subscription_id;
  std::string resource_group;
  std::string workspace_name;
  std::string collection;  ///< as written: "components", "onlineEndpoints"
  std::string name;
  std::string version;  ///< of an asset; or the name of a deployment; empty: none
  friend bool operator==(ResourceId const&, ResourceId const&) = default;
};

/// With or without the prefix "azureml:"; fixed segments compare without case.
std::optional<ResourceId> parse_id(std::string_view id);

/// `{workspace}/{collection}/{name}[/versions/{version}]`.
std::string id_of(std::string const& workspace_id, std::string_view collection, std::string_view name,
                  std::string_view version = {});

/// "azureml:/subscriptions/..." and "azureml:name:1" without the prefix; URIs ("azureml://") stay.
std::string_view without_prefix(std::string_view reference);

/// "name:version" or "name@label" or "name", prefix allowed.
struct Reference {
  std::string name;
  std::string version;
  std::string label;
  friend bool operator==(Reference const&, Reference const&) = default;
};
Reference parse_reference(std::string_view reference);

}  // namespace podium::inline v0::arm
