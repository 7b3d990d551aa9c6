#pragma once

#include "spec/shape.hpp"

/// Conda files.
namespace podium::inline v0::spec::kinds {

extern Shape const conda_file;

/// A path to a conda file: it must be there and be one; its text becomes the value.
void check_conda_path(Reader& reader, Node const& node, Value& value);

}  // namespace podium::inline v0::spec::kinds
