#pragma once

#include "spec/reader.hpp"

/// What holds between the steps of a pipeline, and between a step and its component.
namespace podium::inline v0::spec {

/// Follow `component: ./file.yml` of a step of that type; the value becomes what the file means, `local`, with `text`
/// its absolute path.
void check_component_file(Reader& reader, Node const& node, Value& value);  // of any type
void check_command_component_file(Reader& reader, Node const& node, Value& value);
void check_spark_component_file(Reader& reader, Node const& node, Value& value);
void check_parallel_component_file(Reader& reader, Node const& node, Value& value);
void check_pipeline_component_file(Reader& reader, Node const& node, Value& value);
void check_data_transfer_component_file(Reader& reader, Node const& node, Value& value);

void check_node(Reader& reader, Node const& node, Value& value);
void check_typeless_node(Reader& reader, Node const& node, Value& value);
void check_inline_comment(Reader& reader, Node const& node, Value& value);
void check_import_step(Reader& reader, Node const& node, Value& value);
void check_export_step(Reader& reader, Node const& node, Value& value);
void check_pipeline(Reader& reader, Node const& node, Value& value);
void check_pipeline_component(Reader& reader, Node const& node, Value& value);

/// The component of a step (the trial of a sweep) as far as it can be known here: from a file or in place; null for a
/// reference, and for a flow, whose interface stands elsewhere.
Value const* definition_of(Value const& node);

/// Whether an input of a component need not be given: it is optional, has a default, or is a pipeline's that reaches
/// optional inputs alone.
bool may_be_left_out(Value const& component, Member const& input);

}  // namespace podium::inline v0::spec
