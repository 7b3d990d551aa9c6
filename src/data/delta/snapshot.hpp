#pragma once

#include "data/files.hpp"
#include "data/plugin.hpp"
#include "data/state.hpp"

#include <map>

namespace podium::inline v0::data::delta {

/// A data file that is part of a version.
struct AddFile {
  std::string path{};  ///< as the log writes it: encoded, relative to the table or a URI
  PartitionValues partitions{};
  std::int64_t bytes = 0;
  std::int64_t modified_ms = 0;
  std::string statistics{};    ///< JSON; empty: none
  bool has_deletions = false;  ///< a deletion vector goes with it
};

struct Metadata {
  std::string id{};
  std::string schema{};  ///< JSON
  std::vector<std::string> partition_columns{};
  std::map<std::string, std::string> configuration{};
  std::string provider = "parquet";
};

struct Protocol {
  int min_reader = 0;
  int min_writer = 0;
  std::vector<std::string> reader_features{};
  std::vector<std::string> writer_features{};
};

/// One line of a commit, one row of a checkpoint: whichever of these is set.
struct Action {
  std::optional<AddFile> add{};
  std::optional<std::string> remove{};  ///< path
  std::optional<Metadata> metadata{};
  std::optional<Protocol> protocol{};
};

/// A table at one version.
struct Snapshot {
  std::int64_t version = -1;
  std::map<std::string, AddFile> files{};  ///< by path
  std::optional<Metadata> metadata{};
  std::optional<Protocol> protocol{};

  void apply(Action action);
};

/// "00000000000000000012.json"
std::string commit_name(std::int64_t version);

/// Replays the log of the table at `root`, up to `version` or the newest.  Errc::not_found if there is no such
/// version, Errc::invalid_argument, with file and line, if the log is damaged.
Result<Snapshot> replay(PodiumArrowPlugin const& plugin, std::shared_ptr<Storage const> const& storage,
                        Location const& location, std::string const& root, std::optional<std::int64_t> version);

/// Refuses what a reader has to know and this one does not, by name.
Result<void> check_readable(Snapshot const& snapshot, std::string const& table);

/// Actions of one commit file.
Result<std::vector<Action>> parse_commit(std::string const& text, std::string const& file);

/// Calls `take` with every action of a Parquet checkpoint.
Result<void> read_checkpoint(PodiumArrowPlugin const& plugin, std::shared_ptr<Storage const> const& storage,
                             StoredFile const& file, std::vector<Action>& out);

/// Columns of a Delta schema.  Nested ones have Kind::other and no children.
Result<std::vector<SchemaNode>> parse_schema(std::string const& json, std::string const& table);

/// Where a data file of the log lies; an error if it is out of reach.
Result<std::string> data_path(Location const& location, std::string const& root, std::string const& logged);

}  // namespace podium::inline v0::data::delta
