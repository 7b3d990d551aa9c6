#pragma once

#include "podium/data/arrow_c.hpp"

/// What the Arrow plug-in and `data` agree on: C types only, since the two may be built by different compilers.
extern "C" {

#define PODIUM_ARROW_PLUGIN_ABI 2

/// Why a call did not return 0.
struct PodiumFailure {
  enum Kind { invalid = 0, not_found, unavailable, exhausted, denied } kind;
  char text[2000];  ///< zero-terminated, cut to fit
};

/// Azure storage and what opens it.  Unused texts are empty, none is null.
struct PodiumStorageConfig {
  char const* account;
  char const* account_key;
  char const* sas_token;
  char const* tenant_id;
  char const* client_id;
  char const* client_secret;
  int anonymous;
  char const* authority;  ///< host[:port] of a service elsewhere; empty: Azure's, by account
  char const* suffix;     ///< of Azure's hosts, "core.windows.net"
  int plain_http;
};

struct PodiumOpen {
  char const* format;  ///< "parquet", "csv" or "ipc"
  /// CSV only: types by name, as Arrow C formats ("l", "tsu:UTC"); the others are inferred.
  char const* const* type_names;
  char const* const* type_formats;
  int64_t n_types;
  int infer_whole;  ///< CSV: types are inferred from the whole file, not its first block
};

/// A stretch of a file that can be read on its own (a Parquet row group; other files are one piece).
struct PodiumPiece {
  int64_t first_row;
  int64_t rows;  ///< -1: not known
  int64_t bytes;
  int kept;            ///< 0: statistics say that no row is in the range
  int64_t skip_front;  ///< so many rows before the first page that may hold one in the range
  int64_t skip_back;
};

struct PodiumRange {
  char const* column;  ///< null: no range
  int has_from, has_to;
  int64_t from_us, to_us;  ///< [from, to)
};

struct PodiumScan {
  int64_t piece;
  char const* const* columns;  ///< in the order wanted; none: rows without columns
  int64_t n_columns;
  struct ArrowSchema* target;        ///< taken over: a struct of the wanted columns, each as it is to come out
  char const* const* as_dictionary;  ///< text columns that may come out dictionary-encoded instead
  int64_t n_as_dictionary;
  int64_t batch_rows;
  int threads;  ///< 1: only the calling one
};

struct PodiumWrite {
  char const* compression;
  int64_t row_group_rows;
  int int96_timestamps;
  int store_arrow_schema;
};

/// Functions that may fail return 0 when they did not, and else fill `failure`.  Handles are opaque.
struct PodiumArrowPlugin {
  int abi;                   ///< PODIUM_ARROW_PLUGIN_ABI it was built with
  char const* built_with;    ///< Arrow version of its headers
  char const* running_with;  ///< Arrow version of the library that was found

  /// A storage service; paths are "container/folder/name".
  int (*storage_open)(struct PodiumStorageConfig const* config, void** storage, struct PodiumFailure* failure);
  void (*storage_close)(void* storage);
  /// What lies in a folder, recursively or not; a folder that is not there is empty.  `path` itself if it is a file.
  int (*storage_list)(void* storage, char const* path, int recursive, void* to,
                      void (*each)(void* to, char const* path, int64_t size, int is_folder),
                      struct PodiumFailure* failure);
  /// The whole content of a file of at most `limit` bytes.
  int (*storage_get)(void* storage, char const* path, int64_t limit, void* to,
                     void (*take)(void* to, char const* bytes, int64_t size), struct PodiumFailure* failure);
  int (*storage_put)(void* storage, char const* path, char const* bytes, int64_t size, struct PodiumFailure* failure);
  int (*storage_remove)(void* storage, char const* path, struct PodiumFailure* failure);

  /// One file; no storage: a local path.  Safe to use from several threads at once.
  int (*file_open)(void* storage, char const* path, struct PodiumOpen const* options, void** file,
                   struct PodiumFailure* failure);
  void (*file_close)(void* file);
  int (*file_schema)(void* file, struct ArrowSchema* out, struct PodiumFailure* failure);
  int64_t (*file_pieces)(void* file);
  int (*file_piece)(void* file, int64_t piece, struct PodiumRange const* range, struct PodiumPiece* out,
                    struct PodiumFailure* failure);
  int (*file_scan)(void* file, struct PodiumScan const* scan, struct ArrowArrayStream* out,
                   struct PodiumFailure* failure);

  /// A Parquet file at a local path, overwritten if it is there.  `schema` is taken over.
  int (*writer_open)(char const* path, struct ArrowSchema* schema, struct PodiumWrite const* options, void** writer,
                     struct PodiumFailure* failure);
  /// Writes everything in `stream` and releases it.
  int (*writer_append)(void* writer, struct ArrowArrayStream* stream, struct PodiumFailure* failure);
  int (*writer_finish)(void* writer, struct PodiumFailure* failure);
  void (*writer_close)(void* writer);
};

/// The one symbol that the plug-in exports.
typedef const struct PodiumArrowPlugin* (*podium_arrow_plugin_t)(void);
}
