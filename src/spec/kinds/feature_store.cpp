#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/kinds/workspace.hpp"
#include "spec/wire/spellings.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <system_error>

/// Feature stores, entities and feature sets.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

// Feature store

constexpr Shape spark_version{.kind = string, .name = "a version as text, for example \"3.4\""};
constexpr Field runtime_fields[] = {{.name = "spark_runtime_version",
                                     .shape = &spark_version,
                                     .need = Need::required,
                                     .doc = "Version of Spark, quoted: `\"3.4\"`."}};
constexpr Shape compute_runtime{.kind = object, .fields = runtime_fields};

void check_target(Reader& reader, Node const& node, Value& value) {
  auto text = std::string_view{value.text};
  if (text.starts_with('/')) text.remove_prefix(1);
  bool const good = text.starts_with("subscriptions/") && text.find("/providers/Microsoft.") != std::string_view::npos;
  if (good || is_placeholder(value.text)) return;
  reader
      .error("PD1019", node, "`" + value.text + "` is not an ARM id",
             "write `/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Storage/storageAccounts/NAME/...`")
      .official = "Invalid ARM Id " + value.text;
}
constexpr Shape store_target{.kind = string, .check = check_target};
void check_offline_type(Reader& reader, Node const& node, Value& value) {
  if (value.text == "azure_data_lake_gen2" || is_placeholder(value.text)) return;
  reader.warning("PD1014", node, "`" + value.text + "` is not `azure_data_lake_gen2`, the only type of offline stores");
}
void check_online_type(Reader& reader, Node const& node, Value& value) {
  if (value.text == "redis" || is_placeholder(value.text)) return;
  reader.warning("PD1014", node, "`" + value.text + "` is not `redis`, the only type of online stores");
}
constexpr Shape offline_type{.kind = string, .check = check_offline_type};
constexpr Shape online_type{.kind = string, .check = check_online_type};
constexpr Field offline_fields[] = {
    {.name = "type", .shape = &offline_type, .need = Need::required, .doc = "Only `azure_data_lake_gen2`."},
    {.name = "target", .shape = &store_target, .need = Need::required, .doc = "ARM id of the container."}};
constexpr Field online_fields[] = {
    {.name = "type", .shape = &online_type, .need = Need::required, .doc = "Only `redis`."},
    {.name = "target", .shape = &store_target, .need = Need::required, .doc = "ARM id of the cache."}};
constexpr Shape offline{
    .kind = object, .name = "a store: a mapping with `type` and `target`", .fields = offline_fields};
constexpr Shape online{.kind = object, .name = "a store: a mapping with `type` and `target`", .fields = online_fields};

constexpr Field identity_fields[] = {
    {.name = "resource_id", .shape = &string_shape, .doc = "ARM id of the user-assigned identity."},
    {.name = "client_id", .shape = &string_shape, .doc = "Client id of the identity."},
    {.name = "principal_id", .shape = &string_shape, .doc = "Principal id of the identity."}};
constexpr Shape materialization_identity{
    .kind = object, .name = "an identity: a mapping with `resource_id`", .fields = identity_fields};

constexpr Field store_rows[] = {
    {.name = "compute_runtime",
     .shape = &compute_runtime,
     .wire = "properties.featureStoreSettings.computeRuntime",
     .unsent = R"({"sparkRuntimeVersion":"3.4.0"})",
     .doc = "Version of Spark that computes features."},
    {.name = "offline_store", .shape = &offline, .wire = "-", .doc = "Where features are kept for training."},
    {.name = "online_store", .shape = &online, .wire = "-", .doc = "Where features are kept for scoring."},
    {.name = "materialization_identity",
     .shape = &materialization_identity,
     .wire = "-",
     .doc = "Identity that materializes features."}};
constexpr auto store_fields = rows(workspace_common_rows, store_rows);
constexpr Constant store_constants[] = {{"/kind", "\"featurestore\""}, {"properties.enableDataIsolation", "false"}};

// Entities and feature sets

constexpr std::string_view stages[] = {"Development", "Production", "Archived"};
constexpr Shape stage{.kind = string, .values = stages};

void check_version(Reader& reader, Node const& node, Value& value) {
  if (!value.text.empty()) return;
  reader.error("PD1016", node, "the version is empty", "write for example `version: \"1\"`");
}
constexpr Shape text_version{.kind = string, .name = "a version as text, for example \"1\"", .check = check_version};

constexpr Field asset_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "Name."},
    {.name = "version",
     .shape = &text_version,
     .need = Need::required,
     .wire = "-",
     .doc = "Version, quoted: `\"1\"`."},
    {.name = "latest_version",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "description", .shape = &string_shape, .doc = "What it is, in words."},
    {.name = "tags", .shape = &text_tags, .unsent = "{}", .doc = "Free labels, text to text."},
    {.name = "stage",
     .shape = &stage,
     .unsent = "\"Development\"",
     .doc = "`Development`, `Production` or `Archived`."}};

constexpr std::string_view column_types[] = {"string", "integer", "long",     "float",
                                             "double", "binary",  "datetime", "boolean"};
constexpr Word column_words[] = {{"string", "String"},     {"integer", "Integer"}, {"long", "Long"},
                                 {"float", "Float"},       {"double", "Double"},   {"binary", "Binary"},
                                 {"datetime", "Datetime"}, {"boolean", "Boolean"}};
constexpr Shape column_type{.kind = string, .values = column_types, .any_case = true, .words = column_words};
constexpr Field column_fields[] = {
    {.name = "name",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "columnName",
     .doc = "Name of the column."},
    {.name = "type",
     .shape = &column_type,
     .need = Need::required,
     .wire = "dataType",
     .doc = "Type: `string`, `integer`, `long`, `float`, `double`, `binary`, `datetime` or `boolean`."}};
constexpr Shape column{.kind = object, .name = "a column", .fields = column_fields};

void check_columns(Reader& reader, Node const& node, Value& value) {
  if (value.items.empty()) reader.warning("PD1015", node, "an entity needs at least one index column", "add one");
  std::map<std::string, Value const*> seen;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    auto const& name = value.items[i].at("name");
    if (!name) continue;
    auto const [other, fresh] = seen.emplace(name.text, &name);
    if (fresh) continue;
    Reader::Step const step{reader, std::to_string(i)};
    Reader::Step const deeper{reader, "name"};
    reader
        .warning("PD1024", *name.node, "the column `" + name.text + "` is given twice",
                 "give each column a name of its own")
        .related.push_back(other->second->node->source->label(other->second->node->span, "first given here"));
  }
}
constexpr Shape columns{
    .kind = list, .name = "a list of columns with `name` and `type`", .item = &column, .check = check_columns};
constexpr Field entity_rows[] = {
    {.name = "index_columns",
     .shape = &columns,
     .need = Need::required,
     .doc = "Columns that tell one row from another."},
    {.name = "properties", .shape = &string_map_shape, .unsent = "{}", .doc = "Free properties, text to text."}};
constexpr auto entity_fields = rows(asset_rows, entity_rows);

void check_specification(Reader& reader, Node const& node, Value& value) {
  if (is_remote(value.text) || value.text.empty()) return;
  auto const folder = resolved(reader, value.text);
  std::error_code problem;
  if (!std::filesystem::is_directory(folder, problem)) {
    reader
        .error("PD1051", node, "the folder `" + value.text + "` does not exist",
               "name the folder that holds `FeatureSetSpec.yaml`")
        .official = "No such directory: " + folder.string();
    return;
  }
  value.text = folder.string();
  value.local = true;
  for (auto const name : {"FeatureSetSpec.yaml", "FeaturesetSpec.yaml"}) {
    auto const file = folder / name;
    if (!std::filesystem::is_regular_file(file, problem)) continue;
    auto const shown = std::filesystem::path{node.text} / name;
    auto const opened = reader.documents().open(file, named_beside(reader.document(), shown.string()));
    if (!opened || !(*opened)->tree.root) return;
    auto& known = reader.documents().components[(*opened)->file.string()];
    if (known) return;
    known = std::make_shared<Value>();
    Reader inside{reader.documents(), **opened, reader.purpose()};
    auto included = reader.included();
    included.push_back(node.source->label(node.span, "included from here"));
    inside.included_as(reader.path(), std::move(included));
    inside.read(feature_set_spec, *(*opened)->tree.root);
    return;
  }
  reader.error("PD1050", node, "there is no file `FeatureSetSpec.yaml` in `" + node.text + "`", "add it");
}
constexpr Shape specification_path{.kind = string, .check = check_specification, .wire = &specification_folder};
constexpr Field specification_fields[] = {{.name = "path",
                                           .shape = &specification_path,
                                           .need = Need::required,
                                           .doc = "Folder that holds `FeatureSetSpec.yaml`."}};
constexpr Shape specification{.kind = object, .name = "a mapping with `path`", .fields = specification_fields};

void check_entity(Reader& reader, Node const& node, Value& value) {
  auto const& text = value.text;
  if (is_placeholder(text) || text.starts_with("azureml://") || text.starts_with("/subscriptions/")) return;
  if (text.starts_with("azureml:") && text.find(':', 8) != std::string::npos && text.back() != ':') return;
  reader.warning("PD1019", node, "`" + text + "` is not a reference to an entity", "write `azureml:NAME:VERSION`");
}
constexpr Shape entity{.kind = string, .check = check_entity};
constexpr Shape entities{.kind = list, .name = "a list of entities", .item = &entity};

constexpr std::string_view events[] = {"JobCompleted", "JobFailed", "JobCancelled"};
constexpr Shape event{.kind = string, .values = events};
constexpr Shape event_list{.kind = list, .item = &event};
constexpr Field notification_fields[] = {
    {.name = "email_on",
     .shape = &event_list,
     .need = Need::required,
     .doc = "`JobCompleted`, `JobFailed`, `JobCancelled`."},
    {.name = "emails", .shape = &string_list_shape, .need = Need::required, .doc = "Addresses that are written to."}};
constexpr Shape notification{.kind = object, .fields = notification_fields};
constexpr Field resource_fields[] = {{.name = "instance_type",
                                      .shape = &vm_size,
                                      .need = Need::required,
                                      .doc = "Size of the machines, for example `standard_e8s_v3`."}};
constexpr Shape materialization_resource{.kind = object, .fields = resource_fields};

bool is_memory(std::string_view text) {
  auto const digits = text.find_first_not_of("0123456789");
  return digits != 0 && digits != std::string_view::npos && digits + 1 == text.size() &&
         std::string_view{"kKmMgGtTpP"}.find(text.back()) != std::string_view::npos;
}

void check_spark(Reader& reader, Node const&, Value& value) {
  for (auto const& member : value.members) {
    auto const* node = member.value.node;
    if (node == nullptr || !node->is_scalar()) continue;
    Reader::Step const step{reader, member.name};
    bool const counts =
        member.name.ends_with(".cores") || member.name.ends_with(".instances") || member.name.ends_with(".partitions");
    bool const whole =
        node->type == ScalarType::integer && node->text.find_first_not_of("0123456789") == std::string::npos;
    bool const number = node->type == ScalarType::integer || node->type == ScalarType::floating ||
                        (node->plain && !node->text.empty() && node->text.front() >= '0' && node->text.front() <= '9');
    if (counts && number && (!whole || node->text == "0"))
      reader.warning("PD1015", *node,
                     "`" + member.name + "` must be a whole number of at least 1, found `" + node->text + "`");
    else if (member.name.ends_with(".memory") && !is_memory(node->text))
      reader.warning("PD1016", *node, "`" + node->text + "` is not a size of memory",
                     "write digits and one of k, m, g, for example `36g`");
  }
}
constexpr Shape spark_configuration{.kind = map, .item = &any_shape, .check = check_spark, .wire = &wire::as_is};
constexpr Field materialization_fields[] = {
    {.name = "schedule", .shape = &recurrence_trigger, .doc = "When features are materialized."},
    {.name = "notification", .shape = &notification, .doc = "Who is told of it."},
    {.name = "resource", .shape = &materialization_resource, .doc = "Machines of the job."},
    {.name = "spark_configuration", .shape = &spark_configuration, .doc = "Settings of Spark."},
    {.name = "offline_enabled", .shape = &boolean_shape, .wire = "-", .doc = "Whether the offline store is filled."},
    {.name = "online_enabled", .shape = &boolean_shape, .wire = "-", .doc = "Whether the online store is filled."}};
constexpr Shape materialization{.kind = object,
                                .fields = materialization_fields,
                                .finish = finish_materialization,
                                .unfinish = unfinish_materialization};

constexpr Field set_rows[] = {
    {.name = "specification", .shape = &specification, .need = Need::required, .doc = "What the features are."},
    {.name = "entities",
     .shape = &entities,
     .need = Need::required,
     .doc = "Entities that the features belong to: `azureml:NAME:VERSION`."},
    {.name = "materialization_settings",
     .shape = &materialization,
     .doc = "Whether and when features are computed ahead."}};
constexpr auto set_fields = rows(asset_rows, set_rows);
constexpr Constant set_constants[] = {{"properties.properties", "{}"}};

constexpr Hint set_hints[] = {{"path", "it belongs into `specification:`"},
                              {"schedule", "it belongs into `materialization_settings:`"},
                              {"index_columns", "they belong to the entity"}};

}  // namespace

constexpr Shape feature_store{.kind = object,
                              .name = "a feature store",
                              .fields = store_fields,
                              .under = "properties",
                              .constants = store_constants};
constexpr Shape feature_store_entity{
    .kind = object, .name = "a feature store entity", .fields = entity_fields, .under = "properties"};
constexpr Shape feature_set{.kind = object,
                            .name = "a feature set",
                            .fields = set_fields,
                            .hints = set_hints,
                            .under = "properties",
                            .constants = set_constants,
                            .finish = finish_feature_set};

}  // namespace podium::inline v0::spec::kinds
