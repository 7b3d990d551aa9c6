#include "base/snapshot.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace podium;

namespace {

class Folder {
 public:
  Folder() : path_{fs::temp_directory_path() / ("podium-snapshot-" + std::to_string(::getpid()))} {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  void write(std::string const& name, std::string const& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream{path_ / name, std::ios::binary} << text;
  }
  fs::path const& path() const { return path_; }

 private:
  fs::path path_;
};

std::string code_digest(fs::path const& root, base::IgnoreRules const& rules) {
  auto const files = base::snapshot_files(root, rules);
  REQUIRE(files);
  return base::snapshot_digest(*files).value();
}

constexpr std::string_view compiled[] = {"__pycache__"};

}  // namespace

TEST_CASE("code is known by the digest that the official client gives it") {
  Folder const folder;
  folder.write("x.txt", "hello\n");
  folder.write("B.txt", "B");
  folder.write("b/y.py", "print(1)\n");
  folder.write("__pycache__/z.pyc", "zz");
  CHECK(code_digest(folder.path(), base::ignore_rules_of(folder.path())) ==
        "7ab21e66a1e31cce62d55c53251884451fa4c9344dd5a29e3e3e57f61888439d");
  CHECK(code_digest(folder.path(), base::ignore_rules_of(folder.path(), compiled)) ==
        "fc92e0447a61b56ce6e6b2ff986e8a7c5a3d9ab26289dd7d55e8fb397af00756");
  CHECK(code_digest(folder.path() / "x.txt", {}) == "710c768b206188a634d122e3af5ccbb3076f96fb9c69b64b65501c4c77ad7c9d");
}

TEST_CASE("uploads are known by names and contents, without what is ignored") {
  Folder const folder;
  folder.write("train.py", "print(1)\n");
  folder.write("util.py", "x\n");
  std::string const plain = "4b817d45c3bc6f5c10306cc3a536d6df11a288da5bfb28e2cbd278caac81ca02";
  CHECK(base::upload_digest(folder.path(), {}).value() == plain);
  CHECK(base::upload_digest(folder.path() / "train.py", {}).value() ==
        "be8e1ccd5bbcf8736e49e2bd0fe5d827c4332a4b6c1975d480092b1fa0cc9d74");
  folder.write("__pycache__/util.pyc", "zz");
  CHECK(base::upload_digest(folder.path(), {}).value() != plain);
  CHECK(base::upload_digest(folder.path(), base::ignore_rules_of(folder.path(), compiled)).value() == plain);
}

TEST_CASE("ignore patterns mean what they mean to the official client") {
  base::IgnoreRules const rules{"*.tmp\n/top\nbuild/\na/**/z\ndocs/*.md\n[0-9]?.txt\n**/deep\ndata/**\n"};
  for (auto const* path : {"x.tmp", "sub/x.tmp", "top", "top/below", "sub/build/x", "a/z", "a/b/c/z", "docs/a.md",
                           "1a.txt", "x/y/deep", "data/x", "data/x/y"})
    CHECK_MESSAGE(rules.ignored(path), path);
  for (auto const* path : {"sub/top", "build", "docs/sub/a.md", "x/docs/a.md", "aa.txt", "data", "tmp"})
    CHECK_MESSAGE(!rules.ignored(path), path);

  base::IgnoreRules const last{"# words\n*.log\n!keep.log  \n\n"};
  CHECK(last.ignored("x.log"));
  CHECK_FALSE(last.ignored("keep.log"));
  CHECK_FALSE(last.ignored("# words"));
  CHECK(base::IgnoreRules{"# only words\n\n/\na[\n"}.empty());
}

TEST_CASE("one ignore file counts, in the order that the client looks for them") {
  Folder const folder;
  folder.write(".gitignore", "*.a\n");
  CHECK(base::ignore_rules_of(folder.path()).ignored("x.a"));
  folder.write(".amlignore", "*.b\n");
  CHECK_FALSE(base::ignore_rules_of(folder.path()).ignored("x.a"));
  CHECK(base::ignore_rules_of(folder.path()).ignored("x.b"));
}

TEST_CASE("files come in a fixed order, and links that lead back are refused") {
  Folder const folder;
  for (auto const* name : {"b.py", "A.py", "sub/c.py", "a/x"}) folder.write(name, "");
  std::vector<std::string> names;
  for (auto const& file : base::snapshot_files(folder.path(), {}).value()) names.push_back(file.relative);
  CHECK(names == std::vector<std::string>{"A.py", "a/x", "b.py", "sub/c.py"});
  CHECK(base::snapshot_files(folder.path() / "nowhere", {}).error().code() == Errc::not_found);

  fs::create_directory_symlink(folder.path(), folder.path() / "sub" / "loop");
  CHECK(base::snapshot_files(folder.path(), {}).error().code() == Errc::invalid_argument);
  CHECK(base::upload_digest(folder.path(), {}).error().code() == Errc::invalid_argument);
  CHECK(base::snapshot_files(folder.path(), base::IgnoreRules{"loop"}).value().size() == 4);
}
