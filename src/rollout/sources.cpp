#include "podium/rollout/sources.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace podium::inline v0::rollout {
namespace {

using Json = nlohmann::json;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
std::string const datastore = "azureml://datastores/workspaceblobstore/paths/";

/// Answers of one deployment: key -> scores, in the order in which they came.
struct Answers {
  std::unordered_map<std::string, std::vector<double>> scores;
  std::vector<std::string> order;
  std::int64_t errors = 0;
};

void add_scores(Json const& value, std::vector<double>& scores) {
  if (value.is_number()) scores.push_back(value.get<double>());
  if (value.is_array())
    for (auto const& one : value) add_scores(one, scores);
  if (!value.is_object()) return;
  for (auto const* name : {"score", "scores", "prediction", "predictions", "result"})
    if (auto const found = value.find(name); found != value.end()) return add_scores(*found, scores);
}

std::string text_of(Json const& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void put(Answers& answers, std::string key, std::vector<double> scores) {
  auto const [at, fresh] = answers.scores.emplace(key, std::move(scores));
  if (fresh) answers.order.push_back(std::move(key));
}

/// One line of the collector: a request with one or more rows of answers.
void take(Json const& line, std::string const& pair_on, Answers& answers) {
  auto const note = line.find("podium");
  bool const failed = note != line.end() && note->is_object() && note->contains("status") &&
                      (*note)["status"].is_number() && (*note)["status"].get<double>() != 200;
  answers.errors += failed;
  auto const data = line.find("data");
  if (!pair_on.empty()) {
    if (failed || data == line.end() || !data->is_array()) return;
    for (auto const& row : *data) {
      auto const key = row.is_object() ? row.find(pair_on) : row.end();
      if (!row.is_object() || key == row.end()) continue;
      std::vector<double> scores;
      add_scores(row, scores);
      put(answers, text_of(*key), std::move(scores));
    }
    return;
  }
  auto const id = line.find("xrequestid");
  if (id == line.end() || !id->is_string()) return;
  std::vector<double> scores;
  if (!failed && data != line.end()) add_scores(*data, scores);
  put(answers, id->get<std::string>(), std::move(scores));
}

Result<Answers> read_answers(FilesClient const& files, std::string const& endpoint, std::string const& deployment,
                             std::string const& pair_on, Context const& ctx) {
  auto const folder = datastore + "modelDataCollector/" + endpoint + "/" + deployment + "/model_outputs/";
  auto const found = files.list(folder, ctx);
  if (!found) return Error{found.error()}.with("collected answers", folder);
  Answers answers;
  for (auto const& path : *found) {
    auto text = files.read(datastore + path, ctx);
    if (!text) return std::move(text).error().with("collected answers", path);
    for (std::size_t from = 0; from < text->size();) {
      auto const end = std::min(text->find('\n', from), text->size());
      auto const line = Json::parse(text->begin() + static_cast<std::ptrdiff_t>(from),
                                    text->begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
      if (line.is_object()) take(line, pair_on, answers);
      from = end + 1;
    }
  }
  return answers;
}

}  // namespace

Result<std::filesystem::path> fetch_output(Session const& session, std::string const& job, std::string const& output,
                                           std::filesystem::path const& folder, Context const& ctx) {
  auto const found = JobsClient{session}.get(job, ctx);
  if (!found) return Error{found.error()}.with("job", job);
  auto const slash = output.find('/');
  auto const name = output.substr(0, slash);
  auto const rest = slash == std::string::npos ? std::string{} : output.substr(slash + 1);
  auto const* uri = model::find(found->outputs, name);
  if (uri == nullptr) {
    std::string known;
    for (auto const& [one, where] : found->outputs) known += (known.empty() ? "`" : ", `") + one + "`";
    return Error{Errc::not_found,
                 "job `" + job + "` has no output `" + name + "`; it has " + (known.empty() ? "none" : known)};
  }
  std::string const whole = *uri + (rest.empty() ? "" : (uri->ends_with('/') ? "" : "/") + rest);
  auto const text = FilesClient{session}.read(whole, ctx);
  if (!text) return Error{text.error()}.with("output", output);
  auto const file = folder / std::filesystem::path{rest.empty() ? name : rest}.filename();
  std::FILE* out = std::fopen(file.string().c_str(), "wb");
  bool const written = out != nullptr && std::fwrite(text->data(), 1, text->size(), out) == text->size();
  if (out == nullptr || std::fclose(out) != 0 || !written)
    return Error{Errc::exhausted, "cannot write `" + file.string() + "`"};
  return file;
}

Result<gate::Aggregate> collect_metrics(Session const& session, std::string const& job, std::string const& set_id,
                                        Context const& ctx) {
  auto const metrics = JobsClient{session}.metrics(job, ctx);
  if (!metrics) return Error{metrics.error()}.with("job", job);
  gate::Aggregate found;
  found.set = set_id;
  for (auto const& metric : *metrics) found.challenger[metric.key] = metric.value;
  if (found.challenger.empty()) return Error{Errc::not_found, "job `" + job + "` has logged no metrics"};
  return found;
}

Result<gate::ShadowPairs> collect_shadow(FilesClient const& files, std::string const& endpoint,
                                         std::string const& champion, std::string const& challenger,
                                         std::string const& pair_on, Context const& ctx) {
  auto const live = read_answers(files, endpoint, champion, pair_on, ctx);
  if (!live) return Error{live.error()};
  auto const mirrored = read_answers(files, endpoint, challenger, pair_on, ctx);
  if (!mirrored) return Error{mirrored.error()};
  gate::ShadowPairs pairs;
  pairs.challenger_errors = mirrored->errors;
  for (auto const& key : mirrored->order) {
    auto const& theirs = mirrored->scores.at(key);
    auto const ours = live->scores.find(key);
    auto const rows = std::max<std::size_t>(theirs.size(), 1);
    pairs.mirrored += static_cast<std::int64_t>(rows);
    if (ours == live->scores.end()) continue;
    for (std::size_t i = 0; i < rows; ++i) {
      pairs.champion.push_back(i < ours->second.size() ? ours->second[i] : missing);
      pairs.challenger.push_back(i < theirs.size() ? theirs[i] : missing);
    }
  }
  return pairs;
}

std::string to_csv(gate::ShadowPairs const& pairs) {
  bool const offline = !pairs.offline.empty();
  std::string text = offline ? "champion,challenger,offline\n" : "champion,challenger\n";
  auto const number = [&](std::vector<double> const& values, std::size_t i) {
    char digits[32];
    if (i >= values.size() || std::isnan(values[i])) return;
    text.append(digits, std::to_chars(digits, digits + sizeof digits, values[i]).ptr);
  };
  for (std::size_t i = 0; i < pairs.champion.size(); ++i) {
    number(pairs.champion, i);
    text += ',';
    number(pairs.challenger, i);
    if (offline) text += ',', number(pairs.offline, i);
    text += '\n';
  }
  return text;
}

}  // namespace podium::inline v0::rollout
