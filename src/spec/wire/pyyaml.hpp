#pragma once

#include <nlohmann/json.hpp>

#include <string>

/// YAML text as PyYAML 6 writes it, byte for byte: hashes of the client are over such text.
namespace podium::inline v0::spec::wire {

struct YamlStyle {
  bool unicode = false;  ///< letters beyond ASCII stand as they are, not as escapes
};

/// Block style, indentation 2, lines folded at 80; keys in the order of the JSON.
std::string yaml_dump(nlohmann::json const& value, YamlStyle style = {});
std::string yaml_dump(nlohmann::ordered_json const& value, YamlStyle style = {});

}  // namespace podium::inline v0::spec::wire
