#pragma once

#include "data/times.hpp"
#include "features/array.hpp"
#include "features/zones.hpp"

#include "podium/features/asof_join.hpp"

#include <bit>
#include <optional>

namespace podium::inline v0::features {

using data::null_time;
inline constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t earliest = null_time + 1;

/// What the `on` columns hold.  Every value becomes a 64-bit whole number in the same order: ticks since 1970 of times,
/// integers themselves, and for floating-point numbers their bits, arranged so that they sort.  null_time: null.
enum class Sort : std::uint8_t { time, integer, floating };

/// A length along the axis.
struct Distance {
  std::int64_t ticks = 0;
  double number = 0;  ///< of a floating axis
};

inline std::int64_t sortable(double value) noexcept {
  if (value != value) return null_time;
  auto const bits = std::bit_cast<std::int64_t>(value == 0 ? 0.0 : value);
  return bits >= 0 ? bits : bits ^ std::numeric_limits<std::int64_t>::max();
}
inline double number_of(std::int64_t sorted) noexcept {
  return std::bit_cast<double>(sorted >= 0 ? sorted : sorted ^ std::numeric_limits<std::int64_t>::max());
}
// Times at the ends of the range stay there instead of wrapping round.
inline std::int64_t minus(std::int64_t time, std::int64_t span) noexcept {
  std::int64_t out = 0;
  if (__builtin_sub_overflow(time, span, &out)) return span < 0 ? latest : earliest;
  return out < earliest ? earliest : out;
}

struct Axis {
  Sort sort = Sort::time;
  data::Tick tick = data::Tick::micro;
  Zone zone{};

  /// The last place on the axis whose rows an observation at `t` may see.
  std::int64_t behind(std::int64_t t, Distance const& delay) const noexcept {
    return sort == Sort::floating ? sortable(number_of(t) - delay.number) : minus(t, delay.ticks);
  }
  /// Whether `after` is closer to what an observation at `t` may see than `before` is.
  bool is_closer(std::int64_t t, Distance const& delay, std::int64_t after, std::int64_t before) const noexcept {
    auto const cut = behind(t, delay);
    if (sort == Sort::floating) return number_of(after) - number_of(cut) < number_of(cut) - number_of(before);
    return static_cast<std::uint64_t>(after) - static_cast<std::uint64_t>(cut) <
           static_cast<std::uint64_t>(cut) - static_cast<std::uint64_t>(before);
  }
  bool within(std::int64_t a, std::int64_t b, Distance const& distance) const noexcept {
    if (sort == Sort::floating) {
      auto const apart = number_of(a) - number_of(b);
      return (apart < 0 ? -apart : apart) <= distance.number || a == b;
    }
    auto const apart = a >= b ? static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b)
                              : static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a);
    return apart <= static_cast<std::uint64_t>(distance.ticks);
  }
};

/// The axis of two columns, or why they have none in common.
struct OnColumn {
  data::SchemaNode const* field = nullptr;
  std::string table;  ///< for messages
};
Result<Sort> common_sort(OnColumn const& left, OnColumn const& right);

/// A length in the axis' terms.  `up` rounds what is finer than the tick up instead of down.
Result<Distance> distance_of(Axis const& axis, Span const& span, std::string const& what, bool up);

/// The values of a column in the axis' terms, batch by batch; what needs no conversion stays where it is.
class Moments {
 public:
  static Result<Moments> read(data::Table::State const& table, std::size_t column, Axis const& axis, int threads,
                              std::string_view format = {});

  std::int64_t const* batch(std::size_t b) const noexcept { return batches_[b]; }
  bool has_nulls() const noexcept { return has_nulls_; }
  /// All of them in one run.
  Array<std::int64_t> flat(data::Table::State const& table, int threads) const;

 private:
  std::vector<std::int64_t const*> batches_;
  std::vector<Array<std::int64_t>> owned_;
  std::vector<std::vector<std::int64_t>> read_;
  bool has_nulls_ = false;
};

}  // namespace podium::inline v0::features
