#include "base/letters.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/reader.hpp"

#include <algorithm>
#include <map>
#include <string>

/// Managed networks of workspaces.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view modes[] = {"disabled", "allow_internet_outbound", "allow_only_approved_outbound"};
constexpr Word mode_words[] = {{"disabled", "Disabled"},
                               {"allow_internet_outbound", "AllowInternetOutbound"},
                               {"allow_only_approved_outbound", "AllowOnlyApprovedOutbound"}};
constexpr Shape isolation{.kind = string, .values = modes, .any_case = true, .words = mode_words};
constexpr std::string_view skus[] = {"standard", "basic"};
constexpr Word sku_words[] = {{"standard", "Standard"}, {"basic", "Basic"}};
constexpr Shape firewall{.kind = string, .values = skus, .any_case = true, .words = sku_words};

constexpr Field common_type = {
    .name = "type", .shape = &any_shape, .wire = "-", .doc = "`fqdn`, `service_tag` or `private_endpoint`."};
constexpr Field common_name = {
    .name = "name", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "Name of the rule."};
constexpr Field common_category = {
    .name = "category", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."};
constexpr Field common_status = {
    .name = "status", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."};
constexpr Field common_parents = {
    .name = "parent_rule_names", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."};

constexpr Field fqdn_fields[] = {common_name,
                                 common_type,
                                 common_category,
                                 common_status,
                                 common_parents,
                                 {.name = "destination",
                                  .shape = &string_shape,
                                  .need = Need::required,
                                  .doc = "Host, for example `pypi.org` or `*.contoso.com`."}};
constexpr Constant fqdn_constants[] = {{"type", "\"FQDN\""}, {"category", "\"UserDefined\""}};
constexpr Shape fqdn{
    .kind = object, .name = "a rule", .fields = fqdn_fields, .unknown = Unknown::warning, .constants = fqdn_constants};

constexpr Shape ranges{.kind = string, .name = "ports as text, for example \"80, 8080-8089\""};
constexpr Field tag_destination_fields[] = {
    {.name = "service_tag",
     .shape = &string_shape,
     .need = Need::required,
     .doc = "Service tag, for example `DataFactory`."},
    {.name = "protocol", .shape = &string_shape, .need = Need::required, .doc = "`TCP`, `UDP` or `*`."},
    {.name = "port_ranges", .shape = &ranges, .need = Need::required, .doc = "Ports, for example `80, 8080-8089`."},
    {.name = "address_prefixes", .shape = &string_list_shape, .doc = "Address ranges, instead of those of the tag."}};
constexpr Shape tag_destination{.kind = object, .name = "a destination", .fields = tag_destination_fields};
constexpr Field tag_fields[] = {common_name,
                                common_type,
                                common_category,
                                common_status,
                                common_parents,
                                {.name = "destination",
                                 .shape = &tag_destination,
                                 .need = Need::required,
                                 .doc = "Service tag, protocol and ports."}};
constexpr Constant tag_constants[] = {{"type", "\"ServiceTag\""}, {"category", "\"UserDefined\""}};
constexpr Shape service_tag{
    .kind = object, .name = "a rule", .fields = tag_fields, .unknown = Unknown::warning, .constants = tag_constants};

constexpr Field endpoint_destination_fields[] = {
    {.name = "service_resource_id", .shape = &string_shape, .need = Need::required, .doc = "ARM id of the resource."},
    {.name = "subresource_target",
     .shape = &string_shape,
     .need = Need::required,
     .doc = "Part of it, for example `blob`."},
    {.name = "spark_enabled", .shape = &boolean_shape, .need = Need::required, .doc = "Whether Spark jobs use it."}};
constexpr Shape endpoint_destination{.kind = object, .name = "a destination", .fields = endpoint_destination_fields};
constexpr Field endpoint_fields[] = {
    common_name,
    common_type,
    common_category,
    common_status,
    common_parents,
    {.name = "destination", .shape = &endpoint_destination, .need = Need::required, .doc = "The resource."},
    {.name = "fqdns", .shape = &string_list_shape, .doc = "Host names that lead to it."}};
constexpr Constant endpoint_constants[] = {{"type", "\"PrivateEndpoint\""}, {"category", "\"UserDefined\""}};
constexpr Shape private_endpoint{.kind = object,
                                 .name = "a rule",
                                 .fields = endpoint_fields,
                                 .unknown = Unknown::warning,
                                 .constants = endpoint_constants};

struct Rule {
  std::string_view type;
  Shape const* shape;
};
constexpr Rule rules[] = {{"fqdn", &fqdn}, {"service_tag", &service_tag}, {"private_endpoint", &private_endpoint}};

/// What the destination looks like; null when it tells nothing.
Shape const* by_destination(Node const& node) {
  auto const* destination = node.find("destination");
  if (destination == nullptr) return nullptr;
  if (destination->is_scalar()) return &fqdn;
  if (destination->find("service_tag") != nullptr || destination->find("port_ranges") != nullptr) return &service_tag;
  if (destination->find("service_resource_id") != nullptr || destination->find("subresource_target") != nullptr)
    return &private_endpoint;
  return nullptr;
}

/// The client goes by what the destination looks like and overlooks `type`.
void pick_rule(Reader& reader, Node const& node, Value& value) {
  if (!node.is_mapping()) {
    value.kind = Value::Kind::none;
    reader.error("PD1012", node,
                 "expected a rule, a mapping with `name`, `type` and `destination`, found " + found(node));
    return;
  }
  static constexpr std::string_view names[] = {"fqdn", "service_tag", "private_endpoint"};
  auto const* type = node.find("type");
  std::string const word = type != nullptr && type->is_string() ? base::lower_case(type->text) : std::string{};
  auto const named =
      std::find_if(std::begin(rules), std::end(rules), [&](Rule const& rule) { return rule.type == word; });
  auto const* shape = by_destination(node);
  if (named == std::end(rules)) {
    Reader::Step const step{reader, "type"};
    if (type == nullptr) {
      reader.warning("PD1013", *node.entries.front().key, "the rule has no `type`",
                     "add `type:`, one of " + joined(names));
    } else {
      auto const near = nearest(word, names);
      auto& problem = reader.warning(
          "PD1014", *type,
          (type->is_string() ? "`" + type->text + "`" : found(*type)) + " is not one of " + joined(names),
          near.empty() ? std::string{} : "did you mean `" + std::string{near} + "`?");
      if (!near.empty() && type->plain && type->is_scalar())
        problem.fix = Fix{type->span, std::string{near}, Applicability::unsafe};
    }
    if (shape == nullptr) shape = &fqdn;
  } else if (shape == nullptr) {
    shape = named->shape;
  } else if (shape != named->shape) {
    Reader::Step const step{reader, "destination"};
    reader.error("PD1021", *node.entry("destination")->key,
                 "the destination does not belong to a rule of type `" + word + "`",
                 word == "fqdn" ? "write a host name" : "write a mapping, see the reference of the kind");
    return;
  }
  value = reader.read(*shape, node);
}

constexpr Shape rule{.kind = any, .name = "a rule", .check = pick_rule, .wire = &own_shape};

void check_rules(Reader& reader, Node const&, Value& value) {
  std::map<std::string, Value const*> seen;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    auto const& name = value.items[i].at("name");
    if (!name) continue;
    auto const [other, fresh] = seen.emplace(name.text, &name);
    if (fresh) continue;
    Reader::Step const step{reader, std::to_string(i)};
    Reader::Step const deeper{reader, "name"};
    reader
        .warning("PD1024", *name.node, "the rule `" + name.text + "` is given twice: the last one wins",
                 "give each rule a name of its own")
        .related.push_back(other->second->node->source->label(other->second->node->span, "first given here"));
  }
}
constexpr Shape outbound_rules{
    .kind = list, .name = "a list of rules", .item = &rule, .check = check_rules, .wire = &rules_by_name};

constexpr Field fields[] = {
    {.name = "isolation_mode",
     .shape = &isolation,
     .need = Need::required,
     .doc = "`disabled`, `allow_internet_outbound` or `allow_only_approved_outbound`."},
    {.name = "outbound_rules",
     .shape = &outbound_rules,
     .nullable = true,
     .unsent = "{}",
     .doc = "What the network may reach."},
    {.name = "firewall_sku",
     .shape = &firewall,
     .unsent = "\"Standard\"",
     .doc = "Firewall for FQDN rules: `standard` or `basic`."},
    {.name = "network_id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "status", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."}};

void check_network(Reader& reader, Node const& node, Value& value) {
  auto const* given = node.entry("outbound_rules");
  if (value.string("isolation_mode") != "disabled" || given == nullptr || given->value->items.empty()) return;
  Reader::Step const step{reader, "outbound_rules"};
  reader.warning("PD1021", *given->key, "outbound rules have no effect while the network is `disabled`",
                 "choose another `isolation_mode`");
}

}  // namespace

constexpr Shape managed_network{
    .kind = object, .name = "a managed network", .fields = fields, .unknown = Unknown::warning, .check = check_network};

}  // namespace podium::inline v0::spec::kinds
