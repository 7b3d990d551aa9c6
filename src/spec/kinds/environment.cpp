#include "spec/files.hpp"
#include "spec/kinds/conda.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/wire/spellings.hpp"

#include <system_error>

/// Environments, registered and in place.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

void check_build_folder(Reader& reader, Node const& node, Value& value) {
  check_build_path(reader, node, value);
  std::error_code problem;
  if (value.local && std::filesystem::is_regular_file(value.text, problem))
    reader.warning("PD1051", node, "the build context `" + node.text + "` is a file, not a folder",
                   "name the folder, and the file in `dockerfile_path`");
}

void check_dockerfile(Reader& reader, Node const& node, Value& value) {
  auto const& folder = value.at("path");
  auto const& file = value.at("dockerfile_path");
  std::error_code problem;
  if (!folder) {
    if (node.find("path") == nullptr)
      reader.warning("PD1021", reader.holder(node), "a build needs `path`, the folder of its Dockerfile",
                     "add `path:`");
    return;
  }
  if (!folder.local || !std::filesystem::is_directory(folder.text, problem)) return;
  std::string const name = file ? file.text : "Dockerfile";
  if (std::filesystem::exists(std::filesystem::path{folder.text} / name, problem)) return;
  Reader::Step const step{reader, file ? "dockerfile_path" : "path"};
  reader.warning("PD1050", file ? *file.node : *folder.node, "there is no `" + name + "` in the build context",
                 "the path of the Dockerfile starts at `path`");
}

constexpr Shape build_path{.kind = string, .check = check_build_folder, .wire = &wire::build_path};
constexpr Field build_fields[] = {{.name = "path",
                                   .shape = &build_path,
                                   .wire = "contextUri",
                                   .doc = "Folder that is sent to the builder, or the URL of one."},
                                  {.name = "dockerfile_path",
                                   .shape = &string_shape,
                                   .doc = "The Dockerfile, relative to the folder; `Dockerfile` when absent."}};
constexpr Shape build{
    .kind = object, .name = "a mapping with `path`", .fields = build_fields, .check = check_dockerfile};

constexpr Shape conda_path{.kind = string, .name = "a path or a mapping", .check = check_conda_path};
constexpr Shape conda{.kind = either, .scalar = &conda_path, .mapping = &conda_file, .wire = &wire::conda};

constexpr Shape port_number{.kind = integer, .min = 1, .max = 65535};
constexpr Field route_fields[] = {
    {.name = "port", .shape = &port_number, .need = Need::required, .doc = "Port of the container."},
    {.name = "path", .shape = &string_shape, .need = Need::required, .doc = "Path, for example `/score`."}};
constexpr Shape route{.kind = object, .name = "a route: a mapping with `port` and `path`", .fields = route_fields};
constexpr Field inference_fields[] = {
    {.name = "liveness_route",
     .shape = &route,
     .need = Need::required,
     .doc = "Where to ask whether the server is alive."},
    {.name = "scoring_route", .shape = &route, .need = Need::required, .doc = "Where requests are scored."},
    {.name = "readiness_route", .shape = &route, .need = Need::required, .doc = "Where to ask whether it is ready."}};
constexpr Shape inference{.kind = object, .fields = inference_fields};
constexpr std::string_view systems[] = {"linux", "windows"};
constexpr Word system_words[] = {{"linux", "linux"}, {"windows", "windows"}};
constexpr Shape system{.kind = string, .values = systems, .any_case = true, .words = system_words};

void check_source(Reader& reader, Node const& node, Value& value) {
  bool const image = bool{value.at("image")};
  bool const builds = bool{value.at("build")};
  if (image && builds) {
    Reader::Step const step{reader, "build"};
    reader.error("PD1021", *node.entry("build")->key, "`image` and `build` exclude each other", "keep one of them");
  }
  if (node.find("image") == nullptr && node.find("build") == nullptr)
    reader.error("PD1021", reader.holder(node), "an environment needs `image` or `build`",
                 "add `image:`, a Docker image");
  if (auto const* given = node.entry("conda_file"); given != nullptr && builds && !image) {
    Reader::Step const step{reader, "conda_file"};
    reader.warning("PD1021", *given->key, "`conda_file` has no effect beside `build`",
                   "install the packages in the Dockerfile, or give `image` instead of `build`");
  }
}

constexpr std::string_view conda_help = "this is a conda file: name it in `conda_file:` of an environment";
constexpr Hint hints[] = {{"dependencies", conda_help},
                          {"channels", conda_help},
                          {"prefix", conda_help},
                          {"docker", "write the image behind `image:`"},
                          {"python", "write the packages into `conda_file:`"}};

constexpr Field name_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "Name of the environment."},
    {.name = "version",
     .shape = &version,
     .wire = "-",
     .doc = "Version; quote it, or `1.10` becomes `1.1`.  The next number when absent."}};
constexpr Field unnamed_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &any_shape,
     .wire = "-",
     .doc = "Ignored: an environment in place is named by its content."},
    {.name = "version",
     .shape = &any_shape,
     .wire = "-",
     .doc = "Ignored: an environment in place is named by its content."}};
constexpr Field body_rows[] = {
    {.name = "description", .shape = &string_shape, .doc = "What the environment is for, in words."},
    {.name = "tags", .shape = &resource_tags, .doc = "Free labels."},
    {.name = "image",
     .shape = &string_shape,
     .doc = "Docker image, for example `mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04`."},
    {.name = "build", .shape = &build, .doc = "A folder with a Dockerfile, instead of `image`."},
    {.name = "conda_file",
     .shape = &conda,
     .doc = "Packages on top of the image: a conda file, or its content in place."},
    {.name = "inference_config",
     .shape = &inference,
     .support = Support::noted,
     .doc = "Routes of a server that the image brings with it."},
    {.name = "os_type", .shape = &system, .support = Support::noted, .doc = "`linux` or `windows`."},
    {.name = "datastore",
     .shape = &string_shape,
     .support = Support::noted,
     .wire = "-",
     .doc = "Data store that the build folder is uploaded to."},
    {.name = "auto_delete_setting",
     .shape = &any_shape,
     .support = Support::noted,
     .wire = "-",
     .doc = "When the asset is deleted by itself; a preview feature."},
    {.name = "id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "creation_context",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "latest_version",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "intellectual_property",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};

constexpr auto asset_fields = rows(name_rows, body_rows);
constexpr auto unnamed_fields = rows(unnamed_rows, body_rows);
constexpr Constant asset_constants[] = {{"properties.isAnonymous", "false"}, {"properties.isArchived", "false"}};
constexpr Constant unnamed_constants[] = {{"properties.isAnonymous", "true"}, {"properties.isArchived", "false"}};

constexpr Shape reference{.kind = string, .check = check_environment};

}  // namespace

constexpr Shape environment_asset{.kind = object,
                                  .name = "an environment",
                                  .fields = asset_fields,
                                  .hints = hints,
                                  .check = check_source,
                                  .under = "properties",
                                  .constants = asset_constants};
constexpr Shape environment_in_place{.kind = object,
                                     .name = "an environment",
                                     .fields = unnamed_fields,
                                     .hints = hints,
                                     .check = check_source,
                                     .under = "properties",
                                     .constants = unnamed_constants};
constexpr Shape environment_of_deployment{.kind = either,
                                          .name = "an environment: `azureml:NAME:VERSION` or a mapping",
                                          .scalar = &reference,
                                          .mapping = &environment_in_place,
                                          .wire = &wire::named_environment};

}  // namespace podium::inline v0::spec::kinds
