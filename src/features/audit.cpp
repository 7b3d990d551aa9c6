#include "podium/features/retrieve.hpp"

#include <limits>
#include <new>

namespace podium::inline v0::features {
namespace {

// Nothing of the join is used here, neither its code nor what it wrote about itself besides the rows' own times.
constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();

Result<Audit> audit_set(model::FeatureSetSpec const& spec, std::vector<std::int64_t> const& used,
                        std::vector<std::int64_t> const& observed, std::size_t max_examples) {
  if (used.size() != observed.size())
    return Error{Errc::invalid_argument, "the result has " + std::to_string(used.size()) +
                                             " observations, the observation data " + std::to_string(observed.size())};
  auto const delay = std::chrono::duration_cast<std::chrono::microseconds>(spec.source_delay).count();
  Audit audit{.set = spec.name};
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i] == none) continue;
    ++audit.matched;
    auto const known = used[i] > std::numeric_limits<std::int64_t>::max() - delay
                           ? std::numeric_limits<std::int64_t>::max()
                           : used[i] + delay;
    if (observed[i] != none && known <= observed[i]) continue;
    ++audit.violations;
    if (audit.examples.size() < max_examples)
      audit.examples.push_back({.observation = static_cast<std::int64_t>(i),
                                .observed_us = observed[i],
                                .feature_us = used[i],
                                .known_us = known});
  }
  return audit;
}

}  // namespace

Result<std::vector<Audit>> audit(std::span<model::FeatureSetSpec const> specs, Retrieved const& retrieved,
                                 data::Table const& observations, std::string const& timestamp_column,
                                 std::size_t max_examples) {
  try {
    auto const observed = data::timestamps_us(observations, timestamp_column);
    if (!observed) return observed.error().with("table", "observation data");
    if (specs.size() != retrieved.timestamps_us.size() || specs.size() != retrieved.summaries.size())
      return Error{Errc::invalid_argument, std::to_string(specs.size()) + " specifications for a result of " +
                                               std::to_string(retrieved.timestamps_us.size()) + " feature sets"};
    std::vector<Audit> audits;
    for (std::size_t s = 0; s < specs.size(); ++s) {
      if (specs[s].name != retrieved.summaries[s].set)
        return Error{Errc::invalid_argument, "specification " + std::to_string(s) + " is of set `" + specs[s].name +
                                                 "`, the result's set there is `" + retrieved.summaries[s].set +
                                                 "`: give them in the order of the request"};
      auto audit = audit_set(specs[s], retrieved.timestamps_us[s], *observed, max_examples);
      if (!audit) return audit.error().with("feature set", specs[s].name);
      audits.push_back(*std::move(audit));
    }
    return audits;
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while auditing features"};
  }
}

}  // namespace podium::inline v0::features
