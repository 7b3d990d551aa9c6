#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>

/// Online deployments.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

void check_name(Reader& reader, Node const& node, Value& value) {
  auto const& name = value.text;
  auto const good = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; };
  bool const shaped = !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) != 0 &&
                      std::all_of(name.begin(), name.end(), good);
  if (shaped && name.size() >= 3 && name.size() <= 32) return;
  reader.error("PD1016", node, "`" + name + "` is not a name for a deployment",
               "use 3 to 32 letters, digits and dashes, beginning with a letter");
}

void check_scoring(Reader& reader, Node const& node, Value& value) {
  auto const& code = value.at("code");
  auto const& script = value.at("scoring_script");
  if (!code.local || !script) return;
  std::error_code problem;
  if (!std::filesystem::is_directory(code.text, problem)) return;
  if (std::filesystem::exists(std::filesystem::path{code.text} / script.text, problem)) return;
  Reader::Step const step{reader, "scoring_script"};
  reader.error("PD1050", *script.node, "the scoring script `" + script.text + "` is not in the code folder",
               "its path starts at `code`, the folder `" + node.find("code")->text + "`");
}

void check_scale(Reader& reader, Node const& node, Value& value) {
  auto const* settings = node.find("scale_settings");
  if (settings == nullptr) return;
  auto const* type = settings->find("type");
  auto const* own = node.find("type");
  if (type == nullptr || type->text != "target_utilization" || (own != nullptr && own->text == "kubernetes")) return;
  Reader::Step const step{reader, "scale_settings"};
  reader.error("PD1021", *type, "a managed deployment scales by `default` only",
               "write `type: default`, or use autoscale rules of Azure Monitor");
  static_cast<void>(value);
}

constexpr Shape instances{.kind = integer, .min = 1};
constexpr Shape name{.kind = string, .check = check_name};
constexpr std::string_view types[] = {"managed"};
constexpr std::string_view other_types[] = {"kubernetes"};
constexpr Shape type{.kind = string, .values = types, .refused = other_types, .any_case = true};

constexpr Shape model_reference{.kind = string, .check = check_deployment_model};
constexpr Shape model{.kind = either,
                      .name = "a model: `azureml:NAME:VERSION` or a mapping with `path`",
                      .scalar = &model_reference,
                      .mapping = &model_inline};

constexpr Field code_fields[] = {{"code", &code, Need::required}, {"scoring_script", &string_shape, Need::required}};
constexpr Shape code_configuration{.kind = object, .fields = code_fields, .check = check_scoring};

constexpr Field request_fields[] = {{"request_timeout_ms", &integer_shape},
                                    {"max_concurrent_requests_per_instance", &integer_shape},
                                    {"max_queue_wait_ms", &integer_shape, Need::optional, Support::noted}};
constexpr Shape request_settings{.kind = object, .fields = request_fields};

constexpr Field probe_fields[] = {{"initial_delay", &integer_shape},
                                  {"period", &integer_shape},
                                  {"timeout", &integer_shape},
                                  {"success_threshold", &integer_shape},
                                  {"failure_threshold", &integer_shape},
                                  {"method", &string_shape},
                                  {"scheme", &string_shape},
                                  {"path", &string_shape},
                                  {"port", &integer_shape}};
constexpr Shape probe{.kind = object, .fields = probe_fields};

constexpr Field default_scale_fields[] = {{"type", &string_shape}};
constexpr Shape default_scale{.kind = object, .fields = default_scale_fields};
constexpr Field target_scale_fields[] = {{"type", &string_shape},
                                         {"min_instances", &integer_shape},
                                         {"max_instances", &integer_shape},
                                         {"polling_interval", &integer_shape},
                                         {"target_utilization_percentage", &integer_shape}};
constexpr Shape target_scale{.kind = object, .fields = target_scale_fields};
constexpr Alternative scales[] = {{"default", &default_scale}, {"target_utilization", &target_scale}};
constexpr Shape scale{.kind = tagged, .any_case = true, .tag = "type", .alternatives = scales};

constexpr Field collection_fields[] = {{"enabled", &boolean_shape, Need::required},
                                       {"data", &any_shape, Need::optional, Support::noted},
                                       {"client_id", &string_shape, Need::optional, Support::noted},
                                       {"sampling_rate", &number_shape, Need::optional, Support::noted}};
constexpr Shape collection{.kind = object, .fields = collection_fields};
constexpr Shape collections{.kind = map, .item = &collection};
constexpr std::string_view rates[] = {"year", "month", "day", "hour", "minute"};
constexpr Shape rolling_rate{.kind = string, .values = rates, .any_case = true};
constexpr Shape share{.kind = number, .min = 0, .max = 1};
constexpr Field logging_fields[] = {{"capture_headers", &string_list_shape}};
constexpr Shape request_logging{.kind = object, .fields = logging_fields};
constexpr Field collector_fields[] = {{"collections", &collections},
                                      {"rolling_rate", &rolling_rate, Need::optional, Support::noted},
                                      {"sampling_rate", &share, Need::optional, Support::noted},
                                      {"request_logging", &request_logging, Need::optional, Support::noted}};
constexpr Shape data_collector{.kind = object, .fields = collector_fields};
constexpr std::string_view access[] = {"enabled", "disabled"};
constexpr Shape network{.kind = string, .values = access, .any_case = true};

constexpr Hint hints[] = {{"traffic", "traffic belongs to the endpoint"},
                          {"code", "it belongs into `code_configuration`"},
                          {"scoring_script", "it belongs into `code_configuration`"}};

constexpr Field fields[] = {{"$schema", &any_shape},
                            {"name", &name, Need::required},
                            {"endpoint_name", &string_shape, Need::required},
                            {"type", &type},
                            {"description", &string_shape},
                            {"tags", &free_tags},
                            {"properties", &free_map_shape},
                            {"model", &model},
                            {"environment", &environment},
                            {"code_configuration", &code_configuration},
                            {"environment_variables", &text_map_shape},
                            {"instance_type", &string_shape, Need::required},
                            {"instance_count", &instances},
                            {"request_settings", &request_settings},
                            {"data_collector", &data_collector},
                            {"app_insights_enabled", &boolean_shape, Need::optional, Support::noted},
                            {"scale_settings", &scale, Need::optional, Support::noted},
                            {"liveness_probe", &probe, Need::optional, Support::noted},
                            {"readiness_probe", &probe, Need::optional, Support::noted},
                            {"startup_probe", &probe, Need::optional, Support::noted},
                            {"model_mount_path", &string_shape, Need::optional, Support::noted},
                            {"egress_public_network_access", &network, Need::optional, Support::noted},
                            {"private_network_connection", &boolean_shape, Need::optional, Support::noted}};

}  // namespace

constexpr Shape online_deployment{.kind = object, .fields = fields, .hints = hints, .check = check_scale};

}  // namespace podium::inline v0::spec::kinds
