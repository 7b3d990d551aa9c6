#include "podium/data/builder.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <unistd.h>

using namespace podium;
namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

namespace {

/// An empty folder of our own.
struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "podium-read-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
    data::set_plugin_path({});
  }
  fs::path write(std::string const& name, std::string const& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream{path / name} << text;
    return path / name;
  }
  fs::path path;
};

data::Table sample() {
  return data::TableBuilder{}
      .add("carrier", Texts{"UA", "", "B6"}, {true, false, true})
      .add("rate", std::vector<double>{0.25, 0.5, 0.75}, {true, true, false})
      .add("n", std::vector<std::int64_t>{1, 2, 3})
      .add_booleans("late", {true, false, true})
      .add_timestamps("t", {1'377'990'000'000'001, INT64_MIN, 0})
      .build()
      .value();
}

bool with_plugin() {
#ifdef PODIUM_ARROW_PLUGIN
  data::set_plugin_path(PODIUM_ARROW_PLUGIN);
  return true;
#else
  MESSAGE("skipped: built without PODIUM_PYARROW or another Arrow, so there is no podium_arrow plug-in");
  return false;
#endif
}

}  // namespace

TEST_CASE("without the plug-in, reading says what is missing and how to get it") {
  Folder const folder;
  auto const file = folder.write("a.csv", "x\n1\n");
  data::set_plugin_path(folder.path / "nowhere.so");
  auto const read = data::read(file);
  REQUIRE_FALSE(read);
  CHECK(read.error().code() == Errc::unavailable);
  CHECK(read.error().message().find("nowhere.so cannot be opened") != std::string::npos);
  CHECK(read.error().message().find("-DPODIUM_PYARROW") != std::string::npos);
  CHECK(data::write_parquet(sample(), folder.path / "a.parquet").error().code() == Errc::unavailable);
}

TEST_CASE("a plug-in that speaks another version of the interface is refused") {
  Folder const folder;
  data::set_plugin_path(PODIUM_FOREIGN_PLUGIN);
  auto const read = data::read(folder.write("a.csv", "x\n1\n"));
  REQUIRE_FALSE(read);
  CHECK(read.error().code() == Errc::unavailable);
  CHECK(read.error().message().find("speaks version 3 of its interface, this Podium speaks 2") != std::string::npos);
}

TEST_CASE("a missing path, a folder without data and an unknown extension are named before anything is opened") {
  Folder const folder;
  CHECK(data::read(folder.path / "no.parquet").error().code() == Errc::not_found);
  CHECK(data::read(folder.path).error().message().find("holds no .parquet, .csv or Arrow file") != std::string::npos);
  CHECK(data::read(folder.write("a.txt", "")).error().code() == Errc::invalid_argument);
}

TEST_CASE("Parquet gives back what was written, and only the columns asked for") {
  if (!with_plugin()) return;
  Folder const folder;
  auto const file = folder.path / "t.parquet";
  data::write_parquet(sample(), file).value();
  CHECK_FALSE(fs::exists(file.string() + ".part"));
  with_plugin();
  auto const back = data::read(file).value();
  CHECK(back.column_names() == sample().column_names());
  for (auto const& name : back.column_names())
    CHECK(data::strings(back, name).value() == data::strings(sample(), name).value());
  auto const two = data::read(file, {.columns = {"n", "carrier"}}).value();
  CHECK(two.column_names() == Texts{"n", "carrier"});
  auto const none = data::read(file, {.columns = {"m"}});
  REQUIRE_FALSE(none);
  CHECK(none.error().message().find("no column `m` (there is: carrier, rate, n, late, t)") != std::string::npos);
}

TEST_CASE("CSV columns get their types from what is in them, RFC 3339 times included") {
  if (!with_plugin()) return;
  Folder const folder;
  auto const table = data::read(folder.write("a.csv",
                                             "k,n,d,t,e\n"
                                             "UA,1,0.5,2013-09-01T12:30:00Z,\n"
                                             ",2,,2013-09-01T12:30:00.25Z,x\n"))
                         .value();
  CHECK(data::strings(table, "k").value() == Texts{"UA", ""});
  CHECK(data::integers(table, "n").value() == std::vector<std::int64_t>{1, 2});
  CHECK(data::strings(table, "d").value() == Texts{"0.5", ""});
  CHECK(data::timestamps_us(table, "t").value() ==
        std::vector<std::int64_t>{1'378'038'600'000'000, 1'378'038'600'250'000});
  CHECK(data::strings(table, "e").value() == Texts{"", "x"});
}

TEST_CASE("a folder is its files in name order; other columns in one of them are an error with both names") {
  if (!with_plugin()) return;
  Folder const folder;
  folder.write("d/2.csv", "x\n3\n");
  folder.write("d/1.csv", "x\n1\n2\n");
  folder.write("d/_SUCCESS", "");
  folder.write("d/.hidden/0.csv", "x\n9\n");
  CHECK(data::integers(data::read(folder.path / "d").value(), "x").value() == std::vector<std::int64_t>{1, 2, 3});
  folder.write("d/3.csv", "y\n3\n");
  auto const mixed = data::read(folder.path / "d");
  REQUIRE_FALSE(mixed);
  CHECK(mixed.error().message().find("3.csv has other columns (y long) than") != std::string::npos);
}

TEST_CASE("a truncated file is an error with its name, and writing where one may not leaves nothing behind") {
  if (!with_plugin()) return;
  Folder const folder;
  auto const file = folder.path / "t.parquet";
  data::write_parquet(sample(), file).value();
  fs::resize_file(file, fs::file_size(file) / 2);
  auto const read = data::read(file);
  REQUIRE_FALSE(read);
  CHECK(read.error().context().back() == std::pair<std::string, std::string>{"file", file.string()});
  CHECK_FALSE(data::write_parquet(sample(), folder.path / "no/such/folder.parquet"));
}
