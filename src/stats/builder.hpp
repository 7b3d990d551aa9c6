#pragma once

#include "stats/prepared.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace podium::inline v0::stats {

inline Error refused(std::string message) { return Error{Errc::invalid_argument, std::move(message)}; }

/// Rows of a layout by the rows taken (empty: all); clusters renumbered without gaps, in their order.
Layout layout_of(Sample const& sample, std::span<std::uint32_t const> taken = {});

inline std::vector<double> gathered(std::span<double const> values, std::span<std::uint32_t const> rows) {
  std::vector<double> taken;
  taken.reserve(rows.size());
  for (auto const row : rows) taken.push_back(values[row]);
  return taken;
}

/// What every builder of a Prepared starts from: a sample that was checked.
class Builder {
 public:
  Builder(MetricInfo const& info, Sample const& sample, MetricParameters const& parameters, Wanted wanted)
      : sample_{sample},
        p_{parameters},
        both_{wanted == Wanted::difference},
        sign_{info.higher_is_better ? 1.0 : -1.0} {
    made_.info = &info;
    made_.rows = static_cast<std::int64_t>(sample.label.size());
    made_.clustered = !sample.cluster.empty();
    if (sample.task == Task::binary) {
      made_.positives = std::ranges::count(sample.label, 1.0);
      made_.negatives = made_.rows - made_.positives;
    }
  }

 protected:
  bool is_positive(double score) const { return score >= p_.threshold; }

  Sample sample_;
  MetricParameters p_;
  bool both_;
  double sign_;  ///< turns the difference so that positive is better
  Prepared made_;
};

// One per shape of metric; each decides by the metric's name.
Result<Prepared> prepare_means(Builder start);
Result<Prepared> prepare_areas(Builder start);
Result<Prepared> prepare_counts(Builder start);

}  // namespace podium::inline v0::stats
