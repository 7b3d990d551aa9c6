#pragma once

#include "base/ids.hpp"
#include "local/places.hpp"
#include "local/store.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

namespace run_test {

namespace fs = std::filesystem;
using podium::local::Json;
using podium::local::Store;

/// A workspace folder that goes away with the test.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("podium-run-" + podium::base::random_text(8));
  Folder() { fs::create_directories(path); }
  Folder(Folder const&) = delete;
  ~Folder() {
    std::error_code ec;
    fs::remove_all(path, ec);
  }
};

inline void write(fs::path const& file, std::string const& text) {
  fs::create_directories(file.parent_path());
  std::ofstream{file} << text;
}

inline std::string read(fs::path const& file) {
  std::ifstream in{file};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A store with what jobs and deployments refer to.
struct Stored {
  Folder folder;
  std::unique_ptr<Store> store = Store::open(folder.path).value();

  fs::path blob(std::string const& path) const { return folder.path / "datastores" / "workspaceblobstore" / path; }

  std::string code(std::string const& name, std::map<std::string, std::string> const& files) {
    for (auto const& [file, text] : files) write(blob("code/" + name + "/" + file), text);
    auto const id = "codes/" + name + "/versions/1";
    store->put(id, {{"properties", {{"codeUri", "azureml://datastores/workspaceblobstore/paths/code/" + name}}}})
        .value();
    return podium::local::workspace_id() + "/" + id;
  }

  std::string component(std::string const& name, Json spec, std::string const& version = "1") {
    spec["name"] = name;
    spec["version"] = version;
    spec["type"] = "command";
    auto const id = "components/" + name + "/versions/" + version;
    store->put(id, {{"properties", {{"componentSpec", std::move(spec)}}}}).value();
    return podium::local::workspace_id() + "/" + id;
  }

  Json properties(std::string const& job) const {
    auto const found = store->get("jobs/" + job).value();
    return found ? found->body["properties"] : Json{};
  }

  /// The job's properties once it has ended.
  Json wait(std::string const& job) const {
    for (auto const until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
         std::chrono::steady_clock::now() < until;) {
      auto found = properties(job);
      auto const status = found.value("status", "");
      if (status == "Completed" || status == "Failed" || status == "Canceled") return found;
      std::this_thread::sleep_for(std::chrono::milliseconds{3});
    }
    FAIL("the job did not end: ", properties(job).dump());
    return {};
  }

  /// Waits until `there` holds.
  template <class Condition>
  void until(Condition there) const {
    for (auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{60}; !there();) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      std::this_thread::sleep_for(std::chrono::milliseconds{3});
    }
  }

  /// step name -> properties of the child
  std::map<std::string, Json> steps(std::string const& job) const {
    std::map<std::string, Json> out;
    auto const children = store->children(job).value();
    for (auto const& child : children) {
      auto const& properties = child.body.at("properties");
      out[properties.at("displayName").get<std::string>()] = properties;
      out[properties.at("displayName").get<std::string>()]["name"] = child.id.substr(5);
    }
    return out;
  }

  fs::path output(Json const& properties, std::string const& name) const {
    return podium::local::resolve_uri(*store, properties.at("outputs").at(name).at("uri").get<std::string>()).value();
  }
};

inline Json literal(std::string const& value) { return {{"job_input_type", "literal"}, {"value", value}}; }

inline Json node(std::string const& component, Json inputs = Json::object(), Json outputs = Json::object()) {
  return {
      {"type", "command"}, {"componentId", component}, {"inputs", std::move(inputs)}, {"outputs", std::move(outputs)}};
}

inline Json pipeline(Json jobs, Json inputs = Json::object(), Json outputs = Json::object(),
                     Json settings = Json::object()) {
  return {{"properties",
           {{"jobType", "Pipeline"},
            {"experimentName", "e"},
            {"inputs", std::move(inputs)},
            {"outputs", std::move(outputs)},
            {"settings", std::move(settings)},
            {"jobs", std::move(jobs)},
            {"properties", Json::object()}}}};
}

}  // namespace run_test
