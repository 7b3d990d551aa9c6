#pragma once

#include "data/arrow_plugin/abi.hpp"

#include "podium/result.hpp"

namespace podium::inline v0::data {

/// The Arrow plug-in, opened on first use; Errc::unavailable, with the way out, if it or the right Arrow is not there.
Result<PodiumArrowPlugin const*> open_plugin();

/// What a call of the plug-in said, as an error of ours; `doing` is what did not work ("cannot be read").
Error plugin_error(PodiumFailure const& failure, std::string const& doing);

}  // namespace podium::inline v0::data
