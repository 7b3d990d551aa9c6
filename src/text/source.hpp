#pragma once

#include "podium/diagnostic.hpp"
#include "podium/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace podium::inline v0::text {

/// The bytes of one document, and where its lines begin.
class Source {
 public:
  Source(std::string name, std::string bytes);

  std::string const& name() const noexcept { return name_; }
  std::string const& bytes() const noexcept { return bytes_; }

  /// Line and column of a byte; a byte behind the end counts as the end.
  Position position(std::size_t offset) const;

  /// One line, from 1, without its line end; empty behind the last one.
  std::string_view line(std::size_t number) const;

  Label label(Span where, std::string text = {}) const;

 private:
  std::string name_;
  std::string bytes_;
  /// Bytes before `offset` that continue a character.
  std::size_t continuations(std::size_t offset) const;

  std::vector<std::size_t> starts_;
  std::vector<std::size_t> counts_;  // continuations before each block, so that places in long lines cost little
};

/// Reads at most `limit` bytes.  Errc::not_found, or Errc::invalid_argument for a folder or a larger file.
Result<std::string> read_text(std::filesystem::path const& file, std::size_t limit);

/// First byte that is not well-formed UTF-8, or npos.
std::size_t find_bad_utf8(std::string_view bytes);

/// Length of the character that starts here, at least 1; malformed bytes count one by one.
std::size_t character_length(std::string_view bytes, std::size_t at);

/// How many terminal cells the text takes: wide letters two, combining marks none.
std::size_t display_width(std::string_view bytes);

}  // namespace podium::inline v0::text
