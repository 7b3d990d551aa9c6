#include "spec/files.hpp"
#include "spec/graph.hpp"
#include "spec/kinds/kinds.hpp"

/// Pipeline jobs and their nodes.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Shape component_reference{.kind = string, .check = check_component_reference};
constexpr Shape component{.kind = either,
                          .name = "a component: a file, `azureml:NAME:VERSION` or a mapping",
                          .scalar = &component_reference,
                          .mapping = &inline_component};

constexpr Hint node_hints[] = {
    {"settings", "only the pipeline has settings"},
    {"experiment_name", "the experiment belongs to the pipeline"},
    {"depends_on", "steps wait for each other through `${{parent.jobs.NAME.outputs.OUTPUT}}`"}};

constexpr Field node_fields[] = {{"$schema", &any_shape},
                                 {"type", &string_shape},
                                 {"component", &component},
                                 {"name", &string_shape, Need::optional, Support::noted},
                                 {"display_name", &string_shape},
                                 {"description", &string_shape, Need::optional, Support::noted},
                                 {"comment", &string_shape, Need::optional, Support::noted},
                                 {"tags", &tags, Need::optional, Support::noted},
                                 {"properties", &tags, Need::optional, Support::noted},
                                 {"inputs", &job_inputs},
                                 {"outputs", &job_outputs},
                                 {"compute", &compute},
                                 {"environment", &environment},
                                 {"environment_variables", &environment_variables},
                                 {"command", &string_shape},
                                 {"code", &code},
                                 {"resources", &job_resources},
                                 {"limits", &command_limits},
                                 {"distribution", &distribution, Need::optional, Support::refused},
                                 {"identity", &identity, Need::optional, Support::noted},
                                 {"services", &services, Need::optional, Support::noted},
                                 {"queue_settings", &queue_settings, Need::optional, Support::noted},
                                 {"is_deterministic", &boolean_shape, Need::optional, Support::noted}};

constexpr Shape unchecked{.kind = any, .check = check_unchecked_node};
constexpr Alternative node_types[] = {
    {"command", &command_node}, {"sweep", &unchecked},    {"parallel", &unchecked}, {"pipeline", &unchecked},
    {"automl", &unchecked},     {"spark", &unchecked},    {"import", &unchecked},   {"data_transfer", &unchecked},
    {"finetuning", &unchecked}, {"do_while", &unchecked}, {"if_else", &unchecked},  {"parallel_for", &unchecked}};
constexpr Shape node{.kind = tagged,
                     .name = "a step",
                     .any_case = true,
                     .tag = "type",
                     .tag_default = "command",
                     .alternatives = node_types};
constexpr Shape nodes{.kind = map, .item = &node, .bindings = true};

constexpr Shape default_compute{.kind = string, .check = check_default_compute};

constexpr Field settings_fields[] = {{"default_compute", &default_compute, Need::optional, Support::carried, {}, true},
                                     {"default_datastore", &asset_reference},
                                     {"continue_on_step_failure", &boolean_shape},
                                     {"force_rerun", &boolean_shape},
                                     {"on_init", &string_shape, Need::optional, Support::refused},
                                     {"on_finalize", &string_shape, Need::optional, Support::refused}};
constexpr Shape settings{.kind = object, .name = "settings", .fields = settings_fields, .unknown = Unknown::warning};

constexpr std::string_view types[] = {"pipeline"};
constexpr Shape type{.kind = string, .values = types, .any_case = true};

constexpr Hint hints[] = {{"steps", "steps are written under `jobs`"},
                          {"nodes", "steps are written under `jobs`"},
                          {"command", "a pipeline runs the commands of its `jobs`"},
                          {"default_compute", "it belongs into `settings`"},
                          {"default_datastore", "it belongs into `settings`"},
                          {"force_rerun", "it belongs into `settings`"},
                          {"continue_on_step_failure", "it belongs into `settings`"}};

constexpr Field fields[] = {{"$schema", &any_shape},
                            {"type", &type, Need::required},
                            {"name", &string_shape},
                            {"display_name", &string_shape},
                            {"description", &string_shape},
                            {"experiment_name", &string_shape},
                            {"tags", &tags},
                            {"properties", &tags},
                            {"compute", &compute},
                            {"identity", &identity, Need::optional, Support::noted},
                            {"services", &services, Need::optional, Support::noted},
                            {"settings", &settings, Need::optional, Support::carried, {}, true},
                            {"inputs", &job_inputs},
                            {"outputs", &job_outputs},
                            {"jobs", &nodes},
                            {"component", &any_shape, Need::optional, Support::refused}};

}  // namespace

constexpr Shape command_node{.kind = object,
                             .name = "a step",
                             .fields = node_fields,
                             .hints = node_hints,
                             .unknown = Unknown::warning,
                             .check = check_node};
constexpr Shape pipeline_job{.kind = object, .fields = fields, .hints = hints, .check = check_pipeline};

}  // namespace podium::inline v0::spec::kinds
