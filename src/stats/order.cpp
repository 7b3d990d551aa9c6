#include "stats/order.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace podium::inline v0::stats {
namespace {

/// Unsigned numbers in the order of the doubles; +0 and -0 get one key.
std::uint64_t key_of(double value) {
  auto const bits = std::bit_cast<std::uint64_t>(value + 0.0);
  return bits >> 63 ? ~bits : bits | std::uint64_t{1} << 63;
}

/// The 32 highest bits in which the keys differ, and where they came from.
struct Item {
  std::uint32_t digits, index;
};

/// Stable sort by counting, 11 bits at a time; a digit that all items share costs nothing but the counting.
void radix_sort(std::vector<Item>& items) {
  constexpr int bits = 11, passes = 3;
  constexpr std::size_t size = std::size_t{1} << bits;
  std::vector<std::array<std::uint32_t, size>> counts(passes);
  for (auto const& item : items)
    for (int pass = 0; pass < passes; ++pass)
      ++counts[static_cast<std::size_t>(pass)][item.digits >> (pass * bits) & (size - 1)];
  std::vector<Item> other(items.size());
  for (int pass = 0; pass < passes; ++pass) {
    auto& count = counts[static_cast<std::size_t>(pass)];
    if (std::ranges::any_of(count, [&](std::uint32_t c) { return c == items.size(); })) continue;
    std::uint32_t place = 0;
    for (auto& c : count) place += std::exchange(c, place);
    for (auto const& item : items) other[count[item.digits >> (pass * bits) & (size - 1)]++] = item;
    items.swap(other);
  }
}

Runs runs_of(std::span<double const> values, std::uint64_t flip) {
  Runs runs{std::vector<std::uint32_t>(values.size()), std::vector<std::uint8_t>(values.size(), 1)};
  if (values.empty()) return runs;
  auto& order = runs.order;
  auto const key = [&](std::size_t i) { return key_of(values[i]) ^ flip; };
  std::uint64_t least = ~std::uint64_t{0}, most = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    least = std::min(least, key(i));
    most = std::max(most, key(i));
  }
  int const dropped = std::max(0, static_cast<int>(std::bit_width(most - least)) - 32);
  std::vector<Item> items(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    items[i] = {static_cast<std::uint32_t>((key(i) - least) >> dropped), static_cast<std::uint32_t>(i)};
  // Below this the sort by comparison is quicker than clearing and adding up the counters.
  if (items.size() < 1500)
    std::sort(items.begin(), items.end(), [](Item const& a, Item const& b) {
      return a.digits != b.digits ? a.digits < b.digits : a.index < b.index;
    });
  else
    radix_sort(items);
  for (std::size_t i = 0; i < items.size(); ++i) order[i] = items[i].index;
  // Neighbours that agree in those bits are put in order by the whole key.
  for (std::size_t start = 0; start < items.size();) {
    std::size_t end = start + 1;
    while (end < items.size() && items[end].digits == items[start].digits) ++end;
    if (end - start > 1) {
      auto const first = order.begin() + static_cast<std::ptrdiff_t>(start);
      if (dropped > 0)
        std::sort(first, order.begin() + static_cast<std::ptrdiff_t>(end), [&](std::uint32_t a, std::uint32_t b) {
          auto const ka = key(a), kb = key(b);
          return ka != kb ? ka < kb : a < b;
        });
      for (auto k = start; k + 1 < end; ++k) runs.last[k] = dropped > 0 && key(order[k]) != key(order[k + 1]) ? 1 : 0;
    }
    start = end;
  }
  return runs;
}

}  // namespace

Runs ascending_runs(std::span<double const> values) { return runs_of(values, 0); }

std::vector<std::uint32_t> ascending_order(std::span<double const> values) { return runs_of(values, 0).order; }

std::vector<std::uint32_t> descending_order(std::span<double const> values) {
  return runs_of(values, ~std::uint64_t{0}).order;
}

std::vector<double> ascending_values(std::span<double const> values) {
  std::vector<double> sorted;
  sorted.reserve(values.size());
  for (auto const row : ascending_order(values)) sorted.push_back(values[row]);
  return sorted;
}

}  // namespace podium::inline v0::stats
