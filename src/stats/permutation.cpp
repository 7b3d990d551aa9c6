#include "podium/stats/permutation.hpp"

#include "base/parallel.hpp"
#include "stats/classes.hpp"
#include "stats/random.hpp"

#include "podium/stats/ranks.hpp"
#include "podium/stats/sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace podium::inline v0::stats {
namespace {

constexpr std::uint32_t sign_lane = 2;  ///< fourth counter word: apart from resampled indices and uniforms

/// Rows gathered into what is flipped as a whole: totals, and how many rows each holds.
struct Groups {
  std::vector<double> total, rows;
};

Result<Groups> grouped(std::span<double const> differences, std::span<std::uint32_t const> cluster,
                       std::uint32_t clusters) {
  for (double const d : differences)
    if (!std::isfinite(d)) return Error{Errc::invalid_argument, "a difference is not a finite number"};
  if (differences.empty()) return Error{Errc::invalid_argument, "no differences"};
  Groups groups;
  if (cluster.empty()) {
    groups.total.assign(differences.begin(), differences.end());
    groups.rows.assign(differences.size(), 1);
    return groups;
  }
  if (cluster.size() != differences.size())
    return Error{Errc::invalid_argument, "clusters and differences differ in length"};
  std::vector<NeumaierSum> totals(clusters);
  std::vector<double> rows(clusters, 0);
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    if (cluster[i] >= clusters) return Error{Errc::invalid_argument, "a cluster is out of range"};
    totals[cluster[i]].add(differences[i]);
    ++rows[cluster[i]];
  }
  for (std::uint32_t g = 0; g < clusters; ++g)
    if (rows[g] > 0) {
      groups.total.push_back(totals[g].value());
      groups.rows.push_back(rows[g]);
    }
  return groups;
}

/// Sum over every subset of the terms, by mask.
std::vector<double> subset_sums(std::span<double const> terms) {
  std::vector<double> sums(std::size_t{1} << terms.size(), 0);
  for (std::size_t mask = 1; mask < sums.size(); ++mask)
    sums[mask] = sums[mask & (mask - 1)] + terms[static_cast<std::size_t>(std::countr_zero(mask))];
  return sums;
}

/// How often a permuted statistic is at least as far out as the observed one.
struct Tally {
  std::int64_t greater = 0, less = 0, either = 0;
  void add(double value, double observed, double rounding) {
    greater += value >= observed - rounding;
    less += value <= observed + rounding;
    either += std::abs(value) >= std::abs(observed) - rounding;
  }
};

/// All `2^groups` permutations, or drawn ones; `statistic(bit)` gives the value where group g is flipped if bit(g).
template <class AtMask, class Drawn>
Permutation tested(std::size_t groups, double observed, double rounding, PermutationOptions const& options,
                   AtMask const& at_mask, Drawn const& drawn) {
  Permutation test;
  test.statistic = observed;
  test.groups = static_cast<std::int64_t>(groups);
  test.exact = test.groups <= exact_groups;
  test.replicates = test.exact ? std::int64_t{1} << groups : options.replicates;
  constexpr std::int64_t chunk = 1024;
  auto const chunks = static_cast<std::size_t>((test.replicates + chunk - 1) / chunk);
  std::vector<Tally> tallies(chunks);
  base::parallel_for(options.threads, chunks, [&](int, std::size_t c) {
    auto const first = static_cast<std::int64_t>(c) * chunk, last = std::min(first + chunk, test.replicates);
    for (auto r = first; r < last; ++r)
      tallies[c].add(test.exact ? at_mask(static_cast<std::size_t>(r)) : drawn(static_cast<std::uint32_t>(r)), observed,
                     rounding);
  });
  Tally all;
  for (auto const& t : tallies) {
    all.greater += t.greater;
    all.less += t.less;
    all.either += t.either;
  }
  std::int64_t const more = test.exact ? 0 : 1;
  auto const p = [&](std::int64_t k) {
    return static_cast<double>(k + more) / static_cast<double>(test.replicates + more);
  };
  test.p_greater = p(all.greater);
  test.p_less = p(all.less);
  test.p_two_sided = p(all.either);
  return test;
}

/// Whether group g is flipped in drawn permutation r: one bit of a Philox word.
class Coins {
 public:
  Coins(PermutationOptions const& options, std::uint32_t replicate) : options_{&options}, replicate_{replicate} {}
  bool next() {
    if (used_ == 128) {
      words_ =
          philox4x32({block_++, replicate_, options_->stream, sign_lane},
                     {static_cast<std::uint32_t>(options_->seed), static_cast<std::uint32_t>(options_->seed >> 32)});
      used_ = 0;
    }
    bool const coin = words_[used_ / 32] >> (used_ % 32) & 1;
    ++used_;
    return coin;
  }

 private:
  PermutationOptions const* options_;
  std::uint32_t replicate_;
  std::uint32_t block_ = 0;
  unsigned used_ = 128;
  std::array<std::uint32_t, 4> words_{};
};

Result<void> check(PermutationOptions const& options) {
  if (options.replicates < 99 || options.replicates > 100'000'000)
    return Error{Errc::invalid_argument, "a permutation test takes 99 to 100000000 replicates"};
  return {};
}

}  // namespace

Result<Permutation> sign_flip(std::span<double const> differences, PermutationOptions const& options,
                              std::span<std::uint32_t const> cluster, std::uint32_t clusters) {
  if (auto ok = check(options); !ok) return ok.error();
  auto const groups = grouped(differences, cluster, clusters);
  if (!groups) return groups.error();
  auto const& d = groups->total;
  double const observed = sum(d);
  double size = 0;
  for (double const value : d) size += std::abs(value);
  bool const exact = static_cast<std::int64_t>(d.size()) <= exact_groups;
  auto const subsets = exact ? subset_sums(d) : std::vector<double>{};
  return tested(
      d.size(), observed, 1e-12 * size, options, [&](std::size_t mask) { return observed - 2 * subsets[mask]; },
      [&](std::uint32_t r) {
        Coins coins{options, r};
        NeumaierSum total;
        for (double const value : d) total.add(coins.next() ? -value : value);
        return total.value();
      });
}

Result<SignFlipDistribution> sign_flip_distribution(std::span<double const> differences,
                                                    std::span<std::uint32_t const> cluster, std::uint32_t clusters) {
  auto const groups = grouped(differences, cluster, clusters);
  if (!groups) return groups.error();
  if (static_cast<std::int64_t>(groups->total.size()) > exact_groups)
    return Error{Errc::invalid_argument, "exact sign flips take at most " + std::to_string(exact_groups) +
                                             " groups, there are " + std::to_string(groups->total.size())};
  auto means = subset_sums(groups->total);
  auto const rows = subset_sums(groups->rows);
  for (std::size_t mask = 1; mask < means.size(); ++mask) means[mask] /= rows[mask];
  means.erase(means.begin());
  std::sort(means.begin(), means.end());
  return SignFlipDistribution{sum(groups->total) / sum(groups->rows),
                              std::make_shared<std::vector<double> const>(std::move(means))};
}

Result<Permutation> auc_permutation(std::span<double const> label, std::span<double const> champion,
                                    std::span<double const> challenger, PermutationOptions const& options,
                                    std::span<std::uint32_t const> cluster, std::uint32_t clusters) {
  if (auto ok = check(options); !ok) return ok.error();
  if (champion.size() != label.size() || challenger.size() != label.size())
    return Error{Errc::invalid_argument, "labels and scores differ in length"};
  auto const classes = count_classes(label, {});
  if (!classes) return classes.error();
  auto const old_ranks = midranks(champion);
  if (!old_ranks) return old_ranks.error();
  auto const new_ranks = midranks(challenger);
  if (!new_ranks) return new_ranks.error();

  std::vector<std::uint32_t> group(label.size());
  std::uint32_t groups = 0;
  if (cluster.empty()) {
    groups = static_cast<std::uint32_t>(label.size());
    for (std::uint32_t i = 0; i < groups; ++i) group[i] = i;
  } else {
    if (cluster.size() != label.size()) return Error{Errc::invalid_argument, "clusters and labels differ in length"};
    constexpr auto unseen = ~std::uint32_t{0};
    std::vector<std::uint32_t> dense(clusters, unseen);
    for (std::size_t i = 0; i < cluster.size(); ++i) {
      if (cluster[i] >= clusters) return Error{Errc::invalid_argument, "a cluster is out of range"};
      if (dense[cluster[i]] == unseen) dense[cluster[i]] = groups++;
      group[i] = dense[cluster[i]];
    }
  }

  std::vector<std::uint32_t> positives, negatives;
  for (std::uint32_t i = 0; i < label.size(); ++i) (label[i] == 1 ? positives : negatives).push_back(i);
  if (positives.size() * negatives.size() > 20'000'000)
    return Error{Errc::invalid_argument,
                 "a permutation of AUCs compares every pair; this sample has too many: use DeLong's"};

  // Twice the wins of both models' AUCs, challenger's less champion's: whole numbers.
  auto const half_wins = [](double x, double y) { return x > y ? 2 : x == y ? 1 : 0; };
  std::size_t const width = negatives.size();
  std::vector<std::int8_t> gain(4 * positives.size() * width);
  for (std::size_t p = 0; p < positives.size(); ++p)
    for (std::size_t q = 0; q < width; ++q) {
      auto const i = positives[p], j = negatives[q];
      for (unsigned flip = 0; flip < 4; ++flip) {
        bool const i_flipped = flip & 1, j_flipped = flip & 2;
        int const new_wins =
            half_wins(i_flipped ? (*old_ranks)[i] : (*new_ranks)[i], j_flipped ? (*old_ranks)[j] : (*new_ranks)[j]);
        int const old_wins =
            half_wins(i_flipped ? (*new_ranks)[i] : (*old_ranks)[i], j_flipped ? (*new_ranks)[j] : (*old_ranks)[j]);
        gain[4 * (p * width + q) + flip] = static_cast<std::int8_t>(new_wins - old_wins);
      }
    }
  double const pairs = 2 * static_cast<double>(positives.size()) * static_cast<double>(width);
  auto const difference = [&](auto const& flipped) {
    std::vector<unsigned> of_negative(width);
    for (std::size_t q = 0; q < width; ++q) of_negative[q] = flipped(group[negatives[q]]) ? 2 : 0;
    std::int64_t total = 0;
    for (std::size_t p = 0; p < positives.size(); ++p) {
      unsigned const of_positive = flipped(group[positives[p]]) ? 1 : 0;
      auto const* row = gain.data() + 4 * p * width;
      for (std::size_t q = 0; q < width; ++q) total += row[4 * q + (of_positive | of_negative[q])];
    }
    return static_cast<double>(total) / pairs;
  };
  double const observed = difference([](std::uint32_t) { return false; });
  return tested(
      groups, observed, 1e-12, options,
      [&](std::size_t mask) { return difference([&](std::uint32_t g) { return mask >> g & 1; }); },
      [&](std::uint32_t r) {
        Coins coins{options, r};
        std::vector<bool> flips(groups);
        for (std::uint32_t g = 0; g < groups; ++g) flips[g] = coins.next();
        return difference([&](std::uint32_t g) { return bool{flips[g]}; });
      });
}

}  // namespace podium::inline v0::stats
