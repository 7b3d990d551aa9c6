#pragma once

#include "podium/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace podium::inline v0::local {

/// `${{parent.inputs.X}}`, `${{parent.outputs.X}}` or `${{parent.jobs.N.outputs.X}}`.
struct Binding {
  enum class To { parent_input, parent_output, step_output };
  To to = To::parent_input;
  std::string step;
  std::string name;
};

/// The binding that is the whole of `text`; nullopt if there is no expression in it.
/// Errc::invalid_argument for other expressions, and for one inside a longer text.
Result<std::optional<Binding>> parse_binding(std::string_view text);

/// One `${{inputs.X}}` or `${{outputs.X}}` of a command.
struct Reference {
  std::string kind;  ///< "inputs", "outputs"
  std::string name;
  bool optional = false;  ///< inside `$[[ ]]`
};
/// Errc::invalid_argument for brackets that do not balance, and for other expressions.
Result<std::vector<Reference>> references(std::string_view command);

/// What stands in for a reference.
struct Replacement {
  std::string text;
  bool path = false;  ///< quoted for the shell where it needs to be; other texts go in as they are, as in Azure
};

/// The command with its references replaced.  `lookup` answers nullopt for an optional input that is not given:
/// the `$[[ ]]` group around it goes away as a whole.
Result<std::string> render_command(std::string_view command,
                                   std::function<std::optional<Replacement>(Reference const&)> const& lookup);

/// Replaces `${{key}}` by its value in a location; Errc::invalid_argument for an unknown key.
Result<std::string> render_location(std::string_view location,
                                    std::vector<std::pair<std::string, std::string>> const& values);

}  // namespace podium::inline v0::local
