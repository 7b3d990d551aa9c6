#include "base/letters.hpp"
#include "spec/reader.hpp"

#include <cmath>

namespace podium::inline v0::spec {
namespace {

/// What YAML 1.2 reads as a number.
bool looks_like_number(std::string_view text) {
  if (text.starts_with("0o")) return text.size() > 2 && text.find_first_not_of("01234567", 2) == std::string_view::npos;
  bool digits = false, exponent = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (c >= '0' && c <= '9') {
      digits = true;
    } else if ((c == 'e' || c == 'E') && digits && !exponent) {
      exponent = true;
      digits = false;
    } else if (c == '.' && !exponent && text.find('.') == i) {
      continue;
    } else if ((c != '-' && c != '+') || (i != 0 && text[i - 1] != 'e' && text[i - 1] != 'E')) {
      return false;
    }
  }
  return digits;
}

}  // namespace

/// YAML 1.1 has more ways to write numbers and booleans than people expect.
void Reader::note_spelling(Shape const& shape, Node const& node) {
  if (!node.plain) return;
  auto const& text = node.text;
  bool const as_text = shape.kind == Shape::Kind::text;
  auto const say = [&](Severity severity, std::string message) {
    auto& problem = report("PD1101", severity, node, std::move(message),
                           as_text ? "put it in quotes to keep it as it is written" : "write the number in full");
    if (as_text) problem.fix = Fix{node.span, '"' + text + '"', Applicability::unsafe};
  };
  auto const written = [&] { return python_text(text, node.type); };
  switch (node.type) {
    case ScalarType::boolean:
      if (as_text && base::lower_case(text) != "true" && base::lower_case(text) != "false")
        say(Severity::warning, "YAML reads `" + text + "` as the boolean `" + written() + "`");
      return;
    case ScalarType::integer: {
      if (text == written()) return;
      bool const same = text.find_first_not_of("+-0123456789_") == std::string::npos &&
                        text.find_first_of("123456789") != std::string::npos &&
                        text[text.find_first_of("0123456789")] != '0';
      if (same && !as_text) return;
      say(same && !shape.exact && text.find('_') == std::string::npos ? Severity::note : Severity::warning,
          "YAML reads `" + text + "` as the number " + written());
      return;
    }
    case ScalarType::floating: {
      if (!std::isfinite(number_of(text, node.type))) return;
      bool const odd = text.find_first_of(":_") != std::string::npos;
      if (text == written() || (!as_text && !odd)) return;
      say(shape.exact || odd ? Severity::warning : Severity::note,
          "YAML reads `" + text + "` as the number " + written());
      return;
    }
    case ScalarType::timestamp:
      if (shape.exact) say(Severity::warning, "YAML reads `" + text + "` as a date");
      return;
    case ScalarType::string:
      if (as_text && looks_like_number(text))
        say(Severity::note, "YAML 1.1 reads `" + text + "` as text, not as a number");
      return;
    case ScalarType::null:
      return;
  }
}

}  // namespace podium::inline v0::spec
