#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/reader.hpp"

#include <string>

/// Data that is brought in from databases and file systems.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Field parameter_fields[] = {{.name = "name", .shape = &string_shape, .doc = "Name of the parameter."},
                                      {.name = "value", .shape = &string_shape, .doc = "Its value."},
                                      {.name = "type", .shape = &string_shape, .doc = "Its type."}};
constexpr Shape parameter{.kind = object, .name = "a parameter", .fields = parameter_fields};
constexpr Shape parameters{.kind = list, .item = &parameter};

constexpr Field database_fields[] = {
    {.name = "type", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "`database`."},
    {.name = "connection",
     .shape = &string_shape,
     .need = Need::required,
     .doc = "Connection to the database: `azureml:NAME`."},
    {.name = "query", .shape = &string_shape, .doc = "SQL query."},
    {.name = "table_name", .shape = &string_shape, .wire = "-", .doc = "Table, instead of a query."},
    {.name = "stored_procedure", .shape = &string_shape, .wire = "-", .doc = "Stored procedure, instead of a query."},
    {.name = "stored_procedure_params",
     .shape = &parameters,
     .wire = "-",
     .doc = "Parameters of the stored procedure."}};
constexpr Field file_system_fields[] = {{.name = "type", .shape = &string_shape, .wire = "-", .doc = "`file_system`."},
                                        {.name = "connection",
                                         .shape = &string_shape,
                                         .need = Need::required,
                                         .doc = "Connection to the file system: `azureml:NAME`."},
                                        {.name = "path", .shape = &string_shape, .doc = "Path of the file system."}};

void check_database(Reader& reader, Node const& node, Value&) {
  int ways = 0;
  Entry const* last = nullptr;
  for (auto const name : {"query", "table_name", "stored_procedure"})
    if (auto const* given = node.entry(name); given != nullptr) ++ways, last = given;
  if (ways == 0) {
    reader.warning("PD1021", reader.holder(node), "nothing tells what to read from the database", "add `query:`");
  } else if (ways > 1) {
    Reader::Step const step{reader, last->key->text};
    reader.warning("PD1021", *last->key, "`query`, `table_name` and `stored_procedure` exclude each other",
                   "keep one of them");
  }
}

constexpr Constant database_constants[] = {{"sourceType", "\"database\""}};
constexpr Constant file_system_constants[] = {{"sourceType", "\"file_system\""}};
constexpr Shape database{.kind = object,
                         .name = "a source",
                         .fields = database_fields,
                         .check = check_database,
                         .constants = database_constants};
constexpr Shape file_system{
    .kind = object, .name = "a source", .fields = file_system_fields, .constants = file_system_constants};
constexpr Alternative sources[] = {{"database", &database}, {"file_system", &file_system}};
constexpr Shape source{.kind = tagged,
                       .name = "a source",
                       .any_case = true,
                       .tag = "type",
                       .tag_default = "file_system",
                       .alternatives = sources,
                       .wire_tag = "-"};

constexpr std::string_view types[] = {"uri_file", "uri_folder", "mltable"};
constexpr Shape type{.kind = string, .values = types};

constexpr Field rows_of_import[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "assetName",
     .doc = "Name of the data asset."},
    {.name = "version", .shape = &version, .wire = "-", .doc = "Version of the data asset."},
    {.name = "description", .shape = &string_shape, .doc = "What the data is, in words."},
    {.name = "tags", .shape = &resource_tags, .unsent = "{}", .doc = "Free labels."},
    {.name = "properties", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "type", .shape = &type, .wire = "-", .doc = "`uri_folder`, or `mltable` for a database."},
    {.name = "path",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "dataUri",
     .doc = "Where the data is put: `azureml://datastores/NAME/paths/...`."},
    {.name = "source", .shape = &source, .need = Need::required, .doc = "Where the data comes from."},
    {.name = "datastore", .shape = &string_shape, .wire = "-", .doc = "Data store of the path."},
    {.name = "auto_delete_setting",
     .shape = &free_map_shape,
     .wire = "-",
     .doc = "When the asset is deleted by itself; a preview feature."},
    {.name = "id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "creation_context",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "latest_version",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};
constexpr Constant import_constants[] = {
    {"isAnonymous", "false"}, {"isArchived", "false"}, {"dataType", "\"uri_folder\""}, {"properties", "{}"}};

void check_import(Reader& reader, Node const&, Value& value) {
  auto const& path = value.at("path");
  if (!path || path.text.starts_with("azureml://") || is_placeholder(path.text)) return;
  Reader::Step const step{reader, "path"};
  reader.warning("PD1019", *path.node, "`" + path.text + "` is not a path of a data store",
                 "write `azureml://datastores/NAME/paths/...`");
}

}  // namespace

constexpr Shape data_import_in_place{.kind = object,
                                     .name = "a data import",
                                     .fields = rows_of_import,
                                     .check = check_import,
                                     .constants = import_constants};
constexpr Shape data_import{.kind = object,
                            .name = "a data import",
                            .fields = rows_of_import,
                            .check = check_import,
                            .constants = import_constants};

}  // namespace podium::inline v0::spec::kinds
