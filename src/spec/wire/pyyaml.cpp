#include "spec/wire/pyyaml.hpp"

#include "spec/scalar.hpp"

#include "podium/version.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

namespace podium::inline v0::spec::wire {
namespace {

using Text = std::u32string;

constexpr std::size_t width = 80;
constexpr int step = 2;

Text decoded(std::string_view bytes) {
  Text out;
  for (std::size_t i = 0; i < bytes.size();) {
    auto const lead = static_cast<unsigned char>(bytes[i]);
    std::size_t const length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t letter = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length && i + k < bytes.size(); ++k)
      letter = (letter << 6) | (static_cast<unsigned char>(bytes[i + k]) & 0x3Fu);
    out += letter;
    i += length;
  }
  return out;
}

void append(std::string& out, char32_t letter) {
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

bool is_break(char32_t c) { return c == U'\n' || c == 0x85 || c == 0x2028 || c == 0x2029; }
bool is_blank(char32_t c) { return c == 0 || c == U' ' || c == U'\t' || c == U'\r' || is_break(c); }
bool is_printable(char32_t c) {
  return c == 0x85 || (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD && c != 0xFEFF) ||
         (c >= 0x10000 && c < 0x10FFFF);
}
bool among(char32_t c, std::u32string_view set) { return set.find(c) != std::u32string_view::npos; }

struct Analysis {
  bool empty = false;
  bool multiline = false;
  bool plain = true;  // in block context
  bool single = true;
};

Analysis analyse(Text const& text, bool unicode) {
  if (text.empty()) return {.empty = true};
  bool indicators = text.starts_with(U"---") || text.starts_with(U"...");
  bool breaks = false, special = false, leading = false, trailing = false, break_space = false, space_break = false;
  bool after_space = false, after_break = false, after_blank = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char32_t const c = text[i];
    bool const before_blank = i + 1 >= text.size() || is_blank(text[i + 1]);
    if (i == 0) {
      indicators = indicators || among(c, U"#,[]{}&*!|>'\"%@`") || (among(c, U"?:-") && before_blank);
    } else {
      indicators = indicators || (c == U':' && before_blank) || (c == U'#' && after_blank);
    }
    breaks = breaks || is_break(c);
    if (c != U'\n' && !(c >= 0x20 && c <= 0x7E)) special = special || !is_printable(c) || !unicode;
    bool const edge_break = is_break(c), edge_space = c == U' ';
    if (edge_space || edge_break) {
      leading = leading || i == 0;
      trailing = trailing || i + 1 == text.size();
    }
    break_space = break_space || (edge_space && after_break);
    space_break = space_break || (edge_break && after_space);
    after_space = edge_space;
    after_break = edge_break;
    after_blank = is_blank(c);
  }
  return {.multiline = breaks,
          .plain = !(leading || trailing || break_space || space_break || special || breaks || indicators),
          .single = !(break_space || space_break || special)};
}

std::string escaped(char32_t c) {
  static constexpr std::array<std::pair<char32_t, char>, 15> known{{{0, '0'},
                                                                    {7, 'a'},
                                                                    {8, 'b'},
                                                                    {9, 't'},
                                                                    {10, 'n'},
                                                                    {11, 'v'},
                                                                    {12, 'f'},
                                                                    {13, 'r'},
                                                                    {27, 'e'},
                                                                    {U'"', '"'},
                                                                    {U'\\', '\\'},
                                                                    {0x85, 'N'},
                                                                    {0xA0, '_'},
                                                                    {0x2028, 'L'},
                                                                    {0x2029, 'P'}}};
  for (auto const& [letter, name] : known)
    if (letter == c) return std::string{'\\', name};
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(),
                c <= 0xFF     ? "\\x%02X"
                : c <= 0xFFFF ? "\\u%04X"
                              : "\\U%08X",
                static_cast<unsigned>(c));
  return out.data();
}

/// The state of PyYAML's emitter, in block style.
class Emitter {
 public:
  explicit Emitter(YamlStyle style) : style_{style} {}

  template <class Json>
  std::string document(Json const& value) {
    node(value, false, false);
    if (!out_.ends_with('\n')) line_break();
    return std::move(out_);
  }

 private:
  template <class Json>
  void node(Json const& value, bool in_mapping, bool simple_key) {
    if (value.is_object() && !value.empty()) return mapping(value);
    if (value.is_array() && !value.empty()) return sequence(value, in_mapping);
    if (value.is_object()) return indicator(U"{}", true);
    if (value.is_array()) return indicator(U"[]", true);
    if (value.is_string())
      scalar(value.template get_ref<std::string const&>(), true, simple_key);
    else
      scalar(text_of(value), false, simple_key);
  }

  template <class Json>
  static std::string text_of(Json const& value) {
    if (value.is_null()) return "null";
    if (value.is_boolean()) return value.template get<bool>() ? "true" : "false";
    if (!value.is_number_float()) return value.dump();
    auto text = python_float(value.template get<double>());
    if (text == "nan") return ".nan";
    if (text == "inf") return ".inf";
    if (text == "-inf") return "-.inf";
    if (auto const e = text.find('e'); e != std::string::npos && text.find('.') == std::string::npos)
      text.insert(e, ".0");
    return text;
  }

  template <class Json>
  void sequence(Json const& value, bool in_mapping) {
    auto const before = indent_;
    if (!(in_mapping && !indention_)) deeper();
    for (auto const& item : value) {
      write_indent();
      indicator(U"-", true, true);
      node(item, false, false);
    }
    indent_ = before;
  }

  template <class Json>
  void mapping(Json const& value) {
    auto const before = indent_;
    deeper();
    for (auto const& [key, item] : value.items()) {
      write_indent();
      auto const letters = decoded(key);
      auto const shape = analyse(letters, style_.unicode);
      bool const simple = letters.size() < 128 && !shape.empty && !shape.multiline;
      if (!simple) indicator(U"?", true, true);
      scalar(key, true, simple);
      if (simple) {
        indicator(U":", false);
      } else {
        write_indent();
        indicator(U":", true, true);
      }
      node(item, true, false);
    }
    indent_ = before;
  }

  void scalar(std::string const& value, bool is_text, bool simple_key) {
    auto const text = decoded(value);
    auto const shape = analyse(text, style_.unicode);
    // Lines of a scalar that goes on stand deeper than its owner.
    auto const before = std::exchange(indent_, indent_.value_or(0) + step);
    bool const implicit = !is_text || (resolve(value) == ScalarType::string && value != "=" && value != "<<");
    if (implicit && shape.plain && !(simple_key && (shape.empty || shape.multiline)))
      plain(text, !simple_key);
    else if (shape.single && !(simple_key && shape.multiline))
      single_quoted(text, !simple_key);
    else
      double_quoted(text, !simple_key);
    indent_ = before;
  }

  void plain(Text const& text, bool split) {
    if (text.empty()) return;
    if (!whitespace_) put(U" ");
    whitespace_ = indention_ = false;
    bool spaces = false;
    std::size_t start = 0;
    for (std::size_t end = 0; end <= text.size(); ++end) {
      bool const last = end == text.size();
      bool const space = !last && text[end] == U' ';
      if (spaces) {
        if (!space) {
          if (start + 1 == end && column_ > width && split) {
            write_indent();
            whitespace_ = indention_ = false;
          } else {
            put(text.substr(start, end - start));
          }
          start = end;
        }
      } else if (last || space) {
        put(text.substr(start, end - start));
        start = end;
      }
      spaces = space;
    }
  }

  void single_quoted(Text const& text, bool split) {
    indicator(U"'", true);
    bool spaces = false, breaks = false;
    std::size_t start = 0;
    for (std::size_t end = 0; end <= text.size(); ++end) {
      bool const last = end == text.size();
      bool const space = !last && text[end] == U' ';
      bool const line = !last && is_break(text[end]);
      bool const quote = !last && text[end] == U'\'';
      if (spaces) {
        if (!space) {
          if (start + 1 == end && column_ > width && split && start != 0 && end != text.size())
            write_indent();
          else
            put(text.substr(start, end - start));
          start = end;
        }
      } else if (breaks) {
        if (!line) {
          if (text[start] == U'\n') line_break();
          for (auto const letter : text.substr(start, end - start)) line_break(letter);
          write_indent();
          start = end;
        }
      } else if (last || space || line || quote) {
        if (start < end) put(text.substr(start, end - start));
        start = end;
      }
      if (quote) {
        put(U"''");
        start = end + 1;
      }
      spaces = space;
      breaks = line;
    }
    indicator(U"'", false);
  }

  void double_quoted(Text const& text, bool split) {
    indicator(U"\"", true);
    std::size_t start = 0;
    for (std::size_t end = 0; end <= text.size(); ++end) {
      bool const last = end == text.size();
      char32_t const c = last ? 0 : text[end];
      bool const stands = !last && !among(c, U"\"\\\x85\u2028\u2029\uFEFF") &&
                          ((c >= 0x20 && c <= 0x7E) || (style_.unicode && is_printable(c)));
      if (!stands) {
        if (start < end) {
          put(text.substr(start, end - start));
          start = end;
        }
        if (!last) {
          put(decoded(escaped(c)));
          start = end + 1;
        }
      }
      if (0 < end && end + 1 < text.size() && (c == U' ' || start >= end) && column_ + end > width + start && split) {
        put((start < end ? text.substr(start, end - start) : Text{}) + U"\\");
        if (start < end) start = end;
        write_indent();
        whitespace_ = indention_ = false;
        if (text[start] == U' ') put(U"\\");
      }
    }
    indicator(U"\"", false);
  }

  void deeper() { indent_ = indent_ ? *indent_ + step : 0; }

  void write_indent() {
    auto const indent = static_cast<std::size_t>(indent_.value_or(0));
    if (!indention_ || column_ > indent || (column_ == indent && !whitespace_)) line_break();
    if (column_ < indent) {
      whitespace_ = true;
      out_.append(indent - column_, ' ');
      column_ = indent;
    }
  }

  void line_break(char32_t letter = U'\n') {
    append(out_, letter);
    whitespace_ = indention_ = true;
    column_ = 0;
  }

  void indicator(Text const& text, bool need_whitespace, bool indention = false) {
    put(whitespace_ || !need_whitespace ? text : U" " + text);
    whitespace_ = false;
    indention_ = indention_ && indention;
  }

  void put(Text const& text) {
    for (auto const letter : text) append(out_, letter);
    column_ += text.size();
  }

  YamlStyle style_;
  std::string out_;
  std::optional<int> indent_;
  std::size_t column_ = 0;
  bool whitespace_ = true;
  bool indention_ = true;
};

}  // namespace

std::string yaml_dump(nlohmann::json const& value, YamlStyle style) { return Emitter{style}.document(value); }
std::string yaml_dump(nlohmann::ordered_json const& value, YamlStyle style) { return Emitter{style}.document(value); }

}  // namespace podium::inline v0::spec::wire
