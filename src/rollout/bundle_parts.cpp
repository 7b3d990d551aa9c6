#include "rollout/bundle_parts.hpp"

#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace podium::inline v0::rollout {
namespace {

using Json = nlohmann::json;

Error wrong(std::string message) { return Error{Errc::protocol, std::move(message)}; }

Result<std::map<std::string, double>> numbers_from(Json const& json, std::string const& name) {
  std::map<std::string, double> numbers;
  auto const found = json.find(name);
  if (found == json.end()) return numbers;
  if (!found->is_object()) return wrong("`" + name + "` is not an object");
  for (auto const& [key, value] : found->items()) {
    if (!value.is_number()) return wrong("`" + name + "." + key + "` is not a number");
    numbers[key] = value.get<double>();
  }
  return numbers;
}

/// A field of one type, or the fallback where it is absent.
template <class T>
Result<T> field(Json const& json, char const* name, T fallback) {
  auto const found = json.find(name);
  if (found == json.end() || found->is_null()) return fallback;
  try {
    return found->get<T>();
  } catch (Json::exception const&) {
    return wrong(std::string{"`"} + name + "` has the wrong type");
  }
}

Result<void> read_sketch(Json const& sketch, std::vector<gate::LatencyBin>& bins) {
  auto const gamma = field<double>(sketch, "gamma", 0);
  if (!gamma || !(*gamma > 1)) return wrong("a sketch needs `gamma` > 1");
  auto const zero = field<std::int64_t>(sketch, "zero", 0);
  if (!zero || *zero < 0) return wrong("`zero` of a sketch is not a count");
  if (*zero > 0) bins.push_back({0, *zero});
  if (!sketch.contains("bins") || !sketch["bins"].is_array()) return wrong("a sketch needs `bins`");
  std::map<std::int64_t, std::int64_t> counts;
  for (auto const& bin : sketch["bins"]) {
    if (!bin.is_array() || bin.size() != 2 || !bin[0].is_number_integer() || !bin[1].is_number_integer() ||
        bin[1].get<std::int64_t>() < 0)
      return wrong("a bin of a sketch is [index, count]");
    counts[bin[0].get<std::int64_t>()] += bin[1].get<std::int64_t>();
  }
  // Bin i holds (gamma^(i-1), gamma^i] (Masson, Rim and Lee 2019).
  for (auto const& [index, count] : counts) bins.push_back({std::pow(*gamma, static_cast<double>(index)), count});
  return {};
}

Result<void> read_histogram(Json const& histogram, std::vector<gate::LatencyBin>& bins) {
  if (!histogram.is_array()) return wrong("`histogram` is a list of [upper_ms, count]");
  for (auto const& bin : histogram) {
    bool const shaped = bin.is_array() && bin.size() == 2 && (bin[0].is_number() || bin[0].is_null()) &&
                        bin[1].is_number_integer() && bin[1].get<std::int64_t>() >= 0;
    if (!shaped) return wrong("a bin of a histogram is [upper_ms, count], the last upper_ms perhaps null");
    double const upper = bin[0].is_null() ? std::numeric_limits<double>::infinity() : bin[0].get<double>();
    if (!bins.empty() && !(upper > bins.back().upper_ms)) return wrong("the edges of a histogram do not grow");
    bins.push_back({upper, bin[1].get<std::int64_t>()});
  }
  return {};
}

}  // namespace

std::string time_text(std::int64_t us) {
  if (us == 0) return {};
  return base::rfc3339(std::chrono::system_clock::time_point{
      std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::microseconds{us})});
}

Result<std::int64_t> time_from(std::string const& text) {
  if (text.empty()) return std::int64_t{0};
  auto parsed = base::parse_rfc3339(text.size() == 10 ? text + "T00:00:00Z" : text);
  if (!parsed) parsed = base::parse_rfc3339(text + "Z");  // without a zone it is UTC
  if (!parsed) return Error{Errc::invalid_argument, "`" + text + "` is not a UTC time such as 2026-01-31T00:00:00Z"};
  return std::chrono::duration_cast<std::chrono::microseconds>(parsed->time_since_epoch()).count();
}

std::string to_text(gate::LatencySample const& sample) {
  Json json{{"endpoint", sample.endpoint}, {"open_loop", sample.open_loop}, {"rps", sample.rps},
            {"warmup_s", sample.warmup_s}, {"errors", sample.errors},       {"histogram", Json::array()}};
  if (sample.lag1) json["lag1"] = *sample.lag1;
  for (auto const& bin : sample.bins)
    json["histogram"].push_back({std::isfinite(bin.upper_ms) ? Json(bin.upper_ms) : Json(nullptr), bin.count});
  return json.dump(1) + "\n";
}

Result<gate::LatencySample> latency_from(Json const& json) {
  if (!json.is_object()) return wrong("a load test is an object");
  gate::LatencySample sample;
  auto endpoint = field<std::string>(json, "endpoint", "");
  auto open = field<bool>(json, "open_loop", false);
  auto rps = field<double>(json, "rps", 0);
  auto warmup = field<double>(json, "warmup_s", 0);
  auto errors = field<std::int64_t>(json, "errors", 0);
  for (auto const* one : {&rps, &warmup})
    if (!*one) return one->error();
  if (!endpoint) return std::move(endpoint).error();
  if (!open) return std::move(open).error();
  if (!errors) return std::move(errors).error();
  if (*errors < 0) return wrong("`errors` is below 0");
  sample.endpoint = *endpoint, sample.open_loop = *open, sample.rps = *rps, sample.warmup_s = *warmup;
  sample.errors = *errors;
  if (auto const lag = json.find("lag1"); lag != json.end() && lag->is_number()) sample.lag1 = lag->get<double>();
  bool const histogram = json.contains("histogram"), sketch = json.contains("sketch");
  if (histogram == sketch) return wrong("a load test has either `histogram` or `sketch`");
  auto read = histogram ? read_histogram(json["histogram"], sample.bins) : read_sketch(json["sketch"], sample.bins);
  if (!read) return std::move(read).error();
  return sample;
}

std::string to_text(std::vector<gate::Aggregate> const& aggregates) {
  Json sets = Json::array();
  for (auto const& one : aggregates)
    sets.push_back({{"set", one.set},
                    {"units", one.units},
                    {"champion", one.champion},
                    {"challenger", one.challenger},
                    {"notes", one.notes}});
  return Json{{"sets", sets}}.dump(1) + "\n";
}

Result<std::vector<gate::Aggregate>> aggregates_from(Json const& json) {
  std::vector<gate::Aggregate> all;
  if (!json.is_object() || !json.contains("sets") || !json["sets"].is_array())
    return wrong("aggregates are an object with a list `sets`");
  for (auto const& one : json["sets"]) {
    if (!one.is_object()) return wrong("an aggregate is an object");
    gate::Aggregate aggregate;
    auto set = field<std::string>(one, "set", "");
    auto units = field<std::int64_t>(one, "units", 0);
    auto notes = field<std::vector<std::string>>(one, "notes", {});
    auto champion = numbers_from(one, "champion");
    auto challenger = numbers_from(one, "challenger");
    if (!set) return std::move(set).error();
    if (!units) return std::move(units).error();
    if (!notes) return std::move(notes).error();
    if (!champion) return std::move(champion).error();
    if (!challenger) return std::move(challenger).error();
    all.push_back({*set, *champion, *challenger, *units, *notes});
  }
  return all;
}

std::string to_text(gate::Mix const& mix) { return Json{{"by", mix.by}, {"weights", mix.weights}}.dump(1) + "\n"; }

Result<gate::Mix> mix_from(Json const& json) {
  if (!json.is_object()) return wrong("a production mix is an object with `by` and `weights`");
  gate::Mix mix;
  auto by = field<std::vector<std::string>>(json, "by", {});
  auto weights = numbers_from(json, "weights");
  if (!by) return std::move(by).error();
  if (!weights) return std::move(weights).error();
  mix.by = *by, mix.weights = *weights;
  double total = 0;
  for (auto const& [slice, weight] : mix.weights) {
    if (!(weight >= 0) || !std::isfinite(weight)) return wrong("the weight of `" + slice + "` is below 0");
    total += weight;
  }
  if (mix.by.empty() || !(total > 0)) return wrong("a production mix needs `by`, and weights that are not all 0");
  return mix;
}

std::string to_text(std::vector<gate::Approval> const& approvals) {
  Json list = Json::array();
  for (auto const& one : approvals)
    list.push_back({{"approver", one.approver},
                    {"role", one.role},
                    {"policy_digest", one.policy_digest},
                    {"evidence_digest", one.evidence_digest},
                    {"time", time_text(one.time_us)},
                    {"bypass", one.bypass}});
  return list.dump(1) + "\n";
}

Result<std::vector<gate::Approval>> approvals_from(Json const& json) {
  std::vector<gate::Approval> all;
  if (!json.is_array()) return wrong("approvals are a list");
  for (auto const& one : json) {
    if (!one.is_object()) return wrong("an approval is an object");
    gate::Approval approval;
    for (auto const& [name, into] : {std::pair{"approver", &approval.approver}, std::pair{"role", &approval.role},
                                     std::pair{"policy_digest", &approval.policy_digest},
                                     std::pair{"evidence_digest", &approval.evidence_digest}}) {
      auto text = field<std::string>(one, name, "");
      if (!text) return std::move(text).error();
      if (text->empty()) return wrong(std::string{"an approval has no `"} + name + "`");
      *into = *text;
    }
    auto bypass = field<bool>(one, "bypass", false);
    auto time = field<std::string>(one, "time", "");
    if (!bypass) return std::move(bypass).error();
    if (!time) return std::move(time).error();
    auto us = time_from(*time);
    if (!us) return wrong("an approval: " + us.error().message());
    approval.bypass = *bypass, approval.time_us = *us;
    all.push_back(std::move(approval));
  }
  return all;
}

}  // namespace podium::inline v0::rollout
