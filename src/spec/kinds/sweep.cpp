#include "spec/sweep.hpp"

#include "spec/command.hpp"
#include "spec/graph.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/wire/spellings.hpp"

/// Sweeps over the parameters of a trial: jobs, steps, and the parts that AutoML shares.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view types[] = {"sweep"};
constexpr Shape type{.kind = string, .values = types, .any_case = true, .check = check_type_of_file};

constexpr Field type_row{
    .name = "type", .shape = &string_shape, .doc = "Which distribution, policy or algorithm it is."};

constexpr std::string_view rules[] = {"random", "sobol"};
constexpr Shape rule{.kind = string, .values = rules, .any_case = true};
constexpr Field random_fields[] = {
    type_row,
    {.name = "seed", .shape = &integer_shape, .doc = "Seed of the random numbers."},
    {.name = "rule", .shape = &rule, .doc = "`random` or `sobol`."},
    {.name = "logbase", .shape = &text_shape, .doc = "Base of the logarithm, a number or `e`; `sobol` only."}};
constexpr Shape random_sampling{.kind = object, .name = "a sampling algorithm", .fields = random_fields};
constexpr Field bare_fields[] = {type_row};
constexpr Shape bare{.kind = object, .name = "a sampling algorithm", .fields = bare_fields};
constexpr Alternative samplings[] = {{"random", &random_sampling}, {"grid", &bare}, {"bayesian", &bare}};
constexpr std::string_view sampling_names[] = {"bayesian", "grid", "random"};
constexpr Shape sampling_name{.kind = string, .values = sampling_names, .any_case = true};
constexpr Shape sampling_mapping{
    .kind = tagged, .name = "a sampling algorithm", .any_case = true, .tag = "type", .alternatives = samplings};

constexpr Field values_row[] = {type_row,
                                {.name = "values",
                                 .shape = &choice_values,
                                 .doc = "The values to choose from; they may be mappings of further spaces."}};
constexpr Shape choice{.kind = object, .name = "a choice", .fields = values_row, .check = check_choice};
constexpr Field uniform_fields[] = {
    type_row,
    {.name = "min_value", .shape = &number_shape, .need = Need::required, .doc = "Least value."},
    {.name = "max_value", .shape = &number_shape, .need = Need::required, .doc = "Greatest value."}};
constexpr Shape uniform{.kind = object, .name = "a distribution", .fields = uniform_fields, .check = check_uniform};
constexpr Field quniform_fields[] = {
    type_row,
    {.name = "min_value", .shape = &number_shape, .need = Need::required, .doc = "Least value."},
    {.name = "max_value", .shape = &number_shape, .need = Need::required, .doc = "Greatest value."},
    {.name = "q", .shape = &number_shape, .need = Need::required, .doc = "Step: values are rounded to a multiple."}};
constexpr Shape quniform{.kind = object, .name = "a distribution", .fields = quniform_fields, .check = check_uniform};
constexpr Field normal_fields[] = {
    type_row,
    {.name = "mu", .shape = &number_shape, .need = Need::required, .doc = "Mean."},
    {.name = "sigma", .shape = &spread, .need = Need::required, .doc = "Standard deviation."}};
constexpr Shape normal{.kind = object, .name = "a distribution", .fields = normal_fields};
constexpr Field qnormal_fields[] = {
    type_row,
    {.name = "mu", .shape = &number_shape, .need = Need::required, .doc = "Mean."},
    {.name = "sigma", .shape = &spread, .need = Need::required, .doc = "Standard deviation."},
    {.name = "q", .shape = &number_shape, .need = Need::required, .doc = "Step: values are rounded to a multiple."}};
constexpr Shape qnormal{.kind = object, .name = "a distribution", .fields = qnormal_fields};
constexpr Shape upper{.kind = integer, .min = 1, .advisory = true};
constexpr Field randint_fields[] = {
    type_row,
    {.name = "upper", .shape = &upper, .need = Need::required, .doc = "Integers from 0 up to, and without, this one."}};
constexpr Shape randint{.kind = object, .name = "a distribution", .fields = randint_fields};
constexpr Shape any_values{.kind = list, .item = &any_shape};
constexpr Field any_values_row[] = {type_row,
                                    {.name = "values", .shape = &any_values, .doc = "The values to choose from."}};
constexpr Shape any_choice{.kind = object, .name = "a choice", .fields = any_values_row, .check = check_choice};
constexpr Alternative spaces[] = {{"choice", &choice},     {"uniform", &uniform},      {"loguniform", &uniform},
                                  {"quniform", &quniform}, {"qloguniform", &quniform}, {"normal", &normal},
                                  {"lognormal", &normal},  {"qnormal", &qnormal},      {"qlognormal", &qnormal},
                                  {"randint", &randint}};

constexpr Alternative any_spaces[] = {{"choice", &any_choice}, {"uniform", &uniform},      {"loguniform", &uniform},
                                      {"quniform", &quniform}, {"qloguniform", &quniform}, {"normal", &normal},
                                      {"lognormal", &normal},  {"qnormal", &qnormal},      {"qlognormal", &qnormal},
                                      {"randint", &randint}};

constexpr Shape chosen_map{.kind = map, .item = &chosen};
constexpr Alternative nested[] = {{"type", &sweep_space}, {"", &chosen_map}};
constexpr Shape chosen_scalar{.kind = text, .check = check_chosen};
constexpr Shape chosen_mapping{.kind = keyed, .alternatives = nested};

constexpr std::string_view goals[] = {"minimize", "maximize"};
constexpr Shape goal{.kind = string, .values = goals, .any_case = true};
constexpr Field objective_fields[] = {
    {.name = "goal", .shape = &goal, .need = Need::required, .doc = "`minimize` or `maximize`."},
    {.name = "primary_metric",
     .shape = &string_shape,
     .need = Need::required,
     .doc = "Metric that the trial logs with MLflow."}};
constexpr Shape objective{.kind = object, .name = "an objective", .fields = objective_fields};

constexpr Shape whole{.kind = integer, .min = 0, .advisory = true};
constexpr Shape share{.kind = number, .min = 0, .advisory = true};
constexpr Shape percentage{.kind = integer, .min = 1, .max = 99, .advisory = true};
constexpr Field interval_row{.name = "evaluation_interval",
                             .shape = &whole,
                             .nullable = true,
                             .doc = "How often the policy is applied, in reports of the metric."};
constexpr Field delay_row{
    .name = "delay_evaluation", .shape = &whole, .nullable = true, .doc = "Reports before the first time."};
constexpr Field bandit_fields[] = {
    type_row,
    {.name = "slack_factor", .shape = &share, .nullable = true, .doc = "Allowed distance from the best, as a ratio."},
    {.name = "slack_amount", .shape = &share, .nullable = true, .doc = "Allowed distance from the best, absolute."},
    interval_row,
    delay_row};
constexpr Shape bandit{.kind = object, .name = "a policy", .fields = bandit_fields, .check = check_bandit};
constexpr Field median_fields[] = {type_row, interval_row, delay_row};
constexpr Shape median{.kind = object, .name = "a policy", .fields = median_fields};
constexpr Field truncation_fields[] = {type_row,
                                       {.name = "truncation_percentage",
                                        .shape = &percentage,
                                        .need = Need::required,
                                        .doc = "Share of the trials that is stopped, in percent."},
                                       interval_row,
                                       delay_row};
constexpr Shape truncation{.kind = object, .name = "a policy", .fields = truncation_fields};
constexpr Alternative policies[] = {
    {"bandit", &bandit}, {"median_stopping", &median}, {"truncation_selection", &truncation}};

constexpr Shape trials{.kind = integer, .min = 1, .advisory = true};
constexpr Field limits_fields[] = {
    {.name = "max_total_trials", .shape = &trials, .need = Need::required, .doc = "Trials in all."},
    {.name = "max_concurrent_trials",
     .shape = &trials,
     .doc = "Trials at a time; as many as there are in all when absent."},
    {.name = "timeout", .shape = &seconds, .doc = "Seconds for the whole sweep."},
    {.name = "trial_timeout", .shape = &seconds, .doc = "Seconds for one trial."}};
constexpr Constant limits_constants[] = {{"jobLimitsType", "\"Sweep\""}};
constexpr Shape limits{.kind = object,
                       .name = "limits",
                       .fields = limits_fields,
                       .check = check_sweep_limits,
                       .constants = limits_constants};

constexpr Shape space{.kind = tagged,
                      .name = "a distribution",
                      .any_case = true,
                      .tag = "type",
                      .alternatives = spaces,
                      .wire = &wire::distribution};
constexpr Shape search_space{.kind = map, .item = &space};
constexpr Field sweep_rows[] = {
    {.name = "type", .shape = &type, .need = Need::required, .wire = "-", .doc = "`sweep`."},
    {.name = "sampling_algorithm", .shape = &sweep_sampling, .doc = "`random`, `grid`, `bayesian`, or a mapping."},
    {.name = "search_space", .shape = &search_space, .doc = "Distribution of each parameter, by name."},
    {.name = "objective",
     .shape = &objective,
     .need = Need::required,
     .doc = "The metric, and whether more is better."},
    {.name = "early_termination", .shape = &sweep_termination, .doc = "Policy that stops trials that fall behind."},
    {.name = "limits", .shape = &limits, .need = Need::required, .doc = "Bounds in trials and in time."},
    {.name = "queue_settings", .shape = &queue_settings, .doc = "Tier and priority on serverless compute."},
    {.name = "resources", .shape = &job_resources, .doc = "Nodes of each trial."}};

constexpr Field trial_fields[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "Ignored."},
    {.name = "command",
     .shape = &string_shape,
     .need = Need::required,
     .doc = "What each trial runs; parameters are `${{search_space.NAME}}`, inputs `${{inputs.NAME}}`."},
    {.name = "code",
     .shape = &code,
     .wire = "codeId",
     .doc = "Local folder, or a registered code, that the command runs in."},
    {.name = "environment",
     .shape = &environment,
     .need = Need::required,
     .wire = "environmentId",
     .doc = "Environment: `azureml:NAME:VERSION`, a registry path or a mapping."},
    {.name = "environment_variables",
     .shape = &environment_variables,
     .unsent = "{}",
     .doc = "Environment variables of the process."},
    {.name = "resources", .shape = &job_resources, .doc = "Nodes of each trial."},
    {.name = "distribution", .shape = &distribution, .doc = "How the command is started on several nodes."},
    {.name = "queue_settings",
     .shape = &queue_settings,
     .wire = "-",
     .doc = "Tier and priority on serverless compute."}};
constexpr Shape trial{.kind = object, .name = "a trial", .fields = trial_fields};
constexpr Field trial_row[] = {
    {.name = "trial", .shape = &trial, .need = Need::required, .doc = "What each trial runs."}};

constexpr Field node_only[] = {{.name = "trial",
                                .shape = &command_component_reference,
                                .need = Need::required,
                                .wire = "=trial.componentId",
                                .doc = "Component of each trial: a file, `azureml:NAME:VERSION` or a mapping."},
                               {.name = "identity", .shape = &identity, .doc = "Identity that the trials use."}};

constexpr auto job_fields = rows(job_rows, properties_row, compute_row, input_output_rows, sweep_rows, trial_row);
constexpr auto node_fields = rows(node_rows, compute_row, sweep_rows, node_only);

constexpr Hint node_hints[] = {{"component", "a sweep has a `trial` instead"}};

}  // namespace

constexpr Shape spread{.kind = number, .min = 0, .advisory = true};
constexpr Shape sweep_space{
    .kind = tagged, .name = "a distribution", .any_case = true, .tag = "type", .alternatives = spaces};
constexpr Shape automl_space{
    .kind = tagged, .name = "a distribution", .any_case = true, .tag = "type", .alternatives = any_spaces};
constexpr Shape chosen{.kind = either, .name = "a value", .scalar = &chosen_scalar, .mapping = &chosen_mapping};
constexpr Shape choice_values{.kind = list, .item = &chosen};
constexpr Shape sweep_sampling{.kind = either,
                               .name = "one of `bayesian`, `grid`, `random`, or a mapping",
                               .scalar = &sampling_name,
                               .mapping = &sampling_mapping,
                               .wire = &wire::sampling};
constexpr Shape sweep_termination{.kind = tagged,
                                  .name = "a policy",
                                  .any_case = true,
                                  .tag = "type",
                                  .alternatives = policies,
                                  .wire_tag = "policyType",
                                  .wire = &wire::termination};
constexpr Shape sweep_job{
    .kind = object, .name = "a sweep job", .fields = job_fields, .check = check_sweep_job, .under = "properties"};
constexpr Shape sweep_node{.kind = object,
                           .name = "a step",
                           .fields = node_fields,
                           .hints = node_hints,
                           .unknown = Unknown::warning,
                           .check = check_sweep_node};

}  // namespace podium::inline v0::spec::kinds
