#include "spec/wire/writer.hpp"

#include <algorithm>
#include <array>

/// Spellings of the blocks that jobs share.
namespace podium::inline v0::spec::wire {
namespace {

Json write_nodes(Writer& writer, Value const&) {
  return {{writer.style() == Style::snake ? "nodes_value_type" : "nodesValueType", "All"}};
}

Json read_nodes(Json const& json) { return json.is_object() ? Json("all") : json; }

constexpr std::array<std::string_view, 3> priorities{"low", "medium", "high"};

Json write_priority(Writer&, Value const& value) {
  auto const hit = std::find(priorities.begin(), priorities.end(), value.text);
  return hit == priorities.end() ? Json(value.text) : Json(hit - priorities.begin() + 1);
}

Json read_priority(Json const& json) {
  if (!json.is_number_integer()) return json;
  auto const at = json.get<std::int64_t>() - 1;
  return at >= 0 && at < 3 ? Json(priorities[static_cast<std::size_t>(at)]) : json;
}

Json write_variable(Writer&, Value const& value) {
  if (!value.is_map())
    return value.kind == Value::Kind::opaque && value.node != nullptr ? plain_json(*value.node) : Json(value.text);
  auto const& given = value.at("value");
  return given ? Json(given.text) : value.node == nullptr ? Json(nullptr) : plain_json(*value.node);
}

}  // namespace

void finish_resources(Writer& writer, Value const&, void* place) {
  Json& json = *static_cast<Json*>(place);
  bool const snaky = writer.style() == Style::snake;
  char const* const name = snaky ? "docker_args" : "dockerArgs";
  if (auto const most = json.find("max_instance_count"); snaky && most != json.end()) {
    json["maxInstanceCount"] = *most;
    json.erase("max_instance_count");
  }
  if (!snaky && !json.contains("properties")) json["properties"] = Json::object();
  if (auto const args = json.find(name); args != json.end() && args->is_array()) {
    Json list = std::move(*args);
    json.erase(name);
    json[snaky ? "docker_args_list" : "dockerArgsList"] = std::move(list);
    json.erase("locations");
    json.erase("maxInstanceCount");
  }
}

void finish_service(Writer&, Value const& value, void* place) {
  Json& json = *static_cast<Json*>(place);
  auto const type = value.string("type");
  if (!json.contains("properties") && (type == "ssh" || type == "tensor_board")) json["properties"] = Json::object();
}

Spelling const all_nodes{write_nodes, read_nodes};
Spelling const priority{write_priority, read_priority};
Spelling const variable{write_variable, nullptr};

}  // namespace podium::inline v0::spec::wire
