#include "cli/features_request.hpp"

#include "podium/data/builder.hpp"
#include "podium/features/materialize.hpp"
#include "podium/spec/load.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

namespace podium::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t no_time = std::numeric_limits<std::int64_t>::min();

bool is_retrieval_spec(fs::path const& path) {
  std::error_code ec;
  if (fs::is_directory(path, ec)) return fs::exists(path / "feature_retrieval_spec.yaml", ec);
  auto const kind = spec::kind_of(path);
  return kind && *kind == "featureRetrievalSpec";
}

Result<std::map<std::string, std::string>> stores_of(std::vector<std::string> const& given) {
  std::map<std::string, std::string> out;
  for (auto const& one : given) {
    auto const equal = one.find('=');
    if (equal == std::string::npos || equal == 0)
      return Error{Errc::invalid_argument, "`--store " + one + "` is not SET=PATH"};
    out[one.substr(0, equal)] = one.substr(equal + 1);
  }
  return out;
}

/// First and last time of the observations; nothing if there is none.
Result<std::optional<std::pair<std::int64_t, std::int64_t>>> bounds_of(data::Table const& observations,
                                                                       std::string const& column) {
  auto times = data::timestamps_us(observations, column);
  if (!times) return std::move(times).error().with("table", "observation data");
  std::erase(*times, no_time);
  if (times->empty()) return std::optional<std::pair<std::int64_t, std::int64_t>>{};
  auto const [first, last] = std::minmax_element(times->begin(), times->end());
  return std::optional{std::pair{*first, *last}};
}

/// The rows that a source's features come from: its offline store's, else its own, else what its expressions make.
Result<void> fill(features::Source& source, std::string const& store, FeatureRequest const& request,
                  std::optional<std::pair<std::int64_t, std::int64_t>> const& bounds,
                  std::vector<std::string>& warnings, Context const& ctx) {
  auto const inside = [&](Error error) { return std::move(error).with("feature set", source.spec.name); };
  if (!store.empty()) {
    auto rows = features::open_store(store, {}, {}, ctx);
    if (!rows) return inside(std::move(rows).error());
    auto record = features::IntervalRecord::load(store);
    if (!record) return inside(std::move(record).error());
    auto table = rows->read({}, ctx);
    if (!table) return inside(std::move(table).error());
    source.rows = *std::move(table);
    if (!record->intervals().empty()) source.materialized = record->complete();
    return {};
  }
  auto opened = features::open_source(source.spec, {}, ctx);
  if (!opened) return std::move(opened).error();
  if (!source.spec.has_transformation()) {
    // All rows: why a value is missing is told by those out of reach, too.
    data::ScanOptions scan;
    for (auto const& key : source.spec.index_columns) scan.columns.push_back(key.name);
    scan.columns.push_back(source.spec.timestamp_column);
    for (auto const& name : source.features) scan.columns.push_back(name);
    if (opened->has_column("create_timestamp") &&
        std::find(scan.columns.begin(), scan.columns.end(), "create_timestamp") == scan.columns.end())
      scan.columns.emplace_back("create_timestamp");
    auto table = opened->read(scan, ctx);
    if (!table) return inside(std::move(table).error());
    source.rows = *std::move(table);
    return {};
  }
  auto const window =
      bounds ? features::wanted_window(source.spec, bounds->first, bounds->second) : features::TimeWindow{0, 0};
  features::ComputeOptions options;
  options.naive_timezone = request.options.naive_timezone;
  auto computed = features::compute_features(source.spec, *opened, window, options, ctx);
  if (!computed) return std::move(computed).error();
  source.rows = std::move(computed->rows);
  for (auto& warning : computed->warnings)
    warnings.push_back("feature set `" + source.spec.name + "`: " + std::move(warning));
  return {};
}

}  // namespace

void FeatureRequest::add_to(CLI::App& command) {
  command
      .add_option("--spec", specs, "feature_retrieval_spec.yaml, or the folder of a FeatureSetSpec.yaml; repeatable")
      ->required()
      ->type_name("PATH");
  command.add_option("--observations", observations, "Parquet, CSV or Arrow file with keys and times")
      ->required()
      ->type_name("FILE");
  command.add_option("--timestamp", timestamp, "Column with the time of each observation")
      ->required()
      ->type_name("COLUMN");
  command.add_option("--store", stores, "Offline store of a set, read in place of its source; repeatable")
      ->type_name("SET=PATH");
  command.add_flag("--as-known-at", options.as_known_at, "Only rows that had been written by the observation's time");
  command.add_option("--tie-break", options.tie_break, "Of rows of one key and time: last_row, first_row or error")
      ->check(CLI::IsMember({"last_row", "first_row", "error"}));
  command.add_option("--naive-timezone", options.naive_timezone, "Zone of times without one (UTC)")->type_name("ZONE");
  command.add_option("--threads", options.threads, "0: one per core; never changes the answer")->type_name("N");
  workspace.add_to(command);
}

Result<std::vector<features::Source>> sources_of(FeatureRequest const& request,
                                                 std::vector<std::pair<std::size_t, std::string>>& asked,
                                                 std::shared_ptr<FeatureStoreClient>& store, Context const& ctx) {
  std::vector<features::Source> out;
  auto const add = [&](model::FeatureSetSpec const& spec, std::string const& feature) {
    auto at = std::find_if(out.begin(), out.end(), [&](features::Source const& known) {
      return known.spec.name == spec.name && known.spec.source_file == spec.source_file;
    });
    if (at == out.end()) at = out.insert(out.end(), features::Source{spec, {}, {}});
    at->features.push_back(feature);
    asked.emplace_back(static_cast<std::size_t>(at - out.begin()), feature);
  };
  for (auto const& path : request.specs) {
    std::error_code ec;
    if (!fs::exists(path, ec)) return Error{Errc::not_found, "`" + path + "` is not there"}.with("option", "--spec");
    if (!is_retrieval_spec(path)) {
      auto spec = spec::load_feature_set(path).result();
      if (!spec) return std::move(spec).error();
      for (auto const& feature : spec->features) add(*spec, feature.name);
      continue;
    }
    if (!store) {
      auto workspace = request.workspace.open();
      if (!workspace) return std::move(workspace).error();
      store = std::make_shared<FeatureStoreClient>(*std::move(workspace));
    }
    auto resolved = store->resolve_retrieval_spec(path, ctx);
    if (!resolved) return std::move(resolved).error().with("file", path);
    for (auto const& [set, feature] : resolved->features) add(resolved->sets[set].spec, feature);
  }
  return out;
}

Result<FeatureAnswer> retrieve(FeatureRequest const& request, Context const& ctx) {
  FeatureAnswer out;
  std::shared_ptr<FeatureStoreClient> store;  // keeps fetched specifications until the end
  std::vector<std::pair<std::size_t, std::string>> asked;
  auto sources = sources_of(request, asked, store, ctx);
  if (!sources) return std::move(sources).error();
  out.sources = *std::move(sources);
  auto stores = stores_of(request.stores);
  if (!stores) return std::move(stores).error();
  for (auto const& [name, path] : *stores)
    if (std::none_of(out.sources.begin(), out.sources.end(), [&](auto const& one) { return one.spec.name == name; }))
      return Error{Errc::invalid_argument, "no feature set `" + name + "` is asked for"}.with("option", "--store");

  auto observations = data::Dataset::open(request.observations, {}, ctx);
  if (!observations) return std::move(observations).error();
  auto table = observations->read({}, ctx);
  if (!table) return std::move(table).error();
  out.observations = *std::move(table);
  auto bounds = bounds_of(out.observations, request.timestamp);
  if (!bounds) return std::move(bounds).error().with("file", request.observations);

  std::vector<std::string> warnings;
  for (auto& source : out.sources) {
    auto const at = stores->find(source.spec.name);
    if (auto ok = fill(source, at == stores->end() ? std::string{} : at->second, request, *bounds, warnings, ctx); !ok)
      return std::move(ok).error();
  }
  auto retrieved =
      features::get_offline_features(out.sources, out.observations, request.timestamp, request.options, ctx);
  if (!retrieved) return std::move(retrieved).error();
  out.retrieved = *std::move(retrieved);
  out.retrieved.warnings.insert(out.retrieved.warnings.begin(), warnings.begin(), warnings.end());
  for (auto const& [source, feature] : asked)
    out.asked.emplace_back(source,
                           request.options.prefix_with_set ? out.sources[source].spec.name + "__" + feature : feature);
  return out;
}

Result<std::int64_t> instant_of(std::string const& option, std::string const& text) {
  // A date is its midnight; the data module reads times, whatever their form.
  auto const whole = text.find_first_of("Tt ") == std::string::npos ? text + "T00:00:00Z" : text;
  auto const column = data::TableBuilder{}.add("time", std::vector<std::string>{whole}).build();
  if (!column) return column.error();
  auto times = data::timestamps_us(*column, "time");
  if (!times || times->front() == no_time)
    return Error{Errc::invalid_argument,
                 "`" + text + "` is no time; write for example 2023-01-10 or 2023-01-10T10:00:00Z"}
        .with("option", option);
  return times->front();
}

std::string instant_text(std::int64_t us) {
  auto const column = data::TableBuilder{}.add_timestamps("time", {us}).build();
  auto const texts = column ? data::strings(*column, "time") : Result<std::vector<std::string>>{column.error()};
  return texts && !texts->empty() ? texts->front() : std::to_string(us);
}

}  // namespace podium::cli
