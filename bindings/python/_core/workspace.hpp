#pragma once

#include "podium/connect.hpp"

namespace podium::python {

/// A workspace that can be closed: every client of it then says so instead of touching what is gone.
struct Handle {
  std::optional<Workspace> workspace;
  Workspace const& open() const {
    if (!workspace) throw Exception{Error{Errc::invalid_argument, "the workspace is closed"}};
    return *workspace;
  }
};

}  // namespace podium::python
