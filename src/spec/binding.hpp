#pragma once

#include "spec/tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace podium::inline v0::spec {

/// One `${{ ... }}` in a scalar.
struct Binding {
  std::string expression;  ///< without braces and the blanks inside them
  Span where;              ///< braces included
  Span inside;             ///< the expression alone
};

/// All of them, in order, with their places in the source.
std::vector<Binding> bindings_in(Node const& node);

/// What an expression points at, taken apart.
struct Target {
  enum class Kind { parent_input, parent_output, job_output, job_input, own_input, own_output, search_space, other };
  Kind kind = Kind::other;
  std::string job;
  std::string name;
};
Target target_of(std::string_view expression);

/// The place of one word of a binding's expression: the last one that equals `word`, else the expression.
Span word_span(Node const& node, Binding const& binding, std::string_view word);

}  // namespace podium::inline v0::spec
