#include "cli/features_commands.hpp"
#include "cli/features_request.hpp"

#include "podium/data/parquet_sink.hpp"
#include "podium/features/materialize.hpp"
#include "podium/online/store.hpp"
#include "podium/spec/load.hpp"

#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

namespace podium::cli {
namespace {

struct Materialize {
  std::string spec;
  std::string store;
  std::string from;
  std::string to;
  bool gaps = false;
  std::string output = "human";
};

struct Online {
  std::string spec;
  std::string redis;
  std::string ca_file;
  online::Layout layout;
  std::string store;
  std::string from;
  std::string to;
  std::string keys;
  std::string out;
  std::int64_t max_age = -1;
  std::string output = "human";
};

constexpr auto earliest = std::numeric_limits<std::int64_t>::min();
constexpr auto latest = std::numeric_limits<std::int64_t>::max();

Result<features::TimeWindow> window_of(std::string const& from, std::string const& to) {
  features::TimeWindow out{earliest, latest};
  if (!from.empty()) {
    auto read = instant_of("--from", from);
    if (!read) return std::move(read).error();
    out.from_us = *read;
  }
  if (!to.empty()) {
    auto read = instant_of("--to", to);
    if (!read) return std::move(read).error();
    out.to_us = *read;
  }
  if (out.from_us >= out.to_us) return Error{Errc::invalid_argument, "`--from` is not before `--to`"};
  return out;
}

int run_materialize(Materialize const& args, Terminal& term, Context const& ctx) {
  auto const failed = [&](Error const& error) { return fail(term, "features materialize", error); };
  auto spec = spec::load_feature_set(args.spec).result();
  if (!spec) return failed(spec.error());
  auto window = window_of(args.from, args.to);
  if (!window) return failed(window.error());
  auto source = features::open_source(*spec, {}, ctx);
  if (!source) return failed(source.error());
  std::vector<features::TimeWindow> windows{*window};
  if (args.gaps) {
    auto record = features::IntervalRecord::load(args.store);
    if (!record) return failed(record.error());
    std::array const missing{features::DataStatus::none, features::DataStatus::incomplete};
    windows = features::backfill_windows(*record, *window, missing);
  }
  std::vector<std::vector<std::string>> rows{{"FROM", "TO", "ROWS", "VERSION"}};
  std::string json;
  for (auto const& one : windows) {
    auto done = features::materialize(*spec, *source, args.store, one, {}, ctx);
    if (!done) return failed(done.error().with("store", args.store));
    for (auto const& warning : done->warnings) term.err << "warning: " << warning << '\n';
    rows.push_back({instant_text(one.from_us), instant_text(one.to_us), std::to_string(done->rows),
                    std::to_string(done->version)});
    json += (json.empty() ? "" : ", ") + ("{\"from\": " + quote(instant_text(one.from_us))) +
            ", \"to\": " + quote(instant_text(one.to_us)) + ", \"rows\": " + std::to_string(done->rows) +
            ", \"version\": " + std::to_string(done->version) + "}";
  }
  auto record = features::IntervalRecord::load(args.store);
  if (!record) return failed(record.error());
  auto covered = features::coverage(*record, *window);
  if (!covered) return failed(covered.error());
  if (args.output == "json")
    term.out << "{\"feature_set\": " << quote(spec->name) << ", \"windows\": [" << json
             << "], \"covered\": " << covered->covered << "}\n";
  else
    term.out << table(rows) << static_cast<int>(covered->covered * 100) << " % of the window is materialised\n";
  return Exit::done;
}

Result<online::OnlineStore> connect(Online const& args, Context const& ctx) {
  auto address = args.redis;
  if (address.empty())
    if (char const* set = std::getenv("PODIUM_REDIS")) address = set;
  if (address.empty())
    return Error{Errc::invalid_argument, "give the address of the Redis with `--redis`, or in PODIUM_REDIS"};
  auto options = online::parse_redis(address);
  if (!options) return std::move(options).error();
  if (!args.ca_file.empty()) {
    std::ifstream in{args.ca_file, std::ios::binary};
    if (!in) return Error{Errc::not_found, "cannot read the certificates in `" + args.ca_file + "`"};
    std::ostringstream text;
    text << in.rdbuf();
    options->ca_pem = text.str();
  }
  return online::OnlineStore::connect(*std::move(options), ctx);
}

Result<data::Table> feature_rows(Online const& args, model::FeatureSetSpec const& spec, Context const& ctx) {
  auto window = window_of(args.from, args.to);
  if (!window) return std::move(window).error();
  if (!args.store.empty()) {
    auto rows = features::open_store(args.store, {}, {}, ctx);
    if (!rows) return std::move(rows).error();
    data::ScanOptions scan;
    scan.time_column = spec.timestamp_column;
    scan.exact = true;
    if (window->from_us != earliest) scan.from_us = window->from_us;
    if (window->to_us != latest) scan.to_us = window->to_us;
    return rows->read(scan, ctx);
  }
  auto source = features::open_source(spec, {}, ctx);
  if (!source) return std::move(source).error();
  auto computed = features::compute_features(spec, *source, *window, {}, ctx);
  if (!computed) return std::move(computed).error();
  return std::move(computed->rows);
}

int run_write(Online const& args, Terminal& term, Context const& ctx) {
  auto const failed = [&](Error const& error) { return fail(term, "features online write", error); };
  auto spec = spec::load_feature_set(args.spec).result();
  if (!spec) return failed(spec.error());
  auto rows = feature_rows(args, *spec, ctx);
  if (!rows) return failed(rows.error());
  auto store = connect(args, ctx);
  if (!store) return failed(store.error());
  auto done = store->write({.spec = *spec, .layout = args.layout}, *rows, {}, ctx);
  if (!done) return failed(done.error());
  if (args.output == "json")
    term.out << "{\"keys\": " << done->rows << ", \"written\": " << done->written << ", \"expired\": " << done->expired
             << ", \"skipped\": " << done->skipped << "}\n";
  else
    term.out << done->written << " of " << done->rows << " keys written, " << done->expired << " too old, "
             << done->skipped << " rows without key or time\n";
  return Exit::done;
}

int run_get(Online const& args, Terminal& term, Context const& ctx) {
  auto const failed = [&](Error const& error) { return fail(term, "features online get", error); };
  auto spec = spec::load_feature_set(args.spec).result();
  if (!spec) return failed(spec.error());
  auto keys = data::Dataset::open(args.keys, {}, ctx);
  if (!keys) return failed(keys.error());
  auto observations = keys->read({}, ctx);
  if (!observations) return failed(observations.error());
  auto store = connect(args, ctx);
  if (!store) return failed(store.error());
  online::LookupOptions options{.with_age = true, .with_status = true};
  if (args.max_age >= 0) options.max_age = std::chrono::seconds{args.max_age};
  online::OnlineSet const set{.spec = *spec, .layout = args.layout};
  auto found = store->lookup({&set, 1}, *observations, options, ctx);
  if (!found) return failed(found.error());
  auto sink = data::ParquetSink::open(args.out);
  if (!sink) return failed(sink.error());
  if (auto ok = sink->append(found->table); !ok) return failed(ok.error());
  if (auto ok = sink->finish(); !ok) return failed(ok.error());
  std::map<std::string, std::int64_t> counts;
  for (auto const status : found->status[0]) ++counts[std::string{to_string(status)}];
  std::string json;
  std::vector<std::vector<std::string>> rows{{"STATUS", "ROWS"}};
  for (auto const& [status, count] : counts) {
    rows.push_back({status, std::to_string(count)});
    json += (json.empty() ? "" : ", ") + quote(status) + ": " + std::to_string(count);
  }
  if (args.output == "json")
    term.out << "{" << json << "}\n";
  else
    term.out << table(rows) << found->table.rows() << " rows in " << args.out << '\n';
  return Exit::done;
}

void add_redis(CLI::App& command, Online& args) {
  command.add_option("--spec", args.spec, "Folder of the FeatureSetSpec.yaml")->required()->type_name("PATH");
  command.add_option("--redis", args.redis, "redis://[[user]:password@]host[:port], rediss:// for TLS (PODIUM_REDIS)")
      ->type_name("ADDRESS");
  command.add_option("--ca", args.ca_file, "PEM file with roots to trust besides the system's")->type_name("FILE");
  command.add_option("--store-guid", args.layout.store_guid, "Workspace id of the feature store")
      ->required()
      ->type_name("GUID");
  command.add_option("--set-version", args.layout.version, "Version of the feature set (1)")->type_name("V");
  command.add_option("--schema", args.layout.schema, "Layout of the values: 2, or 1 for reading")
      ->check(CLI::IsMember({1, 2}));
  command.add_option("--output,-o", args.output, "human or json")->check(CLI::IsMember({"human", "json"}));
}

}  // namespace

void add_features_materialize(CLI::App& group, Action& action) {
  auto args = std::make_shared<Materialize>();
  auto* command = group.add_subcommand("materialize", "Compute a window of a feature set into its offline store");
  command->add_option("--spec", args->spec, "Folder of the FeatureSetSpec.yaml")->required()->type_name("PATH");
  command->add_option("--store", args->store, "Folder of the Delta table")->required()->type_name("DIR");
  command->add_option("--from", args->from, "Start of the feature window, a date or time")
      ->required()
      ->type_name("TIME");
  command->add_option("--to", args->to, "End of it, not included")->required()->type_name("TIME");
  command->add_flag("--gaps", args->gaps, "Only the stretches that are not materialised yet");
  command->add_option("--output,-o", args->output, "human or json")->check(CLI::IsMember({"human", "json"}));
  command->callback([args, &action] {
    action = [args](Terminal& term, Context const& ctx) { return run_materialize(*args, term, ctx); };
  });
}

void add_features_online(CLI::App& group, Action& action) {
  auto* online = group.add_subcommand("online", "The newest values by key, in a Redis");
  online->require_subcommand(1);

  auto write_args = std::make_shared<Online>();
  auto* write = online->add_subcommand("write", "Write the newest row of each key: offline to online");
  add_redis(*write, *write_args);
  write->add_option("--store", write_args->store, "Offline store to take rows from, in place of the source")
      ->type_name("DIR");
  write->add_option("--from", write_args->from, "Start of the feature window")->type_name("TIME");
  write->add_option("--to", write_args->to, "End of it, not included")->type_name("TIME");
  write->add_flag("--wide-longs", write_args->layout.wide_longs,
                  "64 bits for longs that need them; Azure's reader refuses those");
  write->callback([write_args, &action] {
    action = [write_args](Terminal& term, Context const& ctx) { return run_write(*write_args, term, ctx); };
  });

  auto get_args = std::make_shared<Online>();
  auto* get = online->add_subcommand("get", "Look features up by key");
  add_redis(*get, *get_args);
  get->add_option("--keys", get_args->keys, "Parquet, CSV or Arrow file with the key columns")
      ->required()
      ->type_name("FILE");
  get->add_option("--out", get_args->out, "Parquet file; appears whole or not at all")->required()->type_name("FILE");
  get->add_option("--max-age", get_args->max_age, "Seconds; older values are not given out")->type_name("S");
  get->callback([get_args, &action] {
    action = [get_args](Terminal& term, Context const& ctx) { return run_get(*get_args, term, ctx); };
  });
}

}  // namespace podium::cli
