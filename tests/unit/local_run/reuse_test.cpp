#include "local/executor/reuse.hpp"

#include "local/executor/content.hpp"
#include "support.hpp"

using namespace podium;
using namespace podium::local;
using namespace run_test;

namespace {

Step train() {
  Step step;
  step.spec = {{"name", "train"},
               {"version", "1"},
               {"type", "command"},
               {"inputs", {{"lr", {{"type", "number"}, {"description", "rate"}}}}}};
  step.command = "python train.py";
  step.targets["model"] = {
      .type = "uri_folder", .mode = {}, .uri = {}, .parent_output = {}, .asset_name = {}, .asset_version = {}};
  return step;
}

Json parts(Step const& step, Identities const& inputs = {{"lr", "literal:0.1"}}, std::string const& code = "c1") {
  return reuse_parts(step, inputs, code, "e1");
}

}  // namespace

TEST_CASE("names, versions and descriptions are not part of the key; all that runs is") {
  auto const key = reuse_key(parts(train()));
  auto other = train();
  other.spec["name"] = "fit";
  other.spec["version"] = "7";
  other.spec["display_name"] = "Fit";
  other.spec["inputs"]["lr"]["description"] = "learning rate";
  CHECK(reuse_key(parts(other)) == key);

  std::set<std::string> keys{key};
  keys.insert(reuse_key(parts(train(), {{"lr", "literal:0.2"}})));
  keys.insert(reuse_key(parts(train(), {{"lr", "literal:0.1"}}, "c2")));
  keys.insert(reuse_key(reuse_parts(train(), {{"lr", "literal:0.1"}}, "c1", "e2")));
  other = train();
  other.command += " --x";
  keys.insert(reuse_key(parts(other)));
  other = train();
  other.environment_variables["A"] = "1";
  keys.insert(reuse_key(parts(other)));
  other = train();
  other.targets["model"].uri = "azureml://datastores/workspaceblobstore/paths/x";
  keys.insert(reuse_key(parts(other)));
  other = train();
  other.settings = {{"limits", {{"timeout", "PT1M"}}}};
  keys.insert(reuse_key(parts(other)));
  CHECK(keys.size() == 8);
}

TEST_CASE("a miss names the first part that differs") {
  auto const before = parts(train());
  CHECK(first_difference(before, parts(train(), {{"lr", "literal:0.2"}})) == "input `lr` changed from `0.1` to `0.2`");
  CHECK(first_difference(before, parts(train(), {{"lr", "literal:0.1"}}, "c2")) == "the code changed");
  CHECK(first_difference(parts(train(), {{"d", "content:1"}}), parts(train(), {{"d", "content:2"}})) ==
        "input `d` has other content");
  CHECK(first_difference(parts(train(), {{"d", "step:1/o"}}), parts(train(), {{"d", "step:2/o"}})) ==
        "input `d` comes from a step that changed");
  CHECK(first_difference(before, parts(train(), {})) == "input `lr` is gone");
}

TEST_CASE("content is names and bytes, never times") {
  Folder folder;
  write(folder.path / "a/x.txt", "1");
  write(folder.path / "a/sub/y.txt", "2");
  auto const digest = content_digest(folder.path / "a").value();
  fs::last_write_time(folder.path / "a/x.txt", fs::file_time_type::clock::now() - std::chrono::hours{5});
  CHECK(content_digest(folder.path / "a").value() == digest);
  REQUIRE(copy_tree(folder.path / "a", folder.path / "b"));
  CHECK(content_digest(folder.path / "b").value() == digest);
  write(folder.path / "b/x.txt", "3");
  CHECK(content_digest(folder.path / "b").value() != digest);
  fs::rename(folder.path / "a/x.txt", folder.path / "a/z.txt");
  CHECK(content_digest(folder.path / "a").value() != digest);
  CHECK(content_digest(folder.path / "none").error().code() == Errc::not_found);
}

TEST_CASE("who comes second to a key waits until it is free, or gives up when stopped") {
  InFlight table;
  auto first = table.enter("k", {});
  REQUIRE(first);
  CHECK(table.enter("other", {}));
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(table.enter("k", stop.get_token()));
  std::atomic<bool> in = false;
  std::thread second{[&] {
    auto const ticket = table.enter("k", {});
    in = true;
  }};
  CHECK_FALSE(in);
  first.reset();
  second.join();
  CHECK(in);
}

TEST_CASE("the end of a log is told in one line") {
  Folder folder;
  write(folder.path / "log", "one\ntwo\nthree\n");
  CHECK(last_lines(folder.path / "log", 2) == "two | three");
  CHECK(tail_of(folder.path / "log", 1) == "three\n");
  CHECK(tail_of(folder.path / "log", 0) == "one\ntwo\nthree\n");
  CHECK(last_lines(folder.path / "none", 2).empty());
}
