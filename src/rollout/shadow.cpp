#include "rollout/shadow.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

namespace podium::inline v0::rollout {
namespace {

using Json = nlohmann::json;

/// Scores in an answer: a list, or the list under one of the usual names.
std::vector<double> scores_of(Json const& data) {
  auto const* list = &data;
  for (auto const* name : {"scores", "predictions", "result"})
    if (data.is_object() && data.contains(name)) list = &data[name];
  std::vector<double> scores;
  if (!list->is_array()) return list->is_number() ? std::vector{list->get<double>()} : scores;
  for (auto const& one : *list) scores.push_back(one.is_number() ? one.get<double>() : std::numeric_limits<double>::quiet_NaN());
  return scores;
}

}  // namespace

ShadowReader::ShadowReader(FilesClient files, std::string const& endpoint, std::string const& deployment)
    : files_{std::move(files)},
      folder_{"azureml://datastores/workspaceblobstore/paths/modelDataCollector/" + endpoint + "/" + deployment +
              "/model_outputs/"} {}

void ShadowReader::expect(std::string const& request_id, std::vector<double> offline_scores) {
  expected_[request_id] = std::move(offline_scores);
}

Result<std::vector<Pair>> ShadowReader::read(Context const& ctx) {
  auto files = files_.list(folder_, ctx);
  if (!files) {
    if (files.error().code() == Errc::not_found) return std::vector<Pair>{};
    return std::move(files).error().with("collected answers", folder_);
  }
  std::vector<Pair> found;
  for (auto const& path : *files) {
    auto text = files_.read("azureml://datastores/workspaceblobstore/paths/" + path, ctx);
    if (!text) return std::move(text).error().with("collected answers", path);
    std::istringstream lines{*text};
    for (std::string line; std::getline(lines, line);) {
      auto const json = Json::parse(line, nullptr, false);
      if (!json.is_object()) continue;   // a line that is still being written
      auto const expected = expected_.find(json.value("xrequestid", ""));
      if (expected == expected_.end()) continue;
      auto const facts = json.find("podium");
      Pair pair;
      pair.error = facts != json.end() && facts->is_object() && facts->value("status", 200) != 200;
      if (!pair.error && json.contains("data")) pair.online = scores_of(json["data"]);
      pair.offline = std::move(expected->second);
      expected_.erase(expected);
      found.push_back(std::move(pair));
    }
  }
  return found;
}

}  // namespace podium::inline v0::rollout
