#include "spec/kinds/rows.hpp"

/// Prompt flows used as parallel components.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Field azureml_fields[] = {
    {.name = "environment", .shape = &environment, .doc = "Environment of the flow."},
    {.name = "is_deterministic",
     .shape = &boolean_shape,
     .doc = "Whether the same inputs give the same outputs, so that an earlier run may be used again."}};
constexpr Shape azureml{.kind = object, .name = "a mapping", .fields = azureml_fields};

constexpr Shape connections{.kind = map, .item = &string_map_shape};

// The rest of a flow belongs to prompt flow.
constexpr Field fields[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name", .shape = &component_name, .doc = "Name of the component."},
    {.name = "version", .shape = &string_shape, .doc = "Version, as text."},
    {.name = "display_name", .shape = &string_shape, .doc = "Name shown in the studio."},
    {.name = "description", .shape = &string_shape, .doc = "What the flow does, in words."},
    {.name = "tags", .shape = &tags, .doc = "Free labels, text to text."},
    {.name = "azureml", .shape = &azureml, .doc = "What holds when the flow is a component."},
    {.name = "environment_variables", .shape = &string_map_shape, .doc = "Environment variables of the flow."},
    {.name = "additional_includes", .shape = &string_list_shape, .doc = "Files and folders that go into its code."},
    {.name = "flow", .shape = &local_file, .doc = "Flow that a run takes its nodes from."},
    {.name = "variant", .shape = &string_shape, .doc = "Variant of a node: `${NODE.VARIANT}`."},
    {.name = "column_mapping", .shape = &any_shape, .doc = "Inputs of the flow, from columns of the data."},
    {.name = "column_mappings",
     .shape = &string_map_shape,
     .doc = "Inputs of the component, from columns of the data."},
    {.name = "connections", .shape = &connections, .doc = "Connections of the nodes."}};

}  // namespace

constexpr Shape flow_component{.kind = object, .name = "a flow", .fields = fields, .unknown = Unknown::keep};

}  // namespace podium::inline v0::spec::kinds
