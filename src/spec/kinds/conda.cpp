#include "spec/kinds/conda.hpp"

#include "spec/files.hpp"
#include "spec/kinds/resources.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>

/// Conda files.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

std::size_t name_end(std::string_view text, std::string_view more) {
  std::size_t end = 0;
  while (end < text.size() &&
         (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || more.find(text[end]) != std::string_view::npos))
    ++end;
  return end;
}

/// `name`, `name=1.2`, `channel::name>=1,<2`, `name[version='>1']`, `name 1.2 build`.
void check_package(Reader& reader, Node const& node, Value& value) {
  auto text = trimmed(value.text);
  if (text.find("://") != std::string_view::npos) return;
  if (auto const channel = text.find("::"); channel != std::string_view::npos) text.remove_prefix(channel + 2);
  auto const end = name_end(text, "_.-*");
  auto const rest = trimmed(text.substr(end));
  std::string const quoted = "`" + value.text + "`";
  if (end == 0) {
    reader.warning("PD1154", node, quoted + " is not a conda package", "write for example `numpy` or `numpy=1.26`");
  } else if (!rest.empty() && std::isalnum(static_cast<unsigned char>(rest.front())) == 0 &&
             std::string_view{"=<>!~[*"}.find(rest.front()) == std::string_view::npos) {
    reader.warning("PD1154", node, quoted + " is not a conda package: what follows the name is not a version",
                   "write for example `numpy=1.26` or `numpy>=1.26,<2`");
  } else if (auto const word = rest.find_first_not_of("=<>!~ "); !rest.empty() && word == std::string_view::npos) {
    reader.warning("PD1154", node, quoted + " has no version behind the comparison",
                   "add the version, or remove the sign");
  }
}

/// A line of a requirements file: `name==1.0`, `name[extra]>=1; marker`, `name @ url`, an option, a path or an address.
void check_requirement(Reader& reader, Node const& node, Value& value) {
  auto const text = trimmed(value.text);
  if (text.empty() || text.front() == '-' || text.front() == '.' || text.front() == '/' || text.front() == '#') return;
  if (text.find("://") != std::string_view::npos || text.starts_with("git+") || text.ends_with(".whl") ||
      text.ends_with(".tar.gz") || text.ends_with(".zip"))
    return;
  if (text.find('{') != std::string_view::npos || text.find('$') != std::string_view::npos) return;
  std::string const quoted = "`" + value.text + "`";
  auto const end = name_end(text, "_.-");
  if (end == 0) {
    reader.warning("PD1154", node, quoted + " is not a requirement of pip", "write for example `numpy==1.26.4`");
    return;
  }
  auto rest = trimmed(text.substr(end));
  if (rest.starts_with('[')) {
    auto const close = rest.find(']');
    if (close == std::string_view::npos) {
      reader.warning("PD1154", node, quoted + " has no closing bracket");
      return;
    }
    rest = trimmed(rest.substr(close + 1));
  }
  if (rest.starts_with('=') && !rest.starts_with("==")) {
    auto& problem = reader.warning("PD1154", node, quoted + " has a single `=`: pip wants two",
                                   "write `" + std::string{text.substr(0, end)} + "==...`");
    if (node.plain && node.text == value.text && text.size() == value.text.size()) {
      std::string fixed = value.text;
      fixed.insert(fixed.find('='), "=");
      problem.fix = Fix{node.span, std::move(fixed), Applicability::unsafe};
    }
    return;
  }
  if (rest.empty() || std::string_view{"=<>!~;@("}.find(rest.front()) != std::string_view::npos) return;
  reader.warning("PD1154", node, quoted + " is not a requirement of pip: what follows the name is not a version",
                 "write for example `numpy==1.26.4`");
}

void check_pip_scalar(Reader& reader, Node const& node, Value& value) {
  value.kind = Value::Kind::none;
  reader.error("PD1012", node, "expected a list of requirements, found " + found(node), "begin each with `- `");
}

constexpr Shape requirement{.kind = string, .name = "a requirement of pip", .check = check_requirement};
constexpr Shape pip_nothing{.kind = any, .check = check_pip_scalar};
constexpr Shape requirements{.kind = list, .name = "a list of requirements", .item = &requirement};
constexpr Shape pip{
    .kind = either, .name = "a list of requirements", .scalar = &pip_nothing, .sequence = &requirements};
constexpr Field pip_fields[] = {
    {.name = "pip", .shape = &pip, .need = Need::required, .doc = "Packages that pip installs."}};
constexpr Shape pip_mapping{
    .kind = object, .name = "a mapping with `pip`", .fields = pip_fields, .unknown = Unknown::warning};
constexpr Shape package{.kind = string, .name = "a conda package", .check = check_package};
constexpr Shape dependency{
    .kind = either, .name = "a conda package, or a mapping with `pip`", .scalar = &package, .mapping = &pip_mapping};
constexpr Shape dependencies{.kind = list, .name = "a list of packages", .item = &dependency};

void check_dependencies(Reader& reader, Node const& node, Value&) {
  if (node.find("dependencies") == nullptr)
    reader.warning("PD1154", reader.holder(node), "the conda file installs nothing: it has no `dependencies`",
                   "add `dependencies:`, a list of packages");
}

constexpr Field fields[] = {
    {.name = "name", .shape = &text_shape, .doc = "Name of the conda environment; of no consequence."},
    {.name = "channels", .shape = &string_list_shape, .doc = "Where packages come from, first is best."},
    {.name = "dependencies",
     .shape = &dependencies,
     .nullable = true,
     .doc = "Packages, and one mapping `pip:` with requirements of pip."},
    {.name = "prefix", .shape = &any_shape, .doc = "Ignored: a path on the machine that exported the file."},
    {.name = "variables", .shape = &free_map_shape, .doc = "Environment variables that conda sets."},
    {.name = "platforms", .shape = &string_list_shape, .doc = "Platforms that the file is for."}};

constexpr Hint hints[] = {{"pip", "it belongs into `dependencies`, as `- pip:` with a list below it"},
                          {"image", "this is a conda file; an image belongs into an environment"}};

}  // namespace

constexpr Shape conda_file{.kind = object,
                           .name = "a conda file",
                           .fields = fields,
                           .hints = hints,
                           .unknown = Unknown::warning,
                           .check = check_dependencies};

void check_conda_path(Reader& reader, Node const& node, Value& value) {
  auto const path = resolved(reader, value.text);
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem)) {
    reader
        .error("PD1050", node, "the conda file `" + value.text + "` does not exist",
               "paths start at the folder of this file")
        .official = "No such file or directory: " + path.string();
    return;
  }
  auto const opened = reader.documents().open(path, named_beside(reader.document(), value.text));
  if (!opened) {
    reader.error("PD1050", node, opened.error().message());
    return;
  }
  auto const& tree = (*opened)->tree;
  value.text = tree.source->bytes();
  if (!tree.root) return;
  auto& known = reader.documents().components[(*opened)->file.string()];
  if (known) return;  // read and reported already
  known = std::make_shared<Value>();
  Reader inside{reader.documents(), **opened, reader.purpose()};
  auto included = reader.included();
  included.push_back(node.source->label(node.span, "included from here"));
  inside.included_as(reader.path(), std::move(included));
  inside.read(conda_file, *tree.root);
}

}  // namespace podium::inline v0::spec::kinds
