#include "local/executor/content.hpp"

#include "base/digest.hpp"
#include "local/executor/process.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

namespace podium::inline v0::local {
namespace fs = std::filesystem;

Result<std::string> content_digest(fs::path const& path) {
  try {
    std::error_code ec;
    auto const kind = fs::status(path, ec).type();
    if (kind == fs::file_type::regular) {
      auto digest = base::sha256_file(path);
      if (!digest) return digest;
      return base::sha256("file " + *digest);
    }
    if (kind != fs::file_type::directory) return Error{Errc::not_found, "nothing is there"}.with("path", path.string());
    std::vector<std::string> names;
    for (auto const& entry : fs::recursive_directory_iterator{path})
      if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(path).generic_string());
    std::sort(names.begin(), names.end());
    base::Sha256 all;
    for (auto const& name : names) {
      auto digest = base::sha256_file(path / name);
      if (!digest) return digest;
      all.update(std::to_string(name.size())).update(" ").update(name).update(" ").update(*digest).update("\n");
    }
    return all.hex();
  } catch (fs::filesystem_error const& broken) {
    return file_error("cannot read", broken.code(), path);
  }
}

Result<void> copy_tree(fs::path const& from, fs::path const& to) {
  try {
    fs::create_directories(to.parent_path());
    if (!fs::is_directory(from)) {
      fs::copy_file(from, to, fs::copy_options::overwrite_existing);
      return {};
    }
    fs::create_directories(to);
    for (auto at = fs::recursive_directory_iterator{from}; at != fs::recursive_directory_iterator{}; ++at) {
      if (at->path().filename() == "__pycache__") {
        at.disable_recursion_pending();
        continue;
      }
      auto const target = to / at->path().lexically_relative(from);
      if (at->is_directory()) {
        fs::create_directories(target);
      } else if (at->is_regular_file()) {
        fs::copy_file(at->path(), target, fs::copy_options::overwrite_existing);
      }
    }
    return {};
  } catch (fs::filesystem_error const& broken) {
    return file_error("cannot copy", broken.code(), to);
  }
}

std::string tail_of(fs::path const& file, int lines) {
  constexpr std::streamoff most = 1 << 20;
  std::ifstream in{file, std::ios::binary};
  if (!in) return {};
  in.seekg(0, std::ios::end);
  auto const size = static_cast<std::streamoff>(in.tellg());
  in.seekg(std::max<std::streamoff>(0, size - most));
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (lines <= 0) return text;
  auto at = text.size();
  if (at > 0 && text[at - 1] == '\n') --at;
  for (int i = 0; i < lines && at != std::string::npos && at > 0; ++i) at = text.rfind('\n', at - 1);
  return at == std::string::npos || at == 0 ? text : text.substr(at + 1);
}

std::string last_lines(fs::path const& file, int count) {
  auto text = tail_of(file, count);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (text.size() > 4096) text.erase(0, text.size() - 4096);
  std::string out;
  for (char c : text) {
    if (c == '\n')
      out += " | ";
    else if (c != '\r')
      out += c;
  }
  return out;
}

}  // namespace podium::inline v0::local
