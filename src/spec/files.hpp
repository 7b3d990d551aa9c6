#pragma once

#include "spec/reader.hpp"

/// Hooks of the tables for values that name something outside the document.  A local path becomes absolute;
/// `azureml:` is taken off a reference.
namespace podium::inline v0::spec {

void check_code(Reader& reader, Node const& node, Value& value);
void check_environment(Reader& reader, Node const& node, Value& value);
void check_reference(Reader& reader, Node const& node, Value& value);
void check_default_compute(Reader& reader, Node const& node, Value& value);
void check_compute(Reader& reader, Node const& node, Value& value);
void check_local_file(Reader& reader, Node const& node, Value& value);
void check_conda_file(Reader& reader, Node const& node, Value& value);
void check_build_path(Reader& reader, Node const& node, Value& value);
void check_data_path(Reader& reader, Node const& node, Value& value);
void check_model_path(Reader& reader, Node const& node, Value& value);
void check_deployment_model(Reader& reader, Node const& node, Value& value);

/// `azureml:`, `azureml://`, a URL, `runs:/`: not a local path.
bool is_remote(std::string_view text);

/// The absolute path behind a relative one, against the folder of the document.
std::filesystem::path resolved(Reader const& reader, std::string_view path);

/// The name of a file that `document` names as `path`, in the user's spelling.
std::string named_beside(Document const& document, std::string_view path);

/// A mapping written in place of a conda file, as YAML text.
std::string yaml_text(Node const& node);

}  // namespace podium::inline v0::spec
