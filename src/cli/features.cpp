#include "cli/command.hpp"
#include "cli/features_commands.hpp"
#include "cli/features_request.hpp"

#include "podium/data/builder.hpp"
#include "podium/data/parquet_sink.hpp"

#include <cstdio>
#include <filesystem>
#include <limits>

namespace podium::cli {
namespace {

constexpr std::size_t most_examples = 5;
constexpr std::int64_t no_time = std::numeric_limits<std::int64_t>::min();

struct Retrieve {
  FeatureRequest request;
  std::string out;
  std::string explain;
  std::string output = "human";
};

struct Explain {
  FeatureRequest request;
  std::int64_t row = -1;
  std::string output = "human";
};

struct Counted {
  std::string feature;
  std::string set;
  std::vector<features::Reason> reasons;
};

Result<std::vector<Counted>> counted(FeatureAnswer const& answer) {
  std::vector<Counted> out;
  for (auto const& [source, column] : answer.asked) {
    auto reasons = features::reasons_of(answer.retrieved, source, column);
    if (!reasons) return std::move(reasons).error();
    out.push_back({column, answer.sources[source].spec.name, *std::move(reasons)});
  }
  return out;
}

std::string counts_json(Counted const& one) {
  std::map<features::Reason, std::pair<std::int64_t, std::string>> counts;
  for (std::size_t row = 0; row < one.reasons.size(); ++row) {
    auto& [count, rows] = counts[one.reasons[row]];
    if (count++ < static_cast<std::int64_t>(most_examples)) rows += (rows.empty() ? "" : ", ") + std::to_string(row);
  }
  std::string reasons;
  for (auto const& [reason, found] : counts)
    reasons += (reasons.empty() ? "" : ", ") + quote(to_string(reason)) +
               ": {\"count\": " + std::to_string(found.first) + ", \"first_rows\": [" + found.second + "]}";
  return "{\"feature\": " + quote(one.feature) + ", \"feature_set\": " + quote(one.set) + ", \"reasons\": {" + reasons +
         "}}";
}

std::string list_json(std::vector<std::string> const& texts) {
  std::string out;
  for (auto const& text : texts) out += (out.empty() ? "" : ", ") + quote(text);
  return "[" + out + "]";
}

std::string explain_json(FeatureAnswer const& answer, std::vector<Counted> const& counts) {
  std::string all;
  for (auto const& one : counts) all += (all.empty() ? "" : ",\n  ") + counts_json(one);
  return "{\"rows\": " + std::to_string(answer.retrieved.table.rows()) + ",\n \"features\": [\n  " + all +
         "],\n \"plans\": " + list_json(answer.retrieved.plans) +
         ",\n \"warnings\": " + list_json(answer.retrieved.warnings) + "}\n";
}

std::string counts_table(std::vector<Counted> const& counts) {
  std::vector<std::vector<std::string>> rows{{"FEATURE", "FEATURE SET", "REASON", "OBSERVATIONS"}};
  for (auto const& one : counts) {
    std::map<features::Reason, std::int64_t> found;
    for (auto const reason : one.reasons) ++found[reason];
    for (auto const& [reason, count] : found)
      rows.push_back({one.feature, one.set, std::string{to_string(reason)}, std::to_string(count)});
  }
  return table(rows);
}

void warn(Terminal& term, FeatureAnswer const& answer) {
  for (auto const& warning : answer.retrieved.warnings) term.err << "warning: " << warning << '\n';
}

/// The reason codes as a table: one column per feature.
Result<data::Table> reason_table(std::vector<Counted> const& counts) {
  data::TableBuilder builder;
  for (auto const& one : counts) {
    std::vector<std::string> codes;
    codes.reserve(one.reasons.size());
    for (auto const reason : one.reasons) codes.emplace_back(to_string(reason));
    builder.add(one.feature, codes);
  }
  return builder.build();
}

Result<void> write_table(data::Table const& rows, std::string const& path) {
  auto sink = data::ParquetSink::open(path);
  if (!sink) return std::move(sink).error();
  if (auto ok = sink->append(rows); !ok) return ok;
  auto done = sink->finish();
  if (!done) return std::move(done).error();
  return {};
}

Result<void> write_explanation(FeatureAnswer const& answer, std::vector<Counted> const& counts,
                               std::string const& path) {
  if (!path.ends_with(".parquet")) return write_file(path, explain_json(answer, counts));
  auto rows = reason_table(counts);
  if (!rows) return std::move(rows).error();
  return write_table(*rows, path);
}

int run_retrieve(Retrieve const& args, Terminal& term, Context const& ctx) {
  auto const failed = [&](Error const& error) { return fail(term, "features retrieve", error); };
  auto answer = retrieve(args.request, ctx);
  if (!answer) return failed(answer.error());
  warn(term, *answer);
  auto counts = counted(*answer);
  if (!counts) return failed(counts.error());
  // The explanation first: where the features are, it is too.
  if (!args.explain.empty())
    if (auto ok = write_explanation(*answer, *counts, args.explain); !ok) return failed(ok.error());
  if (auto ok = write_table(answer->retrieved.table, args.out); !ok) {
    std::error_code ignored;
    if (!args.explain.empty()) std::filesystem::remove(args.explain, ignored);
    return failed(ok.error());
  }
  if (args.output == "json")
    term.out << explain_json(*answer, *counts);
  else
    term.out << counts_table(*counts) << answer->retrieved.table.rows() << " rows in " << args.out << '\n';
  return Exit::done;
}

std::string age_text(std::int64_t us) {
  auto const seconds = us / 1'000'000;
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return std::to_string(seconds / 60) + " min";
  if (seconds < 86'400) return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
  return std::to_string(seconds / 86'400) + " d " + std::to_string(seconds / 3600 % 24) + " h";
}

/// What happened to one observation in one set.
std::string story(FeatureAnswer const& answer, std::size_t source, std::size_t row, std::int64_t observed) {
  auto const& found = answer.retrieved;
  auto const used = found.timestamps_us[source][row];
  auto const nearest = found.nearest_us.size() > source ? found.nearest_us[source][row] : no_time;
  auto const next = found.next_us.size() > source ? found.next_us[source][row] : no_time;
  auto const delay = std::chrono::microseconds{answer.sources[source].spec.source_delay}.count();
  std::string out;
  if (used != no_time)
    out = "the row of " + instant_text(used) + ", " + age_text(observed - used) + " old, was used";
  else if (nearest != no_time)
    out = "the nearest row up to then, of " + instant_text(nearest) + ", is " + age_text(observed - nearest) +
          " old and was not used";
  else
    out = "no row up to then";
  if (next != no_time) {
    out += "; the next one, of " + instant_text(next);
    out +=
        next + delay > observed ? ", became known " + age_text(next + delay - observed) + " after the observation" : "";
  }
  return out;
}

int run_explain(Explain args, Terminal& term, Context const& ctx) {
  auto const failed = [&](Error const& error) { return fail(term, "features explain", error); };
  args.request.options.explain = true;
  auto answer = retrieve(args.request, ctx);
  if (!answer) return failed(answer.error());
  warn(term, *answer);
  auto counts = counted(*answer);
  if (!counts) return failed(counts.error());
  if (args.row < 0) {
    term.out << (args.output == "json" ? explain_json(*answer, *counts) : counts_table(*counts));
    return Exit::done;
  }
  auto const row = static_cast<std::size_t>(args.row);
  if (args.row >= answer->observations.rows())
    return failed(Error{Errc::invalid_argument, "there is no row " + std::to_string(args.row) +
                                                    "; the observations have " +
                                                    std::to_string(answer->observations.rows())}
                      .with("option", "--row"));
  auto observed = data::timestamps_us(answer->observations, args.request.timestamp);
  if (!observed) return failed(observed.error());
  auto const at = (*observed)[row];
  std::string json;
  if (args.output == "human")
    term.out << "row " << row << ", observed " << (at == no_time ? "never" : instant_text(at)) << '\n';
  for (std::size_t source = 0; source < answer->sources.size(); ++source) {
    auto const& set = answer->sources[source].spec.name;
    auto const reason = std::string{to_string(answer->retrieved.reasons[source][row])};
    auto const told = at == no_time ? std::string{"the observation has no time"} : story(*answer, source, row, at);
    if (args.output == "human")
      term.out << "  " << set << ": " << reason << ": " << told << '\n';
    else
      json += (json.empty() ? "" : ", ") + ("{\"feature_set\": " + quote(set)) + ", \"reason\": " + quote(reason) +
              ", \"story\": " + quote(told) + "}";
  }
  if (args.output == "json") term.out << "{\"row\": " << row << ", \"sets\": [" << json << "]}\n";
  return Exit::done;
}

int run_audit(Explain const& args, Terminal& term, Context const& ctx) {
  auto const failed = [&](Error const& error) { return fail(term, "features audit", error); };
  auto answer = retrieve(args.request, ctx);
  if (!answer) return failed(answer.error());
  warn(term, *answer);
  std::vector<model::FeatureSetSpec> specs;
  for (auto const& source : answer->sources) specs.push_back(source.spec);
  auto audits = features::audit(specs, answer->retrieved, answer->observations, args.request.timestamp, most_examples);
  if (!audits) return failed(audits.error());
  std::int64_t violations = 0;
  std::string json;
  std::vector<std::vector<std::string>> rows{{"FEATURE SET", "MATCHED", "NOT YET KNOWN", "MEDIAN AGE", "OLDEST"}};
  auto observed = data::timestamps_us(answer->observations, args.request.timestamp);
  if (!observed) return failed(observed.error());
  for (std::size_t s = 0; s < audits->size(); ++s) {
    auto const& one = (*audits)[s];
    violations += one.violations;
    std::vector<std::int64_t> ages;
    for (std::size_t row = 0; row < observed->size(); ++row)
      if (auto const used = answer->retrieved.timestamps_us[s][row]; used != no_time)
        ages.push_back((*observed)[row] - used);
    std::sort(ages.begin(), ages.end());
    auto const age = [&](std::size_t at) { return ages.empty() ? std::string{"-"} : age_text(ages[at]); };
    rows.push_back({one.set, std::to_string(one.matched), std::to_string(one.violations), age(ages.size() / 2),
                    age(ages.empty() ? 0 : ages.size() - 1)});
    json += (json.empty() ? "" : ", ") + ("{\"feature_set\": " + quote(one.set)) +
            ", \"matched\": " + std::to_string(one.matched) + ", \"violations\": " + std::to_string(one.violations) +
            ", \"median_age_s\": " + (ages.empty() ? "null" : std::to_string(ages[ages.size() / 2] / 1'000'000)) +
            ", \"oldest_age_s\": " + (ages.empty() ? "null" : std::to_string(ages.back() / 1'000'000)) + "}";
  }
  if (args.output == "json")
    term.out << "{\"violations\": " << violations << ", \"sets\": [" << json << "]}\n";
  else
    term.out << table(rows);
  if (violations == 0) return Exit::done;
  return failed(Error{Errc::failed, std::to_string(violations) + " values were used before they were known"});
}

void add_output(CLI::App& command, std::string& output) {
  command.add_option("--output,-o", output, "human or json")->check(CLI::IsMember({"human", "json"}));
}

}  // namespace

void add_features(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("features", "Point-in-time features: retrieve, explain, audit, materialize");
  group->require_subcommand(1);

  auto retrieve_args = std::make_shared<Retrieve>();
  auto* retrieve = group->add_subcommand("retrieve", "Join features to observations, as they were known at the time");
  retrieve_args->request.add_to(*retrieve);
  retrieve->add_option("--out", retrieve_args->out, "Parquet file; appears whole or not at all")
      ->required()
      ->type_name("FILE");
  retrieve
      ->add_option("--explain", retrieve_args->explain,
                   "Reasons: counts as JSON, or every row's code if it ends in .parquet")
      ->type_name("FILE");
  retrieve->add_flag("--feature-timestamps", retrieve_args->request.options.with_feature_timestamps,
                     "Add SET__timestamp, the time of the row used");
  retrieve->add_flag("--prefix-with-set", retrieve_args->request.options.prefix_with_set, "Name features SET__FEATURE");
  add_output(*retrieve, retrieve_args->output);
  retrieve->callback([retrieve_args, &action] {
    action = [retrieve_args](Terminal& term, Context const& ctx) { return run_retrieve(*retrieve_args, term, ctx); };
  });

  auto explain_args = std::make_shared<Explain>();
  auto* explain = group->add_subcommand("explain", "Say why values are what they are");
  explain_args->request.add_to(*explain);
  explain->add_option("--row", explain_args->row, "Tell the story of this observation, counted from 0")->type_name("N");
  add_output(*explain, explain_args->output);
  explain->callback([explain_args, &action] {
    action = [explain_args](Terminal& term, Context const& ctx) { return run_explain(*explain_args, term, ctx); };
  });

  auto audit_args = std::make_shared<Explain>();
  auto* audit =
      group->add_subcommand("audit", "Check that no value was used before it was known, and how old values are");
  audit_args->request.add_to(*audit);
  add_output(*audit, audit_args->output);
  audit->callback([audit_args, &action] {
    action = [audit_args](Terminal& term, Context const& ctx) { return run_audit(*audit_args, term, ctx); };
  });

  add_features_materialize(*group, action);
  add_features_online(*group, action);
}

}  // namespace podium::cli
