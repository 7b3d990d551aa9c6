#pragma once

#include "podium/stats/bootstrap.hpp"

#include <functional>

/// The shapes of statistic that metrics are made of; all but the ranked ones know their leave-one-out values quickly.
namespace podium::inline v0::stats {

/// Which unit every row belongs to, and what it weighs.
struct Layout {
  std::vector<std::uint32_t> unit;  ///< empty: each row is one
  std::vector<double> weight;       ///< empty: all 1
  std::uint32_t units = 0;
  std::size_t rows = 0;

  std::uint32_t unit_of(std::size_t row) const { return unit.empty() ? static_cast<std::uint32_t>(row) : unit[row]; }
  double weight_of(std::size_t row) const { return weight.empty() ? 1 : weight[row]; }
};

using Formula = std::function<double(std::span<double const>)>;

/// A formula of weighted sums of columns.
class SumStatistic final : public Statistic {
 public:
  /// Columns have one value per row; the formula gets their weighted sums, and after them the sum of weights.
  SumStatistic(Layout const& layout, std::vector<std::vector<double>> const& columns, Formula formula);
  std::uint32_t units() const override { return units_; }
  double at(std::span<std::uint32_t const> count) const override;
  std::vector<double> leave_one_out() const override;
  void at_each(std::span<std::uint32_t const> counts, std::span<double> values) const override;

 private:
  std::vector<double> sums(std::span<std::uint32_t const> count) const;

  std::uint32_t units_;
  std::vector<std::vector<double>> columns_;  ///< by unit
  Formula formula_;
};

/// A formula of how much weight has each of a few patterns (label and both calls, a bin, ...).
class PatternStatistic final : public Statistic {
 public:
  PatternStatistic(Layout layout, std::vector<std::uint32_t> pattern, std::uint32_t patterns, Formula formula);
  std::uint32_t units() const override { return layout_.units; }
  double at(std::span<std::uint32_t const> count) const override;
  std::vector<double> leave_one_out() const override;

 private:
  Layout layout_;
  std::vector<std::uint32_t> pattern_;
  std::uint32_t patterns_;
  Formula formula_;
};

/// Rows in the order of one score: what ranked statistics walk through.
class RankedColumn {
 public:
  enum class Direction { ascending, descending };
  RankedColumn(Layout const& layout, std::span<double const> label, std::span<double const> score, Direction direction);

  double auc(std::span<std::uint32_t const> count) const;                                    ///< ascending
  double average_precision(std::span<std::uint32_t const> count) const;                      ///< descending
  double recall_at_precision(std::span<std::uint32_t const> count, double precision) const;  ///< descending

 private:
  struct Item {
    std::uint32_t unit;
    std::uint8_t positive, last_of_ties;
  };
  std::vector<Item> items_;
  std::vector<double> weight_;  ///< in the items' order; empty: all 1
};

/// A formula of one or two ranked columns.
class RankedStatistic final : public Statistic {
 public:
  using Value = std::function<double(RankedColumn const&, std::span<std::uint32_t const>)>;
  /// With two columns: value(second) - value(first).  `leave_one_out` may be empty.
  RankedStatistic(std::uint32_t units, std::vector<RankedColumn> columns, Value value,
                  std::vector<double> leave_one_out = {})
      : units_{units}, columns_{std::move(columns)}, value_{std::move(value)}, left_out_{std::move(leave_one_out)} {}
  std::uint32_t units() const override { return units_; }
  double at(std::span<std::uint32_t const> count) const override;
  std::vector<double> leave_one_out() const override { return left_out_; }

 private:
  std::uint32_t units_;
  std::vector<RankedColumn> columns_;
  Value value_;
  std::vector<double> left_out_;
};

}  // namespace podium::inline v0::stats
