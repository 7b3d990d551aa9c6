#include "clients/content.hpp"

#include <cctype>
#include <fstream>
#include <sstream>

namespace podium::inline v0::clients {
namespace {

namespace fs = std::filesystem;

base::IgnoreRules rules_of(fs::path const& root) {
  static constexpr std::string_view always[] = {"__pycache__", ".git"};
  return base::ignore_rules_of(root, always);
}

}  // namespace

Result<std::vector<File>> files_of(fs::path const& root) {
  auto files = base::snapshot_files(root, rules_of(root));
  if (files && files->empty())
    return Error{Errc::invalid_argument, "folder `" + root.string() + "` is empty, or everything in it is ignored"};
  return files;
}

Result<std::string> read_file(fs::path const& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read `" + path.string() + "`"};
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

Result<std::string> content_digest(std::vector<File> const& files) { return base::snapshot_digest(files); }

Result<std::string> upload_digest(fs::path const& root) { return base::upload_digest(root, rules_of(root)); }

bool is_local_path(std::string const& text) {
  static constexpr std::string_view resource = "/subscriptions/";
  if (!text.starts_with('/')) return false;
  if (text.size() < resource.size()) return true;
  for (std::size_t i = 0; i < resource.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(text[i])) != resource[i]) return true;
  return false;
}

}  // namespace podium::inline v0::clients
