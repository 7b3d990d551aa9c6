#include "data/state.hpp"

#include "podium/data/builder.hpp"
#include "podium/features/asof_join.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <random>

using namespace podium;
using features::AsofOptions;
using features::Strategy;

namespace {

using Numbers = std::vector<std::int64_t>;
constexpr std::int64_t hour = 3'600'000'000;

struct Case {
  data::Table left, right;
};

Case draw(std::uint64_t seed, std::size_t n, std::size_t m, int keys) {
  std::mt19937_64 random{seed};
  auto const upto = [&](int k) { return static_cast<std::int64_t>(random() % static_cast<unsigned>(k)); };
  Numbers left_keys, left_times, id, right_keys, right_times, values;
  std::vector<std::string> words;
  for (std::size_t i = 0; i < n; ++i) {
    left_keys.push_back(upto(keys + 1));
    left_times.push_back(upto(20) == 0 ? INT64_MIN : upto(1000) * hour);
    id.push_back(static_cast<std::int64_t>(i));
  }
  for (std::size_t i = 0; i < m; ++i) {
    right_keys.push_back(upto(keys));
    right_times.push_back(upto(20) == 0 ? INT64_MIN : upto(1000) * hour);
    values.push_back(static_cast<std::int64_t>(i));
    words.push_back("word " + std::to_string(i % 977));
  }
  return {data::TableBuilder{}.add("id", id).add("k", left_keys).add_timestamps("t", left_times).build().value(),
          data::TableBuilder{}
              .add("v", values)
              .add_timestamps("t", right_times)
              .add("word", words)
              .add("k", right_keys)
              .build()
              .value()};
}

struct Columns {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> texts;
  friend bool operator==(Columns const&, Columns const&) = default;
};

Columns columns_of(data::Table const& table) {
  Columns out{table.column_names(), {}};
  for (auto const& name : out.names) out.texts.push_back(data::strings(table, name).value());
  return out;
}

data::Table streamed(data::Dataset const& left, data::Dataset const& right, AsofOptions const& options,
                     features::AsofSummary* summary = nullptr) {
  auto reader = features::asof_join(left, right, options).value();
  std::shared_ptr<data::Table::State> all;
  while (auto batch = reader.next().value()) {
    if (!all)
      all = std::make_shared<data::Table::State>(batch->state());
    else
      data::append(*all, batch->state());
  }
  if (summary) *summary = reader.summary();
  REQUIRE(all);
  return data::Table{std::move(all)};
}

}  // namespace

TEST_CASE("a join over datasets gives what the join of the tables gives, in the left's order") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    auto const [left, right] = draw(seed, 300, 700, 9);
    AsofOptions options{.on = "t", .by = {"k"}, .strategy = static_cast<Strategy>(seed % 3)};
    if (seed % 2 == 0) options.tolerance = std::chrono::hours{20};
    if (seed % 5 == 0) options.delay = std::chrono::hours{3};
    if (seed % 4 == 0) options.matched_on = "when";
    auto const expected = columns_of(features::asof_join(left, right, options).value());
    for (std::int64_t const batch : {1000, 64, 7}) {
      features::AsofSummary summary;
      options.resources.threads = batch == 7 ? 3 : 1;
      auto const result = streamed(data::Dataset::of(data::rebatch(left, batch)),
                                   data::Dataset::of(data::rebatch(right, batch)), options, &summary);
      REQUIRE((columns_of(result) == expected));
      CHECK(summary.rows == 300);
      CHECK(summary.passes == 1);
      CHECK(summary.scanned <= 700);
    }
  }
}

TEST_CASE("left rows that do not fit into the memory limit are joined in passes, with the same answer") {
  auto const [left, right] = draw(5, 450'000, 3'000, 500);
  AsofOptions options{.on = "t", .by = {"k"}};
  auto const expected = columns_of(features::asof_join(left, right, options).value());
  options.resources.memory_limit = std::uint64_t{64} << 20;
  features::AsofSummary summary;
  auto const result =
      streamed(data::Dataset::of(data::rebatch(left, 100'000)), data::Dataset::of(right), options, &summary);
  CHECK((columns_of(result) == expected));
  CHECK(summary.passes > 1);
  CHECK(summary.rows == 450'000);
  options.resources.memory_limit = 1000;
  CHECK(features::asof_join(data::Dataset::of(left), data::Dataset::of(right), options).error().code() ==
        Errc::exhausted);
}

TEST_CASE("a join over datasets without rows tells its columns") {
  auto const [left, right] = draw(5, 0, 0, 1);
  auto const result = streamed(data::Dataset::of(left), data::Dataset::of(right), {.on = "t", .by = {"k"}});
  CHECK(result.rows() == 0);
  CHECK(result.column_names() == std::vector<std::string>{"id", "k", "t", "v", "word"});
}

TEST_CASE("a join over datasets refuses and stops like one over tables") {
  auto const [left, right] = draw(5, 1000, 1000, 3);
  auto const l = data::Dataset::of(left), r = data::Dataset::of(right);
  CHECK(features::asof_join(l, r, {.on = "t", .by = {"word"}}).error().message().find("no column `word`") !=
        std::string::npos);
  AsofOptions options{.on = "t", .by = {"k"}};
  options.resources.on_progress = [](features::Progress const& progress) -> Result<void> {
    if (progress.phase == "scan") return Error{Errc::cancelled, "enough"};
    return {};
  };
  auto reader = features::asof_join(l, r, options).value();
  CHECK(reader.next().error().message() == "enough");
  std::stop_source stop;
  stop.request_stop();
  auto stopped = features::asof_join(l, r, {.on = "t", .by = {"k"}}, {stop.get_token()});
  CHECK((stopped ? stopped->next().error() : stopped.error()).code() == Errc::cancelled);
}

#ifdef PODIUM_ARROW_PLUGIN
TEST_CASE("Parquet files are joined into a Parquet file, which is there whole or not at all") {
  data::set_plugin_path(PODIUM_ARROW_PLUGIN);
  auto const folder =
      std::filesystem::temp_directory_path() / ("podium-asof-" + std::to_string(std::random_device{}()));
  std::filesystem::create_directories(folder);
  auto const [left, right] = draw(8, 2000, 5000, 20);
  REQUIRE(data::write_parquet(left, folder / "left.parquet"));
  std::filesystem::create_directories(folder / "right");
  REQUIRE(data::write_parquet(data::slice(right, 0, 3000), folder / "right" / "a.parquet"));
  REQUIRE(data::write_parquet(data::slice(right, 3000, 2000), folder / "right" / "b.parquet"));
  AsofOptions options{.on = "t", .by = {"k"}, .tolerance = std::chrono::hours{40}};
  auto const expected = columns_of(features::asof_join(left, right, options).value());
  auto const open = [&](char const* name) { return data::Dataset::open((folder / name).string()).value(); };
  auto const out = folder / "out.parquet";

  auto failing = options;
  failing.resources.on_progress = [](features::Progress const& progress) -> Result<void> {
    if (progress.phase == "write") return Error{Errc::cancelled, "enough"};
    return {};
  };
  CHECK_FALSE(features::asof_join_to_parquet(open("left.parquet"), open("right"), out.string(), failing));
  CHECK_FALSE(std::filesystem::exists(out));

  auto const summary =
      features::asof_join_to_parquet(open("left.parquet"), open("right"), out.string(), options).value();
  CHECK(summary.rows == 2000);
  CHECK((columns_of(data::read(out).value()) == expected));
  std::filesystem::remove_all(folder);
}
#endif
