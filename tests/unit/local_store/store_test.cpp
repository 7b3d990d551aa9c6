#include "local/store.hpp"

#include "workspace_fixture.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <unistd.h>

using namespace podium;
using local::Store;
using testing::Json;
using testing::TemporaryFolder;

TEST_CASE("what was put is there after the workspace is opened again, also when its process died without closing it") {
  TemporaryFolder folder;
  auto const child = fork();
  if (child == 0) {
    auto store = Store::open(folder.path());
    if (!store || !(*store)->put("jobs/Alpha", Json{{"properties", {{"status", "Running"}}}})) _exit(1);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  auto store = Store::open(folder.path());
  REQUIRE_MESSAGE(store, (store ? "" : store.error().to_string()));
  auto const job = (*store)->get("jobs/Alpha").value();
  REQUIRE(job);
  CHECK(job->body["properties"]["status"] == "Running");
}

TEST_CASE("a second opener is told who has the workspace") {
  TemporaryFolder folder;
  auto const first = Store::open(folder.path());
  REQUIRE(first);
  auto const second = Store::open(folder.path());
  REQUIRE_FALSE(second);
  CHECK(second.error().code() == Errc::locked);
  CHECK(second.error().message().find("process " + std::to_string(getpid())) != std::string::npos);
  CHECK(second.error().message().find("podium serve") != std::string::npos);
}

TEST_CASE("a lock file that a dead process left is no obstacle, and a closed workspace leaves none") {
  TemporaryFolder folder;
  std::ofstream{folder.path() / "workspace.lock"} << "999999\n";
  {
    REQUIRE(Store::open(folder.path()));
  }
  CHECK_FALSE(std::filesystem::exists(folder.path() / "workspace.lock"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "workspace.db-wal"));
}

TEST_CASE("a closed workspace can be moved") {
  TemporaryFolder folder;
  std::string guid;
  {
    auto store = Store::open(folder.path() / "before");
    REQUIRE(store);
    REQUIRE((*store)->put("models/m/versions/1",
                          Json{{"properties", {{"modelUri", "azureml://datastores/workspaceblobstore/paths/m"}}}}));
    guid = (*store)->secret("workspaceId").value().value();
  }
  std::filesystem::rename(folder.path() / "before", folder.path() / "after");
  auto store = Store::open(folder.path() / "after");
  REQUIRE(store);
  CHECK((*store)->secret("workspaceId").value() == guid);
  CHECK(local::resolve_uri(**store, "azureml:m:1").value() == folder.path() / "after/datastores/workspaceblobstore/m");
}

TEST_CASE("a folder with a very long path can be a workspace") {
  TemporaryFolder folder;
  auto deep = folder.path();
  while (deep.string().size() < 900) deep /= std::string(60, 'x');
  {
    auto store = Store::open(deep);
    REQUIRE_MESSAGE(store, (store ? "" : store.error().to_string()));
    REQUIRE((*store)->put("jobs/a", Json{{"properties", Json::object()}}));
  }
  auto store = Store::open(deep);
  REQUIRE(store);
  CHECK((*store)->get("jobs/a").value());
  CHECK(std::filesystem::exists(deep / "workspace.db"));
}

TEST_CASE("ids compare without case, except those of jobs and codes") {
  TemporaryFolder folder;
  auto store = *Store::open(folder.path());
  REQUIRE(store->put("models/Fraud/versions/1", Json::object()));
  CHECK(store->get("Models/fraud/Versions/1").value());
  CHECK(store->get("models/FRAUD/versions/1").value()->id == "models/Fraud/versions/1");
  REQUIRE(store->put("jobs/Fig", Json::object()));
  CHECK_FALSE(store->get("jobs/fig").value());
  CHECK(store->get("JOBS/Fig").value());
}

TEST_CASE("a collection lists its direct members, newest first, and erasing takes what is below") {
  TemporaryFolder folder;
  auto store = *Store::open(folder.path());
  for (auto const* id :
       {"components/train", "components/train/versions/1", "components/train/versions/2", "components/trainer"})
    REQUIRE(store->put(id, Json::object()));
  auto const versions = store->list("components/train/versions").value();
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].id == "components/train/versions/2");
  CHECK(store->erase("components/train").value());
  CHECK(store->list("components/train/versions").value().empty());
  CHECK(store->get("components/trainer").value());
  CHECK_FALSE(store->erase("components/train").value());
}

TEST_CASE("children of a pipeline are found by the run they belong to") {
  TemporaryFolder folder;
  auto store = *Store::open(folder.path());
  REQUIRE(store->put("jobs/parent", Json{{"properties", Json::object()}}));
  REQUIRE(store->put("jobs/step", Json{{"properties", {{"properties", {{"azureml.pipelinerunid", "parent"}}}}}}));
  auto const children = store->children("parent").value();
  REQUIRE(children.size() == 1);
  CHECK(children[0].id == "jobs/step");
}

TEST_CASE("an update that is left alone changes nothing") {
  TemporaryFolder folder;
  auto store = *Store::open(folder.path());
  REQUIRE(store->put("jobs/a", Json{{"n", 1}}));
  CHECK(store
            ->update("jobs/a",
                     [](Json& body) {
                       body["n"] = 2;
                       return false;
                     })
            .value()
            .has_value());
  CHECK(store->get("jobs/a").value()->body["n"] == 1);
  CHECK(store
            ->update("jobs/a",
                     [](Json& body) {
                       body["n"] = 3;
                       return true;
                     })
            .value()
            ->body["n"] == 3);
  CHECK_FALSE(store->update("jobs/none", [](Json&) { return true; }).value());
}

TEST_CASE("a disk that is full ends in one clear error, and the workspace still opens") {
  TemporaryFolder folder;
  {
    REQUIRE(Store::open(folder.path()));
  }
  auto const child = fork();
  if (child == 0) {
    // A limit on file sizes stands in for the end of the disk: SQLite meets a short write either way.
    signal(SIGXFSZ, SIG_IGN);
    auto store = Store::open(folder.path());
    if (!store) _exit(2);
    rlimit const limit{200'000, 200'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 100; ++i)
      if (auto put = (*store)->put("jobs/" + std::to_string(i), Json{{"text", std::string(20'000, 'x')}}); !put)
        _exit(put.error().code() == Errc::exhausted || put.error().code() == Errc::failed ? 0 : 3);
    _exit(4);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  auto store = Store::open(folder.path());
  REQUIRE_MESSAGE(store, (store ? "" : store.error().to_string()));
  CHECK((*store)->get("jobs/0").value());
}

TEST_CASE("a folder that cannot be one, and a file that is no database, are refused") {
  TemporaryFolder folder;
  std::ofstream{folder.path() / "file"} << "x";
  CHECK_FALSE(Store::open(folder.path() / "file"));
  std::filesystem::create_directories(folder.path() / "broken");
  std::ofstream{folder.path() / "broken/workspace.db"} << std::string(8192, 'x');
  auto const broken = Store::open(folder.path() / "broken");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message().find("damaged") != std::string::npos);
}
