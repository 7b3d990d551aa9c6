#pragma once

#include "podium/data/arrow_c.hpp"

/// What the Arrow plug-in and `data` agree on: C types only, since the two may be built by different compilers.
extern "C" {

#define PODIUM_ARROW_PLUGIN_ABI 1

/// 0: done.  Anything else: `error` holds a zero-terminated reason, cut to `error_size`.
struct PodiumArrowPlugin {
  int abi;                   ///< PODIUM_ARROW_PLUGIN_ABI it was built with
  char const* built_with;    ///< Arrow version of its headers
  char const* running_with;  ///< Arrow version of the library that was found
  /// Reads one file; `format` is "parquet", "csv" or "ipc".  No columns: all of them.
  int (*read)(char const* path, char const* format, char const* const* columns, int64_t n_columns,
              struct ArrowArrayStream* out, char* error, int64_t error_size);
  /// Writes everything in `stream` and releases it.
  int (*write_parquet)(struct ArrowArrayStream* stream, char const* path, char* error, int64_t error_size);
};

/// The one symbol that the plug-in exports.
typedef const struct PodiumArrowPlugin* (*podium_arrow_plugin_t)(void);
}
