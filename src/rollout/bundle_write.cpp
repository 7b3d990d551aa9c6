#include "base/digest.hpp"
#include "rollout/bundle_parts.hpp"
#include "rollout/tar.hpp"

#include "podium/rollout/bundle.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace podium::inline v0::rollout {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// A file name that every system takes, out of an id.
std::string safe_name(std::string const& id) {
  std::string name;
  for (char const c : id) name += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ? c : '_';
  return name.empty() ? "set" : name;
}

Result<std::string> content_of(fs::path const& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in || fs::is_directory(file)) return Error{Errc::not_found, "cannot read `" + file.string() + "`"};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad()) return Error{Errc::unavailable, "cannot read `" + file.string() + "` to its end"};
  return text;
}

/// Collects files and their manifest entries.
class Packer {
 public:
  void add(Json entry, std::string const& path, std::string content) {
    entry["path"] = path;
    entry["sha256"] = base::sha256(content);
    entry["bytes"] = content.size();
    parts_.push_back(std::move(entry));
    files_.push_back({path, std::move(content)});
  }
  Result<void> add_file(Json entry, std::string const& stem, fs::path const& file) {
    auto content = content_of(file);
    if (!content) return std::move(content).error();
    add(std::move(entry), unused(stem, file.extension().string()), *std::move(content));
    return {};
  }
  std::string unused(std::string const& stem, std::string const& extension) const {
    auto const taken = [&](std::string const& path) {
      return std::any_of(files_.begin(), files_.end(), [&](auto const& file) { return file.name == path; });
    };
    std::string path = stem + extension;
    for (int number = 2; taken(path); ++number) path = stem + "-" + std::to_string(number) + extension;
    return path;
  }
  Json const& parts() const { return parts_; }
  std::vector<TarEntry> take() { return std::move(files_); }

 private:
  Json parts_ = Json::array();
  std::vector<TarEntry> files_;
};

Result<void> write_folder(std::vector<TarEntry> const& files, fs::path const& out) {
  auto const part = fs::path{out.string() + ".part-" + std::to_string(::getpid())};
  auto const give_up = [&](std::string const& what) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    return Error{Errc::exhausted, "cannot write `" + what + "`: is the folder there, and is there space"};
  };
  std::error_code failed;
  for (auto const& [name, content] : files) {
    auto const target = part / name;
    fs::create_directories(target.parent_path(), failed);
    std::ofstream file{target, std::ios::binary};
    file << content;
    file.flush();
    if (!file) return give_up(target.string());
  }
  if (fs::exists(out, failed)) fs::remove(out, failed);  // an empty folder
  fs::rename(part, out, failed);
  if (failed) return give_up(out.string());
  return {};
}

Result<void> write_tar(std::vector<TarEntry> const& files, fs::path const& out) {
  auto tar = make_tar(files);
  if (!tar) return std::move(tar).error();
  auto const part = fs::path{out.string() + ".part-" + std::to_string(::getpid())};
  std::error_code failed;
  {
    std::ofstream file{part, std::ios::binary};
    file << *tar;
    file.flush();
    if (!file) failed = std::make_error_code(std::errc::io_error);
  }
  if (!failed) fs::rename(part, out, failed);
  if (!failed) return {};
  std::error_code ignored;
  fs::remove(part, ignored);
  return Error{Errc::exhausted, "cannot write `" + out.string() + "`: is the folder there, and is there space"};
}

}  // namespace

Result<void> write_bundle(BundleParts const& parts, fs::path const& out) {
  std::error_code failed;
  bool const empty_folder = fs::is_directory(out, failed) && fs::is_empty(out, failed);
  if (fs::exists(out, failed) && !empty_folder)
    return Error{Errc::conflict, "`" + out.string() + "` is there already: evidence is never written over"};

  Packer packer;
  for (auto const& [set, file] : parts.predictions)
    if (auto ok = packer.add_file({{"kind", "predictions"}, {"set", set}}, "predictions/" + safe_name(set), file); !ok)
      return std::move(ok).error().with("predictions", set);
  if (!parts.train_units.empty())
    if (auto ok = packer.add_file({{"kind", "train_units"}}, "train_units", parts.train_units); !ok)
      return std::move(ok).error().with("training units", parts.train_units.string());
  if (!parts.shadow.empty())
    if (auto ok = packer.add_file({{"kind", "shadow"},
                                   {"mirrored", parts.mirrored},
                                   {"challenger_errors", parts.challenger_errors},
                                   {"duration_s", parts.shadow_duration_s}},
                                  "shadow", parts.shadow);
        !ok)
      return std::move(ok).error().with("shadow", parts.shadow.string());
  if (!parts.aggregates.empty()) packer.add({{"kind", "aggregates"}}, "aggregates.json", to_text(parts.aggregates));
  for (auto const& sample : parts.latency)
    packer.add({{"kind", "latency"}}, packer.unused("latency/" + safe_name(sample.endpoint), ".json"), to_text(sample));
  if (parts.production_mix)
    packer.add({{"kind", "production_mix"}}, "production_mix.json", to_text(*parts.production_mix));
  if (!parts.approvals.empty()) packer.add({{"kind", "approvals"}}, "approvals.json", to_text(parts.approvals));

  Json manifest{{"format", "podium/evidence/v1"},
                {"as_of", time_text(parts.as_of_us)},
                {"first_run", parts.first_run},
                {"facts", parts.facts}};
  if (parts.train_end_us != 0) manifest["train_end"] = time_text(parts.train_end_us);
  if (!parts.evaluations_used.empty()) manifest["evaluations_used"] = parts.evaluations_used;
  manifest["parts"] = packer.parts();
  auto files = packer.take();
  files.insert(files.begin(), {"manifest.json", manifest.dump(1) + "\n"});
  return out.extension() == ".tar" ? write_tar(files, out) : write_folder(files, out);
}

}  // namespace podium::inline v0::rollout
