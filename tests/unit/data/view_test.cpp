#include "podium/data/view.hpp"

#include "raw_column.hpp"

#include "podium/data/arrow.hpp"
#include "podium/data/builder.hpp"

#include <doctest/doctest.h>

using namespace podium;
using data::Table;
using data::View;
using Texts = std::vector<std::string>;
using Longs = std::vector<std::int64_t>;

namespace {

Table table_of(raw::Column column) {
  auto const rows = column.second->array.length;
  return data::table_of(rows, {std::move(column)});
}

template <class T>
std::vector<std::optional<T>> all(Table const& table, std::string const& column) {
  auto const view = View<T>::of(table, column).value();
  std::vector<std::optional<T>> out;
  for (std::int64_t i = 0; i < view.size(); ++i) out.push_back(view[i]);
  return out;
}

}  // namespace

TEST_CASE("a view gives a column's values and nulls, over batches and slices") {
  auto const whole =
      data::TableBuilder{}.add("n", Longs{1, 2, 3, 4, 5}, {true, true, false, true, true}).build().value();
  auto const cut = data::slice(data::rebatch(whole, 2), 1, 3);
  CHECK(all<std::int64_t>(cut, "n") == std::vector<std::optional<std::int64_t>>{2, std::nullopt, 4});
  auto const runs = View<std::int64_t>::of(cut, "n").value().runs();
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].values.size() == 1);
  CHECK(runs[1].values[1] == 4);
  CHECK_FALSE(runs[1].valid(0));
  CHECK(runs[1].valid(1));
}

TEST_CASE("a view outlives the table it looks at") {
  std::optional<View<std::string_view>> view;
  {
    auto const table = data::TableBuilder{}.add("t", Texts{"a text that is longer than others", ""}).build().value();
    view = View<std::string_view>::of(table, "t").value();
  }
  CHECK((*view)[0] == "a text that is longer than others");
  CHECK((*view)[1] == "");
}

TEST_CASE("every number is viewed as what it is, and as nothing else") {
  auto const narrow = table_of(raw::fixed<std::uint16_t>("n", "S", {1, 65535}));
  CHECK(all<std::uint16_t>(narrow, "n")[1] == 65535);
  CHECK(View<std::int16_t>::of(narrow, "n").error().message() == "column `n` is uint16, not short");
  CHECK(View<std::int64_t>::of(narrow, "n").error().message() == "column `n` is uint16, not long");
  CHECK(all<float>(table_of(raw::fixed<float>("f", "f", {0.5F})), "f")[0] == 0.5F);
  CHECK(all<double>(table_of(raw::fixed<double>("f", "g", {0.5})), "f")[0] == 0.5);
  CHECK(all<std::int8_t>(table_of(raw::fixed<std::int8_t>("n", "c", {-1})), "n")[0] == -1);
  CHECK(View<double>::of(narrow, "m").error().message().find("no column `m`") == 0);
}

TEST_CASE("text of every layout is one view") {
  Texts const words{"short", "", "a word of more than twelve bytes"};
  for (auto const& table :
       {table_of(raw::text<std::int32_t>("t", "u", words)), table_of(raw::text<std::int64_t>("t", "U", words)),
        table_of(raw::views("t", words)), table_of(raw::dictionary("t", {0, 1, 2}, words))}) {
    auto const seen = all<std::string_view>(table, "t");
    REQUIRE(seen.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(seen[i] == words[i]);
  }
  auto const broken = table_of(raw::dictionary("t", {0, 7, -1}, words));
  CHECK(all<std::string_view>(broken, "t")[1] == std::nullopt);
}

TEST_CASE("times of every unit are one view of instants") {
  auto const at = [](std::string const& format, std::int64_t value) {
    return all<data::Timestamp>(table_of(raw::fixed<std::int64_t>("t", format, {value})), "t")[0]->us;
  };
  CHECK(at("tss:UTC", -3) == -3'000'000);
  CHECK(at("tsm:", 1500) == 1'500'000);
  CHECK(at("tsu:Europe/Berlin", 7) == 7);
  CHECK(at("tsn:UTC", -1) == -1);
  CHECK(at("tss:UTC", INT64_MAX) == INT64_MAX);
  CHECK(at("tdm", 86'400'000) == 86'400'000'000);
  CHECK(all<data::Timestamp>(table_of(raw::fixed<std::int32_t>("t", "tdD", {2})), "t")[0]->us == 172'800'000'000);
}

TEST_CASE("an owned Arrow structure is released once, wherever it goes") {
  static int released = 0;
  released = 0;
  auto const producer = [] {
    ArrowSchema schema{};
    schema.release = [](ArrowSchema* self) {
      ++released;
      self->release = nullptr;
    };
    return schema;
  };
  {
    auto raw = producer();
    data::OwnedSchema first{&raw};
    CHECK((raw.release == nullptr));
    data::OwnedSchema second{std::move(first)};
    CHECK_FALSE(first);
    CHECK(second);
    data::OwnedSchema third;
    third = std::move(second);
    CHECK(released == 0);
  }
  CHECK(released == 1);
  auto raw = producer();
  data::OwnedSchema given{&raw};
  ArrowSchema elsewhere{};
  given.move_to(&elsewhere);
  given.reset();
  CHECK(released == 1);
  elsewhere.release(&elsewhere);
  CHECK(released == 2);
}
