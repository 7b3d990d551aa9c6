#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/reader.hpp"

#include <map>
#include <string>

/// Registries.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

bool is_id_of(std::string_view text, std::string_view type) {
  auto const groups = text.find("/resourceGroups/");
  auto const at = text.find(type);
  return text.starts_with("/subscriptions/") && groups != std::string_view::npos && at != std::string_view::npos &&
         at > groups;
}

void check_storage(Reader& reader, Node const& node, Value& value) {
  if (!is_id_of(value.text, "/providers/Microsoft.Storage/storageAccounts/"))
    reader.error("PD1019", node, "`" + value.text + "` is not the ARM id of a storage account",
                 "write `/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Storage/storageAccounts/NAME`");
}

void check_container_registry(Reader& reader, Node const& node, Value& value) {
  if (!is_id_of(value.text, "/providers/Microsoft.ContainerRegistry/registries/"))
    reader.error(
        "PD1019", node, "`" + value.text + "` is not the ARM id of a container registry",
        "write `/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.ContainerRegistry/registries/NAME`");
}

constexpr std::string_view storage_types[] = {"standard_lrs",  "standard_grs",    "standard_ragrs", "standard_zrs",
                                              "standard_gzrs", "standard_ragzrs", "premium_lrs",    "premium_zrs"};
constexpr Word storage_words[] = {{"standard_lrs", "standard_lrs"},     {"standard_grs", "standard_grs"},
                                  {"standard_ragrs", "standard_ragrs"}, {"standard_zrs", "standard_zrs"},
                                  {"standard_gzrs", "standard_gzrs"},   {"standard_ragzrs", "standard_ragzrs"},
                                  {"premium_lrs", "premium_lrs"},       {"premium_zrs", "premium_zrs"}};
constexpr Shape storage_type{.kind = string, .values = storage_types, .any_case = true, .words = storage_words};
constexpr Shape at_least_one{.kind = integer, .min = 1};
constexpr Field storage_fields[] = {
    {.name = "storage_account_hns",
     .shape = &boolean_shape,
     .doc = "Whether the account has a hierarchical namespace; false when absent."},
    {.name = "storage_account_type", .shape = &storage_type, .doc = "Type of the account; `standard_lrs` when absent."},
    {.name = "replication_count", .shape = &at_least_one, .doc = "Number of accounts; 1 when absent."},
    {.name = "arm_resource_id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "replicated_ids", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."}};
constexpr Shape storage{.kind = object, .name = "a storage account", .fields = storage_fields};
constexpr Shape storage_id{.kind = string, .name = "the ARM id of a storage account", .check = check_storage};
constexpr Shape storage_ids{.kind = list, .item = &storage_id};
constexpr Shape storage_config{.kind = either,
                               .name = "a mapping, or a list of ARM ids",
                               .mapping = &storage,
                               .sequence = &storage_ids,
                               .wire = &registry_storage};

constexpr Field place_fields[] = {
    {.name = "location", .shape = &string_shape, .need = Need::required, .doc = "Azure region."},
    {.name = "storage_config",
     .shape = &storage_config,
     .wire = "storageAccountDetails",
     .unsent =
         R"([{"systemCreatedStorageAccount":{"storageAccountHnsEnabled":false,"storageAccountType":"standard_lrs"}}])",
     .doc = "Storage in this region: what to create, or ARM ids."}};
constexpr Shape place{.kind = object, .name = "a place: a mapping with `location`", .fields = place_fields};

std::string plain(std::string_view text) {
  std::string out;
  for (char const c : text)
    if (c != ' ') out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return out;
}

void check_places(Reader& reader, Node const&, Value& value) {
  std::map<std::string, Value const*> seen;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    auto const& location = value.items[i].at("location");
    if (!location) continue;
    auto const [other, fresh] = seen.emplace(plain(location.text), &location);
    if (fresh) continue;
    Reader::Step const step{reader, std::to_string(i)};
    Reader::Step const deeper{reader, "location"};
    reader.warning("PD1024", *location.node, "the region `" + location.text + "` is given twice", "keep one of them")
        .related.push_back(other->second->node->source->label(other->second->node->span, "first given here"));
  }
}
constexpr Shape places{.kind = list, .name = "a list of places", .item = &place, .check = check_places};

constexpr std::string_view skus[] = {"premium"};
constexpr Word sku_words[] = {{"premium", "Premium"}};
constexpr Shape sku{.kind = string, .values = skus, .any_case = true, .words = sku_words};
constexpr Field container_fields[] = {
    {.name = "acr_account_sku", .shape = &sku, .doc = "Only `premium`."},
    {.name = "arm_resource_id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."}};
constexpr Shape container{.kind = object, .name = "a container registry", .fields = container_fields};
constexpr Shape container_id{
    .kind = string, .name = "the ARM id of a container registry", .check = check_container_registry};
constexpr Shape container_registry{.kind = either,
                                   .name = "an ARM id, or a mapping with `acr_account_sku`",
                                   .scalar = &container_id,
                                   .mapping = &container};
constexpr Field publisher_fields[] = {
    {.name = "publisher", .shape = &string_shape, .doc = "Publisher of protected assets."}};
constexpr Shape publisher{.kind = object, .fields = publisher_fields};

constexpr Field fields[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "Name of the registry."},
    {.name = "location",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "/location",
     .doc = "Azure region of the registry itself."},
    {.name = "description",
     .shape = &string_shape,
     .wire = "-",
     .doc = "What the registry is for, in words; not sent."},
    {.name = "tags", .shape = &resource_tags, .wire = "/tags", .unsent = "{}", .doc = "Free labels."},
    {.name = "public_network_access", .shape = &workspace_access, .doc = "`Enabled` or `Disabled`."},
    {.name = "replication_locations",
     .shape = &places,
     .need = Need::required,
     .wire = "properties.regionDetails",
     .doc = "Regions that assets can be used in."},
    {.name = "container_registry",
     .shape = &container_registry,
     .wire = "-",
     .doc = "Where images are kept: an ARM id, or what to create."},
    {.name = "intellectual_property", .shape = &publisher, .wire = "-", .doc = "Publisher of protected assets."},
    {.name = "id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "identity", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "kind", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "sku", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "managed_resource_group",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "mlflow_registry_uri",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "discovery_url",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};

void check_home(Reader& reader, Node const&, Value& value) {
  auto const& home = value.at("location");
  auto const& all = value.at("replication_locations");
  if (!home || !all || all.items.empty()) return;
  for (auto const& one : all.items)
    if (plain(one.string("location")) == plain(home.text)) return;
  Reader::Step const step{reader, "location"};
  reader.warning("PD1021", *home.node, "the region `" + home.text + "` is not among `replication_locations`",
                 "add it there");
}

constexpr Constant constants[] = {{"/identity", R"({"type":"SystemAssigned"})"}};

}  // namespace

constexpr Shape registry{.kind = object,
                         .name = "a registry",
                         .fields = fields,
                         .check = check_home,
                         .under = "properties",
                         .constants = constants,
                         .finish = finish_registry};

}  // namespace podium::inline v0::spec::kinds
