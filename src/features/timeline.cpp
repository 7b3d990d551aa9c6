#include "features/timeline.hpp"

#include "base/parallel.hpp"
#include "features/places.hpp"

#include <algorithm>

namespace podium::inline v0::features {
namespace {

struct Moment {
  std::int64_t time;
  std::uint32_t row;
  friend bool operator<(Moment const& a, Moment const& b) { return a.time != b.time ? a.time < b.time : a.row < b.row; }
};

}  // namespace

Timeline Timeline::of(KeyIndex const& keys, std::int64_t const* times, bool reversed, int threads) {
  auto const n = keys.order().size();
  Timeline line{.order = Array<std::uint32_t>(n), .times = Array<std::int64_t>(n, behind_times), .reversed = reversed};
  auto const& begins = keys.begins();
  auto const pieces = split_groups(begins, std::size_t{1} << 14);
  base::parallel_for(base::thread_count(threads, static_cast<std::int64_t>(n), 1 << 15), pieces.size() - 1,
                     [&](int, std::size_t p) {
                       std::vector<Moment> sorting;
                       auto const first = begins[pieces[p]], last = begins[pieces[p + 1]];
                       std::copy(keys.order().data() + first, keys.order().data() + last, line.order.data() + first);
                       for (auto at = first; at < last; ++at)
                         line.times[at] = reversed ? -times[line.order[at]] : times[line.order[at]];
                       for (auto g = pieces[p]; g < pieces[p + 1]; ++g) {
                         auto const begin = begins[g], end = begins[g + 1];
                         if (std::is_sorted(line.times.data() + begin, line.times.data() + end)) continue;
                         sorting.clear();
                         for (auto at = begin; at < end; ++at) sorting.push_back({line.times[at], line.order[at]});
                         std::sort(sorting.begin(), sorting.end());
                         for (auto at = begin; at < end; ++at) {
                           line.times[at] = sorting[at - begin].time;
                           line.order[at] = sorting[at - begin].row;
                         }
                       }
                     });
  return line;
}

std::vector<Group> split_groups(Array<std::uint32_t> const& begins, std::size_t rows) {
  std::vector<Group> out{0};
  auto const groups = begins.empty() ? 0 : begins.size() - 1;
  for (Group g = 0; g < groups; ++g)
    if (begins[g + 1] - begins[out.back()] >= rows) out.push_back(g + 1);
  if (out.back() != groups || out.size() == 1) out.push_back(static_cast<Group>(groups));
  return out;
}

}  // namespace podium::inline v0::features
