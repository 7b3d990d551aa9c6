#include "clients/content.hpp"

#include "base/digest.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <sstream>

namespace podium::inline v0::clients {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

/// A git wildcard against a whole path: `*` and `?` stop at "/", `**` does not.
bool matches(std::string_view pattern, std::string_view text) {
  while (!pattern.empty()) {
    if (pattern.starts_with("**/")) {
      auto const rest = pattern.substr(3);
      if (matches(rest, text)) return true;
      for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '/' && matches(rest, text.substr(i + 1))) return true;
      return false;
    }
    if (pattern == "**") return true;
    if (pattern[0] == '*') {
      auto const rest = pattern.substr(1);
      for (std::size_t i = 0;; ++i) {
        if (matches(rest, text.substr(i))) return true;
        if (i == text.size() || text[i] == '/') return false;
      }
    }
    if (text.empty()) return false;
    if (pattern[0] == '[') {
      auto const close = pattern.find(']', 2);
      if (close != std::string_view::npos) {
        auto set = pattern.substr(1, close - 1);
        bool const negated = set.starts_with('!') || set.starts_with('^');
        if (negated) set.remove_prefix(1);
        bool found = false;
        for (std::size_t i = 0; i < set.size(); ++i) {
          if (i + 2 < set.size() && set[i + 1] == '-') {
            found = found || (set[i] <= text[0] && text[0] <= set[i + 2]);
            i += 2;
          } else {
            found = found || set[i] == text[0];
          }
        }
        if (found == negated || text[0] == '/') return false;
        pattern.remove_prefix(close + 1);
        text.remove_prefix(1);
        continue;
      }
    }
    if (pattern[0] == '\\' && pattern.size() > 1)
      pattern.remove_prefix(1);
    else if (pattern[0] == '?' && text[0] != '/') {
      pattern.remove_prefix(1);
      text.remove_prefix(1);
      continue;
    }
    if (pattern[0] != text[0]) return false;
    pattern.remove_prefix(1);
    text.remove_prefix(1);
  }
  return text.empty();
}

IgnoreRules rules_of(fs::path const& root) {
  for (auto const* name : {".amlignore", ".gitignore"}) {
    std::error_code ec;
    if (!fs::is_regular_file(root / name, ec)) continue;
    if (auto text = read_file(root / name)) return IgnoreRules{*text};
  }
  return IgnoreRules{""};
}

/// Calls `each` for what lies directly in `folder` and is not ignored, sorted by full path in lower case.
Result<void> for_children(fs::path const& folder, std::string const& prefix, IgnoreRules const& rules,
                          std::function<Result<void>(fs::path const&, std::string const&, bool)> const& each) {
  std::vector<fs::path> children;
  std::error_code ec;
  for (fs::directory_iterator it{folder, ec}, end; !ec && it != end; it.increment(ec)) children.push_back(it->path());
  if (ec) return Error{Errc::not_found, "cannot read folder `" + folder.string() + "`: " + ec.message()};
  std::sort(children.begin(), children.end(),
            [](fs::path const& a, fs::path const& b) { return lower(a.string()) < lower(b.string()); });
  for (auto const& child : children) {
    auto const relative = prefix + child.filename().string();
    bool const is_folder = fs::is_directory(child, ec);
    if (rules.ignored(relative, is_folder)) continue;
    if (!is_folder && !fs::is_regular_file(child, ec)) continue;
    if (auto done = each(child, relative, is_folder); !done) return done;
  }
  return {};
}

Result<void> hash_file(base::Sha256& hash, fs::path const& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read `" + path.string() + "`"};
  std::array<char, 1 << 16> block;
  while (in.read(block.data(), block.size()) || in.gcount() > 0)
    hash.update({block.data(), static_cast<std::size_t>(in.gcount())});
  return {};
}

/// Is `folder` reached through itself?  A link to a parent would lead down for ever.
bool leads_back(fs::path const& folder) {
  std::error_code ec;
  if (!fs::is_symlink(folder, ec)) return false;
  auto const target = fs::canonical(folder, ec);
  auto const place = fs::canonical(folder.parent_path(), ec);
  auto const relative = place.lexically_relative(target);
  return ec || relative == "." || (!relative.empty() && *relative.begin() != "..");
}

}  // namespace

IgnoreRules::IgnoreRules(std::string const& text) {
  // Python's compiled leftovers change with every run and are never part of the code.
  std::istringstream lines{"__pycache__/\n.git/\n" + text};
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    Rule rule;
    if (line[0] == '!') {
      rule.keep = true;
      line.erase(0, 1);
    }
    if (line.ends_with('/')) {
      rule.folders_only = true;
      line.pop_back();
    }
    if (line.starts_with('/')) {
      rule.anchored = true;
      line.erase(0, 1);
    } else {
      rule.anchored = line.find('/') != std::string::npos && !line.starts_with("**/");
    }
    if (line.ends_with("/**")) {  // everything below: the folder itself will do
      rule.folders_only = true;
      line.erase(line.size() - 3);
      rule.anchored = true;
    }
    if (line.empty()) continue;
    rule.pattern = std::move(line);
    rules_.push_back(std::move(rule));
  }
}

bool IgnoreRules::ignored(std::string const& path, bool folder) const {
  bool out = false;
  for (auto const& rule : rules_) {
    if (rule.folders_only && !folder) continue;
    bool const hit = matches(rule.pattern, path) || (!rule.anchored && matches("**/" + rule.pattern, path));
    if (hit) out = !rule.keep;
  }
  return out;
}

Result<std::vector<File>> files_of(fs::path const& root) {
  std::error_code ec;
  std::vector<File> files;
  if (fs::is_regular_file(root, ec)) {
    files.push_back({root.filename().string(), root, fs::file_size(root, ec)});
    return files;
  }
  if (!fs::is_directory(root, ec)) return Error{Errc::not_found, "there is no file or folder `" + root.string() + "`"};
  auto const rules = rules_of(root);
  std::function<Result<void>(fs::path const&, std::string const&)> walk =
      [&](fs::path const& folder, std::string const& prefix) -> Result<void> {
    return for_children(
        folder, prefix, rules, [&](fs::path const& path, std::string const& relative, bool is_folder) -> Result<void> {
          if (is_folder && leads_back(path))
            return Error{Errc::invalid_argument,
                         "`" + path.string() + "` is a link to a folder that it lies in; remove or ignore it"};
          if (is_folder) return walk(path, relative + "/");
          std::error_code size_error;
          files.push_back({relative, path, fs::file_size(path, size_error)});
          return {};
        });
  };
  if (auto walked = walk(root, ""); !walked) return std::move(walked).error();
  if (files.empty())
    return Error{Errc::invalid_argument, "folder `" + root.string() + "` is empty, or everything in it is ignored"};
  std::sort(files.begin(), files.end(), [](File const& a, File const& b) {
    auto const left = lower(a.relative), right = lower(b.relative);
    return left != right ? left < right : a.relative < b.relative;
  });
  return files;
}

Result<std::string> read_file(fs::path const& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read `" + path.string() + "`"};
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

Result<std::string> content_digest(std::vector<File> const& files) {
  base::Sha256 hash;
  hash.update(std::to_string(files.size()));
  for (auto const& file : files) hash.update("#" + file.relative + "#" + std::to_string(file.size));
  for (auto const& file : files)
    if (auto hashed = hash_file(hash, file.path); !hashed) return std::move(hashed).error();
  return hash.hex();
}

Result<std::string> upload_digest(fs::path const& root) {
  base::Sha256 hash;
  hash.update("Initialize for october 2021 AML CLI version");
  std::error_code ec;
  if (!fs::is_directory(root, ec)) {
    if (auto hashed = hash_file(hash, root); !hashed) return std::move(hashed).error();
    return hash.hex();
  }
  auto const rules = rules_of(root);
  std::function<Result<void>(fs::path const&, std::string const&)> walk =
      [&](fs::path const& folder, std::string const& prefix) -> Result<void> {
    return for_children(folder, prefix, rules,
                        [&](fs::path const& path, std::string const& relative, bool is_folder) -> Result<void> {
                          hash.update(path.filename().string());
                          if (is_folder && leads_back(path)) return {};  // files_of has refused it
                          return is_folder ? walk(path, relative + "/") : hash_file(hash, path);
                        });
  };
  if (auto walked = walk(root, ""); !walked) return std::move(walked).error();
  return hash.hex();
}

bool is_local_path(std::string const& text) {
  return text.starts_with('/') && !lower(text).starts_with("/subscriptions/");
}

}  // namespace podium::inline v0::clients
