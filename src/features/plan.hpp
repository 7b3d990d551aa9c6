#pragma once

#include "features/gather.hpp"

#include "podium/features/retrieve.hpp"

namespace podium::inline v0::features {

/// One source with every name looked up and every type checked.
struct SourcePlan {
  Source const* source = nullptr;
  std::size_t time_column = 0;
  std::optional<std::size_t> create_column{};
  std::vector<Wanted> features{};
  std::string timestamp_name{};  ///< of the result's column; empty: not wanted
  std::chrono::seconds delay{0};
  std::optional<std::chrono::seconds> lookback{};
  std::chrono::seconds leak{0};
  Ties ties = Ties::last;

  bool equal_time() const noexcept { return lookback && lookback->count() == 0; }
};

/// Everything that can be refused is refused here, before any work.
Result<std::vector<SourcePlan>> plan(std::span<Source const> sources, data::Table const& observations,
                                     RetrievalOptions const& options);

}  // namespace podium::inline v0::features
