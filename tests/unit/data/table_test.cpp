#include "counted_stream.hpp"
#include "data/state.hpp"

#include "podium/data/builder.hpp"

#include <doctest/doctest.h>

using namespace podium;
using data::Table;
using data::TableBuilder;

namespace {

Table import_counted(CountedStream& source) {
  ArrowArrayStream stream{};
  source.open(&stream);
  return Table::import(&stream).value();
}

/// Through the C interface and back, as a consumer in another library would see it.
Table round_trip(Table const& table) {
  ArrowArrayStream stream{};
  table.export_to(&stream);
  return Table::import(&stream).value();
}

}  // namespace

TEST_CASE("everything that a stream gave is released once, when the last table that shares it is gone") {
  CountedStream source{{{1, 2, 3}, {4, 5}}};
  {
    Table table;
    {
      auto const first = import_counted(source);
      CHECK(source.counts.streams == 1);
      CHECK(source.counts.schemas == source.counts.schemas_out);
      table = first;
    }
    CHECK(source.counts.batches == 0);
    CHECK(data::integers(table, "x").value() == std::vector<std::int64_t>{1, 2, 3, 4, 5});
  }
  CHECK(source.counts.batches_out == 2);
  CHECK(source.counts.batches == 2);
  CHECK(source.counts.columns == 2);
}

TEST_CASE("a table can be exported twice, and outlives what it came from") {
  CountedStream source{{{1, 2}, {3}}};
  ArrowArrayStream one{};
  ArrowArrayStream two{};
  {
    auto const table = import_counted(source);
    table.export_to(&one);
    table.export_to(&two);
  }
  CHECK(source.counts.batches == 0);
  auto first = Table::import(&one).value();
  CHECK(data::integers(first, "x").value() == std::vector<std::int64_t>{1, 2, 3});
  first = Table{};
  CHECK(source.counts.batches == 0);  // the other stream still needs them
  CHECK(data::integers(Table::import(&two).value(), "x").value() == std::vector<std::int64_t>{1, 2, 3});
  CHECK(source.counts.batches == 2);
}

TEST_CASE("a consumer may take one batch, move a column out of it and drop the rest") {
  CountedStream source{{{7, 8}, {9}}};
  ArrowArrayStream stream{};
  import_counted(source).export_to(&stream);
  ArrowArray batch{};
  REQUIRE(stream.get_next(&stream, &batch) == 0);
  ArrowArray column = *batch.children[0];
  batch.children[0]->release = nullptr;  // moved, as the specification allows
  batch.release(&batch);
  stream.release(&stream);
  CHECK(source.counts.batches == 1);  // the batch nobody took
  CHECK(static_cast<std::int64_t const*>(column.buffers[1])[1] == 8);
  column.release(&column);
  CHECK(source.counts.batches == 2);
}

TEST_CASE("a stream that fails in the middle is released, and its own words are the error") {
  CountedStream source{{{1}, {2}}, 1};
  ArrowArrayStream stream{};
  source.open(&stream);
  auto const table = Table::import(&stream);
  REQUIRE_FALSE(table);
  CHECK(table.error().message() == "the Arrow stream failed: the disk went away");
  CHECK_FALSE(static_cast<bool>(stream.release));
  CHECK(source.counts.streams == 1);
  CHECK(source.counts.batches == 1);
}

TEST_CASE("a stream that was read before is refused") {
  CountedStream source{{{1}}};
  ArrowArrayStream stream{};
  source.open(&stream);
  CHECK(Table::import(&stream));
  CHECK_FALSE(Table::import(&stream));
  CHECK_FALSE(Table::import(nullptr));
}

TEST_CASE("batches that break their own schema are refused by name") {
  auto const message_of = [](CountedStream& source) {
    ArrowArrayStream stream{};
    source.open(&stream);
    auto const table = Table::import(&stream);
    return table ? std::string{} : table.error().message();
  };
  CountedStream text{{{1}}};
  text.format = "u";
  CHECK(message_of(text) == "column `x`: the Arrow array has 2 buffers, string needs 3");
  CountedStream unknown{{{1}}};
  unknown.format = "?";
  CHECK(message_of(unknown) == "column `x` has the unknown Arrow format `?`");
  CountedStream holes{{{1}}};
  holes.null_rows = 1;
  CHECK(message_of(holes) == "a record batch has null rows: only its columns may hold nulls");
  CountedStream few{{{1}}};
  few.buffers = 1;
  CHECK(message_of(few) == "column `x`: the Arrow array has 1 buffers, long needs 2");
}

TEST_CASE("names, row counts and values survive the C interface, nulls included") {
  auto const table = round_trip(TableBuilder{}
                                    .add("d", std::vector<double>{1.5, 2.5}, {true, false})
                                    .add("s", std::vector<std::string>{"", "öl"}, {false, true})
                                    .add_booleans("b", {true, false})
                                    .add_timestamps("t", {0, INT64_MIN})
                                    .build()
                                    .value());
  CHECK(table.rows() == 2);
  CHECK(table.column_names() == std::vector<std::string>{"d", "s", "b", "t"});
  CHECK(table.has_column("s"));
  CHECK_FALSE(table.has_column("S"));
  CHECK(data::strings(table, "d").value() == std::vector<std::string>{"1.5", ""});
  CHECK(data::strings(table, "s").value() == std::vector<std::string>{"", "öl"});
  CHECK(data::strings(table, "b").value() == std::vector<std::string>{"true", "false"});
  CHECK(data::strings(table, "t").value() == std::vector<std::string>{"1970-01-01T00:00:00Z", ""});
}

TEST_CASE("cutting a table into batches changes nothing that can be read from it") {
  std::vector<double> numbers;
  std::vector<bool> flags;
  std::vector<std::string> words;
  for (int i = 0; i < 23; ++i) {
    numbers.push_back(i / 2.0);
    flags.push_back(i % 3 != 0);
    words.push_back(std::string(static_cast<std::size_t>(i % 5), 'x') + std::to_string(i));
  }
  auto const whole =
      TableBuilder{}.add("n", numbers, flags).add_booleans("b", flags, flags).add("w", words, flags).build().value();
  for (std::int64_t const size : {1, 7, 8, 100}) {
    auto const cut = round_trip(data::rebatch(whole, size));
    CHECK(cut.rows() == 23);
    for (auto const* const name : {"n", "b", "w"})
      CHECK(data::strings(cut, name).value() == data::strings(whole, name).value());
  }
}

TEST_CASE("an empty table and a table without columns go through") {
  CHECK(round_trip(Table{}).column_names().empty());
  auto const empty = round_trip(TableBuilder{}.add("x", std::vector<double>{}).build().value());
  CHECK(empty.rows() == 0);
  CHECK(empty.has_column("x"));
}

TEST_CASE("the builder refuses columns of different length") {
  auto const table = TableBuilder{}.add("a", std::vector<double>{1, 2}).add("b", std::vector<double>{1}).build();
  REQUIRE_FALSE(table);
  CHECK(table.error().message() == "column `b` has 1 rows, `a` has 2");
  CHECK_FALSE(TableBuilder{}.add("a", std::vector<double>{1, 2}, {true}).build());
}
