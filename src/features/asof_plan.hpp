#pragma once

#include "features/sides.hpp"

namespace podium::inline v0::features {

/// An as-of join with every name looked up and every type checked, for tables of these fields.
struct AsofPlan {
  std::vector<std::size_t> left_keys{};
  std::size_t left_on = 0;
  RightColumns right{};
  std::vector<KeyReader> readers{};  ///< of the right's keys; they point into the right's fields
  std::vector<Wanted> wanted{};      ///< right columns of the result
  std::optional<data::SchemaNode> matched_on{};
  Axis axis{};
  JoinRule rule{};
  std::string right_on{};  ///< name of that column
  bool backward = true;
  bool forward = false;
};

/// What a plan says of the result's columns.
enum class Output : std::uint8_t { planned, left_out };

/// Everything that can be refused is refused here.  Of tables without rows the fields count.
Result<AsofPlan> plan_asof(data::Table::State const& left, data::Table::State const& right, AsofOptions const& options,
                           Output output = Output::planned);

/// One left table against right rows that stream past.
class AsofJoin {
 public:
  AsofJoin(AsofPlan const& plan, data::Table::State const& left, int threads);

  /// Indexes the left table.
  Result<void> prepare();
  Result<void> feed(data::Table::State const& right, std::span<Locator const> firsts, Context const& ctx);
  /// The winner of every left row; an error if a tie would matter and must not.
  Result<Array<Winner>> finish();
  std::string how() const;
  std::int64_t matches() const noexcept { return matches_; }

 private:
  AsofPlan const& plan_;
  data::Table::State const& table_;
  int threads_;
  LeftSide left_;
  std::unique_ptr<Marker> backward_, forward_;
  std::int64_t matches_ = 0;
};

}  // namespace podium::inline v0::features
