#pragma once

#include "data/files.hpp"
#include "data/plugin.hpp"
#include "data/stream.hpp"

namespace podium::inline v0::data {

/// Types of CSV columns by name, as Arrow formats.
using ColumnFormats = std::vector<std::pair<std::string, std::string>>;

/// One file, opened by the plug-in.  Const members may be called from several threads at once.
class OpenFile {
 public:
  static Result<std::shared_ptr<OpenFile const>> open(PodiumArrowPlugin const& plugin,
                                                      std::shared_ptr<Storage const> storage, StoredFile const& file,
                                                      Format format, ColumnFormats const& types, bool infer_whole);
  OpenFile(OpenFile const&) = delete;
  OpenFile& operator=(OpenFile const&) = delete;
  ~OpenFile() { plugin_.file_close(file_); }

  std::vector<SchemaNode> const& fields() const noexcept { return root_.children; }
  /// Position of the one column of that name; nothing if there is none, an error if there are two.
  Result<std::optional<std::size_t>> find(std::string const& name) const;
  std::int64_t pieces() const { return plugin_.file_pieces(file_); }
  Result<PodiumPiece> piece(std::int64_t index, PodiumRange const& range) const;
  /// Rows of all pieces; nothing if that is not known without reading.
  Result<std::optional<std::int64_t>> rows() const;

  struct Scan {
    std::int64_t piece = 0;
    std::vector<SchemaNode> targets{};  ///< the wanted columns, as they are to come out
    std::vector<std::string> as_dictionary{};
    std::int64_t batch_rows = 0;
    bool threads = true;
  };
  Result<void> scan(Scan const& scan, StreamReader& out) const;

  std::string const& shown() const noexcept { return shown_; }

 private:
  OpenFile(PodiumArrowPlugin const& plugin, std::shared_ptr<Storage const> storage, void* file, std::string shown)
      : plugin_{plugin}, storage_{std::move(storage)}, file_{file}, shown_{std::move(shown)} {}

  PodiumArrowPlugin const& plugin_;
  std::shared_ptr<Storage const> storage_;
  void* file_;
  std::string shown_;
  SchemaNode root_;
};

}  // namespace podium::inline v0::data
