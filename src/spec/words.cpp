#include "spec/words.hpp"

#include "base/letters.hpp"
#include "spec/shape.hpp"
#include "spec/tree.hpp"
#include "text/source.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace podium::inline v0::spec {
namespace {

std::size_t distance(std::string const& a, std::string const& b) {
  std::vector<std::size_t> before2, before(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) before[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({before[j] + 1, now[j - 1] + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before2[j - 2] + 1);
    }
    before2 = std::exchange(before, now);
  }
  return before[b.size()];
}

}  // namespace

std::string in_backquotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string out = "`";
  std::size_t end = 0;
  while (end < text.size() && end < longest && text[end] != '\n') end += text::character_length(text, end);
  out += text.substr(0, end);
  return out + (end < text.size() ? "...`" : "`");
}

std::string joined(std::span<std::string_view const> words) {
  std::string out;
  for (auto const word : words) out += (out.empty() ? "`" : ", `") + std::string{word} + "`";
  return out;
}

std::string expected(Shape const& shape) {
  if (!shape.name.empty()) return std::string{shape.name};
  switch (shape.kind) {
    case Shape::Kind::string:
      return shape.values.empty() ? "text" : "one of " + joined(shape.values);
    case Shape::Kind::text:
      return "a single value";
    case Shape::Kind::integer:
      return "an integer";
    case Shape::Kind::number:
      return "a number";
    case Shape::Kind::boolean:
      return "true or false";
    case Shape::Kind::object:
    case Shape::Kind::map:
    case Shape::Kind::tagged:
    case Shape::Kind::keyed:
      return "a mapping";
    case Shape::Kind::list:
      return "a list";
    case Shape::Kind::either:
      return expected(shape.scalar != nullptr ? *shape.scalar : *shape.mapping);
    case Shape::Kind::any:
      break;
  }
  return "a value";
}

std::string found(Node const& node) {
  if (node.is_mapping()) return "a mapping";
  if (node.is_sequence()) return "a list";
  switch (node.type) {
    case ScalarType::null:
      return "nothing";
    case ScalarType::boolean:
      return "the boolean " + in_backquotes(node.text);
    case ScalarType::integer:
      return "the integer " + in_backquotes(node.text);
    case ScalarType::floating:
      return "the number " + in_backquotes(node.text);
    case ScalarType::timestamp:
      return "the date " + in_backquotes(node.text);
    case ScalarType::string:
      break;
  }
  return node.text.empty() ? "an empty text" : "the text " + in_backquotes(node.text);
}

std::string_view nearest(std::string_view word, std::span<std::string_view const> words) {
  std::string const mine = base::lower_case(word);
  if (mine.size() > 80) return {};
  std::size_t best = std::max<std::size_t>(1, mine.size() / 3) + 1;
  std::string_view answer;
  for (auto const other : words) {
    std::size_t const far = distance(mine, base::lower_case(other));
    if (far < best) best = far, answer = other;
  }
  return answer;
}

bool is_binding(std::string_view text) {
  return text.starts_with("${{") && text.ends_with("}}") && text.find("}}") == text.size() - 2;
}

bool has_binding(std::string_view text) {
  auto const open = text.find("${{");
  return open != std::string_view::npos && text.find("}}", open) != std::string_view::npos;
}

bool is_placeholder(std::string_view text) {
  auto const wrapped = [&](std::string_view open, std::string_view close) {
    auto const begin = text.find(open);
    return begin != std::string_view::npos && text.find(close, begin + open.size() + 1) != std::string_view::npos;
  };
  if (text.find("${{") != std::string_view::npos) return false;
  return wrapped("{{", "}}") || wrapped("<", ">") || wrapped("$(", ")") || wrapped("${", "}") ||
         (text.size() > 4 && text.starts_with("__") && text.ends_with("__"));
}

}  // namespace podium::inline v0::spec
