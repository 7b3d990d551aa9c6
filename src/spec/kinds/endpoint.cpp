#include "spec/kinds/kinds.hpp"
#include "spec/reader.hpp"

#include <algorithm>
#include <cctype>

/// Online endpoints.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

void check_name(Reader& reader, Node const& node, Value& value) {
  auto const& name = value.text;
  auto const good = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; };
  bool const shaped = !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) != 0 &&
                      name.back() != '-' && std::all_of(name.begin(), name.end(), good);
  if (shaped && name.size() >= 3 && name.size() <= 32) return;
  reader.error("PD1016", node, "`" + name + "` is not a name for an endpoint",
               "use 3 to 32 letters, digits and dashes, beginning with a letter and not ending with a dash");
}

void check_sum(Reader& reader, Node const& node, Value& value, std::int64_t most, std::string_view what) {
  std::int64_t sum = 0;
  for (auto const& member : value.members) sum += member.value.integer;
  if (sum > most)
    reader.error(
        "PD1015", node,
        std::string{what} + " adds up to " + std::to_string(sum) + " %, more than " + std::to_string(most) + " %");
}

void check_traffic(Reader& reader, Node const& node, Value& value) { check_sum(reader, node, value, 100, "traffic"); }

void check_mirror(Reader& reader, Node const& node, Value& value) {
  check_sum(reader, node, value, 50, "mirror traffic");
}

constexpr Shape name{.kind = string, .check = check_name};
constexpr std::string_view modes[] = {"key", "aml_token", "aad_token"};
constexpr Shape auth_mode{.kind = string, .values = modes, .any_case = true};
constexpr Shape percent{.kind = integer, .name = "a whole percentage", .min = 0, .max = 100};
constexpr Shape traffic{.kind = map, .item = &percent, .check = check_traffic};
constexpr Shape mirror{.kind = map, .item = &percent, .check = check_mirror};
constexpr std::string_view access[] = {"enabled", "disabled"};
constexpr Shape network{.kind = string, .values = access, .any_case = true};

constexpr Hint hints[] = {{"type", "an endpoint has no type"}, {"deployments", "each deployment is a file of its own"}};

constexpr Field fields[] = {{"$schema", &any_shape},
                            {"name", &name, Need::required},
                            {"description", &string_shape},
                            {"tags", &free_tags},
                            {"properties", &free_map_shape},
                            {"auth_mode", &auth_mode, Need::optional, Support::carried, "key"},
                            {"location", &string_shape, Need::optional, Support::noted},
                            {"identity", &endpoint_identity, Need::optional, Support::noted},
                            {"traffic", &traffic, Need::optional, Support::carried, {}, true},
                            {"mirror_traffic", &mirror, Need::optional, Support::carried, {}, true},
                            {"public_network_access", &network, Need::optional, Support::noted},
                            {"compute", &string_shape, Need::optional, Support::refused}};

}  // namespace

constexpr Shape online_endpoint{.kind = object, .fields = fields, .hints = hints};

}  // namespace podium::inline v0::spec::kinds
