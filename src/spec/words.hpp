#pragma once

#include <span>
#include <string>
#include <string_view>

/// Words of messages, and words in documents.
namespace podium::inline v0::spec {

struct Node;
struct Shape;

/// The text in backquotes, cut when it is long.
std::string in_backquotes(std::string_view text);
std::string joined(std::span<std::string_view const> words);
/// "an integer", "text", "one of `a`, `b`".
std::string expected(Shape const& shape);
/// "the text `two`", "a list", "nothing".
std::string found(Node const& node);
/// The nearest of the words, if one is near enough to be meant.
std::string_view nearest(std::string_view word, std::span<std::string_view const> words);

/// `{{x}}`, `<x>`, `$(x)`, `${x}`, `__x__`: to be filled in by a tool before the file is used.
bool is_placeholder(std::string_view text);
/// `${{...}}` as a whole.
bool is_binding(std::string_view text);
/// `${{...}}` somewhere.
bool has_binding(std::string_view text);

}  // namespace podium::inline v0::spec
