#include "rollout/shadow.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <string_view>

namespace podium::inline v0::rollout {
namespace {

using Json = nlohmann::json;

std::string const datastore = "azureml://datastores/workspaceblobstore/paths/";

/// Scores in an answer: a list, or the list under one of the usual names.
std::vector<double> scores_of(Json const& data) {
  auto const* list = &data;
  for (auto const* name : {"scores", "predictions", "result"})
    if (data.is_object() && data.contains(name)) list = &data[name];
  if (list->is_number()) return {list->get<double>()};
  std::vector<double> scores;
  if (list->is_array())
    for (auto const& one : *list)
      scores.push_back(one.is_number() ? one.get<double>() : std::numeric_limits<double>::quiet_NaN());
  return scores;
}

/// The status that the local workspace notes beside an answer; Azure's collector only knows answers.
bool is_error(Json const& line) {
  auto const note = line.find("podium");
  if (note == line.end() || !note->is_object()) return false;
  auto const status = note->find("status");
  return status != note->end() && status->is_number() && status->get<double>() != 200;
}

}  // namespace

ShadowReader::ShadowReader(FilesClient files, std::string const& endpoint, std::string const& deployment)
    : files_{std::move(files)},
      folder_{datastore + "modelDataCollector/" + endpoint + "/" + deployment + "/model_outputs/"} {}

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
    auto text = files_.read(datastore + path, ctx);
    if (!text) return std::move(text).error().with("collected answers", path);
    auto& from = consumed_[path];
    if (from > text->size()) from = 0;  // written anew
    for (auto end = text->find('\n', from); end != std::string::npos; end = text->find('\n', from)) {
      take(std::string_view{*text}.substr(from, end - from), found);
      from = end + 1;
    }
    take(std::string_view{*text}.substr(from), found);  // a last line without an end: whole, or taken the next time
  }
  return found;
}

void ShadowReader::take(std::string_view line, std::vector<Pair>& found) {
  auto const json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return;
  auto const id = json.find("xrequestid");
  if (id == json.end() || !id->is_string()) return;
  auto const expected = expected_.find(id->get_ref<std::string const&>());
  if (expected == expected_.end()) return;
  Pair pair;
  pair.error = is_error(json);
  if (!pair.error && json.contains("data")) pair.online = scores_of(json["data"]);
  pair.offline = std::move(expected->second);
  expected_.erase(expected);
  found.push_back(std::move(pair));
}

}  // namespace podium::inline v0::rollout
