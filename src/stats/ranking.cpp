#include "stats/order.hpp"
#include "stats/prepared.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

double discount(std::size_t place) { return 1 / std::log2(static_cast<double>(place) + 2); }

/// One query's rows from the highest score down; tied rows are neighbours.
struct Ranked {
  std::vector<double> grade, score;
};

/// Tied rows share the mean of their places' discounts (McSherry and Najork 2008).
double discounted_gain(Ranked const& query, std::size_t k) {
  double total = 0;
  for (std::size_t start = 0; start < query.grade.size() && start < k;) {
    std::size_t end = start;
    double gain = 0, weight = 0;
    for (; end < query.grade.size() && query.score[end] == query.score[start]; ++end) {
      gain += std::exp2(query.grade[end]) - 1;
      if (end < k) weight += discount(end);
    }
    total += gain * weight / static_cast<double>(end - start);
    start = end;
  }
  return total;
}

double best_gain(Ranked const& query, std::size_t k) {
  auto grades = query.grade;
  std::ranges::sort(grades, std::greater{});
  double total = 0;
  for (std::size_t i = 0; i < grades.size() && i < k; ++i) total += (std::exp2(grades[i]) - 1) * discount(i);
  return total;
}

/// Whether the row at each place is relevant, among tied rows the relevant ones last: ties count against the model.
std::vector<bool> relevance(Ranked const& query) {
  std::vector<bool> relevant;
  for (std::size_t start = 0; start < query.grade.size();) {
    std::size_t end = start, hits = 0;
    for (; end < query.grade.size() && query.score[end] == query.score[start]; ++end) hits += query.grade[end] > 0;
    relevant.insert(relevant.end(), end - start - hits, false);
    relevant.insert(relevant.end(), hits, true);
    start = end;
  }
  return relevant;
}

double value_of(std::string_view metric, Ranked const& query, std::size_t k) {
  if (metric == "ndcg") return discounted_gain(query, k) / best_gain(query, k);
  auto const relevant = relevance(query);
  if (metric == "mrr") return 1 / static_cast<double>(std::ranges::find(relevant, true) - relevant.begin() + 1);
  double hits = 0, total = 0;
  for (std::size_t i = 0; i < relevant.size() && i < k; ++i)
    if (relevant[i]) total += ++hits / static_cast<double>(i + 1);
  if (metric == "precision_at_k") return hits / static_cast<double>(k);
  auto const all = static_cast<std::size_t>(std::ranges::count(relevant, true));
  return total / static_cast<double>(std::min(all, k));
}

}  // namespace

Result<QueryValues> per_query(std::string_view metric, Sample const& sample, std::span<double const> score, int k) {
  if (k < 1) return Error{Errc::invalid_argument, "the first k rows: k is at least 1"};
  std::vector<Ranked> queries(sample.queries);
  for (auto const row : descending_order(score)) {
    queries[sample.query[row]].grade.push_back(sample.label[row]);
    queries[sample.query[row]].score.push_back(score[row]);
  }
  QueryValues values;
  for (auto const& query : queries) {
    bool const any = std::ranges::any_of(query.grade, [](double g) { return g > 0; });
    values.exists.push_back(any);
    values.value.push_back(any ? value_of(metric, query, static_cast<std::size_t>(k)) : 0);
  }
  return values;
}

}  // namespace podium::inline v0::stats
