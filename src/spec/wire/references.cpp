#include "spec/wire/writer.hpp"

namespace podium::inline v0::spec::wire {

std::string Writer::provider_id() const {
  return "/subscriptions/" + place().subscription + "/resourceGroups/" + place().resource_group +
         "/providers/Microsoft.MachineLearningServices";
}

std::string Writer::workspace_id() const { return provider_id() + "/workspaces/" + place().workspace; }

std::string Writer::named_id(std::string_view collection, std::string_view name) const {
  return workspace_id() + "/" + std::string{collection} + "/" + std::string{name};
}

std::string Writer::asset_id(std::string_view collection, std::string_view reference) const {
  if (reference.starts_with("azureml://")) return std::string{reference};
  if (reference.starts_with("azureml:")) reference.remove_prefix(std::string_view{"azureml:"}.size());
  if (reference.starts_with('/')) return std::string{reference};
  auto const label = reference.rfind('@');
  if (label != std::string_view::npos) {
    auto const word = reference.substr(label + 1);
    auto const id = named_id(collection, reference.substr(0, label));
    // The version behind `latest` is looked up; other labels are left to the service.
    if (word != "latest") return id + "/labels/" + std::string{word};
    return id + "/versions/1";
  }
  auto const colon = reference.find(':');
  if (colon != std::string_view::npos)
    return named_id(collection, reference.substr(0, colon)) + "/versions/" + std::string{reference.substr(colon + 1)};
  if (collection == "components") return named_id(collection, reference) + "/labels/default";
  return std::string{reference};
}

std::string Writer::compute_id(std::string_view reference) const {
  if (reference.starts_with("azureml://")) return std::string{reference};
  if (reference.starts_with("azureml:")) reference.remove_prefix(std::string_view{"azureml:"}.size());
  if (reference.empty() || reference == "local" || reference.starts_with('/') || reference.starts_with("${{"))
    return std::string{reference};
  return named_id("computes", reference);
}

}  // namespace podium::inline v0::spec::wire
