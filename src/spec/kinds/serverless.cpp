#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/reader.hpp"

/// Serverless endpoints and marketplace subscriptions.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

void check_model_id(Reader& reader, Node const& node, Value& value) {
  if (value.text.starts_with("azureml://") || is_placeholder(value.text)) return;
  reader.warning("PD1019", node, "`" + value.text + "` is not the id of a model",
                 "write `azureml://registries/NAME/models/NAME`");
}
constexpr Shape model_id{.kind = string, .check = check_model_id};
constexpr std::string_view modes[] = {"key", "aad"};
constexpr Shape auth_mode{.kind = string, .values = modes, .any_case = true};

constexpr Field endpoint_fields[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "-",
     .doc = "Name, unique in its Azure region."},
    {.name = "model_id",
     .shape = &model_id,
     .need = Need::required,
     .wire = "properties.modelSettings.modelId",
     .doc = "The model: `azureml://registries/NAME/models/NAME`."},
    {.name = "auth_mode",
     .shape = &auth_mode,
     .wire = "-",
     .doc = "How callers prove who they are; `key` when absent."},
    {.name = "tags", .shape = &string_map_shape, .wire = "/tags", .doc = "Free labels, text to text."},
    {.name = "properties", .shape = &string_map_shape, .wire = "-", .doc = "Free properties; not sent."},
    {.name = "location",
     .shape = &string_shape,
     .wire = "/location",
     .doc = "Azure region; that of the workspace when absent."},
    {.name = "description", .shape = &string_shape, .wire = "-", .doc = "What the endpoint is for; not sent."},
    {.name = "display_name", .shape = &string_shape, .wire = "-", .doc = "Name shown in the studio; not sent."},
    {.name = "id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "provisioning_state", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "scoring_uri", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "system_data", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "headers", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."}};
constexpr Constant endpoint_constants[] = {{"/sku", R"({"name":"Consumption"})"}};

constexpr Field subscription_fields[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "Name of the subscription."},
    {.name = "model_id",
     .shape = &model_id,
     .need = Need::required,
     .doc = "The model: `azureml://registries/NAME/models/NAME`."},
    {.name = "id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "marketplace_plan", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "status", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "provisioning_state", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "system_data", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."}};

}  // namespace

constexpr Shape serverless_endpoint{.kind = object,
                                    .name = "a serverless endpoint",
                                    .fields = endpoint_fields,
                                    .unknown = Unknown::warning,
                                    .under = "properties",
                                    .constants = endpoint_constants,
                                    .finish = add_location};
constexpr Shape marketplace_subscription{.kind = object,
                                         .name = "a marketplace subscription",
                                         .fields = subscription_fields,
                                         .unknown = Unknown::warning,
                                         .under = "properties"};

}  // namespace podium::inline v0::spec::kinds
