#pragma once

#include "podium/connect.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace connect_test {

using Json = nlohmann::json;

/// A folder of specifications and code that goes away with the test, and a workspace in it.
class Files {
 public:
  Files() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("podium-connect-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  Files(Files const&) = delete;
  ~Files() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }

  std::filesystem::path path(std::string const& relative) const { return path_ / relative; }
  std::filesystem::path write(std::string const& relative, std::string const& text) const {
    auto const file = path_ / relative;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << text;
    return file;
  }

  /// An endpoint `e`; a deployment that doubles the numbers it is sent, and fails as the variables of its YAML say.
  void write_endpoint() const {
    write("endpoint.yml", "name: numbers\nauth_mode: key\n");
    write("code/score.py", R"(
import json, os
from pathlib import Path

def init():
    global factor, calls, fails_after
    folder = Path(os.environ["AZUREML_MODEL_DIR"])
    factor = float(next(folder.glob("*/factor.txt")).read_text())
    fails_after = int(os.environ.get("FAILS_AFTER", "-1"))
    calls = 0

def run(data):
    global calls
    calls += 1
    if 0 <= fails_after < calls and calls % 4 == 0:
        raise ValueError("planted")
    return [factor * x for x in json.loads(data)]
)");
    write("model/factor.txt", "2");
  }
  std::filesystem::path write_deployment(std::string const& name, std::string const& model,
                                         std::string const& more = {}) const {
    return write(name + ".yml", "name: " + name + "\nendpoint_name: numbers\nmodel: " + model +
                                    "\ncode_configuration: {code: ./code, scoring_script: score.py}\n"
                                    "environment: {image: \"mcr.microsoft.com/azureml/minimal:1\"}\n"
                                    "instance_type: Standard_DS3_v2\ninstance_count: 1\n"
                                    "request_settings: {max_concurrent_requests_per_instance: 8}\n"
                                    "data_collector: {collections: {model_outputs: {enabled: \"true\"}}}\n" +
                                    more);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace connect_test
