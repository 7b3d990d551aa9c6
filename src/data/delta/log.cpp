#include "data/delta/snapshot.hpp"

#include <algorithm>
#include <charconv>

namespace podium::inline v0::data::delta {
namespace {

constexpr std::int64_t largest_commit = std::int64_t{256} << 20;

std::string_view last_name(std::string_view path) {
  auto const slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::optional<std::int64_t> digits(std::string_view text, std::size_t count) {
  if (text.size() != count) return std::nullopt;
  std::int64_t value = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::vector<std::string_view> parts_of(std::string_view name) {
  std::vector<std::string_view> parts;
  while (!name.empty()) {
    auto const dot = std::min(name.find('.'), name.size());
    parts.push_back(name.substr(0, dot));
    name.remove_prefix(std::min(dot + 1, name.size()));
  }
  return parts;
}

/// A checkpoint as its file names tell it: single, or in numbered parts.
struct Checkpoint {
  std::int64_t parts = 1;
  std::map<std::int64_t, Found> files{};
  bool whole() const { return static_cast<std::int64_t>(files.size()) == parts; }
};

struct LogFiles {
  std::map<std::int64_t, Found> commits{};
  std::map<std::pair<std::int64_t, std::int64_t>, Checkpoint> checkpoints{};  ///< by version and number of parts
  std::optional<std::int64_t> other_checkpoint{};                             ///< version of one that is neither
};

LogFiles sort_out(std::vector<Found> const& found) {
  LogFiles log;
  for (auto const& file : found) {
    if (file.folder) continue;
    auto const parts = parts_of(last_name(file.path));
    auto const version = parts.empty() ? std::nullopt : digits(parts[0], 20);
    if (!version) continue;
    if (parts.size() == 2 && parts[1] == "json") log.commits[*version] = file;
    if (parts.size() < 3 || parts[1] != "checkpoint") continue;
    if (parts.size() == 3 && parts[2] == "parquet") {
      log.checkpoints[{*version, 1}].files[1] = file;
    } else if (parts.size() == 5 && parts[4] == "parquet" && digits(parts[2], 10) && digits(parts[3], 10)) {
      auto& checkpoint = log.checkpoints[{*version, *digits(parts[3], 10)}];
      checkpoint.parts = *digits(parts[3], 10);
      checkpoint.files[*digits(parts[2], 10)] = file;
    } else {
      log.other_checkpoint = *version;
    }
  }
  return log;
}

}  // namespace

std::string commit_name(std::int64_t version) {
  auto text = std::to_string(version);
  return std::string(20 - std::min<std::size_t>(text.size(), 20), '0') + text + ".json";
}

Result<Snapshot> replay(PodiumArrowPlugin const& plugin, std::shared_ptr<Storage const> const& storage,
                        Location const& location, std::string const& root, std::optional<std::int64_t> version) {
  auto const folder = join_path(root, "_delta_log");
  auto const table = location.shown(root);
  auto const found = storage->list(folder, false);
  if (!found) return found.error();
  auto const log = sort_out(*found);
  auto const damaged = [&](std::string const& what) {
    return Error{Errc::invalid_argument, "the Delta log is damaged: " + what}.with("file", location.shown(folder));
  };
  if (log.commits.empty() && log.checkpoints.empty()) return damaged("it holds no commit");
  auto newest = log.commits.empty() ? std::int64_t{-1} : log.commits.rbegin()->first;
  for (auto const& [key, checkpoint] : log.checkpoints)
    if (checkpoint.whole()) newest = std::max(newest, key.first);
  auto const target = version.value_or(newest);
  if (target < 0 || target > newest)
    return Error{Errc::not_found,
                 "there is no version " + std::to_string(target) + ", the newest is " + std::to_string(newest)}
        .with("file", table);

  Snapshot snapshot;
  for (auto it = log.checkpoints.rbegin(); it != log.checkpoints.rend(); ++it) {
    auto const& [key, checkpoint] = *it;
    if (key.first > target || !checkpoint.whole()) continue;
    for (auto const& [part, file] : checkpoint.files) {
      std::vector<Action> actions;
      StoredFile const stored{.path = file.path, .shown = location.shown(file.path), .bytes = file.bytes};
      if (auto ok = read_checkpoint(plugin, storage, stored, actions); !ok) return ok.error();
      for (auto& action : actions) snapshot.apply(std::move(action));
    }
    snapshot.version = key.first;
    break;
  }
  for (auto next = snapshot.version + 1; next <= target; ++next) {
    auto const commit = log.commits.find(next);
    if (commit == log.commits.end()) {
      if (snapshot.version >= 0) return damaged("version " + std::to_string(next) + " is missing");
      auto const first = log.commits.empty() ? newest : log.commits.begin()->first;
      if (log.other_checkpoint)
        return Error{Errc::invalid_argument,
                     "the Delta table uses checkpoints of the second form (`v2Checkpoint`), "
                     "which are not supported"}
            .with("file", table);
      if (version && !log.checkpoints.empty())
        return Error{Errc::not_found, "the log of version " + std::to_string(target) +
                                          " was cleaned up: the oldest version left is " +
                                          std::to_string(log.checkpoints.begin()->first.first)}
            .with("file", table);
      return damaged("version " + std::to_string(next) + " is missing, the first that is there is " +
                     std::to_string(first));
    }
    auto const text = storage->get(commit->second.path, largest_commit);
    if (!text) return text.error();
    auto actions = parse_commit(*text, location.shown(commit->second.path));
    if (!actions) return actions.error();
    // A commit's lines have no order: what it removes was there before what it adds.
    for (auto const& action : *actions)
      if (action.remove) snapshot.files.erase(*action.remove);
    for (auto& action : *actions) {
      action.remove.reset();
      snapshot.apply(std::move(action));
    }
    snapshot.version = next;
  }
  if (!snapshot.metadata)
    return damaged("no version up to " + std::to_string(target) + " says the columns (`metaData`)");
  if (!snapshot.protocol) return damaged("no version up to " + std::to_string(target) + " says the `protocol`");
  return snapshot;
}

Result<void> check_readable(Snapshot const& snapshot, std::string const& table) {
  auto const refused = [&](std::string const& what) {
    return Error{Errc::invalid_argument, "the Delta table " + what}.with("file", table);
  };
  auto const& protocol = *snapshot.protocol;
  if (protocol.min_reader > 3)
    return refused("asks for reader version " + std::to_string(protocol.min_reader) + ", this one is of version 3");
  // Known and harmless as long as nothing in this version makes use of what is checked below.
  static constexpr std::string_view known[] = {"columnMapping",       "deletionVectors", "timestampNtz",
                                               "vacuumProtocolCheck", "typeWidening",    "typeWidening-preview"};
  for (auto const& feature : protocol.reader_features)
    if (std::ranges::find(known, feature) == std::end(known))
      return refused("uses the reader feature `" + feature + "`, which is not supported");
  auto const mapping = snapshot.metadata->configuration.find("delta.columnMapping.mode");
  if (mapping != snapshot.metadata->configuration.end() && mapping->second != "none")
    return refused("uses the reader feature `columnMapping` (mode " + mapping->second + "), which is not supported");
  for (auto const& [path, file] : snapshot.files)
    if (file.has_deletions)
      return refused("uses the reader feature `deletionVectors` (in " + path +
                     "), which is not supported: rewrite the table without them (REORG TABLE ... APPLY (PURGE))");
  if (snapshot.metadata->provider != "parquet")
    return refused("keeps its rows as `" + snapshot.metadata->provider + "`, not Parquet");
  return {};
}

Result<std::string> data_path(Location const& location, std::string const& root, std::string const& logged) {
  auto const path = percent_decoded(logged);
  if (path.find("://") == std::string::npos)
    return path.starts_with('/') && !location.remote() ? path : join_path(root, path);
  auto const there = parse_location(path, {});
  if (!there) return there.error().with("file", location.shown(root));
  if (there->account != location.account)
    return Error{Errc::invalid_argument, "the Delta table holds a file elsewhere, " + logged +
                                             ": only files of the table's own storage can be read"}
        .with("file", location.shown(root));
  return there->path;
}

}  // namespace podium::inline v0::data::delta
