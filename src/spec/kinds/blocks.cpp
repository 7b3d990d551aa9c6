#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/wire/spellings.hpp"

/// What several kinds share.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

void check_version_text(Reader& reader, Node const& node, Value& value) {
  if (value.text.empty() || value.text.find_first_of("0123456789") != std::string::npos || is_placeholder(value.text))
    return;
  reader.report("PD1112", Severity::note, node, "the version `" + value.text + "` has no digit",
                "versions are mostly numbers; Azure ML counts on from a number alone");
}

constexpr Shape environment_reference{.kind = string, .check = check_environment};

constexpr Shape free_tag{.kind = either, .name = "a single value", .scalar = &any_shape};

}  // namespace

constexpr Shape tags{.kind = map, .item = &string_shape};
constexpr Shape free_tags{.kind = map, .item = &free_tag};
constexpr Shape code{.kind = string, .check = check_code, .wire = &wire::code};
constexpr Shape environment{.kind = either,
                            .name = "an environment: `azureml:NAME:VERSION` or a mapping",
                            .scalar = &environment_reference,
                            .mapping = &environment_in_place,
                            .wire = &wire::environment};
constexpr Shape local_file{.kind = string, .check = check_local_file};
constexpr Shape asset_reference{.kind = string, .check = check_reference};
constexpr Shape compute{.kind = string, .check = check_compute, .wire = &wire::compute};
constexpr Shape version{.kind = text, .exact = true, .check = check_version_text};

}  // namespace podium::inline v0::spec::kinds
