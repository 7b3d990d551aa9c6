#include "spec/wire/unwrite.hpp"

#include "base/letters.hpp"
#include "spec/documents.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/entity.hpp"

#include <algorithm>
#include <filesystem>

namespace podium::inline v0::spec::wire {
namespace {

Json const* at_path(Json const& place, std::string_view path) {
  Json const* at = &place;
  while (!path.empty()) {
    if (!at->is_object()) return nullptr;
    auto const dot = path.find('.');
    auto const next = at->find(std::string{path.substr(0, dot)});
    if (next == at->end()) return nullptr;
    at = &*next;
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return at->is_null() ? nullptr : at;
}

std::string styled(std::string_view under, std::string_view name, Style style) {
  std::string out{under};
  if (!out.empty()) out += '.';
  return out + (style == Style::snake ? std::string{name} : camel(name));
}

std::string spelled(std::string_view wire, Style style) {
  if (wire.starts_with('=')) return std::string{wire.substr(1)};
  return style == Style::snake ? snake(wire) : std::string{wire};
}

Json const* field_json(Shape const& object, Field const& field, Json const& place, Json const& root, Style style) {
  if (field.wire == ".") return &place;
  if (field.wire.empty()) {
    auto const path = styled(object.under, field.name, style);
    auto const* found = at_path(place, path);
    // Spark jobs name their code and their environment by id.
    bool const by_id = style == Style::camel && (field.name == "code" || field.name == "environment");
    return found == nullptr && by_id ? at_path(place, path + "Id") : found;
  }
  auto const path = spelled(field.wire, style);
  if (path.starts_with('/')) return at_path(root, std::string_view{path}.substr(1));
  auto const* found = at_path(place, path);
  // A step has at its top what a job has below its properties.
  static constexpr std::string_view job = "properties.";
  bool const step = found == nullptr && style == Style::snake && path.starts_with(job);
  return step ? at_path(place, std::string_view{path}.substr(job.size())) : found;
}

/// Whether what the shape always sends first stands there; it tells the shape where there is no tag.
bool has_constant(Shape const& shape, Json const& place, Style style) {
  if (shape.constants.empty()) return false;
  auto const& first = shape.constants.front();
  auto const* found = at_path(place, spelled(first.wire, style));
  return found != nullptr && *found == Json::parse(first.json);
}

Json const* tag_json(Shape const& shape, Shape const& alternative, Json const& place, Json const& root, Style style) {
  if (shape.wire_tag.empty()) return at_path(place, styled(alternative.under, shape.tag, style));
  if (shape.wire_tag == "-") return at_path(place, spelled(shape.tag, style));
  auto const path = spelled(shape.wire_tag, style);
  return path.starts_with('/') ? at_path(root, std::string_view{path}.substr(1)) : at_path(place, path);
}

/// The alternative that REST's tag names.
Alternative const* tagged_as(Shape const& shape, Json const& place, Json const& root, Style style) {
  for (auto const& one : shape.alternatives) {
    auto const* tag = tag_json(shape, *one.shape, place, root, style);
    if (tag == nullptr || !tag->is_string()) continue;
    auto const word = base::bare_word(tag->get_ref<std::string const&>());
    if (word == base::bare_word(one.wire.empty() ? one.when : one.wire)) return &one;
  }
  if (shape.wire_tag != "-") return nullptr;
  for (auto const& one : shape.alternatives)
    if (has_constant(*one.shape, place, style)) return &one;
  for (auto const& one : shape.alternatives)
    if (one.when == shape.tag_default) return &one;
  return nullptr;
}

Yaml read_object(Shape const& shape, Json const& place, Json const& root, Style style) {
  Yaml out = Yaml::object();
  for (auto const& field : shape.fields) {
    if (field.wire == "-") {
      bool const only = field.name == "type" && field.shape->values.size() == 1;
      if (only) out[std::string{field.name}] = field.shape->values.front();
      continue;
    }
    auto const* json = field_json(shape, field, place, root, style);
    if (json == nullptr) continue;
    if (!field.unsent.empty() && *json == Json::parse(field.unsent)) continue;
    Yaml value = unwrite(*field.shape, *json, root, style);
    if (value.is_null() || (field.wire == "." && value.empty())) continue;
    out[std::string{field.name}] = std::move(value);
  }
  if (shape.unfinish != nullptr) shape.unfinish(&place, &out);
  return out;
}

/// Inner shapes are tried in turn; the first whose key is there.
Shape const* keyed_as(Shape const& shape, Json const& place, Json const& root, Style style) {
  for (auto const& one : shape.alternatives) {
    if (one.when.empty()) return one.shape;
    if (one.shape->kind == Shape::Kind::tagged) {
      if (tagged_as(*one.shape, place, root, style) != nullptr) return one.shape;
      continue;
    }
    for (auto const& field : one.shape->fields)
      if (field.name == one.when && field.wire != "-" && field_json(*one.shape, field, place, root, style) != nullptr)
        return one.shape;
  }
  return nullptr;
}

/// "environments/NAME/versions/VERSION" at the end of an id.
struct Named {
  std::string name;
  std::string version;
};

Named named(Json const& resource) {
  auto const text = [&](char const* key) {
    auto const found = resource.find(key);
    return found != resource.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  auto const id = text("id");
  auto const versions = id.rfind("/versions/");
  if (versions != std::string::npos && versions > 0) {
    auto const begin = id.rfind('/', versions - 1);
    return {id.substr(begin + 1, versions - begin - 1), id.substr(versions + 10)};
  }
  return {text("name"), {}};
}

bool has_field(Shape const& table, std::string_view name) {
  if (table.kind == Shape::Kind::tagged || table.kind == Shape::Kind::keyed)
    return std::any_of(table.alternatives.begin(), table.alternatives.end(),
                       [&](Alternative const& one) { return has_field(*one.shape, name); });
  return std::any_of(table.fields.begin(), table.fields.end(), [&](Field const& one) { return one.name == name; });
}

bool is_component(Kind const& kind) { return kind.collection == "components"; }

}  // namespace

Yaml unwrite(Shape const& shape, Json const& place, Json const& root, Style style) {
  if (shape.wire == &pipeline_steps) style = Style::snake;
  if (shape.wire != nullptr && shape.wire->read != nullptr) return Yaml(shape.wire->read(place));
  switch (shape.kind) {
    case Shape::Kind::object:
      return place.is_object() ? read_object(shape, place, root, style) : Yaml(place);
    case Shape::Kind::tagged: {
      if (!place.is_object()) return Yaml(place);
      auto const* one = tagged_as(shape, place, root, style);
      if (one == nullptr) return nullptr;
      Yaml inner = unwrite(*one->shape, place, root, style);
      Yaml out = Yaml::object();
      if (!one->when.empty()) out[std::string{shape.tag}] = one->when;
      for (auto& [key, value] : inner.items())
        if (key != shape.tag) out[key] = std::move(value);
      return out;
    }
    case Shape::Kind::keyed: {
      auto const* one = keyed_as(shape, place, root, style);
      return one == nullptr ? Yaml(place) : unwrite(*one, place, root, style);
    }
    case Shape::Kind::either: {
      auto const* picked = place.is_object()                              ? shape.mapping
                           : place.is_array()                             ? shape.sequence
                           : place.is_number() && shape.number != nullptr ? shape.number
                                                                          : shape.scalar;
      return picked == nullptr ? Yaml(place) : unwrite(*picked, place, root, style);
    }
    case Shape::Kind::map: {
      if (!place.is_object()) return Yaml(place);
      Yaml out = Yaml::object();
      for (auto const& [key, value] : place.items()) out[key] = unwrite(*shape.item, value, root, style);
      return out;
    }
    case Shape::Kind::list: {
      if (!place.is_array()) return Yaml(place);
      Yaml out = Yaml::array();
      for (auto const& value : place) out.push_back(unwrite(*shape.item, value, root, style));
      return out;
    }
    case Shape::Kind::string:
      if (place.is_string())
        for (auto const& word : shape.words)
          if (word.rest == place.get_ref<std::string const&>()) return std::string{word.yaml};
      return Yaml(place);
    default:
      return Yaml(place);
  }
}

Yaml yaml_of(Kind const& kind, Json const& resource) {
  Shape const& table = *kind.table;
  Yaml fields;
  if (is_component(kind)) {
    auto const* spec = at_path(resource, "properties.componentSpec");
    fields = unwrite(table, spec == nullptr ? Json::object() : *spec, resource, Style::snake);
  } else {
    fields = unwrite(table, resource, resource, Style::camel);
  }
  if (!fields.is_object()) fields = Yaml::object();
  Yaml out = Yaml::object();
  auto const id = named(resource);
  auto const put_name = [&](char const* field, std::string const& value) {
    if (!value.empty() && has_field(table, field)) out[field] = value;
  };
  put_name("name", id.name);
  put_name("version", id.version);
  for (auto& [key, value] : fields.items())
    if (!out.contains(key)) out[key] = std::move(value);
  return out;
}

Json body_of(Kind const& kind, std::string const& yaml) {
  Documents documents;
  std::error_code ignored;
  auto const& document = documents.add_text(yaml, "entity.yml", std::filesystem::current_path(ignored));
  if (!document.tree.root) return Json::object();
  Reader reader{documents, document, Purpose::check};
  Value const value = reader.read(*kind.table, *document.tree.root);
  Writer writer;
  return create(writer, {kind, value, document}).body;
}

}  // namespace podium::inline v0::spec::wire
