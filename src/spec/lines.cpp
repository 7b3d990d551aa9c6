#include "spec/lines.hpp"

#include <algorithm>
#include <vector>

namespace podium::inline v0::spec {
namespace {

constexpr auto npos = std::string_view::npos;

/// U+0085, U+2028, U+2029.
constexpr std::string_view separators[] = {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};

std::uint32_t narrow(std::size_t offset) { return static_cast<std::uint32_t>(offset); }

bool blank(char c) { return c == ' ' || c == '\t'; }

std::size_t line_start(std::string_view bytes, std::size_t at) {
  auto const before = bytes.substr(0, at).rfind('\n');
  return before == npos ? 0 : before + 1;
}

std::string_view line_at(std::string_view bytes, std::size_t start) {
  auto line = bytes.substr(start, bytes.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(" \t"), line.size()); }

/// Whether a comment begins here: behind a blank or at the start of a line.
bool begins_comment(std::string_view bytes, std::size_t at) {
  return bytes[at] == '#' && (at == 0 || blank(bytes[at - 1]) || bytes[at - 1] == '\n');
}

/// The innermost bracket that opens a flow collection before `end` and is not closed there, or npos.
std::size_t unclosed_bracket(std::string_view bytes, std::size_t end) {
  std::vector<std::size_t> open;
  bool token_start = true;
  for (std::size_t i = 0; i < std::min(end, bytes.size()); ++i) {
    char const c = bytes[i];
    if (begins_comment(bytes, i)) {
      i = std::min(bytes.find('\n', i), bytes.size() - 1);
      token_start = true;
    } else if (token_start && (c == '"' || c == '\'')) {
      i = std::min(bytes.find(c, i + 1), bytes.size() - 1);
      token_start = false;
    } else if ((c == '[' || c == '{') && (token_start || !open.empty())) {
      open.push_back(i);
      token_start = true;
    } else if ((c == ']' || c == '}') && !open.empty()) {
      if ((bytes[open.back()] == '[') != (c == ']')) return open.back();
      open.pop_back();
      token_start = false;
    } else if (c == '\n' || (!open.empty() && c == ',')) {
      token_start = true;
    } else if (!blank(c)) {
      bool const indicator = (c == ':' || c == '-' || c == '?') && i + 1 < bytes.size() && blank(bytes[i + 1]);
      token_start = indicator && (c == ':' || token_start);
    }
  }
  return open.empty() ? npos : open.back();
}

/// The first of the lines before `at` that are words without `: `, which the parser took for the start of its key.
std::size_t line_without_colon(std::string_view bytes, std::size_t at) {
  std::size_t found = npos;
  std::size_t const indent = indent_of(line_at(bytes, line_start(bytes, at)));
  for (std::size_t start = line_start(bytes, at); start > 0;) {
    start = line_start(bytes, start - 1);
    auto const line = line_at(bytes, start);
    std::size_t const first = indent_of(line);
    if (first == line.size()) continue;
    auto const content = line.substr(first);
    if (content.starts_with('#')) continue;
    bool const key = content.find(": ") != npos || content.ends_with(':') || content.starts_with("- ");
    if (key || first > indent) break;
    found = start + first;
  }
  return found;
}

Diagnostic not_yaml(text::Source const& source, std::size_t begin, std::size_t end, std::string message,
                    std::string help) {
  std::size_t const size = source.bytes().size();
  begin = std::min(begin, size);
  return {.rule = "PD1001",
          .message = std::move(message),
          .file = source.name(),
          .path = {},
          .primary = source.label({narrow(begin), narrow(std::min(std::max(end, begin + 1), size))}),
          .help = std::move(help)};
}

}  // namespace

std::string with_line_feeds(std::string bytes) {
  for (std::size_t i = bytes.find('\r'); i != std::string::npos; i = bytes.find('\r', i + 1))
    if (i + 1 == bytes.size() || bytes[i + 1] != '\n') bytes[i] = '\n';
  return bytes;
}

std::string for_parser(std::string const& bytes) {
  std::string out = bytes;
  for (std::string_view const separator : separators)
    for (auto at = out.find(separator); at != std::string::npos; at = out.find(separator, at))
      out.replace(at, separator.size(), separator.size() == 2 ? " \n" : "  \n");
  return out;
}

std::size_t find_control(std::string_view bytes) {
  auto const found = std::find_if(bytes.begin(), bytes.end(), [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
  });
  return found == bytes.end() ? npos : static_cast<std::size_t>(found - bytes.begin());
}

std::size_t stray_tab(std::string_view bytes, std::span<Span const> quoted) {
  auto next = quoted.begin();
  for (std::size_t tab = bytes.find('\t'); tab != npos; tab = bytes.find('\t', tab + 1)) {
    while (next != quoted.end() && next->end <= tab) ++next;
    if (next != quoted.end() && next->begin <= tab) continue;
    // A comment begins between the last quoted text before the tab, or the line's start, and the tab.
    std::size_t from = line_start(bytes, tab);
    if (next != quoted.begin()) from = std::max<std::size_t>(from, std::prev(next)->end);
    bool comment = false;
    for (std::size_t i = from; i < tab && !comment; ++i) comment = begins_comment(bytes, i);
    if (!comment) return tab;
    tab = std::min(bytes.find('\n', tab), bytes.size() - 1);
  }
  return npos;
}

Diagnostic second_document(text::Source const& source, std::size_t first, std::size_t second) {
  std::string_view const bytes = source.bytes();
  auto const separator = bytes.substr(0, second).rfind("\n---");
  if (separator != npos || bytes.starts_with("---")) {
    std::size_t const at = separator == npos ? second : separator + 1;
    auto found = not_yaml(source, at, at + 1, "the file holds more than one document",
                          "put each document into a file of its own");
    found.rule = "PD1003";
    return found;
  }
  auto found =
      not_yaml(source, first, first + 1, "this is not YAML: the first line is indented more than those that follow",
               "remove the blanks before it");
  found.related.push_back(source.label({narrow(second), narrow(second + 1)}, "the document ends before this"));
  return found;
}

Diagnostic explain(text::Source const& source, std::size_t noticed, std::string const& complaint) {
  std::string_view const bytes = source.bytes();
  auto const says = [&](std::string_view words) { return complaint.find(words) != npos; };
  if (says("end of sequence flow") || says("end of map flow") || says("flow end")) {
    if (auto const open = unclosed_bracket(bytes, noticed + 1); open != npos) {
      std::string const bracket(1, bytes[open]);
      return not_yaml(source, open, open + 1, "this is not YAML: the `" + bracket + "` here is never closed",
                      "close it, or quote the text if it is none");
    }
  }
  if (says("illegal map value")) {
    for (std::string_view const separator : separators)
      if (auto const at = bytes.substr(0, noticed).rfind(separator); at != npos)
        return not_yaml(source, at, at + separator.size(),
                        "this is not YAML: an invisible character, U+0085, U+2028 or U+2029, ends the line here",
                        "remove it");
    if (auto const start = line_without_colon(bytes, noticed); start != npos) {
      auto const line = line_at(bytes, start);
      bool const tight = line.find(':') != npos;
      return not_yaml(
          source, start, start + line.size(),
          tight ? "this is not YAML: a blank is missing behind the colon"
                : "this is not YAML: a line without `: ` where a key is expected",
          tight ? "write `key: value`" : "write `key: value`, or indent the line to continue the one above");
    }
    return not_yaml(source, noticed, noticed + 1, "this is not YAML: a second `: ` on one line",
                    "put the text in quotes");
  }
  std::string message = complaint;
  if (!message.empty() && message.front() >= 'A' && message.front() <= 'Z')
    message.front() = static_cast<char>(message.front() - 'A' + 'a');
  return not_yaml(source, noticed, noticed + 1, "this is not YAML: " + message, {});
}

}  // namespace podium::inline v0::spec
