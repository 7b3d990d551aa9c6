#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"

#include <algorithm>
#include <map>

/// `FeatureSetSpec.yaml`.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Shape whole{.kind = integer, .name = "a whole number, at least 0", .min = 0, .strict = true};
constexpr Field span_fields[] = {{"days", &whole}, {"hours", &whole}, {"minutes", &whole}};

std::int64_t minutes(Value const& span) {
  return span.at("days").integer * 1440 + span.at("hours").integer * 60 + span.at("minutes").integer;
}

void check_span(Reader& reader, Node const& node, Value& value) {
  constexpr std::int64_t longest = 400'000'000;  // minutes; keeps seconds far inside 64 bits
  for (auto const& member : value.members)
    if (member.value.integer > longest) {
      reader.error("PD1015", *member.value.node, "the duration is too long",
                   "use a duration of at most some hundred years");
      value.kind = Value::Kind::none;
      return;
    }
  if (node.entries.empty())
    reader.error("PD1020", node, "the duration has no `days`, `hours` or `minutes`", "write for example `{hours: 1}`");
}

constexpr Shape time_span{.kind = object,
                          .name = "a duration: a mapping of `days`, `hours`, `minutes`",
                          .fields = span_fields,
                          .check = check_span};

void check_source_type(Reader& reader, Node const& node, Value& value) {
  static constexpr std::string_view supported[] = {"parquet", "csv", "deltatable", "mltable"};
  static constexpr std::string_view refused[] = {"custom", "featureset"};
  std::transform(value.text.begin(), value.text.end(), value.text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::find(std::begin(supported), std::end(supported), value.text) != std::end(supported)) return;
  if (std::find(std::begin(refused), std::end(refused), value.text) != std::end(refused)) {
    if (reader.purpose() == Purpose::use)
      reader.error("PD1090", node, "sources of type `" + value.text + "` are not supported yet",
                   "supported: " + joined(supported));
    return;
  }
  auto const near = nearest(value.text, supported);
  reader.error("PD1014", node, "`" + node.text + "` is not one of " + joined(supported),
               near.empty() ? std::string{} : "did you mean `" + std::string{near} + "`?");
}

constexpr Shape source_type{.kind = string, .check = check_source_type};

void check_source_path(Reader& reader, Node const&, Value& value) {
  if (is_remote(value.text) || value.text.empty()) return;
  value.text = resolved(reader, value.text).string();
  value.local = true;
}

constexpr Shape source_path{.kind = string, .check = check_source_path};
constexpr Field timestamp_fields[] = {{"name", &string_shape, Need::required},
                                      {"format", &string_shape, Need::optional, Support::carried, {}, true}};
constexpr Shape timestamp_column{.kind = object, .name = "a mapping with `name`", .fields = timestamp_fields};
constexpr Field process_fields[] = {{"path", &string_shape}, {"process_class", &string_shape, Need::required}};
constexpr Shape process_code{.kind = object, .fields = process_fields};
constexpr Field source_fields[] = {{"type", &source_type, Need::required},
                                   {"path", &source_path},
                                   {"timestamp_column", &timestamp_column, Need::required},
                                   {"source_delay", &time_span},
                                   {"source_process_code", &process_code, Need::optional, Support::refused},
                                   {"kwargs", &free_map_shape, Need::optional, Support::refused}};

void check_source(Reader& reader, Node const& node, Value& value) {
  if (node.find("path") != nullptr || value.string("type") == "custom" || value.string("type") == "featureset") return;
  Reader::Step const step{reader, "path"};
  reader.error("PD1013", reader.holder(node), "the required field `path` is missing", "add `path:`");
}

constexpr Shape source{.kind = object, .name = "a source", .fields = source_fields, .check = check_source};

constexpr std::string_view column_types[] = {"string", "integer", "long",     "float",
                                             "double", "binary",  "datetime", "boolean"};
constexpr Shape column_type{.kind = string, .values = column_types, .any_case = true};
constexpr Field column_fields[] = {{"name", &string_shape, Need::required},
                                   {"type", &column_type, Need::required},
                                   {"description", &string_shape, Need::optional, Support::carried, {}, true},
                                   {"tags", &free_tags, Need::optional, Support::noted, {}, true}};
constexpr Shape column{.kind = object, .name = "a column", .fields = column_fields};
constexpr Shape columns{.kind = list, .name = "a list of columns with `name` and `type`", .item = &column, .least = 1};
constexpr Shape features{.kind = list, .name = "a list of columns with `name` and `type`", .item = &column};

constexpr Field code_fields[] = {{"path", &string_shape}, {"transformer_class", &string_shape}};
constexpr Shape code_transformation{.kind = object, .fields = code_fields};
constexpr Field transformation_fields[] = {{"transformation_code", &code_transformation},
                                           {"transformation_expressions", &any_shape}};
constexpr Shape transformation{.kind = object, .fields = transformation_fields};

void check_spec(Reader& reader, Node const& node, Value& value) {
  std::map<std::string, Value const*> seen;
  for (auto const name : {"index_columns", "features"}) {
    Reader::Step const step{reader, name};
    for (auto const& column : value.at(name).items) {
      auto const& title = column.at("name");
      if (!title) continue;
      auto const [other, fresh] = seen.emplace(title.text, &title);
      if (!fresh)
        reader
            .error("PD1024", *title.node, "the column `" + title.text + "` is given twice",
                   "give each column a name of its own")
            .related.push_back(other->second->node->source->label(other->second->node->span, "first given here"));
    }
  }
  auto const& lookback = value.at("temporal_join_lookback");
  auto const& delay = value.at("source").at("source_delay");
  if (lookback && delay && minutes(lookback) > 0 && minutes(lookback) < minutes(delay)) {
    Reader::Step const step{reader, "temporal_join_lookback"};
    auto& problem =
        reader.error("PD1025", *lookback.node, "no row can ever join: the lookback is shorter than the source delay",
                     "make `temporal_join_lookback` longer than `source_delay`");
    problem.primary.text = "rows older than this are ignored";
    problem.related.push_back(delay.node->source->label(delay.node->span, "rows arrive this late"));
  }
  static_cast<void>(node);
}

constexpr Field fields[] = {
    {"$schema", &any_shape},
    {"schema_version", &whole},
    {"source", &source, Need::required},
    {"index_columns", &columns, Need::required},
    {"features", &features},
    {"source_lookback", &time_span, Need::optional, Support::carried, {}, true},
    {"temporal_join_lookback", &time_span, Need::optional, Support::carried, {}, true},
    {"feature_transformation", &transformation, Need::optional, Support::refused, {}, true},
    {"feature_transformation_code", &code_transformation, Need::optional, Support::refused, {}, true}};

constexpr Hint hints[] = {
    {"source_delay", "it belongs into `source`"},
    {"timestamp_column", "it belongs into `source`"},
    {"name", "a feature set spec has no name: it is named by its folder, or where it is registered"}};

}  // namespace

constexpr Shape feature_set_spec{.kind = object, .fields = fields, .hints = hints, .check = check_spec};

}  // namespace podium::inline v0::spec::kinds
