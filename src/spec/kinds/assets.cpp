#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"

/// Data and models.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

void check_version_has_name(Reader& reader, Node const& node, Value&) {
  if (auto const* version = node.entry("version"); version != nullptr && node.find("name") == nullptr)
    reader.error("PD1021", *version->key, "`version` is given without `name`", "add `name:`");
}

constexpr std::string_view data_types[] = {"uri_file", "uri_folder", "mltable"};
constexpr Shape data_type{.kind = string, .values = data_types};
constexpr Shape asset_path{.kind = string, .check = check_data_path};

constexpr Field data_fields[] = {{"$schema", &any_shape},
                                 {"name", &string_shape},
                                 {"version", &text_shape},
                                 {"description", &string_shape},
                                 {"tags", &free_tags},
                                 {"properties", &free_map_shape},
                                 {"type", &data_type, Need::optional, Support::carried, "uri_folder"},
                                 {"path", &asset_path, Need::required},
                                 {"datastore", &string_shape, Need::optional, Support::noted},
                                 {"auto_delete_setting", &any_shape, Need::optional, Support::noted}};

constexpr std::string_view model_types[] = {"custom_model", "mlflow_model", "triton_model"};
constexpr Shape model_type{.kind = string, .values = model_types, .any_case = true};
constexpr Shape model_path{.kind = string, .check = check_model_path};

constexpr Field model_fields[] = {{"$schema", &any_shape},
                                  {"name", &string_shape, Need::required},
                                  {"version", &text_shape},
                                  {"description", &string_shape},
                                  {"tags", &free_tags},
                                  {"properties", &free_map_shape},
                                  {"type", &model_type, Need::optional, Support::carried, "custom_model"},
                                  {"path", &model_path},
                                  {"stage", &string_shape},
                                  {"flavors", &free_map_shape, Need::optional, Support::noted},
                                  {"datastore", &string_shape, Need::optional, Support::noted},
                                  {"intellectual_property", &any_shape, Need::optional, Support::noted}};

constexpr Field inline_model_fields[] = {{"name", &string_shape},
                                         {"version", &text_shape},
                                         {"description", &string_shape},
                                         {"tags", &free_tags},
                                         {"properties", &free_map_shape},
                                         {"type", &model_type, Need::optional, Support::carried, "custom_model"},
                                         {"path", &model_path, Need::required},
                                         {"stage", &string_shape},
                                         {"flavors", &free_map_shape, Need::optional, Support::noted},
                                         {"datastore", &string_shape, Need::optional, Support::noted}};

}  // namespace

constexpr Shape data_asset{.kind = object, .fields = data_fields, .check = check_version_has_name};
constexpr Shape model_asset{.kind = object, .fields = model_fields, .check = check_version_has_name};
constexpr Shape model_inline{.kind = object, .name = "a model", .fields = inline_model_fields};

}  // namespace podium::inline v0::spec::kinds
