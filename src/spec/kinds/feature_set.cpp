#include "base/letters.hpp"
#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"

#include <algorithm>
#include <map>

/// `FeatureSetSpec.yaml` and `feature_retrieval_spec.yaml`.
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
  value.text = base::lower_case(value.text);
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

constexpr Field code_fields[] = {{"path", &source_path}, {"transformer_class", &string_shape}};
constexpr Shape code_transformation{
    .kind = object, .name = "a mapping with `path` and `transformer_class`", .fields = code_fields};
constexpr std::string_view aggregations[] = {"count", "sum", "avg", "min", "max"};
constexpr Shape aggregation{.kind = string, .values = aggregations, .any_case = true};

void check_expression(Reader& reader, Node const& node, Value& value) {
  if (!value.at("aggregation") || value.string("aggregation") == "count" || !value.string("source_column").empty())
    return;
  reader.error("PD1021", node, "`" + value.string("aggregation") + "` has no `source_column`",
               "name the column whose values are aggregated");
}

constexpr Field expression_fields[] = {{"feature_name", &string_shape, Need::required},
                                       {"source_column", &string_shape, Need::optional, Support::carried, {}, true},
                                       {"aggregation", &aggregation, Need::required},
                                       {"window", &time_span, Need::required}};
constexpr Shape expression{
    .kind = object, .name = "a windowed expression", .fields = expression_fields, .check = check_expression};
constexpr Shape expressions{.kind = list, .name = "a list of windowed expressions", .item = &expression, .least = 1};

void check_transformation(Reader& reader, Node const& node, Value& value) {
  if (value.at("transformation_code") && value.at("transformation_expressions"))
    reader.error("PD1021", node, "`transformation_code` and `transformation_expressions` are both given",
                 "keep one of them");
}

constexpr Field transformation_fields[] = {
    {"transformation_code", &code_transformation, Need::optional, Support::carried, {}, true},
    {"transformation_expressions", &expressions, Need::optional, Support::carried, {}, true}};
constexpr Shape transformation{.kind = object,
                               .name = "a mapping with `transformation_code` or `transformation_expressions`",
                               .fields = transformation_fields,
                               .check = check_transformation};

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
        reader.warning("PD1025", *lookback.node, "no row can ever join: the lookback is shorter than the source delay",
                       "make `temporal_join_lookback` longer than `source_delay`");
    problem.primary.text = "rows older than this are ignored";
    problem.related.push_back(delay.node->source->label(delay.node->span, "rows arrive this late"));
  }
  auto const& made = value.at("feature_transformation").at("transformation_expressions");
  for (auto const& expression : made.items) {
    auto const& name = expression.at("feature_name");
    auto const& declared = value.at("features").items;
    bool const known = std::any_of(declared.begin(), declared.end(),
                                   [&](Value const& column) { return column.string("name") == name.text; });
    Reader::Step const step{reader, "feature_transformation"};
    if (name && !declared.empty() && !known)
      reader.error("PD1021", *name.node, "the feature `" + name.text + "` is not declared in `features`",
                   "add it to `features` with its type");
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
    {"feature_transformation", &transformation, Need::optional, Support::carried, {}, true},
    {"feature_transformation_code", &code_transformation, Need::optional, Support::carried, {}, true}};

constexpr Hint hints[] = {
    {"source_delay", "it belongs into `source`"},
    {"timestamp_column", "it belongs into `source`"},
    {"name", "a feature set spec has no name: it is named by its folder, or where it is registered"}};

void check_set_reference(Reader& reader, Node const& node, Value& value) {
  auto const colon = value.text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == value.text.size())
    reader.error("PD1019", node, "`" + value.text + "` is not a feature set with its version", "write `name:version`");
}

constexpr Shape set_reference{.kind = string, .check = check_set_reference};
constexpr Field wanted_fields[] = {{"feature_set", &set_reference, Need::required},
                                   {"feature_name", &string_shape, Need::required},
                                   {"output_name", &string_shape, Need::optional, Support::carried, {}, true}};
constexpr Shape wanted{.kind = object, .name = "a feature: `feature_set` and `feature_name`", .fields = wanted_fields};
constexpr Shape wanted_list{.kind = list, .name = "a list of features", .item = &wanted};
constexpr Field store_fields[] = {{"uri", &string_shape, Need::required},
                                  {"location", &string_shape, Need::optional, Support::carried, {}, true},
                                  {"workspace_id", &string_shape, Need::optional, Support::carried, {}, true},
                                  {"features", &wanted_list, Need::required}};
constexpr Shape store{.kind = object, .name = "a feature store", .fields = store_fields};
constexpr Shape stores{.kind = list, .name = "a list of feature stores", .item = &store};

void check_retrieval(Reader& reader, Node const& node, Value& value) {
  bool const loader = static_cast<bool>(value.at("feature_stores"));
  bool const reference = static_cast<bool>(value.at("featurestores"));
  if (loader == reference)
    reader.error(
        "PD1021", node,
        loader ? "`feature_stores` and `featurestores` are both given" : "there is no list of `feature_stores`",
        loader ? "keep one of them" : "add `feature_stores:`");
}

constexpr Field retrieval_fields[] = {{"$schema", &any_shape},
                                      {"feature_stores", &stores, Need::optional, Support::carried, {}, true},
                                      {"featurestores", &stores, Need::optional, Support::carried, {}, true},
                                      {"serialization_version", &whole}};

}  // namespace

constexpr Shape feature_retrieval_spec{.kind = object, .fields = retrieval_fields, .check = check_retrieval};

constexpr Shape feature_set_spec{.kind = object, .fields = fields, .hints = hints, .check = check_spec};

}  // namespace podium::inline v0::spec::kinds
