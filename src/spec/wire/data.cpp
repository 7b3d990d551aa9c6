#include "spec/documents.hpp"
#include "spec/wire/entity.hpp"

#include <filesystem>

/// Data assets.
namespace podium::inline v0::spec::wire {
namespace {

/// What the `paths` of a local MLTable name, as they stand there.
Json referenced_uris(Value const& path) {
  Json out = Json::array();
  Documents documents;
  auto const opened = documents.open(std::filesystem::path{path.text} / "MLTable", "MLTable");
  if (!opened || !(*opened)->tree.root) return out;
  auto const* paths = (*opened)->tree.root->find("paths");
  if (paths == nullptr || !paths->is_sequence()) return out;
  for (auto const& one : paths->items)
    for (auto const* key : {"folder", "file", "pattern"})
      if (auto const* found = one->is_mapping() ? one->find(key) : nullptr; found != nullptr && !found->is_null()) {
        out.push_back(found->text);
        break;
      }
  return out;
}

}  // namespace

Request create_data(Writer& writer, Entity const& entity) {
  auto const& value = entity.value;
  auto out = create_by_table(writer, entity);
  if (entity.kind.name == "dataImport") {
    auto& uri = out.body["dataUri"];
    static constexpr std::string_view folder = "${{name}}";
    if (auto text = value.string("path"); text.find(folder) == std::string::npos) {
      while (text.ends_with('/')) text.pop_back();
      uri = text + "/" + std::string{folder};
    }
    return out;
  }
  if (value.string("type") != "mltable" || !value.at("path").local) return out;
  if (auto uris = referenced_uris(value.at("path")); !uris.empty()) out.body["properties"]["referencedUris"] = uris;
  return out;
}

}  // namespace podium::inline v0::spec::wire
