#include "spec/files.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace podium::inline v0::spec {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view reference_help =
    "write `azureml:NAME:VERSION`, `azureml:NAME@latest` or `azureml://registries/...` for something registered";

bool is_there(fs::path const& path) {
  std::error_code problem;
  return fs::exists(path, problem);
}

bool is_folder(fs::path const& path) {
  std::error_code problem;
  return fs::is_directory(path, problem);
}

void become_local(Reader const& reader, Value& value) {
  value.text = resolved(reader, value.text).string();
  value.local = true;
}

/// Takes `azureml:` off; false when what is left is nothing.
bool strip(Value& value) {
  if (value.text.starts_with("azureml://")) return true;
  if (!value.text.starts_with("azureml:")) return false;
  value.text.erase(0, std::string_view{"azureml:"}.size());
  return !value.text.empty();
}

/// What is left behind `azureml:` must be an ARM id, or a name with a version or a label.
void check_version(Reader& reader, Node const& node, Value const& value) {
  auto const& text = value.text;
  if (has_binding(text) || is_placeholder(text)) return;
  bool const versioned = text.find("/versions/") != std::string::npos || text.find("/labels/") != std::string::npos;
  if (text.starts_with("azureml://")) {
    static constexpr std::array<std::string_view, 4> roots{"registries/", "locations/", "subscriptions/", "feeds/"};
    auto const rest = std::string_view{text}.substr(std::string_view{"azureml://"}.size());
    if (std::none_of(roots.begin(), roots.end(), [&](auto root) { return rest.starts_with(root); }))
      reader.error("PD1019", node, "`" + text + "` is not the address of an asset",
                   "write `azureml://registries/REGISTRY/.../versions/VERSION` for something in a registry");
    else if (rest.starts_with("registries/") && !versioned)
      reader.error("PD1019", node, "the reference `" + text + "` has no version",
                   "end it with `/versions/VERSION` or `/labels/LABEL`");
    return;
  }
  if (text.front() == '/') {
    if (!text.starts_with("/subscriptions/") || text.find("/providers/") == std::string::npos)
      reader.error("PD1019", node, "`" + text + "` is not an ARM id",
                   "it begins with `/subscriptions/` and names a provider and a workspace");
    else if (!versioned)
      reader.error("PD1019", node, "the ARM id `" + text + "` has no version", "end it with `/versions/VERSION`");
    return;
  }
  auto const mark = text.find_first_of(":@");
  if (text.find('/') != std::string::npos)
    reader.error("PD1019", node, "`" + text + "` is neither a name nor an ARM id", std::string{reference_help});
  else if (mark == std::string::npos)
    reader.error("PD1019", node, "the reference `azureml:" + text + "` has no version",
                 "write `azureml:" + text + ":VERSION` or `azureml:" + text + "@latest`");
  else if (text.find_first_of(":@", mark + 1) != std::string::npos)
    reader.report("PD1019", text.find('@') == std::string::npos ? Severity::warning : Severity::error, node,
                  "the reference `azureml:" + text + "` has more than one version or label", "keep one of them");
}

/// `azureml:...` as a path of data or a model.
void check_data_reference(Reader& reader, Node const& node, std::string_view text) {
  auto const rest = text.substr(std::string_view{"azureml:"}.size());
  if (rest.empty()) {
    reader.error("PD1019", node, "the reference is empty", "write `azureml:NAME:VERSION`");
  } else if (rest.starts_with("//datastores/")) {
    if (rest.find("/paths/") == std::string_view::npos)
      reader.warning("PD1019", node, "the address of a data store has no `/paths/`",
                     "write `azureml://datastores/NAME/paths/PATH`");
  } else if (rest.front() != '/' && rest.find_first_of(":@/") == std::string_view::npos) {
    reader.error("PD1019", node, "the reference `" + std::string{text} + "` has no version",
                 "write `" + std::string{text} + ":VERSION` or `" + std::string{text} + "@latest`");
  }
}

std::string scalar_yaml(Node const& node) {
  if (node.type != ScalarType::string) return node.text.empty() ? "null" : node.text;
  std::string out = "\"";
  for (char const letter : node.text) {
    if (letter == '"' || letter == '\\') out += '\\';
    if (letter == '\n')
      out += "\\n";
    else if (letter == '\t')
      out += "\\t";
    else
      out += letter;
  }
  return out + '"';
}

}  // namespace

bool is_remote(std::string_view text) {
  static constexpr std::array<std::string_view, 4> heads{"azureml:", "runs:/", "git+", "${{"};
  if (std::any_of(heads.begin(), heads.end(), [&](auto head) { return text.starts_with(head); })) return true;
  auto const scheme = text.find("://");
  return scheme != std::string_view::npos && scheme > 1 && !text.starts_with("file:");
}

fs::path resolved(Reader const& reader, std::string_view path) {
  if (path.starts_with("file://"))
    path.remove_prefix(7);
  else if (path.starts_with("file:"))
    path.remove_prefix(5);
  auto out = (reader.document().folder / fs::path{path}).lexically_normal();
  return out.has_filename() ? out : out.parent_path();
}

std::string named_beside(Document const& document, std::string_view path) {
  if (path.starts_with("file:")) path.remove_prefix(5);
  return (fs::path{document.name}.parent_path() / fs::path{path}).lexically_normal().string();
}

void check_code(Reader& reader, Node const& node, Value& value) {
  if (value.text.starts_with("git+")) {
    reader.error("PD1019", node, "`code` cannot be a git address",
                 "give a local folder, or a registered code `azureml:NAME:VERSION`");
    return;
  }
  if (value.text.starts_with("${{")) {
    reader.error("PD1044", node, "`code` cannot be a binding", "give a local folder");
    return;
  }
  if (value.text.starts_with("http://") || value.text.starts_with("https://")) {
    reader.warning("PD1019", node, "code is not fetched from an address",
                   "give a local folder, or a registered code `azureml:NAME:VERSION`");
    return;
  }
  if (strip(value) || is_remote(value.text) || is_placeholder(value.text)) return;
  auto const path = resolved(reader, value.text);
  if (!is_there(path))
    reader.error("PD1051", node, "the code folder `" + value.text + "` does not exist",
                 "paths start at the folder of this file");
  become_local(reader, value);
}

void check_environment(Reader& reader, Node const& node, Value& value) {
  if (strip(value)) return check_version(reader, node, value);
  auto& problem = reader.error("PD1019", node, "`" + value.text + "` is not a reference to an environment",
                               std::string{reference_help});
  bool const name_like = value.text.find_first_of(" /\\.") == std::string::npos && !value.text.empty() &&
                         value.text.find(':') != std::string::npos;
  if (!name_like || value.text.starts_with("azureml:")) return;
  problem.help = "did you mean `azureml:" + value.text + "`?";
  if (node.plain) problem.fix = Fix{node.span, "azureml:" + value.text, Applicability::unsafe};
}

void check_reference(Reader& reader, Node const& node, Value& value) {
  if (!strip(value))
    reader.error("PD1019", node, "`" + value.text + "` is not a reference",
                 "did you mean `azureml:" + value.text + "`?");
}

void check_default_compute(Reader& reader, Node const& node, Value& value) {
  if (value.text != "serverless") check_reference(reader, node, value);
}

void check_compute(Reader&, Node const&, Value& value) {
  value.binding = is_binding(value.text);  // any text is a compute, also where nothing else is bound
  strip(value);
}

void check_local_file(Reader& reader, Node const& node, Value& value) {
  auto const path = resolved(reader, value.text);
  if (!is_there(path))
    reader.error("PD1050", node, "the file `" + value.text + "` does not exist",
                 "paths start at the folder of this file");
  become_local(reader, value);
}

void check_conda_file(Reader& reader, Node const& node, Value& value) {
  auto const path = resolved(reader, value.text);
  if (!is_there(path) || is_folder(path)) {
    reader.error("PD1050", node, "the conda file `" + value.text + "` does not exist",
                 "paths start at the folder of this file");
    return;
  }
  auto const opened = reader.documents().open(path, named_beside(reader.document(), value.text));
  if (!opened) {
    reader.error("PD1050", node, opened.error().message());
    return;
  }
  value.text = (*opened)->tree.source->bytes();
}

void check_build_path(Reader& reader, Node const& node, Value& value) {
  if (is_remote(value.text)) return;
  if (!is_there(resolved(reader, value.text)))
    reader.error("PD1051", node, "the folder `" + value.text + "` does not exist",
                 "paths start at the folder of this file");
  become_local(reader, value);
}

void check_data_path(Reader& reader, Node const& node, Value& value) {
  if (value.text.empty()) {
    reader.error("PD1019", node, "the path is empty", "give a local path, a URI or `azureml:NAME:VERSION`");
    return;
  }
  if (has_binding(value.text) || is_placeholder(value.text)) return;
  if (value.text.starts_with("azureml:")) return check_data_reference(reader, node, value.text);
  if (is_remote(value.text)) return;
  bool const asset = value.text.find_first_of(":@") != std::string::npos && !value.text.starts_with("file:");
  if (asset) return;
  if (!is_there(resolved(reader, value.text)))
    reader.report("PD1052", reader.purpose() == Purpose::use ? Severity::error : Severity::warning, node,
                  "`" + value.text + "` does not exist here", "paths start at the folder of this file");
  become_local(reader, value);
}

void check_model_path(Reader& reader, Node const& node, Value& value) { check_data_path(reader, node, value); }

void check_deployment_model(Reader& reader, Node const& node, Value& value) {
  if (strip(value)) return check_version(reader, node, value);
  reader.error("PD1019", node, "`" + value.text + "` is not a reference to a model",
               std::string{reference_help} + ", or `{path: ./folder}` for a local one");
}

std::string yaml_text(Node const& node) {
  if (node.is_scalar()) return scalar_yaml(node);
  std::string out = node.is_mapping() ? "{" : "[";
  bool first = true;
  auto const comma = [&] { out += std::exchange(first, false) ? "" : ", "; };
  for (auto const& item : node.items) comma(), out += yaml_text(*item);
  for (auto const& entry : node.entries) comma(), out += scalar_yaml(*entry.key) + ": " + yaml_text(*entry.value);
  return out + (node.is_mapping() ? "}" : "]");
}

}  // namespace podium::inline v0::spec
