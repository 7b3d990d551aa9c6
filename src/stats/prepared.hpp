#pragma once

#include "stats/statistics.hpp"

#include "podium/stats/metrics.hpp"

#include <optional>

namespace podium::inline v0::stats {

/// A metric of a sample, ready for every way of inference.
struct Prepared {
  MetricInfo const* info = nullptr;
  double champion = std::numeric_limits<double>::quiet_NaN();
  double challenger = std::numeric_limits<double>::quiet_NaN();
  Layout layout;  ///< of the rows that count (positives for recall, queries for ranking); clusters are dense
  bool clustered = false;

  /// Mean-of-rows metrics: one value per row; for two models challenger less champion, turned.
  std::vector<double> by_row;
  /// Values of 0 and 1 alone: rows by which model is right (one model: only_challenger are its hits).
  bool is_share = false;
  std::int64_t only_champion = 0, only_challenger = 0;

  /// Influences, where they are known in closed form (means, AUCs).
  std::optional<Estimate> estimate;
  /// The value as a function of resampled units, turned as `by_row` is.  Made on demand, from this and the sample: what
  /// is not resampled needs neither sorting nor copies.
  std::function<std::unique_ptr<Statistic>(Prepared const&)> make_statistic;
  bool smooth = true;  ///< leave-one-out errors are to be trusted

  std::int64_t rows = 0, positives = 0, negatives = 0;
  std::int64_t clipped_champion = 0, clipped_challenger = 0;
  std::vector<std::string> warnings;
};

enum class Wanted { difference, own };

/// Errc::invalid_argument as `compare` says.  For Wanted::own only the challenger's scores are read.
Result<Prepared> prepare(std::string_view metric, Sample const& sample, MetricParameters const& parameters,
                         Wanted wanted);

/// Values per query, and which queries have one.
struct QueryValues {
  std::vector<double> value;
  std::vector<bool> exists;
};
Result<QueryValues> per_query(std::string_view metric, Sample const& sample, std::span<double const> score, int k);

}  // namespace podium::inline v0::stats
