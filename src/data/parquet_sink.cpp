#include "podium/data/parquet_sink.hpp"

#include "data/location.hpp"
#include "data/plugin.hpp"
#include "data/state.hpp"
#include "data/storage.hpp"
#include "data/stream.hpp"
#include "data/unify.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace podium::inline v0::data {
namespace {

namespace fs = std::filesystem;

/// Files bound for a storage service are made here first: they are sent whole.
std::string scratch_path() {
  static std::atomic<unsigned> count{0};
  return (fs::temp_directory_path() /
          ("podium-sink-" + std::to_string(::getpid()) + "-" + std::to_string(++count) + ".parquet"))
      .string();
}

}  // namespace

class ParquetSink::Impl {
 public:
  Impl(Location location, ParquetOptions options) : location_{std::move(location)}, options_{std::move(options)} {
    part_ = location_.remote() ? scratch_path() : location_.path + ".part";
  }
  Impl(Impl const&) = delete;
  Impl& operator=(Impl const&) = delete;
  ~Impl() { give_up(); }

  Result<void> append(Table const& rows) {
    if (ended_) return Error{Errc::invalid_argument, "the sink has ended"}.with("file", location_.given);
    auto ok = write(rows);
    if (!ok) give_up();
    return ok;
  }

  Result<ParquetSummary> finish() {
    if (ended_) return Error{Errc::invalid_argument, "the sink has ended"}.with("file", location_.given);
    if (!writer_) {
      ended_ = true;
      return Error{Errc::invalid_argument, "nothing was written, not even the columns"}.with("file", location_.given);
    }
    auto done = complete();
    give_up();
    return done;
  }

 private:
  Result<void> write(Table const& rows) {
    if (!writer_)
      if (auto ok = begin(rows.state()); !ok) return ok.error();
    auto const& have = rows.state().fields;
    bool const same = std::ranges::equal(
        have, fields_, [](SchemaNode const& a, SchemaNode const& b) { return a.name == b.name && same_type(a, b); });
    if (!same)
      return Error{Errc::invalid_argument, "the columns are not those that were written first"}.with("file",
                                                                                                     location_.given);
    if (rows.rows() == 0) return {};
    Owned<ArrowArrayStream> stream;
    rows.export_to(&stream.raw);
    PodiumFailure failure{};
    if (plugin_->writer_append(writer_, &stream.raw, &failure) != 0)
      return plugin_error(failure, "cannot be written").with("file", location_.given);
    rows_ += rows.rows();
    return {};
  }

  Result<void> begin(Table::State const& first) {
    auto const plugin = open_plugin();
    if (!plugin) return plugin.error().with("file", location_.given);
    plugin_ = *plugin;
    fields_ = first.fields;
    std::error_code failed;
    auto const folder = fs::path{part_}.parent_path();
    if (!folder.empty() && !fs::is_directory(folder, failed))
      return Error{Errc::not_found, "there is no folder " + folder.string()}.with("file", location_.given);
    Owned<ArrowSchema> schema;
    export_schema({.name = "", .type = *parse_type("+s"), .metadata = first.metadata, .flags = 0, .children = fields_},
                  &schema.raw);
    PodiumWrite const options{.compression = options_.compression.c_str(),
                              .row_group_rows = options_.row_group_rows,
                              .int96_timestamps = options_.int96_timestamps ? 1 : 0,
                              .store_arrow_schema = options_.store_arrow_schema ? 1 : 0};
    PodiumFailure failure{};
    if (plugin_->writer_open(part_.c_str(), &schema.raw, &options, &writer_, &failure) != 0)
      return plugin_error(failure, "cannot be written").with("file", location_.given);
    return {};
  }

  Result<ParquetSummary> complete() {
    PodiumFailure failure{};
    if (plugin_->writer_finish(writer_, &failure) != 0)
      return plugin_error(failure, "cannot be written").with("file", location_.given);
    std::error_code failed;
    ParquetSummary const summary{.rows = rows_, .bytes = static_cast<std::int64_t>(fs::file_size(part_, failed))};
    if (location_.remote()) {
      if (auto ok = upload(); !ok) return ok.error();
      return summary;
    }
    fs::rename(part_, location_.path, failed);
    if (failed) return Error{Errc::unavailable, "cannot be written: " + failed.message()}.with("file", location_.given);
    return summary;
  }

  Result<void> upload() const {
    auto const storage = open_storage(location_, options_.storage);
    if (!storage) return storage.error();
    std::ostringstream content;
    content << std::ifstream{part_, std::ios::binary}.rdbuf();
    return (*storage)->put(location_.path, content.str());
  }

  void give_up() {
    ended_ = true;
    if (!writer_) return;
    plugin_->writer_close(writer_);
    writer_ = nullptr;
    std::error_code ignored;
    fs::remove(part_, ignored);
  }

  Location location_;
  ParquetOptions options_;
  std::string part_;
  PodiumArrowPlugin const* plugin_ = nullptr;
  void* writer_ = nullptr;
  std::vector<SchemaNode> fields_;
  std::int64_t rows_ = 0;
  bool ended_ = false;
};

ParquetSink::ParquetSink(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
ParquetSink::ParquetSink(ParquetSink&&) noexcept = default;
ParquetSink& ParquetSink::operator=(ParquetSink&&) noexcept = default;
ParquetSink::~ParquetSink() = default;

Result<ParquetSink> ParquetSink::open(std::string const& path, ParquetOptions const& options) {
  auto location = parse_location(path, options.storage);
  if (!location) return location.error();
  if (options.row_group_rows < 1) return Error{Errc::invalid_argument, "row_group_rows must be at least 1"};
  return ParquetSink{std::make_unique<Impl>(*std::move(location), options)};
}

Result<void> ParquetSink::append(Table const& rows) { return impl_->append(rows); }
Result<ParquetSummary> ParquetSink::finish() { return impl_->finish(); }

}  // namespace podium::inline v0::data
