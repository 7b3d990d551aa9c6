#pragma once

#include "data/state.hpp"

#include "podium/model/feature_set.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace podium::inline v0::features {

/// A key as a number: equal keys have equal numbers, counted from 0.
using Group = std::uint32_t;
inline constexpr Group null_key = 0xFFFF'FFFF;   ///< some part of the key is null
inline constexpr Group other_key = 0xFFFF'FFFE;  ///< a key that no observation has
inline constexpr Group max_groups = 0xFFFF'FFF0;

/// The keys of the observations, numbered in order of first appearance.  Values are compared, never texts made of
/// them; several columns are one key.
class KeyIndex {
 public:
  /// An error that names both columns if they are missing or their types do not compare.
  static Result<KeyIndex> build(std::vector<model::FeatureColumn> const& index_columns,
                                data::Table::State const& observations, data::Table::State const& rows);
  KeyIndex(KeyIndex&&) noexcept;
  KeyIndex& operator=(KeyIndex&&) noexcept;
  ~KeyIndex();

  std::vector<Group> const& observation_groups() const noexcept;
  std::size_t group_count() const noexcept;

  /// Groups of the feature rows [begin, begin + out.size()) of one batch.  Safe from several threads.
  void find(std::size_t batch, std::int64_t begin, std::span<Group> out) const;

 private:
  struct State;
  explicit KeyIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace podium::inline v0::features
