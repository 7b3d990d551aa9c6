#include "text/source.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

namespace podium::inline v0::text {
namespace {

constexpr std::size_t block = 1024;

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u; }

using Range = std::pair<char32_t, char32_t>;

bool within(char32_t letter, auto const& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](Range const& range) { return letter >= range.first && letter <= range.second; });
}

std::size_t cells(char32_t letter) {
  static constexpr std::array<Range, 9> none{{{0x300, 0x36F},
                                              {0x483, 0x489},
                                              {0x591, 0x5BD},
                                              {0x610, 0x61A},
                                              {0x64B, 0x65F},
                                              {0x200B, 0x200F},
                                              {0x20D0, 0x20FF},
                                              {0xFE00, 0xFE0F},
                                              {0xFE20, 0xFE2F}}};
  static constexpr std::array<Range, 11> two{{{0x1100, 0x115F},
                                              {0x2E80, 0x303E},
                                              {0x3041, 0x33FF},
                                              {0x3400, 0x4DBF},
                                              {0x4E00, 0x9FFF},
                                              {0xA000, 0xA4CF},
                                              {0xAC00, 0xD7A3},
                                              {0xF900, 0xFAFF},
                                              {0xFF00, 0xFF60},
                                              {0x1F300, 0x1FAFF},
                                              {0x20000, 0x3FFFD}}};
  if (letter < 0x300) return 1;
  if (within(letter, none)) return 0;
  return within(letter, two) ? 2 : 1;
}

}  // namespace

Source::Source(std::string name, std::string bytes) : name_{std::move(name)}, bytes_{std::move(bytes)}, starts_{0} {
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    if (bytes_[i] == '\n' || (bytes_[i] == '\r' && (i + 1 == bytes_.size() || bytes_[i + 1] != '\n')))
      starts_.push_back(i + 1);
  }
  for (std::size_t i = 0, seen = 0; i < bytes_.size(); ++i) {
    if (i % block == 0) counts_.push_back(seen);
    seen += continues(bytes_[i]) ? 1 : 0;
  }
}

std::size_t Source::continuations(std::size_t offset) const {
  if (counts_.empty()) return 0;
  std::size_t const number = std::min(offset / block, counts_.size() - 1);
  std::size_t count = counts_[number];
  for (std::size_t i = number * block; i < offset; ++i) count += continues(bytes_[i]) ? 1 : 0;
  return count;
}

Position Source::position(std::size_t offset) const {
  offset = std::min(offset, bytes_.size());
  auto const after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  auto const line = static_cast<std::size_t>(after - starts_.begin());
  std::size_t const start = starts_[line - 1];
  std::size_t const letters = offset - start - (continuations(offset) - continuations(start));
  return {static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(letters + 1)};
}

std::string_view Source::line(std::size_t number) const {
  if (number == 0 || number > starts_.size()) return {};
  std::size_t const begin = starts_[number - 1];
  std::size_t end = number < starts_.size() ? starts_[number] : bytes_.size();
  while (end > begin && (bytes_[end - 1] == '\n' || bytes_[end - 1] == '\r')) --end;
  return std::string_view{bytes_}.substr(begin, end - begin);
}

Label Source::label(Span where, std::string text) const {
  return {.file = name_,
          .where = where,
          .start = position(where.begin),
          .end = position(where.end),
          .text = std::move(text)};
}

Result<std::string> read_text(std::filesystem::path const& file, std::size_t limit) {
  std::error_code problem;
  auto const status = std::filesystem::status(file, problem);
  if (!std::filesystem::exists(status)) return Error{Errc::not_found, "no such file: `" + file.string() + "`"};
  if (std::filesystem::is_directory(status))
    return Error{Errc::invalid_argument, "`" + file.string() + "` is a folder, not a file"};
  std::ifstream in{file, std::ios::binary};
  if (!in) return Error{Errc::permission_denied, "cannot open `" + file.string() + "` for reading"};
  std::string bytes;
  std::array<char, 1 << 16> part{};
  while (in.read(part.data(), part.size()), in.gcount() > 0) {
    bytes.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > limit)
      return Error{Errc::invalid_argument,
                   "`" + file.string() + "` is larger than " + std::to_string(limit) + " bytes, the most that is read"};
  }
  if (in.bad()) return Error{Errc::unavailable, "reading `" + file.string() + "` failed"};
  return bytes;
}

std::size_t find_bad_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    auto const letter = base::utf8_letter(bytes, i);
    if (letter.length == 0) return i;
    i += letter.length;
  }
  return std::string_view::npos;
}

std::size_t character_length(std::string_view bytes, std::size_t at) {
  return std::max<std::size_t>(1, base::utf8_letter(bytes, at).length);
}

std::size_t display_width(std::string_view bytes) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < bytes.size();) {
    auto const letter = base::utf8_letter(bytes, i);
    width += letter.length == 0 ? 1 : cells(letter.letter);
    i += std::max<std::size_t>(1, letter.length);
  }
  return width;
}

}  // namespace podium::inline v0::text
