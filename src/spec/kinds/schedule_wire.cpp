#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/wire/pyyaml.hpp"
#include "spec/wire/writer.hpp"

#include <fstream>
#include <sstream>
#include <string>

/// How schedules and feature sets are written to REST where the columns of their tables do not tell.
namespace podium::inline v0::spec::kinds {

using wire::Json;
using wire::Writer;

namespace {

Json& json(void* place) { return *static_cast<Json*>(place); }

}  // namespace

void finish_import_schedule(Writer& writer, Value const& value, void* place) {
  Json definition = Json::object();
  writer.write_into(definition, data_import_in_place, value.at("import_data"));
  json(place)["properties"]["action"] = {{"actionType", "ImportData"}, {"dataImportDefinition", std::move(definition)}};
}

void finish_materialization(Writer&, Value const& value, void* place) {
  bool const offline = value.at("offline_enabled").boolean;
  bool const online = value.at("online_enabled").boolean;
  json(place)["storeType"] = offline && online ? "OnlineAndOffline" : offline ? "Offline" : online ? "Online" : "None";
}

namespace {

using Ordered = nlohmann::ordered_json;

void copy(Ordered& out, std::string_view name, Node const* node) {
  if (node != nullptr && !node->is_null()) out[std::string{name}] = Ordered(wire::plain_json(*node));
}

/// `{days: 1}` -> {"Days": 1}, in the order of the client's table.
void copy_span(Ordered& out, std::string_view name, Node const* node) {
  if (node == nullptr || !node->is_mapping()) return;
  Ordered span = Ordered::object();
  copy(span, "Days", node->find("days"));
  copy(span, "Hours", node->find("hours"));
  copy(span, "Minutes", node->find("minutes"));
  out[std::string{name}] = std::move(span);
}

Ordered columns(Node const& list, std::string_view name) {
  Ordered out = Ordered::array();
  for (auto const& item : list.items) {
    Ordered column = Ordered::object();
    copy(column, name, item->find("name"));
    copy(column, "DataType", item->find("type"));
    if (name == "FeatureName") {
      copy(column, "Description", item->find("description"));
      copy(column, "Tags", item->find("tags"));
    }
    out.push_back(std::move(column));
  }
  return out;
}

/// The specification as the client keeps it in a property.
Ordered specification(Node const& root) {
  Ordered out = Ordered::object();
  if (auto const* given = root.find("source"); given != nullptr && given->is_mapping()) {
    Ordered source = Ordered::object();
    copy(source, "type", given->find("type"));
    copy(source, "path", given->find("path"));
    if (auto const* column = given->find("timestamp_column"); column != nullptr && column->is_mapping()) {
      Ordered timestamp = Ordered::object();
      copy(timestamp, "name", column->find("name"));
      copy(timestamp, "format", column->find("format"));
      source["timestampColumn"] = std::move(timestamp);
    }
    copy_span(source, "sourceDelay", given->find("source_delay"));
    out["source"] = std::move(source);
  }
  if (auto const* code = root.find("feature_transformation_code"); code != nullptr && code->is_mapping()) {
    Ordered transformation = Ordered::object();
    copy(transformation, "Path", code->find("path"));
    copy(transformation, "TransformerClass", code->find("transformer_class"));
    out["featureTransformationCode"] = std::move(transformation);
  }
  if (auto const* features = root.find("features"); features != nullptr)
    out["features"] = columns(*features, "FeatureName");
  if (auto const* index = root.find("index_columns"); index != nullptr)
    out["indexColumns"] = columns(*index, "ColumnName");
  copy_span(out, "sourceLookback", root.find("source_lookback"));
  copy_span(out, "temporalJoinLookback", root.find("temporal_join_lookback"));
  return out;
}

/// As Python's json.dumps() writes it: a blank behind each colon and comma, other letters escaped.
void dump(Ordered const& value, std::string& out) {
  if (value.is_object() || value.is_array()) {
    out += value.is_object() ? '{' : '[';
    bool first = true;
    for (auto const& [key, item] : value.items()) {
      if (!first) out += ", ";
      first = false;
      if (value.is_object()) out += Ordered(key).dump(-1, ' ', true) + ": ";
      dump(item, out);
    }
    out += value.is_object() ? '}' : ']';
  } else {
    out += value.dump(-1, ' ', true);
  }
}

}  // namespace

void finish_feature_set(Writer&, Value const& value, void* place) {
  auto const& path = value.at("specification").at("path");
  if (!path.local) return;
  for (auto const name : {"FeatureSetSpec.yaml", "FeaturesetSpec.yaml"}) {
    std::ifstream in{path.text + "/" + name, std::ios::binary};
    if (!in) continue;
    std::ostringstream bytes;
    bytes << in.rdbuf();
    auto const tree = parse(name, bytes.str());
    if (!tree.root) return;
    std::string text;
    dump(specification(*tree.root), text);
    json(place)["properties"]["properties"] = {{"featuresetProperties", text}, {"featuresetPropertiesVersion", "1"}};
    return;
  }
}

}  // namespace podium::inline v0::spec::kinds
