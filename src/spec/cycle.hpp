#pragma once

#include "spec/reader.hpp"

#include <string>
#include <vector>

namespace podium::inline v0::spec {

/// Where one step waits for another.
struct Edge {
  std::string from;
  std::string to;
  Label place;
  std::string path;
};

/// Steps that wait for each other in a circle, or for themselves.
void report_cycles(Reader& reader, std::vector<Edge> const& edges);

}  // namespace podium::inline v0::spec
