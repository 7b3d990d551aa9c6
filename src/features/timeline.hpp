#pragma once

#include "features/axis.hpp"
#include "features/keys.hpp"

namespace podium::inline v0::features {

/// The left rows by key, each key's in the order of their times.  Reversed, times count backwards, so that looking
/// forward is looking backward.
struct Timeline {
  Array<std::uint32_t> order;  ///< left rows
  Array<std::int64_t> times;   ///< of them
  bool reversed = false;

  static Timeline of(KeyIndex const& keys, std::int64_t const* times, bool reversed, int threads);
};

/// Cuts the groups into runs of about so many rows: run i is [out[i], out[i + 1]).
std::vector<Group> split_groups(Array<std::uint32_t> const& begins, std::size_t rows);

}  // namespace podium::inline v0::features
