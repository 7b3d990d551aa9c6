#include "spec/locate.hpp"

#include <algorithm>

namespace podium::inline v0::spec {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool ends_word(char c) { return blank(c) || c == ',' || c == '[' || c == ']' || c == '{' || c == '}'; }

std::size_t line_end(std::string_view bytes, std::size_t at) {
  auto const end = bytes.find('\n', at);
  return end == std::string_view::npos ? bytes.size() : end;
}

std::size_t double_quoted_end(std::string_view bytes, std::size_t at) {
  for (++at; at < bytes.size(); ++at) {
    if (bytes[at] == '\\')
      ++at;
    else if (bytes[at] == '"')
      return at + 1;
  }
  return bytes.size();
}

std::size_t single_quoted_end(std::string_view bytes, std::size_t at) {
  for (++at; at < bytes.size(); ++at) {
    if (bytes[at] != '\'') continue;
    if (at + 1 < bytes.size() && bytes[at + 1] == '\'')
      ++at;
    else
      return at + 1;
  }
  return bytes.size();
}

/// A block scalar lasts while lines are blank or indented at least as its first line.
std::size_t block_end(std::string_view bytes, std::size_t at, std::string_view value) {
  std::size_t end = line_end(bytes, at);
  if (value.find_first_not_of("\n ") == std::string_view::npos) return end;
  std::size_t indent = 0;
  while (end < bytes.size()) {
    std::size_t const start = end + 1;
    std::size_t const stop = line_end(bytes, start);
    std::size_t first = start;
    while (first < stop && bytes[first] == ' ') ++first;
    bool const empty = first == stop || bytes[first] == '\r';
    if (!empty) {
      if (indent == 0) indent = std::max<std::size_t>(1, first - start);
      if (first - start < indent) break;
    }
    if (stop == bytes.size() && stop == start) break;
    end = stop;
  }
  while (end > at && blank(bytes[end - 1])) --end;
  return end;
}

/// A plain scalar over several lines: each line break of the source is a blank or a line end of the value.
std::size_t plain_end(std::string_view bytes, std::size_t at, std::string_view value) {
  if (bytes.substr(at, value.size()) == value) return at + value.size();
  std::size_t end = at;
  for (char const letter : value) {
    if (blank(letter)) continue;
    while (end < bytes.size() && bytes[end] != letter) {
      if (!blank(bytes[end])) return end;
      ++end;
    }
    if (end < bytes.size()) ++end;
  }
  return end;
}

}  // namespace

std::size_t skip_blanks(std::string_view bytes, std::size_t at) {
  while (at < bytes.size()) {
    if (blank(bytes[at]))
      ++at;
    else if (bytes[at] == '#' && (at == 0 || blank(bytes[at - 1])))
      at = line_end(bytes, at);
    else
      break;
  }
  return at;
}

std::size_t skip_properties(std::string_view bytes, std::size_t at) {
  while (at < bytes.size() && (bytes[at] == '&' || bytes[at] == '!')) at = skip_blanks(bytes, word_end(bytes, at));
  return at;
}

std::size_t word_end(std::string_view bytes, std::size_t at) {
  while (at < bytes.size() && !ends_word(bytes[at])) ++at;
  return at;
}

std::size_t null_end(std::string_view bytes, std::size_t at) {
  std::size_t end = at;
  while (end < bytes.size() && !ends_word(bytes[end]) && bytes[end] != ':') ++end;
  auto const word = bytes.substr(at, end - at);
  return word == "~" || word == "null" || word == "Null" || word == "NULL" ? end : at;
}

std::size_t scalar_end(std::string_view bytes, std::size_t start, std::string_view value, bool plain, bool block) {
  if (start >= bytes.size()) return bytes.size();
  if (block) return block_end(bytes, start, value);
  if (!plain && bytes[start] == '"') return double_quoted_end(bytes, start);
  if (!plain && bytes[start] == '\'') return single_quoted_end(bytes, start);
  return plain_end(bytes, start, value);
}

std::size_t flow_end(std::string_view bytes, std::size_t at, char closer) {
  while (at < bytes.size()) {
    at = skip_blanks(bytes, at);
    if (at >= bytes.size()) break;
    if (bytes[at] == closer) return at + 1;
    if (bytes[at] != ',' && bytes[at] != ':') break;
    ++at;
  }
  return std::min(at, bytes.size());
}

}  // namespace podium::inline v0::spec
