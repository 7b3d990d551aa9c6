#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/wire/spellings.hpp"

#include <string>

/// Online and batch endpoints.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

std::int64_t sum_of(Value const& value) {
  std::int64_t sum = 0;
  for (auto const& member : value.members) sum += member.value.integer;
  return sum;
}

void check_traffic(Reader& reader, Node const& node, Value& value) {
  if (auto const sum = sum_of(value); sum > 100)
    reader.error("PD1015", node, "traffic adds up to " + std::to_string(sum) + " %, more than 100 %").official =
        "Traffic rule percentages must sum to less than or equal to 100%";
}

void check_mirror(Reader& reader, Node const& node, Value& value) {
  if (value.members.size() > 1) {
    reader.error("PD1021", *value.members[1].key, "traffic is mirrored to one deployment only", "keep one of them");
  } else if (auto const sum = sum_of(value); sum > 50) {
    reader.error("PD1015", *value.members[0].value.node,
                 "at most 50 % of the traffic can be mirrored, found " + std::to_string(sum) + " %");
  }
  static_cast<void>(node);
}

/// Live and mirrored traffic cannot go to the same deployment.
void check_online(Reader& reader, Node const&, Value& value) {
  auto const& traffic = value.at("traffic");
  Reader::Step const step{reader, "mirror_traffic"};
  for (auto const& mirrored : value.at("mirror_traffic").members) {
    auto const& live = traffic.at(mirrored.name);
    if (mirrored.value.integer <= 0 || !live || live.integer <= 0) continue;
    reader.warning("PD1021", *mirrored.key,
                   "`" + mirrored.name + "` gets live traffic already: mirroring to it is refused by the service",
                   "mirror to a deployment without live traffic");
  }
}

constexpr Shape percent{.kind = integer, .name = "a whole percentage", .min = 0, .max = 100};
constexpr Shape traffic{.kind = map, .item = &percent, .check = check_traffic};
constexpr Shape mirror{.kind = map, .item = &percent, .check = check_mirror};

constexpr std::string_view no_type =
    "an endpoint has no `type`; with `compute:` it is one on Kubernetes, otherwise a managed one";
constexpr Hint online_hints[] = {{"type", no_type},
                                 {"deployments", "each deployment is a file of its own"},
                                 {"defaults", "only batch endpoints have defaults; give `traffic:`"},
                                 {"instance_type", "it belongs to a deployment"}};
constexpr Hint kubernetes_hints[] = {{"type", no_type},
                                     {"deployments", "each deployment is a file of its own"},
                                     {"public_network_access", "an endpoint on Kubernetes has no such setting"}};
constexpr Hint batch_hints[] = {{"type", no_type},
                                {"traffic", "batch endpoints have no traffic: name the deployment in `defaults:`"},
                                {"deployments", "each deployment is a file of its own"},
                                {"compute", "it belongs to a deployment"}};

constexpr Field head_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &endpoint_name,
     .need = Need::required,
     .wire = "-",
     .doc = "Name, unique in its Azure region: 3 to 32 letters, digits and dashes."},
    {.name = "description", .shape = &string_shape, .doc = "What the endpoint is for, in words."},
    {.name = "tags", .shape = &resource_tags, .wire = "/tags", .unsent = "{}", .doc = "Free labels."},
    {.name = "properties", .shape = &free_map_shape, .unsent = "{}", .doc = "Free properties."},
    {.name = "location",
     .shape = &string_shape,
     .support = Support::noted,
     .wire = "/location",
     .doc = "Azure region; that of the workspace when absent."},
    {.name = "id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "provisioning_state", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "scoring_uri", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "openapi_uri", .shape = &string_shape, .wire = "-", .doc = "Written by the service."}};

constexpr Field online_rows[] = {
    {.name = "auth_mode",
     .shape = &endpoint_mode,
     .fallback = "key",
     .doc = "How callers prove who they are: `key`, `aml_token` or `aad_token`."},
    {.name = "identity",
     .shape = &resource_identity,
     .support = Support::noted,
     .wire = "/identity",
     .unsent = R"({"type":"SystemAssigned"})",
     .doc = "Identity of the endpoint; `system_assigned` when absent."},
    {.name = "traffic",
     .shape = &traffic,
     .nullable = true,
     .unsent = "{}",
     .doc = "Share of requests by deployment, in percent; at most 100 together."},
    {.name = "mirror_traffic",
     .shape = &mirror,
     .nullable = true,
     .unsent = "{}",
     .doc = "Share of requests that one deployment gets a copy of, in percent; at most 50."},
    {.name = "kind", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."}};

constexpr Field managed_rows[] = {{.name = "public_network_access",
                                   .shape = &network_access,
                                   .support = Support::noted,
                                   .doc = "Whether it can be called from outside of the virtual network."}};

/// The client goes by the key `compute`: an endpoint without it is a managed one, whatever `$schema` says.
void check_kubernetes(Reader& reader, Node const& node, Value& value) {
  check_online(reader, node, value);
  if (node.find("compute") != nullptr) return;
  Reader::Step const step{reader, "compute"};
  reader.warning("PD1013", reader.holder(node), "without `compute`, this is read as a managed endpoint",
                 "add `compute: azureml:NAME`, the attached Kubernetes cluster");
}

constexpr Shape cluster{.kind = string, .check = check_reference, .wire = &wire::compute};
constexpr Field kubernetes_rows[] = {{.name = "compute",
                                      .shape = &cluster,
                                      .wire = "properties.compute",
                                      .doc = "The attached cluster: `azureml:NAME`."}};

constexpr Field defaults_fields[] = {
    {.name = "deployment_name", .shape = &string_shape, .doc = "Deployment that serves requests that name none."}};
constexpr Shape defaults{.kind = object, .fields = defaults_fields};

constexpr std::string_view modes[] = {"aad_token", "key", "aml_token"};
constexpr Word mode_words[] = {{"aad_token", "aadToken"}, {"key", "key"}, {"aml_token", "amlToken"}};
constexpr Shape batch_mode{.kind = string, .values = modes, .any_case = true, .words = mode_words};
constexpr Field batch_rows[] = {
    {.name = "auth_mode",
     .shape = &batch_mode,
     .fallback = "aad_token",
     .doc = "Only `aad_token` works for batch endpoints."},
    {.name = "identity", .shape = &resource_identity, .wire = "-", .doc = "Accepted, and not sent."},
    {.name = "defaults", .shape = &defaults, .doc = "The default deployment."}};

void check_batch(Reader& reader, Node const&, Value& value) {
  auto const& mode = value.at("auth_mode");
  if (!mode || mode.node == nullptr || mode.text == "aad_token") return;
  Reader::Step const step{reader, "auth_mode"};
  reader.warning("PD1014", *mode.node, "batch endpoints are called with `aad_token` only",
                 "write `auth_mode: aad_token`");
}

constexpr auto managed_fields = rows(head_rows, online_rows, managed_rows);
constexpr auto kubernetes_fields = rows(head_rows, online_rows, kubernetes_rows);
constexpr auto batch_fields = rows(head_rows, batch_rows);

}  // namespace

constexpr Shape online_endpoint{.kind = object,
                                .name = "an online endpoint",
                                .fields = managed_fields,
                                .hints = online_hints,
                                .check = check_online,
                                .under = "properties",
                                .finish = add_location};
constexpr Shape kubernetes_endpoint{.kind = object,
                                    .name = "an online endpoint",
                                    .fields = kubernetes_fields,
                                    .hints = kubernetes_hints,
                                    .check = check_kubernetes,
                                    .under = "properties",
                                    .finish = add_location};
constexpr Shape batch_endpoint{.kind = object,
                               .name = "a batch endpoint",
                               .fields = batch_fields,
                               .hints = batch_hints,
                               .check = check_batch,
                               .under = "properties",
                               .finish = add_location};

}  // namespace podium::inline v0::spec::kinds
