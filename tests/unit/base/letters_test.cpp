#include "base/letters.hpp"

#include "base/markup.hpp"

#include <doctest/doctest.h>

using namespace podium;

TEST_CASE("words change in ASCII letters alone") {
  CHECK(base::lower_case("AzureSQL_Ä-9") == "azuresql_Ä-9");
  CHECK(base::bare_word("Azure_Sql_Db") == "azuresqldb");
}

TEST_CASE("markup text holds nothing that a reader would take for markup") {
  CHECK(base::markup_text("<a href='x' b=\"y\">&") == "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;");
  CHECK(base::markup_text("größe 日本") == "größe 日本");
}

TEST_CASE("what XML cannot hold becomes the replacement letter") {
  CHECK(base::markup_text("a\x01") == "a\xEF\xBF\xBD");
  CHECK(base::markup_text("a\xFF") == "a\xEF\xBF\xBD");
  CHECK(base::markup_text("\xC3") == "\xEF\xBF\xBD");
}

TEST_CASE("line ends stay as they are in content, and are kept through an attribute") {
  CHECK(base::markup_text("a\n\tb") == "a\n\tb");
  CHECK(base::markup_text("a\n\tb", true) == "a&#10;&#9;b");
}
