#include "clients/content.hpp"

#include "unit/clients/support.hpp"

using namespace podium;
using test::TemporaryFolder;

TEST_CASE("digests of a folder and of a file are those of the official client") {
  TemporaryFolder folder;
  folder.write("train.py", "print(1)\n");
  folder.write("util.py", "x\n");
  CHECK(clients::upload_digest(folder.path()).value() ==
        "4b817d45c3bc6f5c10306cc3a536d6df11a288da5bfb28e2cbd278caac81ca02");
  CHECK(clients::upload_digest(folder.path() / "train.py").value() ==
        "be8e1ccd5bbcf8736e49e2bd0fe5d827c4332a4b6c1975d480092b1fa0cc9d74");
  CHECK(clients::content_digest(clients::files_of(folder.path()).value()).value() ==
        "f8973b7cb1a13d7ff7437329b7c7ce96eb673a323fa0118ee97de238033fd7a3");
}

TEST_CASE("files are found in a fixed order, ignored ones left out") {
  TemporaryFolder folder;
  folder.write("b.py", "");
  folder.write("A.py", "");
  folder.write("sub/c.py", "");
  folder.write("sub/__pycache__/c.pyc", "");
  folder.write("logs/x.log", "");
  folder.write("keep.log", "");
  folder.write("other.log", "");
  folder.write(".amlignore", "# comment\n*.log\n!keep.log\n/logs/\n.amlignore\n");
  std::vector<std::string> names;
  auto const files = clients::files_of(folder.path()).value();
  for (auto const& file : files) names.push_back(file.relative);
  CHECK(names == std::vector<std::string>{"A.py", "b.py", "keep.log", "sub/c.py"});
}

TEST_CASE("an empty, missing or endless folder is one clear error") {
  TemporaryFolder folder;
  CHECK(clients::files_of(folder.path()).error().code() == Errc::invalid_argument);
  CHECK(clients::files_of(folder.path() / "nowhere").error().code() == Errc::not_found);
  folder.write("a.py", "");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "loop");
  CHECK(clients::files_of(folder.path()).error().code() == Errc::invalid_argument);
}

TEST_CASE("local paths are told from ids and references") {
  CHECK(clients::is_local_path("/home/me/src"));
  CHECK_FALSE(clients::is_local_path("/subscriptions/s/x"));
  CHECK_FALSE(clients::is_local_path("azureml:train:1"));
  CHECK_FALSE(clients::is_local_path("azureml://datastores/d/paths/p"));
}
