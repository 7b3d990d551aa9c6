#include "base/snapshot.hpp"

#include "base/digest.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>

namespace podium::inline v0::base {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

/// `[...]` at the start of the pattern against one letter; nothing when the bracket is not closed.
std::optional<bool> in_set(std::string_view& pattern, char letter) {
  std::size_t at = 1;
  bool const negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  auto const first = at;
  bool found = false;
  for (; at < pattern.size(); ++at) {
    if (pattern[at] == ']' && at > first) {
      pattern.remove_prefix(at + 1);
      return found != negated;
    }
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      found = found || (pattern[at] <= letter && letter <= pattern[at + 2]);
      at += 2;
    } else {
      found = found || pattern[at] == letter;
    }
  }
  return std::nullopt;
}

/// Whether every `[` of a pattern has its `]`.
bool is_closed(std::string_view pattern) {
  while (!pattern.empty()) {
    if (pattern.front() == '[') {
      if (!in_set(pattern, 'x')) return false;
      continue;
    }
    pattern.remove_prefix(pattern.front() == '\\' && pattern.size() > 1 ? 2 : 1);
  }
  return true;
}

/// A wildcard against one part of a path.
bool part_matches(std::string_view pattern, std::string_view text) {
  std::string_view star, resume;
  bool starred = false;
  while (true) {
    if (!pattern.empty() && pattern.front() == '*') {
      while (!pattern.empty() && pattern.front() == '*') pattern.remove_prefix(1);
      star = pattern, resume = text, starred = true;
      continue;
    }
    if (text.empty()) return pattern.empty();
    bool step = false;
    auto rest = pattern;
    if (!rest.empty()) {
      auto const set = rest.front() == '[' ? in_set(rest, text.front()) : std::nullopt;
      if (set) {
        step = *set;
      } else if (rest.front() == '?') {
        step = true;
        rest.remove_prefix(1);
      } else {
        if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
        step = rest.front() == text.front();
        rest.remove_prefix(1);
      }
    }
    if (step) {
      pattern = rest;
      text.remove_prefix(1);
      continue;
    }
    if (!starred || resume.empty()) return false;
    resume.remove_prefix(1);
    pattern = star;
    text = resume;
  }
}

using Parts = std::span<std::string_view const>;

/// The parts of a path against those of a pattern; a pattern that ends early covers what is below.
bool path_matches(std::span<IgnoreRules::Segment const> pattern, Parts path, bool first, bool folder) {
  if (pattern.empty()) return path.empty() || !first;
  auto const& segment = pattern.front();
  auto const rest = pattern.subspan(1);
  if (!segment.any_depth) {
    if (path.empty() || !part_matches(segment.glob, path.front())) return false;
    if (rest.empty()) return true;
    return path_matches(rest, path.subspan(1), false, folder);
  }
  if (rest.empty()) return first && folder ? path.size() > 1 : !path.empty();
  for (std::size_t skip = 0; skip < path.size(); ++skip)
    if (path_matches(rest, path.subspan(skip), false, folder)) return true;
  return false;
}

Result<void> hash_file(Sha256& hash, fs::path const& path) {
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

using Each = std::function<Result<void>(fs::path const&, std::string const&, bool)>;

/// Calls `each` for what lies directly in `folder`, sorted by full path in lower case.  A link that leads back is
/// refused unless the rules ignore it.
Result<void> for_children(fs::path const& folder, std::string const& prefix, IgnoreRules const& rules,
                          Each const& each) {
  std::vector<fs::path> children;
  std::error_code ec;
  for (fs::directory_iterator it{folder, ec}, end; !ec && it != end; it.increment(ec)) children.push_back(it->path());
  if (ec) return Error{Errc::not_found, "cannot read folder `" + folder.string() + "`: " + ec.message()};
  std::sort(children.begin(), children.end(), [](fs::path const& a, fs::path const& b) {
    auto const left = lower(a.string()), right = lower(b.string());
    return left != right ? left < right : a < b;
  });
  for (auto const& child : children) {
    auto const relative = prefix + child.filename().string();
    bool const is_folder = fs::is_directory(child, ec);
    if (!is_folder && !fs::is_regular_file(child, ec)) continue;
    if (is_folder && leads_back(child)) {
      if (rules.ignored(relative)) continue;
      return Error{Errc::invalid_argument,
                   "`" + child.string() + "` is a link to a folder that it lies in; remove or ignore it"};
    }
    if (auto done = each(child, relative, is_folder); !done) return done;
  }
  return {};
}

}  // namespace

IgnoreRules::IgnoreRules(std::string_view text) {
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    add(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void IgnoreRules::add(std::string_view line) {
  auto const end = line.find_last_not_of(" \t\r\n\v\f");
  line = line.substr(0, end == std::string_view::npos ? 0 : end + 1);
  if (line.empty() || line.front() == '#' || line == "/") return;
  Rule rule;
  if (line.front() == '!') {
    rule.keep = true;
    line.remove_prefix(1);
  }
  std::vector<std::string_view> parts;
  while (true) {
    auto const slash = line.find('/');
    parts.push_back(line.substr(0, slash));
    if (slash == std::string_view::npos) break;
    line.remove_prefix(slash + 1);
  }
  rule.folder = parts.back().empty();
  if (parts.front().empty()) {
    parts.erase(parts.begin());
  } else if ((parts.size() == 1 || (parts.size() == 2 && parts[1].empty())) && parts.front() != "**") {
    parts.insert(parts.begin(), "**");
  }
  if (parts.empty()) return;
  if (parts.back().empty()) parts.back() = "**";
  for (std::size_t i = parts.size() - 1; i > 0; --i)
    if (parts[i] == "**" && parts[i - 1] == "**") parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
  for (auto const part : parts) {
    if (part.empty() || !is_closed(part)) return;  // `a//b` and `a[` fit nothing
    rule.segments.push_back({std::string{part}, part == "**"});
  }
  rules_.push_back(std::move(rule));
}

bool IgnoreRules::ignored(std::string_view path) const {
  if (rules_.empty()) return false;
  std::vector<std::string_view> parts;
  for (auto rest = path;;) {
    auto const slash = rest.find('/');
    parts.push_back(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  bool out = false;
  for (auto const& rule : rules_)
    if (path_matches(rule.segments, parts, true, rule.folder)) out = !rule.keep;
  return out;
}

IgnoreRules ignore_rules_of(fs::path const& root, std::span<std::string_view const> more) {
  IgnoreRules rules;
  for (auto const* name : {".amlignore", ".gitignore"}) {
    std::error_code ec;
    if (!fs::exists(root / name, ec)) continue;
    std::ifstream in{root / name, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    rules = IgnoreRules{text.view()};
    break;
  }
  for (auto const line : more) rules.add(line);
  return rules;
}

Result<std::vector<SnapshotFile>> snapshot_files(fs::path const& root, IgnoreRules const& rules) {
  std::error_code ec;
  std::vector<SnapshotFile> files;
  if (fs::is_regular_file(root, ec)) {
    files.push_back({root.filename().string(), root, fs::file_size(root, ec)});
    return files;
  }
  if (!fs::is_directory(root, ec)) return Error{Errc::not_found, "there is no file or folder `" + root.string() + "`"};
  std::function<Result<void>(fs::path const&, std::string const&)> walk =
      [&](fs::path const& folder, std::string const& prefix) -> Result<void> {
    return for_children(folder, prefix, rules,
                        [&](fs::path const& path, std::string const& relative, bool is_folder) -> Result<void> {
                          if (is_folder) return walk(path, relative + "/");
                          if (rules.ignored(relative)) return {};
                          std::error_code size_error;
                          files.push_back({relative, path, fs::file_size(path, size_error)});
                          return {};
                        });
  };
  if (auto walked = walk(root, ""); !walked) return std::move(walked).error();
  sort_snapshot(files);
  return files;
}

void sort_snapshot(std::vector<SnapshotFile>& files) {
  std::sort(files.begin(), files.end(), [](SnapshotFile const& a, SnapshotFile const& b) {
    auto const left = lower(a.relative), right = lower(b.relative);
    return left != right ? left < right : a.relative < b.relative;
  });
}

Result<std::string> snapshot_digest(std::span<SnapshotFile const> files) {
  Sha256 hash;
  hash.update(std::to_string(files.size()));
  for (auto const& file : files) hash.update("#" + file.relative + "#" + std::to_string(file.size));
  for (auto const& file : files)
    if (auto hashed = hash_file(hash, file.path); !hashed) return std::move(hashed).error();
  return hash.hex();
}

Result<std::string> upload_digest(fs::path const& root, IgnoreRules const& rules) {
  Sha256 hash;
  hash.update("Initialize for october 2021 AML CLI version");
  std::error_code ec;
  if (!fs::is_directory(root, ec)) {
    if (auto hashed = hash_file(hash, root); !hashed) return std::move(hashed).error();
    return hash.hex();
  }
  std::function<Result<void>(fs::path const&, std::string const&)> walk =
      [&](fs::path const& folder, std::string const& prefix) -> Result<void> {
    return for_children(folder, prefix, rules,
                        [&](fs::path const& path, std::string const& relative, bool is_folder) -> Result<void> {
                          if (rules.ignored(relative)) return {};
                          hash.update(path.filename().string());
                          return is_folder ? walk(path, relative + "/") : hash_file(hash, path);
                        });
  };
  if (auto walked = walk(root, ""); !walked) return std::move(walked).error();
  return hash.hex();
}

}  // namespace podium::inline v0::base
