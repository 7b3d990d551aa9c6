#include "features/plan.hpp"

#include "data/take.hpp"

#include <algorithm>
#include <array>

namespace podium::inline v0::features {
namespace {

constexpr std::string_view create_timestamp = "create_timestamp";

std::string folded(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// Spark, and so Azure ML, does not tell `V` from `v`; two columns that differ by case only are refused here too.
Result<void> check_names(std::vector<SourcePlan> const& plans, data::Table const& observations) {
  struct Taken {
    std::string name, by;
  };
  std::map<std::string, Taken> taken;
  auto const claim = [&](std::string const& name, std::string const& set) -> Result<void> {
    auto const [at, fresh] = taken.try_emplace(folded(name), Taken{name, set});
    if (fresh) return {};
    auto const& other = at->second;
    if (other.by.empty())
      return Error{Errc::invalid_argument, "feature `" + name + "` of set `" + set +
                                               "` has the name of the observation column `" + other.name +
                                               "`: rename the column, or prefix features with their set"};
    return Error{Errc::invalid_argument, "feature `" + name + "` of set `" + set + "` and feature `" + other.name +
                                             "` of set `" + other.by +
                                             "` have one name: ask for one of them, or prefix features with their set"};
  };
  for (auto const& name : observations.column_names()) taken.try_emplace(folded(name), Taken{name, ""});
  for (auto const& plan : plans) {
    auto const& set = plan.source->spec.name;
    for (auto const& feature : plan.features)
      if (auto ok = claim(feature.field.name, set); !ok) return ok.error();
    if (!plan.timestamp_name.empty())
      if (auto ok = claim(plan.timestamp_name, set); !ok) return ok.error();
  }
  return {};
}

Result<void> check_declared(model::FeatureColumn const& declared, data::Type const& stored) {
  static constexpr std::array<std::string_view, 8> known{"string", "integer", "long",     "float",
                                                         "double", "binary",  "datetime", "boolean"};
  auto type = folded(declared.type);
  if (type == "timestamp") type = "datetime";
  auto const found = stored.kind == data::Kind::timestamp ? "datetime" : data::type_name(stored);
  if (type.empty() || type == found || stored.kind == data::Kind::null) return {};
  if (std::ranges::find(known, type) == known.end())
    return Error{Errc::invalid_argument,
                 "feature `" + declared.name + "` is declared `" + declared.type + "`, which is not a feature type"};
  return Error{Errc::invalid_argument, "feature `" + declared.name + "` is declared " + declared.type +
                                           " and stored as " + data::type_name(stored) + ": change one of them"};
}

std::vector<std::string> wanted_features(Source const& source) {
  auto const& spec = source.spec;
  if (!source.features.empty()) return source.features;
  std::vector<std::string> names;
  names.reserve(spec.features.size());
  for (auto const& feature : spec.features) names.push_back(feature.name);
  if (!names.empty()) return names;
  // A specification may leave its features to be inferred: everything that is not key or time.
  auto const is_key = [&](std::string const& name) {
    return std::ranges::any_of(spec.index_columns, [&](auto const& key) { return key.name == name; });
  };
  for (auto const& name : source.rows.column_names())
    if (name != spec.timestamp_column && name != create_timestamp && !is_key(name)) names.push_back(name);
  return names;
}

Result<Wanted> plan_feature(Source const& source, std::string const& name, RetrievalOptions const& options) {
  auto const& declared = source.spec.features;
  auto const spec = std::ranges::find(declared, name, &model::FeatureColumn::name);
  if (!declared.empty() && spec == declared.end()) {
    std::string names;
    for (auto const& feature : declared) names += (names.empty() ? "" : ", ") + feature.name;
    return Error{Errc::invalid_argument, "no feature `" + name + "` (there is: " + names + ")"};
  }
  auto const& rows = source.rows.state();
  auto const column = data::find_column(rows, name);
  if (!column) return column.error().with("table", "feature rows");
  auto const& stored = rows.fields[*column];
  if (spec != declared.end())
    if (auto ok = check_declared(*spec, stored.value_type()); !ok) return ok.error();
  auto field = data::taken_field(stored);
  if (!field) return field.error();
  if (options.prefix_with_set) field->name = source.spec.name + "__" + name;
  return Wanted{*column, *std::move(field)};
}

Result<SourcePlan> plan_source(Source const& source, RetrievalOptions const& options) {
  auto const& spec = source.spec;
  auto const& rows = source.rows.state();
  SourcePlan plan{.source = &source};
  if (spec.index_columns.empty()) return Error{Errc::invalid_argument, "there is no index column"};
  if (spec.timestamp_column.empty()) return Error{Errc::invalid_argument, "there is no timestamp column"};
  if (spec.source_delay.count() < 0) return Error{Errc::invalid_argument, "`source_delay` is negative"};
  if (spec.temporal_join_lookback && spec.temporal_join_lookback->count() < 0)
    return Error{Errc::invalid_argument, "`temporal_join_lookback` is negative"};

  auto const time = data::find_column(rows, spec.timestamp_column);
  if (!time) return time.error().with("timestamp column", spec.timestamp_column).with("table", "feature rows");
  plan.time_column = *time;
  if (source.rows.has_column(create_timestamp)) {
    auto const created = data::find_column(rows, create_timestamp);
    if (!created) return created.error();
    plan.create_column = *created;
  }
  for (auto const& name : wanted_features(source)) {
    auto feature = plan_feature(source, name, options);
    if (!feature) return feature.error();
    plan.features.push_back(*std::move(feature));
  }
  if (options.with_feature_timestamps) plan.timestamp_name = spec.name + "__timestamp";
  if (options.apply_source_delay) plan.delay = spec.source_delay;
  if (options.apply_temporal_join_lookback) plan.lookback = spec.temporal_join_lookback;
  if (auto const leak = options.leak.find(spec.name); leak != options.leak.end()) plan.leak = leak->second;
  return plan;
}

}  // namespace

Result<std::vector<SourcePlan>> plan(std::span<Source const> sources, data::Table const& observations,
                                     RetrievalOptions const& options) {
  auto const ties = options.tie_break == "first_row" ? Ties::first
                    : options.tie_break == "error"   ? Ties::error
                                                     : Ties::last;
  if (ties == Ties::last && options.tie_break != "last_row")
    return Error{Errc::invalid_argument,
                 "`tie_break` is `" + options.tie_break + "`: last_row, first_row or error is expected"};
  std::vector<SourcePlan> plans;
  for (auto const& source : sources) {
    auto made = plan_source(source, options);
    if (!made) return made.error().with("feature set", source.spec.name);
    made->ties = ties;
    plans.push_back(*std::move(made));
  }
  for (auto const& [set, shift] : options.leak)
    if (std::ranges::none_of(sources, [&](auto const& source) { return source.spec.name == set; }))
      return Error{Errc::invalid_argument, "`leak` names the feature set `" + set + "`, which is not in the request"};
  if (auto ok = check_names(plans, observations); !ok) return ok.error();
  return plans;
}

}  // namespace podium::inline v0::features
