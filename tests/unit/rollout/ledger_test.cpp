#include "podium/rollout/ledger.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace podium;
using rollout::Ledger;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               ("podium-ledger-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path file() const { return path / "ledger.jsonl"; }
  std::string text() const {
    std::ifstream in{file()};
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
  }
  void write(std::string const& text) const { std::ofstream{file()} << text; }
};

}  // namespace

TEST_CASE("entries are chained, read back, and go on after the file is opened again") {
  Folder folder;
  {
    auto ledger = Ledger::open(folder.file()).value();
    REQUIRE(ledger.append("decision", R"({"b": 1, "a": [2, 3]})"));
    REQUIRE(ledger.append("intent", R"({"weight": 10})"));
  }
  auto ledger = Ledger::open(folder.file()).value();
  REQUIRE(ledger.append("applied", "{}"));
  auto const entries = ledger.read().value();
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].previous == std::string(64, '0'));
  CHECK(entries[0].body == R"({"a":[2,3],"b":1})");
  CHECK(entries[1].previous == entries[0].digest);
  CHECK(entries[2].previous == entries[1].digest);
  CHECK(ledger.verify());
}

TEST_CASE("a changed entry is found, and its line named") {
  Folder folder;
  {
    auto ledger = Ledger::open(folder.file()).value();
    for (auto const* body : {R"({"weight":10})", R"({"weight":50})", R"({"weight":100})"})
      REQUIRE(ledger.append("intent", body));
  }
  auto text = folder.text();
  text.replace(text.find("\"weight\":50"), 11, "\"weight\":60");
  folder.write(text);
  auto const found = Ledger::open(folder.file()).value().verify();
  REQUIRE_FALSE(found);
  CHECK(found.error().code() == Errc::protocol);
  CHECK(found.error().message().find("line 2 ") != std::string::npos);
}

TEST_CASE("an entry that was taken out, moved or invented breaks the chain") {
  Folder folder;
  {
    auto ledger = Ledger::open(folder.file()).value();
    for (auto const* body : {"1", "2", "3", "4"}) REQUIRE(ledger.append("note", body));
  }
  std::vector<std::string> lines;
  std::istringstream text{folder.text()};
  for (std::string line; std::getline(text, line);) lines.push_back(line + "\n");
  REQUIRE(lines.size() == 4);
  auto const verdict = [&](std::vector<std::size_t> const& order) {
    std::string all;
    for (auto const i : order) all += lines[i];
    folder.write(all);
    return Ledger::open(folder.file()).value().verify().has_value();
  };
  CHECK(verdict({0, 1, 2, 3}));
  CHECK_FALSE(verdict({0, 2, 3}));
  CHECK_FALSE(verdict({1, 2, 3}));
  CHECK_FALSE(verdict({0, 2, 1, 3}));
  CHECK_FALSE(verdict({0, 1, 1, 2, 3}));
}

TEST_CASE("a line that a crash has torn is cut, and the cut is on the record") {
  Folder folder;
  {
    auto ledger = Ledger::open(folder.file()).value();
    REQUIRE(ledger.append("decision", "{}"));
    REQUIRE(ledger.append("intent", "{}"));
  }
  auto const text = folder.text();
  folder.write(text.substr(0, text.size() - 20));
  auto ledger = Ledger::open(folder.file()).value();
  auto const entries = ledger.read().value();
  REQUIRE(entries.size() == 2);
  CHECK(entries[1].kind == "repaired");
  CHECK(ledger.verify());
}

TEST_CASE("two writers do not interleave: the second is refused") {
  Folder folder;
  auto first = Ledger::open(folder.file()).value();
  auto const second = Ledger::open(folder.file());
  REQUIRE_FALSE(second);
  CHECK(second.error().code() == Errc::locked);
}

TEST_CASE("a body that is not JSON is refused, and nothing is written") {
  Folder folder;
  auto ledger = Ledger::open(folder.file()).value();
  CHECK_FALSE(ledger.append("decision", "{half"));
  CHECK(folder.text().empty());
}
