#pragma once

#include "data/arrow_plugin/abi.hpp"

#include <arrow/result.h>
#include <arrow/status.h>
#include <arrow/util/io_util.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

namespace podium_arrow {

inline PodiumFailure::Kind kind_of(arrow::Status const& status, std::string const& text) {
  if (status.IsOutOfMemory() || status.IsCapacityError()) return PodiumFailure::exhausted;
  if (text.find("404") != std::string::npos && text.find("Not Found") != std::string::npos)
    return PodiumFailure::not_found;
  if (!status.IsIOError()) return PodiumFailure::invalid;
  int const error = arrow::internal::ErrnoFromStatus(status);
  if (error == ENOENT || text.find("Path does not exist") != std::string::npos) return PodiumFailure::not_found;
  if (error == EACCES || text.find("403 ") != std::string::npos) return PodiumFailure::denied;
  if (error == ENOSPC || error == EMFILE || error == ENFILE) return PodiumFailure::exhausted;
  return PodiumFailure::unavailable;
}

inline int fail(PodiumFailure* failure, PodiumFailure::Kind kind, char const* text) {
  failure->kind = kind;
  std::snprintf(failure->text, sizeof failure->text, "%s", text);
  return 1;
}

/// Runs `work`, which gives a Status; neither a Status nor an exception leaves the plug-in.
template <class Work>
int guarded(PodiumFailure* failure, Work work) {
  try {
    arrow::Status const status = work();
    if (status.ok()) return 0;
    auto const text = status.message();
    return fail(failure, kind_of(status, text), text.c_str());
  } catch (std::bad_alloc const&) {
    return fail(failure, PodiumFailure::exhausted, "out of memory");
  } catch (std::exception const& thrown) {
    return fail(failure, PodiumFailure::invalid, thrown.what());
  } catch (...) {
    return fail(failure, PodiumFailure::invalid, "unknown failure");
  }
}

}  // namespace podium_arrow
