#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>

/// Data, models and indexes.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

/// Values that the client compares as they stand: another case is refused there, but means the same.
void check_case(Reader& reader, Node const& node, Value& value) {
  if (value.text != node.text)
    reader.warning("PD1150", node, "the official client refuses `" + node.text + "`: it wants lower case",
                   "write `" + value.text + "`");
}

constexpr std::string_view data_types[] = {"uri_file", "uri_folder", "mltable"};
constexpr Shape data_type{.kind = string, .values = data_types, .any_case = true, .check = check_case};
constexpr Shape asset_path{.kind = string, .check = check_data_path, .wire = &uploaded_data};

bool is_folder(std::string const& path) {
  std::error_code problem;
  return std::filesystem::is_directory(path, problem);
}

bool is_file(std::string const& path) {
  std::error_code problem;
  return std::filesystem::is_regular_file(path, problem);
}

constexpr Field file_path_fields[] = {{.name = "file", .shape = &string_shape, .doc = "A file."}};
constexpr Field folder_path_fields[] = {{.name = "folder", .shape = &string_shape, .doc = "A folder."}};
constexpr Field pattern_path_fields[] = {{.name = "pattern", .shape = &string_shape, .doc = "Files by pattern."}};
constexpr auto path_fields = rows(file_path_fields, folder_path_fields, pattern_path_fields);

void check_table_path(Reader& reader, Node const& node, Value& value) {
  if (value.members.size() == 1) return;
  reader.error("PD1155", node, "a path of an MLTable is one of `file`, `folder` and `pattern`", "keep one of them");
}

constexpr Shape table_path{.kind = object,
                           .name = "a mapping with `file`, `folder` or `pattern`",
                           .fields = path_fields,
                           .check = check_table_path};
constexpr Shape table_paths{.kind = list, .name = "a list of paths", .item = &table_path};
constexpr Shape transformations{.kind = list, .name = "a list", .item = &any_shape};
constexpr Field table_fields[] = {
    {.name = "$schema", .shape = &any_shape, .doc = "The JSON Schema of this kind, for editors."},
    {.name = "paths", .shape = &table_paths, .need = Need::required, .doc = "Files that the table is read from."},
    {.name = "transformations",
     .shape = &transformations,
     .doc = "How they are read, and what is done with the rows."}};
constexpr Shape table_file{.kind = object, .name = "an MLTable", .fields = table_fields, .unknown = Unknown::keep};

/// A local folder of type mltable must hold a file `MLTable`.
void check_table(Reader& reader, Value const& path) {
  auto const file = std::filesystem::path{path.text} / "MLTable";
  if (!is_file(file.string())) {
    reader.error("PD1050", *path.node, "there is no file `MLTable` in `" + path.node->text + "`",
                 "add it, or use `type: uri_folder`");
    return;
  }
  auto const opened = reader.documents().open(file, named_beside(reader.document(), path.node->text + "/MLTable"));
  if (!opened || !(*opened)->tree.root) return;
  Reader inside{reader.documents(), **opened, reader.purpose()};
  auto included = reader.included();
  included.push_back(path.node->source->label(path.node->span, "included from here"));
  inside.included_as(reader.path(), std::move(included));
  inside.read(table_file, *(*opened)->tree.root);
}

void check_data(Reader& reader, Node const& node, Value& value) {
  if (auto const* given = node.entry("version"); given != nullptr && node.find("name") == nullptr) {
    Reader::Step const step{reader, "version"};
    reader.error("PD1021", *given->key, "`version` is given without `name`", "add `name:`").official =
        "If version is specified, name must be specified also.";
  }
  auto const& path = value.at("path");
  if (!path.local || path.node == nullptr) return;
  auto const type = value.string("type");
  Reader::Step const step{reader, "path"};
  if (type == "uri_file" && is_folder(path.text))
    reader.error("PD1052", *path.node, "`" + path.node->text + "` is a folder, not a file", "use `type: uri_folder`");
  else if (type == "uri_folder" && is_file(path.text))
    reader.error("PD1052", *path.node, "`" + path.node->text + "` is a file, not a folder", "use `type: uri_file`");
  else if (type == "mltable" && is_folder(path.text))
    check_table(reader, path);
}

constexpr std::string_view conditions[] = {"created_greater_than", "last_accessed_greater_than"};
constexpr Word condition_words[] = {{"created_greater_than", "CreatedGreaterThan"},
                                    {"last_accessed_greater_than", "LastAccessedGreaterThan"}};
constexpr Shape condition{.kind = string, .values = conditions, .any_case = true, .words = condition_words};
constexpr Field auto_delete_fields[] = {
    {.name = "condition", .shape = &condition, .doc = "`created_greater_than` or `last_accessed_greater_than`."},
    {.name = "value", .shape = &string_shape, .doc = "How long, for example `30d`."}};
constexpr Shape auto_delete{.kind = object, .fields = auto_delete_fields};

constexpr Field schema_row[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."}};
constexpr Field version_row[] = {{.name = "version",
                                  .shape = &version,
                                  .wire = "-",
                                  .doc = "Version; quote it, or `1.10` becomes `1.1`.  The next number when absent."}};
constexpr Field words_rows[] = {{.name = "description", .shape = &string_shape, .doc = "What the asset is, in words."},
                                {.name = "tags", .shape = &resource_tags, .unsent = "{}", .doc = "Free labels."}};
constexpr Field service_rows[] = {{.name = "creation_context",
                                   .shape = &set_by_service,
                                   .wire = "-",
                                   .doc = "Written by the service; ignored in a file."},
                                  {.name = "latest_version",
                                   .shape = &set_by_service,
                                   .wire = "-",
                                   .doc = "Written by the service; ignored in a file."}};

constexpr Field data_name_row[] = {
    {.name = "name", .shape = &string_shape, .wire = "-", .doc = "Name of the data asset."}};
constexpr Field data_rows[] = {
    {.name = "type",
     .shape = &data_type,
     .fallback = "uri_folder",
     .wire = "properties.dataType",
     .doc = "`uri_file`, `uri_folder` or `mltable`; a folder when absent."},
    {.name = "path",
     .shape = &asset_path,
     .need = Need::required,
     .wire = "properties.dataUri",
     .doc = "Where the data is: a local path, which is uploaded, or a URI."},
    {.name = "properties", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "datastore",
     .shape = &string_shape,
     .support = Support::noted,
     .wire = "-",
     .doc = "Data store that a local path is uploaded to."},
    {.name = "auto_delete_setting",
     .shape = &auto_delete,
     .support = Support::noted,
     .doc = "When the asset is deleted by itself; a preview feature."},
    {.name = "id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."}};
constexpr Constant data_constants[] = {
    {"properties.properties", "{}"}, {"properties.isAnonymous", "false"}, {"properties.isArchived", "false"}};
constexpr auto data_fields = rows(schema_row, data_name_row, version_row, words_rows, data_rows, service_rows);

constexpr std::string_view model_types[] = {"custom_model", "mlflow_model", "triton_model"};
constexpr Shape model_type{.kind = string, .values = model_types, .any_case = true};
constexpr Shape model_path{.kind = string, .check = check_model_path, .wire = &uploaded_model};

constexpr Field template_fields[] = {
    {.name = "asset_id",
     .shape = &string_shape,
     .doc = "Id: `azureml://registries/NAME/deploymenttemplates/NAME/versions/VERSION`."}};
constexpr Shape deployment_template{.kind = object, .name = "a mapping with `asset_id`", .fields = template_fields};
constexpr Shape deployment_templates{.kind = list, .item = &deployment_template};

constexpr Shape property{.kind = either, .name = "a single value", .scalar = &any_shape, .wire = &text_of_value};
constexpr Shape properties{.kind = map, .item = &property};
constexpr Shape model_label{.kind = either, .name = "a single value", .scalar = &any_shape, .wire = &text_of_value};
constexpr Shape model_labels{.kind = map, .item = &model_label};
constexpr Shape flavor{.kind = any, .wire = &flavor_data};
constexpr Shape flavors{.kind = map, .name = "a mapping of flavors", .item = &flavor};

constexpr Field model_name_row[] = {
    {.name = "name", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "Name of the model."}};
constexpr Field inline_model_name_row[] = {
    {.name = "name", .shape = &string_shape, .wire = "-", .doc = "Name; made of the content when absent."}};
constexpr Field path_row[] = {
    {.name = "path",
     .shape = &model_path,
     .wire = "properties.modelUri",
     .doc =
         "Where the model is: a local path, which is uploaded, the output of a job (`azureml://jobs/JOB/outputs/...`), "
         "`runs:/RUN/PATH`, or a URI."}};
constexpr Field inline_path_row[] = {{.name = "path",
                                      .shape = &model_path,
                                      .need = Need::required,
                                      .wire = "properties.modelUri",
                                      .doc = "Where the model is: a local path, which is uploaded, or a URI."}};
constexpr Field model_rows[] = {
    {.name = "description", .shape = &string_shape, .doc = "What the model is, in words."},
    {.name = "tags", .shape = &model_labels, .nullable = true, .unsent = "{}", .doc = "Free labels."},
    {.name = "type",
     .shape = &model_type,
     .fallback = "custom_model",
     .wire = "properties.modelType",
     .doc = "`custom_model`, `mlflow_model` or `triton_model`; custom when absent."},
    {.name = "properties", .shape = &properties, .unsent = "{}", .doc = "Free properties."},
    {.name = "stage", .shape = &string_shape, .doc = "Stage, for example `Development` or `Production`."},
    {.name = "flavors", .shape = &flavors, .support = Support::noted, .doc = "Flavors of a model in MLflow format."},
    {.name = "datastore",
     .shape = &string_shape,
     .support = Support::noted,
     .wire = "-",
     .doc = "Data store that a local path is uploaded to."},
    {.name = "system_metadata",
     .shape = &free_map_shape,
     .support = Support::noted,
     .doc = "Metadata of models in registries."},
    {.name = "default_deployment_template",
     .shape = &deployment_template,
     .support = Support::noted,
     .doc = "Deployment template that is used when none is named."},
    {.name = "allowed_deployment_templates",
     .shape = &deployment_templates,
     .support = Support::noted,
     .doc = "Deployment templates that may be used."},
    {.name = "intellectual_property",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "job_name", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "utc_time_created",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};
constexpr auto model_fields = rows(schema_row, model_name_row, version_row, path_row, model_rows, service_rows);
constexpr auto inline_model_fields =
    rows(schema_row, inline_model_name_row, version_row, inline_path_row, model_rows, service_rows);

constexpr Constant model_constants[] = {{"properties.isAnonymous", "false"}, {"properties.isArchived", "false"}};
constexpr Constant inline_model_constants[] = {{"properties.isAnonymous", "true"}, {"properties.isArchived", "false"}};

void check_model(Reader& reader, Node const& node, Value& value) {
  auto const& path = value.at("path");
  if (node.find("path") == nullptr) {
    Reader::Step const step{reader, "path"};
    reader.warning("PD1013", reader.holder(node), "the model has no `path`", "add `path:`");
  }
  if (!path.local || path.node == nullptr || value.string("type") != "mlflow_model" || !is_folder(path.text)) return;
  if (is_file((std::filesystem::path{path.text} / "MLmodel").string())) return;
  Reader::Step const step{reader, "path"};
  reader.warning("PD1050", *path.node, "there is no file `MLmodel` in `" + path.node->text + "`",
                 "a model in MLflow format is a folder with such a file");
}

constexpr Field index_name_row[] = {
    {.name = "name", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "Name of the index."}};
constexpr Field index_rows[] = {
    {.name = "description", .shape = &string_shape, .doc = "What the index is, in words."},
    {.name = "tags", .shape = &resource_tags, .doc = "Free labels."},
    {.name = "stage", .shape = &string_shape, .doc = "Stage; `Development` when absent."},
    {.name = "path",
     .shape = &asset_path,
     .need = Need::required,
     .wire = "storageUri",
     .doc = "Where the index is: a local folder or a URI."},
    {.name = "properties", .shape = &string_map_shape, .doc = "Free properties, text to text."},
    {.name = "datastore", .shape = &string_shape, .wire = "-", .doc = "Data store that a local path is uploaded to."},
    {.name = "auto_delete_setting",
     .shape = &auto_delete,
     .wire = "-",
     .doc = "When the asset is deleted by itself; a preview feature."},
    {.name = "id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."}};
constexpr auto index_fields = rows(schema_row, index_name_row, version_row, index_rows, service_rows);

}  // namespace

constexpr Shape data_asset{.kind = object,
                           .name = "a data asset",
                           .fields = data_fields,
                           .check = check_data,
                           .under = "properties",
                           .constants = data_constants};
constexpr Shape model_asset{.kind = object,
                            .name = "a model",
                            .fields = model_fields,
                            .check = check_model,
                            .under = "properties",
                            .constants = model_constants};
constexpr Shape model_inline{.kind = object,
                             .name = "a model",
                             .fields = inline_model_fields,
                             .check = check_model,
                             .under = "properties",
                             .constants = inline_model_constants};
constexpr Shape index_asset{.kind = object, .name = "an index", .fields = index_fields};

}  // namespace podium::inline v0::spec::kinds
