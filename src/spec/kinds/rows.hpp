#pragma once

#include "spec/kinds/kinds.hpp"

#include <array>
#include <cstddef>

/// Rows that several tables begin with.
namespace podium::inline v0::spec::kinds {

/// One list of rows from several.
template <std::size_t... N>
constexpr std::array<Field, (N + ...)> rows(Field const (&... parts)[N]) {
  std::array<Field, (N + ...)> out{};
  std::size_t at = 0;
  auto const append = [&](auto const& part) {
    for (auto const& field : part) out[at++] = field;
  };
  (append(parts), ...);
  return out;
}

/// Jobs that stand alone, and steps written in place.
inline constexpr Field job_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &string_shape,
     .wire = "-",
     .doc = "Name of the job, unique in its workspace; made up when it is absent."},
    {.name = "display_name", .shape = &string_shape, .doc = "Name shown in the studio; need not be unique."},
    {.name = "description", .shape = &string_shape, .doc = "What the job does, in words."},
    {.name = "experiment_name",
     .shape = &string_shape,
     .doc = "Experiment that the job belongs to; by default the name of the working folder."},
    {.name = "tags", .shape = &job_tags, .unsent = "{}", .doc = "Free labels, text to text."},
    {.name = "identity",
     .shape = &identity,
     .support = Support::noted,
     .doc = "Identity that the job uses to reach data: `managed`, `user_identity` or `aml_token`."},
    {.name = "services",
     .shape = &services,
     .support = Support::noted,
     .doc = "Interactive services that run beside the job, by name."},
    {.name = "id", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "status", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "log_files", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "creation_context", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
};

inline constexpr Field properties_row[] = {
    {.name = "properties",
     .shape = &job_tags,
     .unsent = "{}",
     .doc = "Free properties, text to text; they cannot be changed later."},
};

inline constexpr Field compute_row[] = {
    {.name = "compute",
     .shape = &compute,
     .wire = "=properties.computeId",
     .doc = "Where the job runs: `azureml:NAME`, a bare name, `serverless` or `local`; serverless when absent."},
};

inline constexpr Field input_output_rows[] = {
    {.name = "inputs",
     .shape = &job_inputs,
     .unsent = "{}",
     .doc = "Inputs by name: a value, or data and models by `type` and `path`."},
    {.name = "outputs",
     .shape = &job_outputs,
     .unsent = "{}",
     .doc = "Outputs by name; a folder in the default data store when empty."},
};

/// Steps that use a component.
inline constexpr Field node_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &string_shape,
     .support = Support::noted,
     .wire = "-",
     .doc = "Ignored: a step is named by its key under `jobs`."},
    {.name = "display_name", .shape = &string_shape, .doc = "Name shown in the studio."},
    {.name = "description", .shape = &string_shape, .support = Support::noted, .doc = "What the step does, in words."},
    {.name = "comment", .shape = &string_shape, .support = Support::noted, .doc = "A note shown beside the step."},
    {.name = "tags", .shape = &job_tags, .support = Support::noted, .doc = "Free labels, text to text."},
    {.name = "properties", .shape = &job_tags, .support = Support::noted, .doc = "Free properties, text to text."},
    {.name = "experiment_name",
     .shape = &string_shape,
     .support = Support::noted,
     .wire = "-",
     .doc = "Ignored: the experiment belongs to the pipeline."},
    {.name = "inputs",
     .shape = &node_inputs,
     .doc = "Inputs of the component by name: a value, a binding, or data and models by `type` and `path`."},
    {.name = "outputs",
     .shape = &job_outputs,
     .doc = "Outputs of the component by name: a binding `${{parent.outputs.NAME}}`, or a mapping."},
};

/// Components of every type, when they stand in a file of their own.
inline constexpr Field component_rows[] = {
    {.name = "$schema", .shape = &any_shape, .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &component_name,
     .need = Need::required,
     .doc = "Name: lower-case letters, digits and underscores, beginning with a letter."},
    {.name = "version", .shape = &version, .doc = "Version; quote it, or `1.10` becomes `1.1`."},
    {.name = "display_name", .shape = &string_shape, .doc = "Name shown in the studio; need not be unique."},
    {.name = "description", .shape = &string_shape, .doc = "What the component does, in words."},
    {.name = "tags", .shape = &tags, .doc = "Free labels, text to text."},
    {.name = "is_deterministic",
     .shape = &boolean_shape,
     .fallback = "true",
     .doc = "Whether the same inputs give the same outputs, so that an earlier run may be used again."},
    {.name = "intellectual_property",
     .shape = &any_shape,
     .support = Support::noted,
     .doc = "How much of the component others may see; a preview feature."},
    {.name = "auto_delete_setting",
     .shape = &any_shape,
     .support = Support::noted,
     .doc = "When the asset is deleted by itself; a preview feature."},
    {.name = "creation_context", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "latest_version", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
};

/// Components written into a step.
inline constexpr Field inline_component_rows[] = {
    {.name = "$schema", .shape = &any_shape, .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name", .shape = &any_shape, .wire = "-", .doc = "Ignored: a component in place is named by its content."},
    {.name = "version",
     .shape = &any_shape,
     .wire = "-",
     .doc = "Ignored: a component in place is named by its content."},
    {.name = "id", .shape = &string_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "display_name", .shape = &string_shape, .doc = "Name shown in the studio."},
    {.name = "description", .shape = &string_shape, .doc = "What the component does, in words."},
    {.name = "tags", .shape = &free_tags, .doc = "Free labels."},
    {.name = "is_deterministic",
     .shape = &boolean_shape,
     .fallback = "true",
     .doc = "Whether the same inputs give the same outputs, so that an earlier run may be used again."},
    {.name = "auto_delete_setting",
     .shape = &any_shape,
     .support = Support::noted,
     .doc = "When the asset is deleted by itself; a preview feature."},
    {.name = "creation_context", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "latest_version", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
};

inline constexpr Field component_inputs_row[] = {
    {.name = "inputs",
     .shape = &component_inputs,
     .doc = "Declared inputs by name: parameters (`string`, `number`, `integer`, `boolean`) and data or models."},
};

}  // namespace podium::inline v0::spec::kinds
