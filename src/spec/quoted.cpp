#include "spec/quoted.hpp"

#include <array>
#include <cstdint>

namespace podium::inline v0::spec {
namespace {

void append(std::string& out, std::uint32_t letter) {
  if (letter < 0x80) {
    out += static_cast<char>(letter);
  } else if (letter < 0x800) {
    out += static_cast<char>(0xC0 | (letter >> 6));
    out += static_cast<char>(0x80 | (letter & 0x3F));
  } else if (letter < 0x10000) {
    out += static_cast<char>(0xE0 | (letter >> 12));
    out += static_cast<char>(0x80 | ((letter >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (letter & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (letter >> 18));
    out += static_cast<char>(0x80 | ((letter >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((letter >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (letter & 0x3F));
  }
}

constexpr std::array<std::pair<char, std::uint32_t>, 18> escapes{{{'0', 0},
                                                                  {'a', 7},
                                                                  {'b', 8},
                                                                  {'t', 9},
                                                                  {'\t', 9},
                                                                  {'n', 10},
                                                                  {'v', 11},
                                                                  {'f', 12},
                                                                  {'r', 13},
                                                                  {'e', 27},
                                                                  {' ', 0x20},
                                                                  {'"', 0x22},
                                                                  {'/', 0x2F},
                                                                  {'\\', 0x5C},
                                                                  {'N', 0x85},
                                                                  {'_', 0xA0},
                                                                  {'L', 0x2028},
                                                                  {'P', 0x2029}}};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Reads over a line break at `at`; false when there is none.
bool eat_break(std::string_view text, std::size_t& at) {
  if (at >= text.size() || (text[at] != '\n' && text[at] != '\r')) return false;
  at += text.substr(at).starts_with("\r\n") ? 2 : 1;
  return true;
}

void eat_blanks(std::string_view text, std::size_t& at) {
  while (at < text.size() && is_blank(text[at])) ++at;
}

}  // namespace

std::string unfold_quoted(std::string_view source) {
  if (source.size() < 2) return {};
  bool const doubled = source.front() == '"';
  auto const text = source.substr(1, source.size() - 2);
  std::string out;
  std::size_t kept = 0;  // blanks behind it may yet be cut off
  for (std::size_t at = 0; at < text.size();) {
    char const c = text[at];
    if (c == '\n' || c == '\r') {
      while (out.size() > kept && is_blank(out.back())) out.pop_back();
      std::size_t breaks = 0;
      while (eat_break(text, at)) {
        ++breaks;
        eat_blanks(text, at);
      }
      out += breaks == 1 ? std::string{" "} : std::string(breaks - 1, '\n');
      kept = out.size();
    } else if (!doubled && c == '\'') {
      out += '\'';
      at += 2;
      kept = out.size();
    } else if (doubled && c == '\\' && at + 1 < text.size()) {
      ++at;
      if (eat_break(text, at)) {
        eat_blanks(text, at);
        kept = out.size();
        // Further empty lines are breaks of their own.
        while (at < text.size() && (text[at] == '\n' || text[at] == '\r')) {
          eat_break(text, at);
          eat_blanks(text, at);
          out += '\n';
          kept = out.size();
        }
        continue;
      }
      char const kind = text[at++];
      std::size_t const digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
      if (digits > 0) {
        std::uint32_t letter = 0;
        for (std::size_t i = 0; i < digits && at < text.size(); ++i, ++at) {
          char const d = text[at];
          letter = letter * 16 + static_cast<std::uint32_t>(d <= '9' ? d - '0' : (d | 0x20) - 'a' + 10);
        }
        append(out, letter);
      } else {
        for (auto const& [name, letter] : escapes)
          if (name == kind) append(out, letter);
      }
      kept = out.size();
    } else {
      out += c;
      ++at;
      if (!is_blank(c)) kept = out.size();
    }
  }
  return out;
}

}  // namespace podium::inline v0::spec
