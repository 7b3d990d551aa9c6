#pragma once

#include <string>

namespace podium::inline v0::base {

/// A random UUID, version 4, in lower case.
std::string uuid();

/// A job name as Azure's clients make them: `{adjective}_{noun}_{ten of a-z0-9}`.
std::string job_name();

/// `count` random characters of a-z0-9: keys and tokens of the local workspace.
std::string random_text(int count);

}  // namespace podium::inline v0::base
