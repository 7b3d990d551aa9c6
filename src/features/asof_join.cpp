#include "podium/features/asof_join.hpp"

#include "features/asof_plan.hpp"

#include <array>
#include <new>

namespace podium::inline v0::features {
namespace {

Result<data::Table> join(data::Table const& left, data::Table const& right, AsofOptions const& options,
                         Context const& ctx) {
  auto const& rows = left.state();
  if (rows.rows >= max_left_rows)
    return Error{Errc::invalid_argument, "the left table has more than 4 billion rows: split it"};
  auto const plan = plan_asof(rows, right.state(), options);
  if (!plan) return plan.error();
  int const threads = options.resources.threads;
  auto const report = [&](char const* phase, std::int64_t done, std::int64_t total) -> Result<void> {
    if (auto const stop = ctx.interrupted()) return *stop;
    return options.resources.on_progress ? options.resources.on_progress({phase, done, total}) : Result<void>{};
  };
  if (auto ok = report("index", 0, rows.rows); !ok) return ok.error();
  Array<Winner> winners;
  {
    AsofJoin join{*plan, rows, threads};
    if (auto ok = join.prepare(); !ok) return ok.error();
    if (auto ok = report("scan", 0, right.rows()); !ok) return ok.error();
    if (auto ok = join.feed(right.state(), {}, ctx); !ok) return ok.error();
    auto found = join.finish();
    if (!found) return found.error();
    winners = *std::move(found);
  }
  if (auto ok = report("write", 0, rows.rows); !ok) return ok.error();
  std::span<Winner const> const found{winners.data(), winners.size()};
  auto arrays = gather(right.state(), plan->wanted, found, threads);
  if (!arrays) return arrays.error().with("table", "right table");
  auto table = std::make_shared<data::Table::State>(rows);
  for (std::size_t c = 0; c < plan->wanted.size(); ++c) append_column(*table, plan->wanted[c].field, (*arrays)[c]);
  if (plan->matched_on)
    append_column(*table, *plan->matched_on, times_column(found, plan->axis, plan->matched_on->type));
  return data::Table{std::move(table)};
}

}  // namespace

std::string_view to_string(Strategy strategy) noexcept {
  static constexpr std::array<std::string_view, 3> words{"backward", "forward", "nearest"};
  auto const at = static_cast<std::size_t>(strategy);
  return at < words.size() ? words[at] : "unknown";
}

Result<Strategy> strategy_of(std::string_view word) {
  for (auto const strategy : {Strategy::backward, Strategy::forward, Strategy::nearest})
    if (word == to_string(strategy)) return strategy;
  return Error{Errc::invalid_argument,
               "`strategy` is `" + std::string{word} + "`: backward, forward or nearest is expected"};
}

Result<data::Table> asof_join(data::Table const& left, data::Table const& right, AsofOptions const& options,
                              Context const& ctx) {
  try {
    return join(left, right, options, ctx);
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while joining"};
  }
}

}  // namespace podium::inline v0::features
