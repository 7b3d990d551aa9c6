// Validation against parsing alone: the whole corpus, one thread, files in memory's cache.
#include "text/source.hpp"

#include "podium/spec/validate.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <vector>

namespace fs = std::filesystem;
using namespace podium;

namespace {

double seconds(std::function<void()> const& work) {
  auto const start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

}  // namespace

int main() {
  auto const folder = fs::path{PODIUM_SOURCE_DIR}.parent_path() / "shared" / "corpus" / "files";
  if (!fs::exists(folder)) {
    std::printf("skipped: there is no corpus at %s\n", folder.c_str());
    return 0;
  }
  std::vector<fs::path> files;
  std::size_t bytes = 0;
  for (auto const& entry : fs::recursive_directory_iterator{folder}) {
    auto const extension = entry.path().extension();
    if (!entry.is_regular_file() || (extension != ".yml" && extension != ".yaml")) continue;
    files.push_back(entry.path());
    bytes += entry.file_size();
  }
  std::vector<double> parse, check;
  for (int round = 0; round < 11; ++round) {
    parse.push_back(seconds([&] {
      for (auto const& file : files) {
        auto const text = text::read_text(file, std::size_t{16} << 20);
        try {
          auto const node = YAML::Load(*text);
          if (node.IsNull()) std::printf("%s is empty\n", file.c_str());
        } catch (YAML::Exception const&) {  // some files are templates
        }
      }
    }));
    check.push_back(seconds([&] {
      for (auto const& file : files)
        if (!spec::validate(file)) std::printf("%s cannot be read\n", file.c_str());
    }));
  }
  std::printf("%zu files, %zu bytes; medians of %zu rounds, one thread\n", files.size(), bytes, parse.size());
  std::printf("%-28s%10s\n", "", "ms");
  std::printf("%-28s%10.1f\n", "yaml-cpp, YAML::Load", median(parse) * 1000);
  std::printf("%-28s%10.1f\n", "podium, validate", median(check) * 1000);
  std::printf("ratio %.2f\n", median(check) / median(parse));
  return 0;
}
