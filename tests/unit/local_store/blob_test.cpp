#include "workspace_fixture.hpp"

#include <fstream>

using namespace podium;
using testing::Client;
using testing::Json;

namespace {

struct Room {
  testing::TemporaryFolder folder;
  Client client{testing::open(folder.path())};
  std::string container =
      "/local.blob.core.windows.net/" +
      client.ask("GET", "datastores/workspaceblobstore").body["properties"]["containerName"].get<std::string>();
  std::filesystem::path files = folder.path() / "datastores/workspaceblobstore";
};

http::Headers const block{{"x-ms-blob-type", "BlockBlob"}, {"content-md5", "XUFAKrxLKna5cZ2REBfFkg=="}};

}  // namespace

TEST_CASE("a blob is a file of the datastore, and its metadata stays with it") {
  Room room;
  CHECK(room.client.raw("HEAD", room.container + "/a/b%20c.txt").status == 404);
  auto const put = room.client.raw("PUT", room.container + "/a/b%20c.txt", "hello", block);
  CHECK(put.status == 201);
  CHECK(std::filesystem::file_size(room.files / "a/b c.txt") == 5);
  auto once = block;
  once.set("if-none-match", "*");
  CHECK(room.client.raw("PUT", room.container + "/a/b%20c.txt", "again", once).status == 409);
  CHECK(room.client
            .raw("PUT", room.container + "/a/b%20c.txt?comp=metadata", "", {{"x-ms-meta-upload_status", "completed"}})
            .status == 200);
  auto const head = room.client.raw("HEAD", room.container + "/a/b%20c.txt");
  CHECK(head.status == 200);
  CHECK(head.raw.headers.get("x-ms-meta-upload_status") == "completed");
  CHECK(head.raw.headers.get("content-length") == "5");
  CHECK(head.raw.headers.get("content-md5") == "XUFAKrxLKna5cZ2REBfFkg==");
}

TEST_CASE("a part of a blob comes with its place in the whole") {
  Room room;
  REQUIRE(room.client.raw("PUT", room.container + "/x", "0123456789", block).status == 201);
  auto const part = room.client.raw("GET", room.container + "/x", "", {{"x-ms-range", "bytes=2-4"}});
  CHECK(part.status == 206);
  CHECK(part.raw.body == "234");
  CHECK(part.raw.headers.get("content-range") == "bytes 2-4/10");
  CHECK(room.client.raw("GET", room.container + "/x", "", {{"range", "bytes=8-33554431"}}).raw.body == "89");
  CHECK(room.client.raw("GET", room.container + "/x", "", {{"range", "bytes=10-"}}).status == 416);
  CHECK(room.client.raw("GET", room.container + "/x").raw.body == "0123456789");
}

TEST_CASE("blocks become a blob when they are listed, not before") {
  Room room;
  CHECK(room.client.raw("PUT", room.container + "/big?comp=block&blockid=QQ%3D%3D", "first ").status == 201);
  CHECK(room.client.raw("PUT", room.container + "/big?comp=block&blockid=Qg%3D%3D", "second").status == 201);
  CHECK(room.client.raw("HEAD", room.container + "/big").status == 404);
  CHECK(room.client
            .raw("PUT", room.container + "/big?comp=blocklist",
                 "<BlockList><Latest>QQ==</Latest><Latest>Qg==</Latest></BlockList>")
            .status == 201);
  CHECK(room.client.raw("GET", room.container + "/big").raw.body == "first second");
  CHECK(room.client.raw("PUT", room.container + "/big?comp=blocklist", "<BlockList><Latest>none</Latest></BlockList>")
            .status == 400);
}

TEST_CASE("a list honours prefix, delimiter and page size") {
  Room room;
  for (auto const* name : {"d/1", "d/2", "d/e/3", "f"})
    REQUIRE(room.client.raw("PUT", room.container + "/" + name, "x", block).status == 201);
  auto const list = [&](std::string const& query) {
    return room.client.raw("GET", room.container + "?restype=container&comp=list" + query).raw.body;
  };
  CHECK(list("&prefix=d/").find("<Name>d/e/3</Name>") != std::string::npos);
  CHECK(list("&prefix=d/").find("<Name>f</Name>") == std::string::npos);
  auto const folders = list("&prefix=d/&delimiter=/");
  CHECK(folders.find("<BlobPrefix><Name>d/e/</Name></BlobPrefix>") != std::string::npos);
  CHECK(folders.find("d/e/3") == std::string::npos);
  auto const first = list("&maxresults=2");
  CHECK(first.find("<NextMarker>d/e/3</NextMarker>") != std::string::npos);
  CHECK(list("&maxresults=2&marker=d/e/3").find("<Name>f</Name>") != std::string::npos);
}

TEST_CASE("no blob lies outside its datastore") {
  Room room;
  std::ofstream{room.folder.path() / "secret"} << "hush";
  std::filesystem::create_directory_symlink(room.folder.path(), room.files / "out");
  for (auto const* path :
       {"/../../secret", "/%2e%2e/%2e%2e/secret", "/a/..%2f..%2f..%2fsecret", "/out/secret", "/a%00b"})
    for (auto const* method : {"GET", "HEAD", "PUT", "DELETE"}) {
      CAPTURE(path);
      auto const reply = room.client.raw(method, room.container + path, "x", block);
      CHECK(reply.status >= 400);
      CHECK(reply.status < 500);
    }
  std::ifstream in{room.folder.path() / "secret"};
  std::string kept;
  in >> kept;
  CHECK(kept == "hush");
}

TEST_CASE("a deleted blob is gone, with the folders that only held it") {
  Room room;
  REQUIRE(room.client.raw("PUT", room.container + "/p/q/r", "x", block).status == 201);
  CHECK(room.client.raw("DELETE", room.container + "/p/q/r").status == 202);
  CHECK(room.client.raw("DELETE", room.container + "/p/q/r").status == 404);
  CHECK_FALSE(std::filesystem::exists(room.files / "p"));
}
