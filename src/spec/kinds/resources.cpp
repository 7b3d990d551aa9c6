#include "spec/kinds/resources.hpp"

#include "base/letters.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/reader.hpp"

#include <algorithm>
#include <cctype>
#include <string>

/// What the tables of resources share.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_alpha(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

void warn_refused(Reader& reader, Node const& node, Value&) {
  reader.warning("PD1150", node, "the official client refuses this field here", "remove it");
}

void check_no_tags(Reader& reader, Node const& node, Value& value) {
  value.kind = Value::Kind::none;
  if (node.is_null())
    reader.warning("PD1150", node, "the official client refuses a field with nothing behind it",
                   "remove the key, or write `{}`");
  else
    reader.error("PD1012", node, "expected a mapping, found " + found(node)).official = "Not a valid mapping type.";
}

constexpr Shape no_tags{.kind = any, .check = check_no_tags};
void note_number(Reader& reader, Node const& node, Value&) {
  if (node.type != ScalarType::integer && node.type != ScalarType::floating) return;
  auto& problem =
      reader.report("PD1101", Severity::note, node, "YAML reads `" + node.text + "` as a number, not as text",
                    "put it in quotes to keep it as it is written");
  problem.fix = Fix{node.span, '"' + node.text + '"', Applicability::unsafe};
}
constexpr Shape single_scalar{.kind = any, .check = note_number};
constexpr Shape any_tags{.kind = map, .item = &single_value};

/// Small and capital letters are the same in names of endpoints and deployments; the client writes them small.
void check_endpoint_name(Reader& reader, Node const& node, Value& value) {
  if (!is_resource_name(value.text))
    reader.error("PD1016", node, "`" + value.text + "` is not a name for an endpoint",
                 "use 3 to 32 letters, digits and dashes, beginning with a letter and not ending with a dash");
  value.text = base::lower_case(value.text);
}

void check_deployment_name(Reader& reader, Node const& node, Value& value) {
  if (!is_resource_name(value.text))
    reader.error("PD1016", node, "`" + value.text + "` is not a name for a deployment",
                 "use 3 to 32 letters, digits and dashes, beginning with a letter and not ending with a dash");
  value.text = base::lower_case(value.text);
}

void check_arm_id(Reader& reader, Node const& node, Value& value) {
  if (is_arm_id(value.text)) return;
  reader.error("PD1019", node, "`" + value.text + "` is not an ARM id",
               "write `/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.X/TYPE/NAME`, with a real "
               "subscription id");
}

void check_vm_size(Reader& reader, Node const& node, Value& value) {
  std::string const name = base::lower_case(value.text);
  auto rest = std::string_view{name};
  if (rest.starts_with("standard_"))
    rest.remove_prefix(9);
  else if (rest.starts_with("basic_"))
    rest.remove_prefix(6);
  else
    rest = {};
  auto const digit = rest.find_first_of("0123456789");
  bool const good = digit != std::string_view::npos && digit > 0 &&
                    std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(digit), is_alpha) &&
                    std::all_of(rest.begin(), rest.end(), [](char c) { return is_alnum(c) || c == '_' || c == '-'; });
  if (good || is_placeholder(value.text)) return;
  reader.warning("PD1153", node, "`" + value.text + "` does not look like a size of virtual machine",
                 "sizes are written like `Standard_DS3_v2`");
}

constexpr std::string_view access_values[] = {"enabled", "disabled"};
constexpr Word access_words[] = {{"enabled", "enabled"}, {"disabled", "disabled"}};
constexpr std::string_view workspace_access_values[] = {"Enabled", "Disabled"};

constexpr std::string_view modes[] = {"key", "aml_token", "aad_token"};
constexpr Word mode_words[] = {{"key", "Key"}, {"aml_token", "AMLToken"}, {"aad_token", "aadToken"}};

constexpr std::string_view one_identity[] = {"system_assigned", "user_assigned", "none"};
constexpr std::string_view any_identity[] = {"system_assigned", "user_assigned", "none",
                                             "system_assigned,user_assigned"};
constexpr Word identity_words[] = {{"system_assigned", "SystemAssigned"},
                                   {"user_assigned", "UserAssigned"},
                                   {"none", "None"},
                                   {"system_assigned,user_assigned", "SystemAssigned,UserAssigned"}};
constexpr Shape one_identity_type{.kind = string, .values = one_identity, .any_case = true, .words = identity_words};
constexpr Shape identity_type{.kind = string, .values = any_identity, .any_case = true, .words = identity_words};

constexpr Field user_identity_fields[] = {
    {.name = "resource_id", .shape = &string_shape, .doc = "ARM id of the user-assigned identity."},
    {.name = "client_id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "object_id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "principal_id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."}};
constexpr Field compute_user_identity_fields[] = {
    {.name = "resource_id", .shape = &string_shape, .doc = "ARM id of the user-assigned identity."},
    {.name = "client_id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "principal_id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "tenant_id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."}};
constexpr Shape user_identity{.kind = object,
                              .name = "an identity: a mapping with `resource_id`",
                              .fields = user_identity_fields,
                              .unknown = Unknown::warning};
constexpr Shape compute_user_identity{
    .kind = object, .name = "an identity: a mapping with `resource_id`", .fields = compute_user_identity_fields};

void check_one_identity(Reader& reader, Node const& node, Value& value) {
  if (value.items.size() > 1)
    reader.error("PD1015", node,
                 "an endpoint has at most one user-assigned identity, found " + std::to_string(value.items.size()),
                 "keep one of them");
}

constexpr Shape user_identities{
    .kind = list, .item = &user_identity, .check = check_one_identity, .wire = &identity_map};
constexpr Shape compute_user_identities{.kind = list, .item = &compute_user_identity, .wire = &identity_map};

void check_identity(Reader& reader, Node const& node, Value& value) {
  auto const& type = value.at("type");
  auto const* users = node.entry("user_assigned_identities");
  bool const given = users != nullptr && !(users->value->is_sequence() && users->value->items.empty()) &&
                     !(users->value->is_mapping() && users->value->entries.empty()) && !users->value->is_null();
  if (!type || type.node == nullptr) return;
  bool const of_user = type.text.find("user_assigned") != std::string::npos;
  if (of_user && !given) {
    Reader::Step const step{reader, "type"};
    reader.warning("PD1021", *type.node, "the identity is `user_assigned`, but names no identity",
                   "add `user_assigned_identities:`");
  } else if (!of_user && given) {
    Reader::Step const step{reader, "user_assigned_identities"};
    reader.warning("PD1021", *users->key, "user-assigned identities are named, but the type is `" + type.text + "`",
                   "write `type: user_assigned`");
  }
}

constexpr Field resource_identity_fields[] = {
    {.name = "type",
     .shape = &one_identity_type,
     .need = Need::required,
     .doc = "`system_assigned`, `user_assigned` or `none`."},
    {.name = "user_assigned_identities",
     .shape = &user_identities,
     .doc = "The user-assigned identity, a list of one."},
    {.name = "principal_id", .shape = &string_shape, .doc = "Written by the service."},
    {.name = "tenant_id", .shape = &string_shape, .doc = "Written by the service."}};

constexpr Field compute_identity_fields[] = {
    {.name = "type",
     .shape = &identity_type,
     .need = Need::required,
     .doc = "`system_assigned`, `user_assigned` or `none`."},
    {.name = "user_assigned_identities",
     .shape = &compute_user_identities,
     .doc = "User-assigned identities of the compute."},
    {.name = "principal_id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "tenant_id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."}};

constexpr Field workspace_user_identity_fields[] = {
    {.name = "principal_id", .shape = &string_shape, .doc = "Written by the service."},
    {.name = "client_id", .shape = &string_shape, .doc = "Written by the service."},
    {.name = "resource_id", .shape = &string_shape, .wire = "-", .doc = "The same as the key."}};
void check_nothing(Reader& reader, Node const& node, Value& value) {
  value.kind = Value::Kind::none;
  if (!node.is_null()) reader.error("PD1012", node, "expected a mapping, found " + found(node));
}
constexpr Shape nothing{.kind = any, .check = check_nothing};
constexpr Shape workspace_user{.kind = either,
                               .name = "a mapping",
                               .scalar = &nothing,
                               .mapping = &workspace_identity_of_user,
                               .wire = &empty_as_object};
constexpr Shape workspace_users{.kind = map, .name = "a mapping of ARM ids", .item = &workspace_user};
constexpr Field workspace_identity_fields[] = {
    {.name = "type",
     .shape = &identity_type,
     .need = Need::required,
     .doc = "`system_assigned`, `user_assigned` or `none`."},
    {.name = "user_assigned_identities",
     .shape = &workspace_users,
     .nullable = true,
     .doc = "User-assigned identities by ARM id."},
    {.name = "principal_id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "tenant_id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."}};

}  // namespace

bool is_resource_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 32 && is_alpha(name.front()) && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_arm_id(std::string_view text) {
  std::string const id = base::lower_case(text);
  constexpr std::string_view head = "/subscriptions/";
  if (!id.starts_with(head)) return false;
  auto const end = id.find('/', head.size());
  if (end == std::string::npos) return false;
  std::string_view const subscription = std::string_view{id}.substr(head.size(), end - head.size());
  if (subscription.size() != 36) return false;
  for (std::size_t i = 0; i < subscription.size(); ++i) {
    bool const dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? subscription[i] != '-' : std::isxdigit(static_cast<unsigned char>(subscription[i])) == 0) return false;
  }
  constexpr std::string_view groups = "/resourcegroups/";
  if (std::string_view{id}.substr(end, groups.size()) != groups) return false;
  constexpr std::string_view providers = "/providers/";
  auto const at = id.find(providers, end + groups.size());
  if (at == std::string::npos) return false;
  // Provider, type and a name.
  auto const provider = at + providers.size();
  auto const type = id.find('/', provider);
  if (type == std::string::npos || type == provider) return false;
  return id.find('/', type + 1) != std::string::npos;
}

constexpr Shape single_value{.kind = either, .name = "a single value", .scalar = &single_scalar};
constexpr Shape set_by_service{.kind = any};
constexpr Shape workspace_identity_of_user{.kind = object, .fields = workspace_user_identity_fields};
constexpr Shape refused_text{.kind = string, .check = warn_refused};
constexpr Shape resource_tags{.kind = either, .name = "a mapping", .scalar = &no_tags, .mapping = &any_tags};
constexpr Shape text_tags{.kind = either, .name = "a mapping", .scalar = &no_tags, .mapping = &string_map_shape};
constexpr Shape arm_id{.kind = string, .name = "an ARM id", .check = check_arm_id};
constexpr Shape vm_size{.kind = string, .check = check_vm_size};
constexpr Shape network_access{.kind = string, .values = access_values, .any_case = true, .words = access_words};
constexpr Shape workspace_access{.kind = string, .values = workspace_access_values, .any_case = true};
constexpr Shape endpoint_name{.kind = string, .check = check_endpoint_name};
constexpr Shape deployment_name{.kind = string, .check = check_deployment_name};
constexpr Shape endpoint_mode{.kind = string, .values = modes, .any_case = true, .words = mode_words};
constexpr Shape resource_identity{
    .kind = object, .name = "an identity", .fields = resource_identity_fields, .check = check_identity};
constexpr Shape compute_identity{
    .kind = object, .name = "an identity", .fields = compute_identity_fields, .check = check_identity};
constexpr Shape workspace_identity{
    .kind = object, .name = "an identity", .fields = workspace_identity_fields, .check = check_identity};
constexpr Shape instance_count{.kind = integer, .min = 1};

}  // namespace podium::inline v0::spec::kinds
