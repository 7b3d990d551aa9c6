#include "features/asof_plan.hpp"

#include "base/parallel.hpp"

#include <algorithm>
#include <set>

namespace podium::inline v0::features {
namespace {

using data::SchemaNode;
using State = data::Table::State;

constexpr char const* left_name = "left table";
constexpr char const* right_name = "right table";

Result<std::size_t> column(State const& table, std::string const& name, char const* which, char const* what) {
  auto const found = data::find_column(table, name);
  if (!found) return found.error().with(what, name).with("table", which);
  return found;
}

Result<void> plan_keys(State const& left, State const& right, AsofOptions const& options, AsofPlan& plan) {
  auto const& names = options.right_by.empty() ? options.by : options.right_by;
  if (names.size() != options.by.size())
    return Error{Errc::invalid_argument, "`by` has " + std::to_string(options.by.size()) + " columns, `right_by` " +
                                             std::to_string(names.size()) + ": one for each is needed"};
  for (std::size_t k = 0; k < names.size(); ++k) {
    auto const l = column(left, options.by[k], left_name, "key column");
    if (!l) return l.error();
    auto const r = column(right, names[k], right_name, "key column");
    if (!r) return r.error();
    auto reader = matching_reader(left.fields[*l], right.fields[*r], {left_name, right_name});
    if (!reader) return reader.error();
    if (std::ranges::find(plan.left_keys, *l) != plan.left_keys.end())
      return Error{Errc::invalid_argument, "`by` names the column `" + options.by[k] + "` twice"};
    plan.left_keys.push_back(*l);
    plan.right.keys.push_back(*r);
    plan.readers.push_back(*std::move(reader));
  }
  return {};
}

Result<void> plan_axis(State const& left, State const& right, AsofOptions const& options, AsofPlan& plan) {
  if (options.on.empty()) return Error{Errc::invalid_argument, "`on` names no column"};
  auto const& right_on = options.right_on.empty() ? options.on : options.right_on;
  auto const l = column(left, options.on, left_name, "`on` column");
  if (!l) return l.error();
  auto const r = column(right, right_on, right_name, "`on` column");
  if (!r) return r.error();
  plan.right_on = right_on;
  plan.left_on = *l;
  plan.right.on = *r;
  auto const sort = common_sort({&left.fields[*l], left_name}, {&right.fields[*r], right_name});
  if (!sort) return sort.error();
  plan.axis.sort = *sort;
  if (*sort == Sort::time && (data::needs_nanoseconds(left, *l) || data::needs_nanoseconds(right, *r)))
    plan.axis.tick = data::Tick::nano;
  auto zone = Zone::find(options.naive_timezone);
  if (!zone) return zone.error().with("option", "naive_timezone");
  plan.axis.zone = *std::move(zone);
  return {};
}

Result<void> plan_rule(State const& right, AsofOptions const& options, AsofPlan& plan) {
  auto& rule = plan.rule;
  rule.axis = plan.axis;
  if (options.delay) {
    auto const delay = distance_of(plan.axis, *options.delay, "delay", true);
    if (!delay) return delay.error();
    rule.delay = *delay;
  }
  if (options.tolerance) {
    auto const tolerance = distance_of(plan.axis, *options.tolerance, "tolerance", false);
    if (!tolerance) return tolerance.error();
    rule.lookback = *tolerance;
  }
  rule.strictly = !options.allow_exact_matches;
  plan.backward = options.strategy != Strategy::forward;
  plan.forward = options.strategy != Strategy::backward;
  if (options.tie_break == "first_row") {
    rule.ties = Ties::first;
  } else if (options.tie_break == "error") {
    rule.ties = Ties::error;
  } else if (options.tie_break != "last_row") {
    auto const rank = data::find_column(right, options.tie_break);
    if (!rank)
      return rank.error()
          .with("option", "tie_break (last_row, first_row, error, or a column)")
          .with("table", right_name);
    auto const& field = right.fields[*rank];
    if (auto ok = common_sort({&field, right_name}, {&field, right_name}); !ok)
      return ok.error().with("option", "tie_break");
    plan.right.rank = *rank;
  }
  return {};
}

Result<void> plan_columns(State const& left, State const& right, AsofOptions const& options, AsofPlan& plan) {
  std::vector<std::size_t> columns;
  for (auto const& name : options.columns) {
    auto const found = column(right, name, right_name, "column");
    if (!found) return found.error();
    columns.push_back(*found);
  }
  if (options.columns.empty())
    for (std::size_t c = 0; c < right.fields.size(); ++c)
      if (c != plan.right.on && std::ranges::find(plan.right.keys, c) == plan.right.keys.end()) columns.push_back(c);

  std::set<std::string> taken;
  for (auto const& field : left.fields) taken.insert(field.name);
  auto const claim = [&](std::string const& name) -> Result<std::string> {
    if (taken.insert(name).second) return name;
    if (!options.suffix.empty() && taken.insert(name + options.suffix).second) return name + options.suffix;
    return Error{Errc::invalid_argument,
                 "the result would have two columns `" + name + "`: " +
                     (options.suffix.empty() ? "give a `suffix` for the right's, or rename one"
                                             : "`" + name + options.suffix + "` is taken as well, rename one")};
  };
  for (auto const c : columns) {
    auto field = data::taken_field(right.fields[c]);
    if (!field) return field.error().with("table", right_name);
    auto name = claim(field->name);
    if (!name) return name.error();
    field->name = *std::move(name);
    plan.wanted.push_back({c, *std::move(field)});
  }
  if (options.matched_on.empty()) return {};
  auto name = claim(options.matched_on);
  if (!name) return name.error();
  auto const& on = right.fields[plan.right.on];
  auto const& type = on.value_type();
  SchemaNode field{.name = *std::move(name), .type = type};
  if (plan.axis.sort == Sort::integer) field.type = *data::parse_type("l");
  if (plan.axis.sort == Sort::floating) field.type = *data::parse_type("g");
  if (plan.axis.sort == Sort::time && type.kind != data::Kind::timestamp)
    field.type = *data::parse_type(plan.axis.tick == data::Tick::nano ? "tsn:UTC" : "tsu:UTC");
  // A naive time that was given a zone is an instant from here on.
  if (type.kind == data::Kind::timestamp && type.zone.empty() && !plan.axis.zone.is_utc())
    field.type = *data::parse_type(type.format + "UTC");
  plan.matched_on = std::move(field);
  return {};
}

}  // namespace

Result<AsofPlan> plan_asof(State const& left, State const& right, AsofOptions const& options, Output output) {
  AsofPlan plan;
  if (auto ok = plan_axis(left, right, options, plan); !ok) return ok.error();
  if (auto ok = plan_keys(left, right, options, plan); !ok) return ok.error();
  if (auto ok = plan_rule(right, options, plan); !ok) return ok.error();
  if (output == Output::left_out) return plan;
  if (auto ok = plan_columns(left, right, options, plan); !ok) return ok.error();
  return plan;
}

AsofJoin::AsofJoin(AsofPlan const& plan, State const& left, int threads)
    : plan_{plan}, table_{left}, threads_{threads}, left_{left, plan.left_on, threads} {}

Result<void> AsofJoin::prepare() {
  auto const marker = [&](bool reversed) -> Result<std::unique_ptr<Marker>> {
    auto const indexed = left_.indexed(plan_.left_keys, plan_.axis, reversed);
    if (!indexed) return indexed.error().with("table", left_name);
    return std::make_unique<Marker>(*indexed->keys, *indexed->line, plan_.rule, plan_.right.rank.has_value(), false,
                                    threads_);
  };
  if (plan_.backward) {
    auto made = marker(false);
    if (!made) return made.error();
    backward_ = *std::move(made);
  }
  if (plan_.forward) {
    auto made = marker(true);
    if (!made) return made.error();
    forward_ = *std::move(made);
  }
  return {};
}

Result<void> AsofJoin::feed(State const& right, std::span<Locator const> firsts, Context const& ctx) {
  std::vector<Marker*> markers;
  for (auto* const marker : {backward_.get(), forward_.get()})
    if (marker) markers.push_back(marker);
  auto ok = stream(right, plan_.right, plan_.readers, plan_.axis, nullptr, firsts, markers, threads_, ctx);
  if (!ok && ok.error().code() == Errc::invalid_argument) return ok.error().with("table", right_name);
  return ok;
}

Result<Array<Winner>> AsofJoin::finish() {
  Matched found;
  if (backward_) found = backward_->finish(table_.rows);
  if (forward_) {
    auto later = forward_->finish(table_.rows);
    if (!backward_) {
      found = std::move(later);
    } else {
      auto const times = left_.indexed(plan_.left_keys, plan_.axis, false);
      if (!times) return times.error();
      found.matches = 0;
      found.first_tie = -1;
      auto const& line = *times->line;
      for (std::size_t at = 0; at < line.times.size(); ++at) {
        auto const row = line.order[at];
        auto& before = found.winners[row];
        auto const& after = later.winners[row];
        bool const closer = after.row >= 0 && (before.row < 0 || plan_.axis.is_closer(line.times[at], plan_.rule.delay,
                                                                                      after.time, before.time));
        if (closer) before = after;
        found.matches += before.row >= 0;
        bool const ties = before.row >= 0 && (before.row & tied) != 0;
        if (ties && (found.first_tie < 0 || row < found.first_tie)) found.first_tie = row;
      }
    }
  }
  if (found.first_tie >= 0)
    return Error{Errc::invalid_argument,
                 "row " + std::to_string(found.first_tie) +
                     " of the left table would match one of several right rows with equal keys and equal `" +
                     plan_.right_on + "`, which `tie_break` = error refuses"};
  matches_ = found.matches;
  return std::move(found.winners);
}

std::string AsofJoin::how() const { return backward_ ? backward_->plan() : forward_ ? forward_->plan() : "nothing"; }

}  // namespace podium::inline v0::features
