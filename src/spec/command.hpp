#pragma once

#include "spec/reader.hpp"

/// What holds between a command, the inputs and outputs it names, and their declarations.
namespace podium::inline v0::spec {

void check_component_name(Reader& reader, Node const& node, Value& value);
/// In the file of a job, the client takes a type in lower case only.
void check_type_of_file(Reader& reader, Node const& node, Value& value);
void check_parameter(Reader& reader, Node const& node, Value& value);
void check_port(Reader& reader, Node const& node, Value& value);
void check_component(Reader& reader, Node const& node, Value& value);
void check_command_job(Reader& reader, Node const& node, Value& value);
void check_standalone_command(Reader& reader, Node const& node, Value& value);
/// Says that a job without compute is serverless.
void note_serverless(Reader& reader, Node const& node);
void check_additional_include(Reader& reader, Node const& node, Value& value);

/// The names that a component declares, and those that a job gives.
void check_declarations(Reader& reader, Value const& component);
void check_given_names(Reader& reader, Value const& job);
/// Of a pipeline job, where dots make groups.
void check_pipeline_names(Reader& reader, Value const& job);

/// Every `${{inputs.x}}` and `${{outputs.x}}` of the command against what is declared, and the `$[[ ]]` groups.
/// `optional_names`: inputs that may be absent.  Null node sets mean that nothing is declared.
struct Declared {
  Value const* inputs = nullptr;
  Value const* outputs = nullptr;
  bool component = true;         ///< declared by a component: optional inputs must stand in groups
  Value const* space = nullptr;  ///< of a sweep: what `${{search_space.x}}` may name; null: not looked at
};
void check_command(Reader& reader, Node const& command, Declared const& declared);

/// Does the text fit a parameter of that type: integer, number, boolean, string.
bool fits_type(std::string_view type, std::string_view text);

}  // namespace podium::inline v0::spec
