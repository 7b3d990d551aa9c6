#include "text/json.hpp"
#include "text/source.hpp"

#include "podium/render.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

namespace podium::inline v0 {
namespace {

constexpr std::size_t largest_file = std::size_t{16} << 20;
constexpr std::size_t longest_line = 160;  // cells; the rest of a longer line is cut

struct Palette {
  std::string_view reset, bold, frame, error, warning, note;
};

constexpr Palette plain{};
constexpr Palette ansi{"\x1b[0m", "\x1b[1m", "\x1b[1;34m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m"};

using text::word;

/// What a terminal may be given: tabs as four blanks, control bytes and malformed UTF-8 as a replacement letter.
std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t const length = text::character_length(text, i);
    auto const byte = static_cast<unsigned char>(text[i]);
    if (byte == '\t')
      out += "    ";
    else if (byte < 0x20 || byte == 0x7F || (length == 1 && byte >= 0x80))
      out += "\xEF\xBF\xBD";
    else
      out += text.substr(i, length);
    i += length;
  }
  return out;
}

/// Bytes of the line before the given column (characters, from 1).
std::string_view before(std::string_view line, std::uint32_t column) {
  std::size_t i = 0;
  for (std::uint32_t at = 1; at < column && i < line.size(); ++at) i += text::character_length(line, i);
  return line.substr(0, i);
}

struct Mark {
  Label label;
  bool primary = false;
};

class Human {
 public:
  explicit Human(bool color) : paint_{color ? ansi : plain} {}

  std::string render(Diagnostic const& found) {
    out_.clear();
    auto const severity = severity_color(found.severity);
    out_ += severity;
    out_ += word(found.severity);
    out_ += "[" + found.rule + "]";
    out_ += paint_.reset;
    out_ += paint_.bold;
    out_ += ": " + printable(found.message);
    out_ += paint_.reset;
    out_ += '\n';

    std::map<std::string, std::vector<Mark>> elsewhere;
    std::vector<std::string> order;
    std::vector<Mark> here{{found.primary, true}};
    here.front().label.file = found.file;
    std::uint32_t last = found.primary.start.line;
    for (auto const& related : found.related) {
      last = std::max(last, related.start.line);
      if (related.file.empty() || related.file == found.file) {
        here.push_back({related, false});
        continue;
      }
      if (!elsewhere.contains(related.file)) order.push_back(related.file);
      elsewhere[related.file].push_back({related, false});
    }
    gutter_ = std::to_string(last).size();

    section("-->", found.file, std::move(here), severity);
    for (auto const& file : order) section(":::", file, std::move(elsewhere[file]), severity);
    if (!found.help.empty() || !found.official.empty()) bar("", "");
    remark("help", found.help);
    if (!found.official.empty())
      remark("azure-ai-ml", (found.path.empty() ? std::string{"*"} : found.path) + ": " + found.official);
    return out_;
  }

 private:
  std::string_view severity_color(Severity severity) const {
    switch (severity) {
      case Severity::note:
        return paint_.note;
      case Severity::warning:
        return paint_.warning;
      case Severity::error:
        break;
    }
    return paint_.error;
  }

  text::Source const* source(std::string const& file) {
    auto const known = sources_.find(file);
    if (known != sources_.end()) return known->second.get();
    auto& slot = sources_[file];
    if (auto bytes = text::read_text(file, largest_file)) {
      if (bytes->starts_with("\xEF\xBB\xBF")) bytes->erase(0, 3);
      slot = std::make_unique<text::Source>(file, *std::move(bytes));
    }
    return slot.get();
  }

  void remark(std::string_view what, std::string const& text) {
    if (text.empty()) return;
    out_ += std::string(gutter_, ' ') + ' ';
    out_ += paint_.frame;
    out_ += "=";
    out_ += paint_.reset;
    out_ += ' ' + std::string(what) + ": " + printable(text) + '\n';
  }

  void bar(std::string_view number, std::string_view text) {
    out_ += paint_.frame;
    out_ += std::string(number) + std::string(gutter_ - number.size(), ' ') + " |";
    out_ += paint_.reset;
    if (!text.empty()) out_ += ' ' + std::string(text);
    out_ += '\n';
  }

  void section(std::string_view arrow, std::string const& file, std::vector<Mark> marks, std::string_view severity) {
    auto const& first = marks.front().label;
    out_ += std::string(gutter_, ' ');
    out_ += paint_.frame;
    out_ += arrow;
    out_ += paint_.reset;
    out_ += ' ' + printable(file) + ':' + std::to_string(first.start.line) + ':' + std::to_string(first.start.column) +
            '\n';
    auto const* text = source(file);
    if (text == nullptr) {
      for (auto const& mark : marks)
        if (!mark.label.text.empty()) bar("", printable(mark.label.text));
      return;
    }
    std::stable_sort(marks.begin(), marks.end(),
                     [](Mark const& a, Mark const& b) { return a.label.start.line < b.label.start.line; });
    bar("", "");
    std::uint32_t shown = 0;
    for (auto const& mark : marks) {
      auto const line = text->line(mark.label.start.line);
      if (mark.label.start.line != shown) {
        if (shown != 0 && mark.label.start.line > shown + 1) out_ += "...\n";
        shown = mark.label.start.line;
        bar(std::to_string(shown), cut(printable(line)));
      }
      underline(line, mark, severity);
    }
  }

  static std::string cut(std::string line) {
    if (text::display_width(line) <= longest_line) return line;
    std::size_t end = 0, width = 0;
    while (end < line.size()) {
      std::size_t const length = text::character_length(line, end);
      width += text::display_width(std::string_view{line}.substr(end, length));
      if (width > longest_line) break;
      end += length;
    }
    return line.substr(0, end) + "...";
  }

  void underline(std::string_view line, Mark const& mark, std::string_view severity) {
    auto const lead = before(line, mark.label.start.column);
    bool const one_line = mark.label.end.line == mark.label.start.line;
    auto const covered = one_line ? before(line, mark.label.end.column) : line;
    std::size_t const start = text::display_width(printable(lead));
    std::size_t const end = std::max(start + 1, text::display_width(printable(covered)));
    std::string row;
    if (start <= longest_line)
      row = std::string(start, ' ') +
            std::string(std::min(end, longest_line) - std::min(start, longest_line - 1), mark.primary ? '^' : '-');
    std::string const words = printable(mark.label.text);
    std::string painted{mark.primary ? severity : paint_.frame};
    painted += row;
    if (!words.empty()) painted += (row.empty() ? "" : " ") + words;
    painted += paint_.reset;
    bar("", painted);
  }

  Palette paint_;
  std::size_t gutter_ = 1;
  std::string out_;
  std::map<std::string, std::unique_ptr<text::Source>> sources_;
};

}  // namespace

std::string render_human(std::span<Diagnostic const> diagnostics, bool color) {
  Human human{color};
  std::string out;
  for (auto const& found : diagnostics) {
    if (!out.empty()) out += '\n';
    out += human.render(found);
  }
  return out;
}

}  // namespace podium::inline v0
