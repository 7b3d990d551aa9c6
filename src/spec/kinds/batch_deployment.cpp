#include "base/letters.hpp"
#include "spec/files.hpp"
#include "spec/kinds/included.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/wire/spellings.hpp"

#include <algorithm>

/// Batch deployments: of a model, of a pipeline, and the older flat form.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Shape at_least_one{.kind = integer, .min = 1};
constexpr Shape not_negative{.kind = integer, .min = 0};
constexpr Shape threshold{.kind = integer, .min = -1};
constexpr Shape timeout{.kind = integer, .min = 1, .wire = &wire::seconds};

constexpr Field retry_fields[] = {
    {.name = "max_retries", .shape = &not_negative, .doc = "How often a mini batch that failed is tried again."},
    {.name = "timeout", .shape = &timeout, .doc = "Seconds that a mini batch may take."}};
constexpr Shape retry_settings{.kind = object, .fields = retry_fields};

constexpr std::string_view actions[] = {"append_row", "summary_only"};
constexpr Word action_words[] = {{"append_row", "AppendRow"}, {"summary_only", "SummaryOnly"}};
constexpr Shape output_action{.kind = string, .values = actions, .any_case = true, .words = action_words};

void check_level(Reader& reader, Node const& node, Value& value) {
  static constexpr std::string_view levels[] = {"debug", "info", "warning"};
  auto const level = base::lower_case(value.text);
  if (std::find(std::begin(levels), std::end(levels), level) != std::end(levels)) return;
  auto const near = nearest(level, levels);
  reader.warning("PD1014", node, "`" + value.text + "` is not one of " + joined(levels),
                 near.empty() ? std::string{} : "did you mean `" + std::string{near} + "`?");
}
constexpr Shape logging_level{.kind = string, .check = check_level};

constexpr Hint common_hints[] = {{"instance_type", "batch deployments run on a cluster: name it in `compute:`"},
                                 {"instance_count", "write it into `resources:`"},
                                 {"traffic", "the default deployment is named by the endpoint, in `defaults:`"}};
constexpr Hint flat_hints[] = {{"settings", "settings need `type: model` or `type: pipeline`"},
                               {"instance_type", "batch deployments run on a cluster: name it in `compute:`"},
                               {"instance_count", "write it into `resources:`"}};

/// Knobs of scoring: under `settings`, or at the top of the flat form.
constexpr Field flat_size_row[] = {{.name = "mini_batch_size",
                                    .shape = &at_least_one,
                                    .wire = "/properties.miniBatchSize",
                                    .doc = "Files that one call of `run()` gets; 10 when absent."}};
constexpr Field size_row[] = {{.name = "mini_batch_size",
                               .shape = &at_least_one,
                               .need = Need::required,
                               .wire = "/properties.miniBatchSize",
                               .doc = "Files that one call of `run()` gets."}};
constexpr Field knob_rows[] = {
    {.name = "max_concurrency_per_instance",
     .shape = &at_least_one,
     .wire = "/properties.maxConcurrencyPerInstance",
     .doc = "Processes on each node; 1 when absent."},
    {.name = "output_action",
     .shape = &output_action,
     .wire = "/properties.outputAction",
     .doc = "`append_row`: one file with what `run()` returns; `summary_only`: the code writes its own files."},
    {.name = "output_file_name",
     .shape = &string_shape,
     .wire = "/properties.outputFileName",
     .doc = "Name of that file; `predictions.csv` when absent."},
    {.name = "retry_settings",
     .shape = &retry_settings,
     .wire = "/properties.retrySettings",
     .doc = "What happens to a mini batch that fails."},
    {.name = "error_threshold",
     .shape = &threshold,
     .wire = "/properties.errorThreshold",
     .doc = "Failed files after which the job ends; -1: never."},
    {.name = "logging_level",
     .shape = &logging_level,
     .wire = "/properties.loggingLevel",
     .doc = "`debug`, `info` or `warning`."}};
constexpr Field setting_rows[] = {{.name = "instance_count",
                                   .shape = &at_least_one,
                                   .wire = "/properties.resources.instanceCount",
                                   .doc = "Number of nodes; or write it into `resources`."},
                                  {.name = "environment_variables",
                                   .shape = &variables_of_deployment,
                                   .wire = "/properties.environmentVariables",
                                   .doc = "Environment variables of the processes."}};

void check_output(Reader& reader, Value const& value) {
  auto const& file = value.at("output_file_name");
  if (value.string("output_action") != "summary_only" || !file) return;
  Reader::Step const step{reader, "output_action"};
  auto& problem = reader.error("PD1021", *value.at("output_action").node,
                               "`output_action: summary_only` and `output_file_name` exclude each other",
                               "remove `output_file_name`, or write `append_row`");
  problem.official = "When output_action is set to summary_only, the output_file_name need not to be specified.";
  problem.related.push_back(file.node->source->label(file.node->span, "the file that would not be written"));
}

void check_settings(Reader& reader, Node const&, Value& value) { check_output(reader, value); }

constexpr auto settings_fields = rows(size_row, knob_rows, setting_rows);
constexpr Shape model_settings{.kind = object, .name = "settings", .fields = settings_fields, .check = check_settings};

constexpr std::string_view types[] = {"model", "pipeline"};
constexpr Shape deployment_type{.kind = string, .values = types, .any_case = true};

void check_batch_name(Reader& reader, Node const& node, Value& value) {
  if (!is_resource_name(value.text) && !is_placeholder(value.text))
    reader.warning("PD1016", node, "`" + value.text + "` is not a name for a deployment",
                   "use 3 to 32 letters, digits and dashes, beginning with a letter and not ending with a dash");
  value.text = base::lower_case(value.text);
}

constexpr Shape batch_name{.kind = string, .check = check_batch_name};

constexpr Field head_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "type", .shape = &deployment_type, .wire = "-", .doc = "`model` or `pipeline`."},
    {.name = "description", .shape = &string_shape, .doc = "What the deployment is, in words."},
    {.name = "tags", .shape = &resource_tags, .wire = "/tags", .unsent = "{}", .doc = "Free labels."}};
constexpr Field name_rows[] = {{.name = "name",
                                .shape = &batch_name,
                                .need = Need::required,
                                .wire = "-",
                                .doc = "Name, unique within its endpoint."},
                               {.name = "endpoint_name",
                                .shape = &string_shape,
                                .need = Need::required,
                                .wire = "-",
                                .doc = "The endpoint it belongs to."}};
constexpr Shape cluster{.kind = string, .check = check_compute, .wire = &wire::compute};
constexpr Shape model_id{.kind = string, .check = check_deployment_model};
constexpr Shape batch_model{.kind = either,
                            .name = "a model: `azureml:NAME:VERSION` or a mapping with `path`",
                            .scalar = &model_id,
                            .mapping = &model_inline,
                            .wire = &batch_model_reference};
constexpr Field scoring_rows[] = {
    {.name = "properties", .shape = &free_map_shape, .unsent = "{}", .doc = "Free properties."},
    {.name = "model", .shape = &batch_model, .doc = "The model: `azureml:NAME:VERSION`, or one in place."},
    {.name = "environment",
     .shape = &environment_of_deployment,
     .wire = "properties.environmentId",
     .doc = "The environment.  A model in MLflow format needs none."},
    {.name = "code_configuration",
     .shape = &code_configuration,
     .doc = "Scoring code.  A model in MLflow format needs none."},
    {.name = "resources", .shape = &job_resources, .doc = "Number of nodes."},
    {.name = "id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."}};
constexpr Field model_rows[] = {
    {.name = "compute", .shape = &cluster, .need = Need::required, .doc = "The cluster: `azureml:NAME`."},
    {.name = "environment_variables",
     .shape = &variables_of_deployment,
     .wire = "-",
     .doc = "Has no effect here: write it into `settings`."},
    {.name = "error_threshold",
     .shape = &threshold,
     .wire = "-",
     .doc = "Has no effect here: write it into `settings`."},
    {.name = "settings", .shape = &model_settings, .wire = ".", .doc = "How scoring is spread over the nodes."}};
constexpr Field flat_rows[] = {{.name = "compute", .shape = &cluster, .doc = "The cluster: `azureml:NAME`."},
                               {.name = "environment_variables",
                                .shape = &variables_of_deployment,
                                .unsent = "{}",
                                .doc = "Environment variables of the processes."},
                               {.name = "component",
                                .shape = &asset_reference,
                                .wire = "-",
                                .doc = "Only deployments of `type: pipeline` use it."},
                               {.name = "job_definition",
                                .shape = &asset_reference,
                                .wire = "-",
                                .doc = "Only deployments of `type: pipeline` use it."},
                               {.name = "creation_context",
                                .shape = &set_by_service,
                                .wire = "-",
                                .doc = "Written by the service; ignored in a file."},
                               {.name = "provisioning_state",
                                .shape = &set_by_service,
                                .wire = "-",
                                .doc = "Written by the service; ignored in a file."}};

void check_model(Reader& reader, Node const& node) {
  if (node.find("model") == nullptr)
    reader.warning("PD1021", reader.holder(node), "the deployment names no `model`",
                   "add `model:`, or give it with `--set model=azureml:NAME:VERSION`");
}

void check_flat(Reader& reader, Node const& node, Value& value) {
  check_model(reader, node);
  check_output(reader, value);
}

void check_model_deployment(Reader& reader, Node const& node, Value& value) {
  check_model(reader, node);
  for (auto const name : {"environment_variables", "error_threshold"}) {
    auto const* given = node.entry(name);
    if (given == nullptr) continue;
    Reader::Step const step{reader, name};
    reader.warning("PD1010", *given->key, "`" + std::string{name} + "` has no effect here",
                   "write it into `settings:`");
  }
  auto const& settings = value.at("settings");
  if (auto const& count = settings.at("instance_count"); count && value.at("resources")) {
    Reader::Step const step{reader, "settings"};
    Reader::Step const deeper{reader, "instance_count"};
    reader
        .error("PD1021", *count.node, "`settings.instance_count` and `resources` exclude each other",
               "keep one of them")
        .official = "Can't set instance_count when resources is provided.";
  }
}

constexpr auto model_fields = rows(head_rows, name_rows, scoring_rows, model_rows);
constexpr auto flat_fields = rows(head_rows, name_rows, scoring_rows, flat_rows, flat_size_row, knob_rows);

constexpr Field pipeline_setting_fields[] = {
    {.name = "default_compute", .shape = &string_shape, .doc = "Where steps run that name no compute."},
    {.name = "default_datastore", .shape = &string_shape, .doc = "Where outputs go that name no place."},
    {.name = "continue_on_step_failure", .shape = &boolean_shape, .doc = "Whether other steps go on when one fails."},
    {.name = "force_rerun", .shape = &boolean_shape, .doc = "Whether results of earlier runs are not used again."},
    {.name = "continue_run_on_failed_optional_input",
     .shape = &boolean_shape,
     .doc = "Whether a step runs when an optional input failed."},
    {.name = "on_init", .shape = &string_shape, .doc = "Step that runs first."},
    {.name = "on_finalize", .shape = &string_shape, .doc = "Step that runs last."}};

void check_pipeline_settings(Reader& reader, Node const& node, Value& value) {
  std::vector<std::string_view> free;
  for (auto const& field : pipeline_setting_fields)
    if (node.find(field.name) == nullptr) free.push_back(field.name);
  for (auto const& member : value.members) {
    auto const known = [&](Field const& one) { return one.name == member.name; };
    if (std::any_of(std::begin(pipeline_setting_fields), std::end(pipeline_setting_fields), known)) continue;
    Reader::Step const step{reader, member.name};
    auto const near = nearest(member.name, free);
    reader.warning("PD1010", *member.key, "unknown setting `" + member.name + "`",
                   near.empty() ? std::string{} : "did you mean `" + std::string{near} + "`?");
  }
}

constexpr Shape pipeline_settings{.kind = object,
                                  .name = "settings",
                                  .fields = pipeline_setting_fields,
                                  .unknown = Unknown::keep,
                                  .check = check_pipeline_settings,
                                  .wire = &wire::as_is};

void check_component(Reader& reader, Node const& node, Value& value) {
  if (value.text.starts_with("azureml:")) return check_reference(reader, node, value);
  read_included(reader, node, value, [](Node const&) { return &pipeline_component; });
}
constexpr Shape component_file{
    .kind = string, .name = "a component: a file or `azureml:NAME:VERSION`", .check = check_component};
constexpr Shape job_of_pipeline{.kind = either,
                                .name = "a job: `azureml:NAME` or a pipeline",
                                .scalar = &asset_reference,
                                .mapping = &free_map_shape};
constexpr Field pipeline_rows[] = {{.name = "component",
                                    .shape = &component_file,
                                    .wire = "-",
                                    .doc = "The pipeline component: a file, or a registered one."},
                                   {.name = "job_definition",
                                    .shape = &job_of_pipeline,
                                    .wire = "-",
                                    .doc = "A pipeline job that the component is made of, instead of `component`."},
                                   {.name = "settings",
                                    .shape = &pipeline_settings,
                                    .wire = "properties.deploymentConfiguration.settings",
                                    .doc = "Settings of the pipeline, for example `default_compute`."}};

void check_pipeline_deployment(Reader& reader, Node const& node, Value&) {
  auto const* component = node.entry("component");
  auto const* job = node.entry("job_definition");
  if (component == nullptr && job == nullptr) {
    reader.error("PD1021", reader.holder(node), "a pipeline deployment needs `component` or `job_definition`",
                 "add `component:`");
  } else if (component != nullptr && job != nullptr) {
    Reader::Step const step{reader, "job_definition"};
    reader.warning("PD1021", *job->key, "`component` and `job_definition` exclude each other", "keep one of them");
  }
  auto const* settings = node.find("settings");
  if (settings != nullptr && (!settings->is_mapping() || settings->find("default_compute") != nullptr)) return;
  Reader::Step const step{reader, "settings"};
  reader.warning("PD1046", settings == nullptr ? reader.holder(node) : *node.entry("settings")->key,
                 "the deployment has no `default_compute`: steps without a compute of their own cannot run",
                 "add `settings: {default_compute: NAME}`");
}

constexpr auto pipeline_fields = rows(head_rows, name_rows, pipeline_rows);
constexpr Constant pipeline_constants[] = {
    {"properties.deploymentConfiguration.deploymentConfigurationType", "\"PipelineComponent\""},
    {"properties.errorThreshold", "-1"},
    {"properties.maxConcurrencyPerInstance", "1"},
    {"properties.miniBatchSize", "10"},
    {"properties.outputFileName", "\"predictions.csv\""}};

constexpr Shape flat_deployment{.kind = object,
                                .name = "a batch deployment",
                                .fields = flat_fields,
                                .hints = flat_hints,
                                .check = check_flat,
                                .under = "properties",
                                .finish = add_location};
constexpr Alternative forms[] = {
    {"", &flat_deployment}, {"model", &model_batch_deployment}, {"pipeline", &pipeline_batch_deployment}};

}  // namespace

constexpr Shape model_batch_deployment{.kind = object,
                                       .name = "a batch deployment",
                                       .fields = model_fields,
                                       .hints = common_hints,
                                       .check = check_model_deployment,
                                       .under = "properties",
                                       .finish = finish_model_batch};
constexpr Shape pipeline_batch_deployment{.kind = object,
                                          .name = "a batch deployment",
                                          .fields = pipeline_fields,
                                          .hints = common_hints,
                                          .check = check_pipeline_deployment,
                                          .under = "properties",
                                          .constants = pipeline_constants,
                                          .finish = finish_pipeline_batch,
                                          .unfinish = unfinish_pipeline_batch};
constexpr Shape batch_deployment{.kind = tagged,
                                 .name = "a batch deployment",
                                 .any_case = true,
                                 .tag = "type",
                                 .alternatives = forms,
                                 .wire_tag = "-"};

}  // namespace podium::inline v0::spec::kinds
