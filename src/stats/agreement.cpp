#include "podium/stats/agreement.hpp"

#include "podium/stats/proportions.hpp"
#include "podium/stats/ranks.hpp"
#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace podium::inline v0::stats {

Result<Agreement> agreement(std::span<double const> champion, std::span<double const> challenger, double threshold,
                            double level) {
  if (champion.size() != challenger.size()) return Error{Errc::invalid_argument, "the models' scores differ in length"};
  if (champion.empty()) return Error{Errc::invalid_argument, "no pairs of scores"};
  auto const correlation = spearman(champion, challenger);
  if (!correlation) return correlation.error();
  Agreement found;
  found.rank_correlation = *correlation;
  found.pairs = static_cast<std::int64_t>(champion.size());
  std::vector<double> change, size;
  change.reserve(champion.size());
  size.reserve(champion.size());
  for (std::size_t i = 0; i < champion.size(); ++i) {
    bool const old_call = champion[i] >= threshold, new_call = challenger[i] >= threshold;
    ++(old_call && new_call ? found.both_positive
       : old_call           ? found.only_champion
       : new_call           ? found.only_challenger
                            : found.both_negative);
    // Equal infinite scores are no difference.
    double const moved = champion[i] == challenger[i] ? 0 : challenger[i] - champion[i];
    change.push_back(moved);
    size.push_back(std::abs(moved));
    found.largest_difference = std::max(found.largest_difference, size.back());
  }
  auto const n = static_cast<double>(found.pairs);
  auto const differing = found.only_champion + found.only_challenger;
  found.disagreement = static_cast<double>(differing) / n;
  found.disagreement_interval = wilson(differing, found.pairs, 1 - 2 * level);
  found.mean_difference = sum(change) / n;
  found.mean_absolute_difference = sum(size) / n;
  return found;
}

}  // namespace podium::inline v0::stats
