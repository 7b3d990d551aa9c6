#include "spec/compute_rule.hpp"

#include "spec/graph.hpp"

#include <algorithm>
#include <vector>

namespace podium::inline v0::spec {
namespace {

struct Missing {
  std::string path;   ///< "jobs.outer.jobs.inner.compute"
  Node const* step;   ///< its key in the pipeline job
  Node const* inner;  ///< its key where it is written
};

/// The steps without compute, those of inner pipelines included; true when some step has one.
bool collect(Value const& jobs, std::string const& path, Node const* outer, std::vector<Missing>& missing) {
  bool some = false;
  for (auto const& job : jobs.members) {
    if (!job.value || job.key == nullptr) continue;
    auto const type = job.value.string("type");
    auto const* step = outer == nullptr ? job.key : outer;
    if (type == "pipeline") {
      if (auto const* inner = definition_of(job.value))
        some = collect(inner->at("jobs"), path + "jobs." + job.name + ".", step, missing) || some;
      continue;
    }
    bool const has = job.value.at("compute").node != nullptr;
    some = some || has;
    if (has || type == "spark") continue;  // Spark has a rule of its own
    missing.push_back({path + "jobs." + job.name + ".compute", step, job.key});
  }
  return some;
}

}  // namespace

void check_computes(Reader& reader, Node const& root, Value const& pipeline) {
  if (root.find("compute") != nullptr) return;
  auto const* settings = root.entry("settings");
  if (settings != nullptr && settings->value->find("default_compute") != nullptr) return;
  std::vector<Missing> missing;
  auto const* component = root.entry("component");
  auto const* inner = component == nullptr ? nullptr : definition_of(pipeline);
  bool const some = inner == nullptr ? collect(pipeline.at("jobs"), {}, nullptr, missing)
                                     : collect(inner->at("jobs"), {}, component->key.get(), missing);
  if (missing.empty()) return;
  auto const say = [&](Missing const& one, Node const& place, std::string message) -> Diagnostic& {
    Reader::Step const step{reader, one.path};
    auto& problem = reader.error("PD1046", place, std::move(message),
                                 "add `compute:` to the step, or `default_compute:` to the pipeline's settings");
    problem.official = "Compute not set";
    return problem;
  };
  auto const name_of = [](Missing const& one) { return "`" + one.inner->text + "`"; };
  if (some || (missing.size() == 1 && settings == nullptr)) {
    for (auto const& one : missing) {
      auto& problem = say(one, *one.step, "the step " + name_of(one) + " has no compute");
      if (one.inner != one.step) problem.related.push_back(one.inner->source->label(one.inner->span, "the step"));
    }
    return;
  }
  // Nobody names a compute: that is one mistake, of the pipeline.
  Node const& place = settings != nullptr    ? *settings->key
                      : component != nullptr ? *component->key
                                             : *root.entry("jobs")->key;
  auto& problem = say(missing.front(), place,
                      missing.size() == 1 ? "the step " + name_of(missing.front()) + " has no compute"
                                          : "none of the " + std::to_string(missing.size()) + " steps has a compute");
  constexpr std::size_t shown = 8;
  for (std::size_t i = 0; i < std::min(shown, missing.size()); ++i)
    problem.related.push_back(missing[i].step->source->label(missing[i].step->span, "no compute here"));
}

}  // namespace podium::inline v0::spec
