#include "flights/replay.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace flights {
namespace {

/// FNV-1a with a final mix: an order that depends on the key alone.
std::uint64_t hashed(std::string const& text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (unsigned char const c : text) value = (value ^ c) * 0x100000001b3;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

/// The shortest text that reads back as the same number: online and offline scores must agree to the last bit.
void append_number(std::string& text, double value) {
  if (std::isnan(value)) {
    text += "null";
    return;
  }
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace

Replay::Replay(std::filesystem::path const& features, int month, Trained const& challenger, Scores const& scores) {
  std::vector<std::string> wanted{"row", "month", "flight_key"};
  wanted.insert(wanted.end(), challenger.columns.begin(), challenger.columns.end());
  auto const table = podium::data::read(features, {.columns = wanted}).value();
  auto const keys = podium::data::strings(table, "flight_key").value();
  auto const rows = podium::data::integers(table, "row").value();
  auto const months = podium::data::integers(table, "month").value();

  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (months[i] == month) chosen.push_back(i);
  std::ranges::sort(chosen, {}, [&](std::size_t i) { return std::pair{hashed(keys[i]), i}; });

  std::unordered_map<std::int64_t, double> score_of;
  auto const scored = podium::data::integers(scores.all, "row").value();
  auto const values = podium::data::doubles(scores.all, "score").value();
  for (std::size_t i = 0; i < scored.size(); ++i) score_of.emplace(scored[i], values[i]);

  std::string const head = R"({"columns":)" + nlohmann::json(challenger.columns).dump() + R"(,"data":[[)";
  for (std::size_t const i : chosen) requests_.push_back({keys[i], head, score_of.at(rows[i])});
  for (std::size_t c = 0; c < challenger.columns.size(); ++c) {
    std::string const& name = challenger.columns[c];
    bool const is_text = std::ranges::find(challenger.categories, name) != challenger.categories.end();
    auto const texts = is_text ? podium::data::strings(table, name).value() : std::vector<std::string>{};
    auto const numbers = is_text ? std::vector<double>{} : podium::data::doubles(table, name).value();
    for (std::size_t r = 0; r < chosen.size(); ++r) {
      std::string& body = requests_[r].body;
      if (c > 0) body += ',';
      if (is_text)
        body += texts[chosen[r]].empty() ? "null" : nlohmann::json(texts[chosen[r]]).dump();
      else
        append_number(body, numbers[chosen[r]]);
    }
  }
  for (Request& request : requests_) request.body += "]]}";
}

podium::rollout::Traffic Replay::traffic(std::string prefix) const {
  return [this, prefix = std::move(prefix),
          next = std::size_t{0}]() mutable -> std::optional<podium::rollout::LiveRequest> {
    if (next == requests_.size()) return std::nullopt;
    Request const& request = requests_[next++];
    return podium::rollout::LiveRequest{
        .id = prefix + " " + request.key, .body = request.body, .offline_scores = {request.score}};
  };
}

}  // namespace flights
