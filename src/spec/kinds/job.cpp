#include "spec/command.hpp"
#include "spec/kinds/kinds.hpp"

/// Standalone command jobs.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view types[] = {"command"};
constexpr Shape type{.kind = string, .values = types, .any_case = true};

constexpr Hint hints[] = {{"component", "a standalone job has a command of its own: use a component in a pipeline job"},
                          {"settings", "only a pipeline job has settings"}};

constexpr Field fields[] = {{"$schema", &any_shape},
                            {"type", &type},
                            {"name", &string_shape},
                            {"display_name", &string_shape},
                            {"description", &string_shape},
                            {"experiment_name", &string_shape},
                            {"tags", &tags},
                            {"properties", &tags},
                            {"compute", &compute},
                            {"identity", &identity, Need::optional, Support::noted},
                            {"services", &services, Need::optional, Support::noted},
                            {"command", &string_shape, Need::required},
                            {"code", &code},
                            {"environment", &environment, Need::required},
                            {"environment_variables", &environment_variables},
                            {"resources", &job_resources},
                            {"distribution", &distribution, Need::optional, Support::refused},
                            {"limits", &command_limits},
                            {"inputs", &job_inputs},
                            {"outputs", &job_outputs},
                            {"queue_settings", &queue_settings, Need::optional, Support::noted},
                            {"parent_job_name", &string_shape, Need::optional, Support::refused}};

}  // namespace

constexpr Shape command_job{.kind = object, .fields = fields, .hints = hints, .check = check_command_job};

}  // namespace podium::inline v0::spec::kinds
