#include "base/letters.hpp"
#include "local/routes/route.hpp"

#include "podium/spec/load.hpp"

#include <algorithm>
#include <array>

/// What feature sets and their entities have beyond other assets.
namespace podium::inline v0::local {
namespace {

constexpr std::array<std::string_view, 8> feature_types{"String", "Integer", "Long",     "Float",
                                                        "Double", "Binary",  "Datetime", "Boolean"};

/// The contract's spelling of a feature type; empty if it is none.
std::string type_on_wire(std::string_view type) {
  for (auto const known : feature_types)
    if (base::lower_case(known) == base::lower_case(type)) return std::string{known};
  return {};
}

struct Reference {
  std::string name;
  std::string version;
};

/// "azureml:name:version", or the ARM id of a version.
std::optional<Reference> reference_of(std::string text) {
  if (text.starts_with("azureml:") && !text.starts_with("azureml://")) text.erase(0, 8);
  auto const mark = text.find("/versions/");
  if (mark != std::string::npos) {
    auto const slash = text.rfind('/', mark - 1);
    return Reference{text.substr(slash == std::string::npos ? 0 : slash + 1, mark - slash - 1), text.substr(mark + 10)};
  }
  auto const colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  return Reference{text.substr(0, colon), text.substr(colon + 1)};
}

Json feature(Call const& call, std::string const& name, std::string const& type, std::string const& description,
             Json const& tags) {
  auto const id = "featuresets/" + call.names[0] + "/versions/" + call.names[1] + "/features/" + name;
  auto const set = require(call, "featuresets/" + call.names[0] + "/versions/" + call.names[1], "feature set");
  Json out = shown(Resource{id, Json::object(), set.created_at, set.modified_at});
  out["properties"] = {{"featureName", name},
                       {"dataType", type_on_wire(type)},
                       {"description", description.empty() ? Json{} : Json(description)},
                       {"tags", tags.is_object() ? tags : Json::object()},
                       {"properties", Json::object()}};
  return out;
}

/// The features of a version: as the client sent them along, else as the specification's file says.
std::vector<Json> features_of(Call const& call) {
  auto const set = require(call, "featuresets/" + call.names[0] + "/versions/" + call.names[1], "feature set");
  auto const& properties = member(set.body, "properties");
  std::vector<Json> out;
  auto const sent = text_of(member(properties, "properties"), "featuresetProperties");
  if (!sent.empty()) {
    auto const parsed = parse_json(sent);
    auto const& features = member(parsed, "features");
    if (features.is_array()) {
      for (auto const& one : features)
        out.push_back(feature(call, text_of(one, "FeatureName"), text_of(one, "DataType"), text_of(one, "Description"),
                              member(one, "Tags")));
      return out;
    }
  }
  auto const place = take(place_of(call.site.store, text_of(member(properties, "specification"), "path")));
  auto const spec = take(spec::load_feature_set(safe_path(call, place)).result());
  for (auto const& one : spec.features) out.push_back(feature(call, one.name, one.type, one.description, {}));
  return out;
}

http::Response list_features(Call& call) {
  auto features = features_of(call);
  auto const name = call.ask("featureName");
  auto const description = call.ask("description");
  std::erase_if(features, [&](Json const& one) {
    auto const& properties = one["properties"];
    return (!name.empty() && text_of(properties, "featureName") != name) ||
           (!description.empty() && text_of(properties, "description") != description);
  });
  auto const size = std::clamp<std::int64_t>(integer_of(call.ask("pageSize"), 1000), 1, 1000);
  return page(call, std::move(features), static_cast<std::size_t>(size));
}

http::Response get_feature(Call& call) {
  for (auto& one : features_of(call))
    if (text_of(one["properties"], "featureName") == call.names[2]) return reply(200, one);
  not_found("feature", call.names[2]);
}

http::Response backfill(Call& call) {
  require(call, "featuresets/" + call.names[0] + "/versions/" + call.names[1], "feature set");
  throw Refusal{400, "NotSupportedLocally",
                "the local workspace runs no materialization jobs; run `podium features materialize` instead"};
}

}  // namespace

void check_feature_set(Call const& call, Json& properties) {
  auto const path = text_of(member(properties, "specification"), "path");
  if (path.empty()) user_error("a feature set needs `specification.path`");
  auto const& entities = member(properties, "entities");
  if (!entities.is_array() || entities.empty()) user_error("a feature set needs `entities`");
  for (auto const& entity : entities) {
    auto const named = entity.is_string() ? reference_of(entity.get<std::string>()) : std::nullopt;
    if (!named) user_error("an entity of a feature set is named `azureml:NAME:VERSION`; got " + entity.dump());
    if (!take(call.site.store.get("featurestoreEntities/" + named->name + "/versions/" + named->version)))
      user_error("feature store entity `" + named->name + "` version `" + named->version +
                 "` does not exist; create it before the feature set");
  }
}

void check_feature_store_entity(Json& properties) {
  auto const columns = properties.find("indexColumns");
  if (columns == properties.end() || !columns->is_array() || columns->empty())
    user_error("a feature store entity needs `indexColumns`");
  for (auto& column : *columns) {
    auto const name = text_of(column, "columnName");
    if (name.empty()) user_error("an index column needs `columnName`");
    auto const type = type_on_wire(text_of(column, "dataType"));
    if (type.empty())
      user_error("index column `" + name + "` has the type `" + text_of(column, "dataType") +
                 "`; known are string, integer, long, float, double, binary, datetime, boolean");
    column["dataType"] = type;
  }
}

void add_feature_store_routes(Routes& routes) {
  routes.insert(routes.end(), {{"GET", "featuresets/{}/versions/{}/features", list_features},
                               {"GET", "featuresets/{}/versions/{}/features/{}", get_feature},
                               {"POST", "featuresets/{}/versions/{}/backfill", backfill}});
}

}  // namespace podium::inline v0::local
