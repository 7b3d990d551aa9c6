#pragma once

#include "podium/version.hpp"

#include <functional>
#include <string_view>

namespace podium::inline v0 {

enum class LogLevel { debug, info, warning, error };

/// Receives one line at a time, without a line end; may be called from several threads.
using LogSink = std::function<void(LogLevel, std::string_view)>;

}  // namespace podium::inline v0
