#pragma once

#include "podium/diagnostic.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

/// A folder of its own for a test, gone when the test ends.
class Folder {
 public:
  Folder() {
    static int number = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("podium-spec-" + std::to_string(::getpid()) + "-" + std::to_string(++number));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;

  std::filesystem::path write(std::string const& name, std::string const& text) const {
    auto const file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << text;
    return file;
  }
  std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// "PD1010 error 3:1-3:9 inputs.lr", one a line.
inline std::string summary(std::vector<podium::Diagnostic> const& found) {
  std::string out;
  for (auto const& one : found) {
    auto const severity = one.severity == podium::Severity::error     ? "error"
                          : one.severity == podium::Severity::warning ? "warning"
                                                                      : "note";
    auto const place = [](podium::Position at) { return std::to_string(at.line) + ":" + std::to_string(at.column); };
    out += one.rule + " " + severity + " " + place(one.primary.start) + "-" + place(one.primary.end) + " " + one.path +
           "\n";
  }
  return out;
}

inline std::string slurp(std::filesystem::path const& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}
