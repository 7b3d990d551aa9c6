#include "base/digest.hpp"
#include "rollout/bundle_parts.hpp"
#include "rollout/tar.hpp"

#include "podium/rollout/bundle.hpp"
#include "podium/rollout/collect.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <unistd.h>

namespace podium::inline v0::rollout {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

Error broken(fs::path const& path, std::string const& why) {
  return Error{Errc::protocol, "`" + path.string() + "` is not a manifest of evidence: " + why};
}

/// A folder of its own for an unpacked tar file, gone when reading ends.
class Unpacked {
 public:
  static Result<Unpacked> of(fs::path const& tar) {
    auto pattern = (fs::temp_directory_path() / "podium-evidence-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      return Error{Errc::exhausted, "cannot make a folder to unpack `" + tar.string() + "` into"};
    Unpacked folder{pattern};
    if (auto ok = unpack_tar(tar, folder.path_); !ok) return std::move(ok).error();
    return folder;
  }
  ~Unpacked() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Unpacked(Unpacked&& other) noexcept : path_{std::exchange(other.path_, {})} {}
  Unpacked& operator=(Unpacked&&) = delete;
  fs::path const& path() const { return path_; }

 private:
  explicit Unpacked(fs::path path) : path_{std::move(path)} {}
  fs::path path_;
};

Result<Json> read_json(fs::path const& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read `" + path.string() + "`"};
  auto json = Json::parse(in, nullptr, false);
  if (json.is_discarded()) return Error{Errc::protocol, "`" + path.string() + "` is not JSON"};
  return json;
}

Result<gate::ShadowPairs> read_pairs(fs::path const& path) {
  auto table = read_table(path);
  if (!table) return std::move(table).error();
  gate::ShadowPairs pairs;
  for (auto const& [column, into] :
       {std::pair{"champion", &pairs.champion}, {"challenger", &pairs.challenger}, {"offline", &pairs.offline}}) {
    if (into == &pairs.offline && !table->has_column(column)) continue;
    auto values = data::doubles(*table, column);
    if (!values) return std::move(values).error();
    *into = *std::move(values);
  }
  return pairs;
}

std::string unit_column(model::PromotionPolicy const& policy) {
  return policy.evaluation_sets.empty() ? "" : policy.evaluation_sets.front().columns.unit;
}

struct Part {
  std::string kind;
  std::string path;
  std::string set;
  Json entry;
};

class BundleReader {
 public:
  BundleReader(fs::path folder, model::PromotionPolicy const& policy) : folder_{std::move(folder)}, policy_{policy} {}

  Result<gate::Evidence> read() {
    auto const file = folder_ / "manifest.json";
    std::ifstream in{file, std::ios::binary};
    if (!in) return Error{Errc::not_found, "`" + folder_.string() + "` has no manifest.json: it is not evidence"};
    auto const manifest = Json::parse(in, nullptr, false);
    if (!manifest.is_object()) return broken(file, "it is not a JSON object");
    if (manifest.value("format", Json{}) != "podium/evidence/v1")
      return broken(file, "its `format` is not `podium/evidence/v1`");
    if (auto ok = read_head(file, manifest); !ok) return std::move(ok).error();
    auto const parts = manifest.find("parts");
    if (parts == manifest.end() || !parts->is_array()) return broken(file, "it has no list `parts`");
    for (auto const& entry : *parts) {
      auto part = read_entry(file, entry);
      if (!part) return std::move(part).error();
      if (!is_intact(*part)) continue;
      if (auto ok = read_part(*part); !ok) return std::move(ok).error().with("part", part->path);
    }
    return std::move(evidence_);
  }

 private:
  Result<void> read_head(fs::path const& file, Json const& manifest) {
    constexpr std::array known{"format",           "as_of", "first_run", "facts",     "train_end",
                               "evaluations_used", "parts", "notes",     "created_by"};
    for (auto const& [key, value] : manifest.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        return broken(file, "it has an unknown field `" + key + "`");
    try {
      for (auto const& [name, into] :
           {std::pair{"as_of", &evidence_.as_of_us}, {"train_end", &evidence_.train_end_us}}) {
        auto const text = manifest.contains(name) && !manifest[name].is_null() ? manifest[name].get<std::string>() : "";
        auto time = time_from(text);
        if (!time) return broken(file, time.error().message());
        *into = *time;
      }
      evidence_.first_run = manifest.value("first_run", false);
      if (manifest.contains("facts")) evidence_.facts = manifest["facts"].get<std::map<std::string, std::string>>();
      if (manifest.contains("evaluations_used"))
        evidence_.evaluations_used = manifest["evaluations_used"].get<std::map<std::string, int>>();
    } catch (Json::exception const&) {
      return broken(file, "`first_run`, `facts`, `evaluations_used` or a time has the wrong type");
    }
    for (auto const& [name, value] : evidence_.facts) evidence_.provenance.emplace_back(name, value);
    return {};
  }

  Result<Part> read_entry(fs::path const& file, Json const& entry) {
    Part part;
    auto const text = [&](char const* name) -> std::string {
      auto const found = entry.find(name);
      return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string{};
    };
    if (!entry.is_object()) return broken(file, "a part is not an object");
    part = {text("kind"), text("path"), text("set"), entry};
    constexpr std::array kinds{"predictions", "train_units",    "shadow",   "aggregates",
                               "latency",     "production_mix", "approvals"};
    if (std::find(kinds.begin(), kinds.end(), part.kind) == kinds.end())
      return broken(file, "it has a part of the unknown kind `" + part.kind + "`");
    if (!is_inside(part.path)) return broken(file, "the path `" + part.path + "` of a part leaves the folder");
    if (text("sha256").size() != 64) return broken(file, "the part `" + part.path + "` has no `sha256`");
    constexpr std::array fields{"kind",      "set", "path", "sha256", "bytes", "mirrored", "challenger_errors",
                                "duration_s"};
    for (auto const& [key, value] : entry.items()) {
      if (std::find(fields.begin(), fields.end(), key) == fields.end())
        return broken(file, "the part `" + part.path + "` has an unknown field `" + key + "`");
      bool const counts = key == "mirrored" || key == "challenger_errors" || key == "duration_s" || key == "bytes";
      if (counts && !value.is_number_integer())
        return broken(file, "`" + key + "` of the part `" + part.path + "` is not a whole number");
    }
    return part;
  }

  bool is_intact(Part const& part) {
    auto const file = folder_ / part.path;
    std::error_code failed;
    if (!fs::is_regular_file(fs::symlink_status(file, failed))) {
      evidence_.defects.push_back({"PART_MISSING:" + part.path,
                                   "the manifest names `" + part.path + "`, which is not there or is no regular file"});
      return false;
    }
    auto const digest = base::sha256_file(file);
    if (digest && *digest == part.entry.value("sha256", "")) return true;
    evidence_.defects.push_back(
        {"DIGEST_MISMATCH:" + part.path, "`" + part.path + "` has changed since the evidence was collected"});
    return false;
  }

  Result<void> read_part(Part const& part) {
    if (part.kind == "predictions") return read_predictions(part);
    if (part.kind == "train_units") return read_train_units(part);
    if (part.kind == "shadow") return read_shadow(part);
    auto json = read_json(folder_ / part.path);
    if (!json) return std::move(json).error();
    if (part.kind == "aggregates") return append(aggregates_from(*json), evidence_.aggregates);
    if (part.kind == "approvals") return append(approvals_from(*json), evidence_.approvals);
    if (part.kind == "latency") {
      auto sample = latency_from(*json);
      if (!sample) return std::move(sample).error();
      evidence_.latency.push_back(*std::move(sample));
      return {};
    }
    auto mix = mix_from(*json);
    if (!mix) return std::move(mix).error();
    evidence_.production_mix = *std::move(mix);
    return {};
  }

  template <class T>
  static Result<void> append(Result<std::vector<T>> found, std::vector<T>& to) {
    if (!found) return std::move(found).error();
    for (auto& one : *found) to.push_back(std::move(one));
    return {};
  }

  Result<void> read_predictions(Part const& part) {
    bool const named = std::any_of(policy_.evaluation_sets.begin(), policy_.evaluation_sets.end(),
                                   [&](auto const& set) { return set.id == part.set; });
    if (!named) return {};  // a bundle may hold more sets than one policy asks for
    auto table = read_table(folder_ / part.path);
    if (!table) return std::move(table).error();
    CollectOptions options;
    options.first_run = evidence_.first_run;
    auto rows = collect_predictions(*table, policy_, part.set, options);
    if (!rows) return std::move(rows).error();
    evidence_.sets.push_back(*std::move(rows));
    return {};
  }

  Result<void> read_train_units(Part const& part) {
    return append(read_units(folder_ / part.path, unit_column(policy_)), evidence_.train_units);
  }

  Result<void> read_shadow(Part const& part) {
    auto pairs = read_pairs(folder_ / part.path);
    if (!pairs) return std::move(pairs).error();
    auto const number = [&](char const* name) {
      auto const found = part.entry.find(name);
      return found != part.entry.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
    };
    pairs->mirrored = number("mirrored");
    pairs->challenger_errors = number("challenger_errors");
    pairs->duration_s = number("duration_s");
    evidence_.shadow = *std::move(pairs);
    return {};
  }

  fs::path folder_;
  model::PromotionPolicy const& policy_;
  gate::Evidence evidence_;
};

}  // namespace

Result<std::vector<std::string>> read_units(fs::path const& file, std::string const& column) {
  if (file.extension() == ".txt") {
    std::ifstream in{file, std::ios::binary};
    if (!in) return Error{Errc::not_found, "cannot read `" + file.string() + "`"};
    std::vector<std::string> units;
    for (std::string line; std::getline(in, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) units.push_back(std::move(line));
    }
    return units;
  }
  auto table = read_table(file);
  if (!table) return std::move(table).error();
  return data::strings(*table, column);
}

Result<gate::LatencySample> read_latency(fs::path const& path) {
  auto json = read_json(path);
  if (!json) return std::move(json).error();
  auto sample = latency_from(*json);
  return sample ? std::move(sample) : std::move(sample).error().with("load test", path.string());
}
Result<gate::Mix> read_mix(fs::path const& path) {
  auto json = read_json(path);
  if (!json) return std::move(json).error();
  auto mix = mix_from(*json);
  return mix ? std::move(mix) : std::move(mix).error().with("production mix", path.string());
}
Result<std::vector<gate::Approval>> read_approvals(fs::path const& path) {
  auto json = read_json(path);
  if (!json) return std::move(json).error();
  auto approvals = approvals_from(*json);
  return approvals ? std::move(approvals) : std::move(approvals).error().with("approvals", path.string());
}
Result<std::int64_t> read_time(std::string const& text) { return time_from(text); }

Result<gate::Evidence> evidence_of(BundleParts const& parts, model::PromotionPolicy const& policy) {
  gate::Evidence evidence;
  evidence.first_run = parts.first_run;
  CollectOptions options;
  options.first_run = parts.first_run;
  for (auto const& [set, file] : parts.predictions) {
    auto table = read_table(file);
    if (!table) return std::move(table).error().with("predictions", file.string());
    auto rows = collect_predictions(*table, policy, set, options);
    if (!rows) return std::move(rows).error().with("predictions", file.string());
    evidence.sets.push_back(*std::move(rows));
    evidence.provenance.emplace_back("predictions of " + set, file.string());
  }
  for (auto const& [name, value] : parts.facts) evidence.provenance.emplace_back(name, value);
  if (!parts.train_units.empty()) {
    auto units = read_units(parts.train_units, unit_column(policy));
    if (!units) return std::move(units).error().with("training units", parts.train_units.string());
    evidence.train_units = *std::move(units);
  }
  if (!parts.shadow.empty()) {
    auto pairs = read_pairs(parts.shadow);
    if (!pairs) return std::move(pairs).error().with("shadow", parts.shadow.string());
    pairs->mirrored = parts.mirrored;
    pairs->challenger_errors = parts.challenger_errors;
    pairs->duration_s = parts.shadow_duration_s;
    evidence.shadow = *std::move(pairs);
  }
  evidence.aggregates = parts.aggregates;
  evidence.latency = parts.latency;
  evidence.production_mix = parts.production_mix;
  evidence.approvals = parts.approvals;
  evidence.facts = parts.facts;
  evidence.evaluations_used = parts.evaluations_used;
  evidence.train_end_us = parts.train_end_us;
  evidence.as_of_us = parts.as_of_us;
  return evidence;
}

Result<gate::Aggregate> read_eval_result(fs::path const& path, std::string const& set_id) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read `" + path.string() + "`"};
  auto const json = Json::parse(in, nullptr, false);
  if (!json.is_object())
    return Error{Errc::invalid_argument, "`" + path.string() + "` is not a JSON object of metrics"};
  gate::Aggregate found;
  found.set = set_id;
  auto const add = [&](std::string const& prefix, Json const& object, std::map<std::string, double>& to) {
    for (auto const& [name, value] : object.items()) {
      if (value.is_number())
        to[name] = value.get<double>();
      else if (value.is_boolean())
        found.notes.push_back("`" + prefix + name + "` is " + (value.get<bool>() ? "true" : "false") +
                              ": a flag is not evidence, it was left aside");
      else if (!value.is_object() || (name != "champion" && name != "challenger"))
        found.notes.push_back("`" + prefix + name + "` is not a number, it was left aside");
    }
  };
  add("", json, found.challenger);
  for (auto const& [name, into] : {std::pair{"champion", &found.champion}, {"challenger", &found.challenger}})
    if (json.contains(name) && json[name].is_object()) add(std::string{name} + ".", json[name], *into);
  if (found.challenger.empty() && found.champion.empty())
    return Error{Errc::invalid_argument, "`" + path.string() + "` holds no number that could be a metric"};
  return found;
}

Result<gate::Evidence> read_bundle(fs::path const& path, model::PromotionPolicy const& policy) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) return BundleReader{path, policy}.read();
  if (!fs::exists(path, failed)) return Error{Errc::not_found, "there is no evidence at `" + path.string() + "`"};
  auto unpacked = Unpacked::of(path);
  if (!unpacked) return std::move(unpacked).error();
  return BundleReader{unpacked->path(), policy}.read();
}

}  // namespace podium::inline v0::rollout
