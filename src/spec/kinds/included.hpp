#pragma once

#include "spec/reader.hpp"

/// Files that a document names and that are read as a part of it.
namespace podium::inline v0::spec::kinds {

/// Reads the local file behind `node` with the table that `pick` finds for its root, once for all who name it; the
/// value becomes what the file holds, local, its text the absolute path.  A missing file is an error.
void read_included(Reader& reader, Node const& node, Value& value, Shape const* (*pick)(Node const& root));

}  // namespace podium::inline v0::spec::kinds
