#include "text/source.hpp"

#include <doctest/doctest.h>

using namespace podium;

TEST_CASE("columns count characters and lines end at LF, CR LF and CR") {
  text::Source const source{"x", "a\r\nß: b\rc\nlast"};
  CHECK(source.position(0) == Position{1, 1});
  CHECK(source.position(3) == Position{2, 1});
  CHECK(source.position(7) == Position{2, 4});
  CHECK(source.position(9) == Position{3, 1});
  CHECK(source.position(11) == Position{4, 1});
  CHECK(source.position(1000) == Position{4, 5});
  CHECK(source.line(2) == "ß: b");
  CHECK(source.line(4) == "last");
  CHECK(source.line(0).empty());
  CHECK(source.line(5).empty());
}

TEST_CASE("bad UTF-8 is found at its first byte") {
  CHECK(text::find_bad_utf8("plain größe 語 😀") == std::string_view::npos);
  CHECK(text::find_bad_utf8("ab\xFF") == 2);
  CHECK(text::find_bad_utf8("a\xC3") == 1);             // cut off
  CHECK(text::find_bad_utf8("\xC0\xAF") == 0);          // too long a form
  CHECK(text::find_bad_utf8("\xED\xA0\x80") == 0);      // half a surrogate pair
  CHECK(text::find_bad_utf8("\xF5\x80\x80\x80") == 0);  // behind the last letter
}

TEST_CASE("width on a terminal: wide letters take two cells, marks none") {
  CHECK(text::display_width("größe") == 5);
  CHECK(text::display_width("日本") == 4);
  CHECK(text::display_width("e\xCC\x81") == 1);
  CHECK(text::display_width("😀") == 2);
}

TEST_CASE("a file that cannot be read says which and why") {
  CHECK(text::read_text("/nowhere/at/all", 10).error().code() == Errc::not_found);
  CHECK(text::read_text("/", 10).error().code() == Errc::invalid_argument);
  CHECK(text::read_text(PODIUM_SOURCE_DIR "/LICENSE", 10).error().code() == Errc::invalid_argument);
  CHECK(text::read_text(PODIUM_SOURCE_DIR "/LICENSE", 1 << 20));
}
