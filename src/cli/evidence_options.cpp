#include "cli/evidence_options.hpp"

#include "podium/rollout/collect.hpp"
#include "podium/spec/load.hpp"

#include <charconv>
#include <chrono>
#include <fstream>
#include <sstream>

namespace podium::cli {
namespace {

Result<std::pair<std::string, std::string>> split(std::string const& option, std::string const& item) {
  auto const equal = item.find('=');
  if (equal == std::string::npos || equal == 0 || equal + 1 == item.size())
    return Error{Errc::invalid_argument, "`" + option + " " + item + "` is not ID=VALUE"};
  return std::pair{item.substr(0, equal), item.substr(equal + 1)};
}

Result<std::int64_t> microseconds(std::string const& text) {
  std::istringstream in{text};
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  char c = 0;
  bool const date = static_cast<bool>(in >> year >> c >> month >> c >> day);
  if (date && (in.peek() == 'T' || in.peek() == ' ')) {
    in.get();
    in >> hour >> c >> minute >> c >> second;
  }
  using namespace std::chrono;
  year_month_day const calendar{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(std::abs(month))},
                                std::chrono::day{static_cast<unsigned>(std::abs(day))}};
  if (!date || !calendar.ok())
    return Error{Errc::invalid_argument, "`--train-end " + text + "` is not a UTC time such as 2013-07-01T00:00:00Z"};
  return duration_cast<std::chrono::microseconds>(
             (sys_days{calendar} + hours{hour} + minutes{minute} + seconds{second}).time_since_epoch())
      .count();
}

Result<std::vector<std::string>> read_units(std::string const& file, model::PromotionPolicy const& policy) {
  if (file.ends_with(".txt")) {
    std::ifstream in{file};
    if (!in) return Error{Errc::not_found, "cannot read `" + file + "`"};
    std::vector<std::string> units;
    for (std::string line; std::getline(in, line);)
      if (!line.empty()) units.push_back(line);
    return units;
  }
  auto table = data::read(file);
  if (!table) return std::move(table).error();
  auto const column = policy.evaluation_sets.empty() ? "" : policy.evaluation_sets.front().columns.unit;
  return data::strings(*table, column);
}

}  // namespace

void EvidenceOptions::add_to(CLI::App& command) {
  command.add_option("--policy", policy, "Promotion policy (YAML)")->required()->type_name("FILE");
  command
      .add_option("--predictions", predictions,
                  "Evaluation set and its table (Parquet, CSV, Arrow): the policy's columns, and the scores as "
                  "champion and challenger")
      ->required()
      ->type_name("ID=FILE");
  command.add_option("--train-units", train_units, "Units seen in training: a table, or .txt with one a line")
      ->type_name("FILE");
  command.add_option("--train-end", train_end, "Newest label time in training, UTC")->type_name("TIME");
  command.add_option("--used", used, "How often an evaluation set was used before")->type_name("ID=N");
}

Result<model::PromotionPolicy> EvidenceOptions::load_policy() const { return spec::load_policy(policy).result(); }

Result<gate::Evidence> EvidenceOptions::collect(model::PromotionPolicy const& rules) const {
  gate::Evidence evidence;
  for (auto const& item : predictions) {
    auto named = split("--predictions", item);
    if (!named) return std::move(named).error();
    auto table = data::read(named->second);
    if (!table) return std::move(table).error().with("predictions", named->second);
    auto set = rollout::collect_predictions(*table, rules, named->first);
    if (!set) return std::move(set).error().with("predictions", named->second);
    evidence.sets.push_back(*std::move(set));
    evidence.provenance.emplace_back("predictions of " + named->first, named->second);
  }
  if (!train_units.empty()) {
    auto units = read_units(train_units, rules);
    if (!units) return std::move(units).error().with("training units", train_units);
    evidence.train_units = *std::move(units);
  }
  if (!train_end.empty()) {
    auto time = microseconds(train_end);
    if (!time) return std::move(time).error();
    evidence.train_end_us = *time;
  }
  for (auto const& item : used) {
    auto named = split("--used", item);
    if (!named) return std::move(named).error();
    int count = 0;
    auto const end = named->second.data() + named->second.size();
    if (std::from_chars(named->second.data(), end, count).ptr != end || count < 0)
      return Error{Errc::invalid_argument, "`--used " + item + "` is not ID=N"};
    evidence.evaluations_used[named->first] = count;
  }
  return evidence;
}

}  // namespace podium::cli
