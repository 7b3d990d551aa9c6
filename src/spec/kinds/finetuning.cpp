#include "spec/command.hpp"
#include "spec/files.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/training.hpp"
#include "spec/wire/spellings.hpp"

/// Fine-tuning and distillation of models.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view types[] = {"finetuning"};
constexpr Shape type{.kind = string, .values = types, .any_case = true, .check = check_type_of_file};
constexpr std::string_view tasks[] = {"chat_completion",
                                      "text_completion",
                                      "text_classification",
                                      "question_answering",
                                      "text_summarization",
                                      "token_classification",
                                      "text_translation",
                                      "image_classification",
                                      "image_instance_segmentation",
                                      "image_object_detection",
                                      "video_multi_object_tracking"};
constexpr Shape task{.kind = string, .values = tasks, .any_case = true, .wire = &wire::camel_word};
constexpr Shape parameters{.kind = map, .item = &string_shape, .empty_items = true};

constexpr Field resources_fields[] = {
    {.name = "instance_types", .shape = &string_list_shape, .doc = "Sizes of nodes that the job may use."}};
constexpr Shape resources{.kind = object, .name = "resources", .fields = resources_fields};

constexpr Shape tuned_model{.kind = either, .mapping = &model_input, .wire = &wire::tuned_model};
constexpr Shape tuning_data{.kind = either,
                            .name = "a path or a mapping with `type` and `path`",
                            .scalar = &data_input,
                            .mapping = &data_input,
                            .wire = &wire::tuning_data};
constexpr Field tuning_rows[] = {
    {.name = "type", .shape = &type, .need = Need::required, .wire = "-", .doc = "`finetuning`."},
    {.name = "task",
     .shape = &task,
     .need = Need::required,
     .wire = "=properties.fineTuningDetails.taskType",
     .doc = "What the model is tuned for, for example `chat_completion`."},
    {.name = "model_provider", .shape = &string_shape, .need = Need::required, .doc = "`custom` or `azure_open_ai`."},
    {.name = "model",
     .shape = &tuned_model,
     .need = Need::required,
     .wire = "=properties.fineTuningDetails.model",
     .doc = "Model that is tuned, by `type` and `path`."},
    {.name = "training_data",
     .shape = &tuning_data,
     .wire = "=properties.fineTuningDetails.trainingData",
     .doc = "Data that the model is tuned on."},
    {.name = "validation_data",
     .shape = &tuning_data,
     .wire = "=properties.fineTuningDetails.validationData",
     .doc = "Data that the model is checked on."},
    {.name = "outputs", .shape = &job_outputs, .unsent = "{}", .doc = "Outputs by name: `registered_model`."},
    {.name = "resources", .shape = &resources, .doc = "Nodes of the job."},
    {.name = "queue_settings", .shape = &queue_settings, .doc = "Tier and priority on serverless compute."}};
constexpr Field custom_rows[] = {{.name = "hyperparameters",
                                  .shape = &parameters,
                                  .wire = "=properties.fineTuningDetails.hyperParameters",
                                  .doc = "Parameters of the tuning, text to text."}};
constexpr Field openai_parameter_fields[] = {
    {.name = "n_epochs", .shape = &integer_shape, .doc = "Epochs of the tuning."},
    {.name = "learning_rate_multiplier", .shape = &number_shape, .doc = "Factor of the learning rate."},
    {.name = "batch_size", .shape = &integer_shape, .doc = "Examples in one batch."}};
constexpr Shape openai_parameters{.kind = object, .name = "parameters", .fields = openai_parameter_fields};
constexpr Field openai_rows[] = {{.name = "hyperparameters",
                                  .shape = &openai_parameters,
                                  .wire = "=properties.fineTuningDetails.hyperParameters",
                                  .doc = "Parameters of the tuning."}};
constexpr auto custom_fields = rows(job_rows, properties_row, compute_row, tuning_rows, custom_rows);
constexpr auto openai_fields = rows(job_rows, properties_row, compute_row, tuning_rows, openai_rows);
constexpr Shape custom_tuning{.kind = object,
                              .name = "a fine-tuning job",
                              .fields = custom_fields,
                              .check = check_training_data,
                              .under = "properties"};
constexpr Shape openai_tuning{.kind = object,
                              .name = "a fine-tuning job",
                              .fields = openai_fields,
                              .check = check_training_data,
                              .under = "properties"};
constexpr Alternative providers[] = {{"custom", &custom_tuning, "Custom"},
                                     {"azure_open_ai", &openai_tuning, "AzureOpenAI"}};

constexpr std::string_view distillation_types[] = {"distillation"};
constexpr Shape distillation_type{
    .kind = string, .values = distillation_types, .any_case = true, .check = check_type_of_file};
constexpr std::string_view generations[] = {"label_generation", "data_generation"};
constexpr Shape generation{.kind = string, .values = generations, .any_case = true};
constexpr std::string_view generation_tasks[] = {"NLI", "NLU_QA", "CONVERSATION", "MATH", "SUMMARIZATION"};
constexpr Shape generation_task{.kind = string, .values = generation_tasks, .any_case = true};
constexpr Shape student_reference{.kind = string, .name = "a model", .check = check_reference};
constexpr Shape student{.kind = either,
                        .name = "`azureml:NAME:VERSION` or a mapping",
                        .scalar = &student_reference,
                        .mapping = &model_input};

constexpr Field request_fields[] = {
    {.name = "request_batch_size", .shape = &integer_shape, .doc = "Requests sent to the teacher at a time."},
    {.name = "min_endpoint_success_ratio",
     .shape = &number_shape,
     .doc = "Share of requests that must succeed, 0 to 1."}};
constexpr Shape requests{.kind = object, .name = "request settings", .fields = request_fields};
constexpr Field teacher_fields[] = {
    {.name = "inference_parameters",
     .shape = &free_map_shape,
     .doc = "Parameters of the teacher, for example `temperature`."},
    {.name = "endpoint_request_settings", .shape = &requests, .doc = "How requests are sent."}};
constexpr Shape teacher{.kind = object, .name = "teacher settings", .fields = teacher_fields};
constexpr Field prompt_fields[] = {
    {.name = "enable_chain_of_thought", .shape = &boolean_shape, .doc = "Whether the teacher explains its answers."},
    {.name = "enable_chain_of_density", .shape = &boolean_shape, .doc = "Whether summaries are made denser in steps."},
    {.name = "max_len_summary", .shape = &integer_shape, .doc = "Most words of a summary."}};
constexpr Shape prompts{.kind = object, .name = "prompt settings", .fields = prompt_fields};

constexpr Field connection_fields[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "Ignored."},
    {.name = "name", .shape = &string_shape, .doc = "Name of the connection."},
    {.name = "type", .shape = &string_shape, .need = Need::required, .doc = "`serverless` or `custom`."},
    {.name = "description", .shape = &string_shape, .doc = "What it is, in words."},
    {.name = "tags", .shape = &free_tags, .doc = "Free labels."},
    {.name = "target", .shape = &string_shape, .doc = "Address of the endpoint."},
    {.name = "endpoint", .shape = &string_shape, .doc = "Address of a serverless endpoint."},
    {.name = "api_key", .shape = &string_shape, .doc = "Key of a serverless endpoint."},
    {.name = "credentials", .shape = &free_map_shape, .doc = "How to log in."},
    {.name = "is_shared", .shape = &boolean_shape, .doc = "Whether the projects of a hub see it."},
    {.name = "metadata", .shape = &free_map_shape, .doc = "Free properties."}};
constexpr Shape connection{
    .kind = object, .name = "a connection", .fields = connection_fields, .check = check_teacher_connection};

constexpr Shape instance_count{.kind = integer, .min = 1, .advisory = true};
constexpr Field node_fields[] = {{.name = "instance_count", .shape = &instance_count, .doc = "Number of nodes."},
                                 {.name = "instance_type", .shape = &string_shape, .doc = "Size of the nodes."},
                                 {.name = "properties", .shape = &free_map_shape, .doc = "Settings of the compute."}};
constexpr Shape nodes{.kind = object, .name = "resources", .fields = node_fields};

constexpr Field distillation_rows[] = {
    {.name = "type", .shape = &distillation_type, .need = Need::required, .doc = "`distillation`."},
    {.name = "data_generation_type",
     .shape = &generation,
     .need = Need::required,
     .doc = "`label_generation` or `data_generation`."},
    {.name = "data_generation_task_type",
     .shape = &generation_task,
     .need = Need::required,
     .doc = "`NLI`, `NLU_QA`, `CONVERSATION`, `MATH` or `SUMMARIZATION`."},
    {.name = "teacher_model_endpoint_connection",
     .shape = &connection,
     .need = Need::required,
     .doc = "Connection to the endpoint of the teacher."},
    {.name = "student_model", .shape = &student, .need = Need::required, .doc = "Model that is taught."},
    {.name = "training_data", .shape = &data_input, .doc = "Data that the model is taught with."},
    {.name = "validation_data", .shape = &data_input, .doc = "Data that the model is checked on."},
    {.name = "teacher_model_settings", .shape = &teacher, .doc = "How the teacher is asked."},
    {.name = "prompt_settings", .shape = &prompts, .doc = "How prompts are made."},
    {.name = "hyperparameters", .shape = &parameters, .doc = "Parameters of the tuning, text to text."},
    {.name = "resources", .shape = &nodes, .doc = "Nodes of the job."},
    {.name = "outputs", .shape = &job_outputs, .doc = "Outputs by name: `registered_model`."}};
constexpr auto distillation_fields = rows(job_rows, properties_row, compute_row, distillation_rows);

}  // namespace

constexpr Shape finetuning_job{.kind = tagged,
                               .name = "a fine-tuning job",
                               .any_case = true,
                               .tag = "model_provider",
                               .alternatives = providers,
                               .wire_tag = "=properties.fineTuningDetails.modelProvider"};
constexpr Shape distillation_job{.kind = object,
                                 .name = "a distillation job",
                                 .fields = distillation_fields,
                                 .check = check_distillation,
                                 .under = "properties"};

}  // namespace podium::inline v0::spec::kinds
