#include "net/client.hpp"
#include "workspace_fixture.hpp"

#include <sys/stat.h>

#include <fstream>
#include <iterator>

using namespace podium;
using testing::Json;

namespace {

std::string read(std::filesystem::path const& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

TEST_CASE("a served workspace answers over plain HTTP and TLS on one port, to those who bring a token") {
  testing::TemporaryFolder folder;
  auto workspace = testing::open(folder.path());
  testing::Client const embedded{workspace};
  auto const served = workspace->serve();
  REQUIRE_MESSAGE(served, (served ? "" : served.error().to_string()));
  auto wire = *net::make_transport({.ca_pem = read(served->ca_file)});

  auto const target = embedded.id() + "?api-version=2024-10-01";
  for (auto const& base : {served->url, served->tls_url}) {
    CAPTURE(base);
    auto const refused = http::send(*wire, {.method = "GET", .url = base + target});
    REQUIRE_MESSAGE(refused, (refused ? "" : refused.error().to_string()));
    CHECK(refused->status == 401);
    auto const given =
        http::send(*wire, {.method = "GET", .url = base + "/msi/token?api-version=2017-09-01&resource=" + base});
    REQUIRE(given);
    auto const token = Json::parse(given->body)["access_token"].get<std::string>();
    auto const shown =
        http::send(*wire, {.method = "GET", .url = base + target, .headers = {{"authorization", "Bearer " + token}}});
    REQUIRE(shown);
    REQUIRE(shown->status == 200);
    CHECK(Json::parse(shown->body)["properties"]["discoveryUrl"] == base + "/discovery");
    auto const store = http::send(*wire, {.method = "GET",
                                          .url = base + embedded.id() + "/datastores/workspaceblobstore?api-version=1",
                                          .headers = {{"authorization", "Bearer x"}}});
    CHECK(Json::parse(store->body)["properties"]["accountName"] == base.substr(base.find("//") + 2) + "/local");
  }
  struct stat key{};
  REQUIRE(stat((folder.path() / "tls/server.key").c_str(), &key) == 0);
  CHECK((key.st_mode & 0777) == 0600);
}

TEST_CASE("the authority of a workspace stays when it is served again") {
  testing::TemporaryFolder folder;
  std::string first;
  {
    auto workspace = testing::open(folder.path());
    first = read(workspace->serve().value().ca_file);
  }
  auto workspace = testing::open(folder.path());
  CHECK(read(workspace->serve().value().ca_file) == first);
  CHECK(first.find("BEGIN CERTIFICATE") != std::string::npos);
}

TEST_CASE("a client that outlives its workspace is told") {
  testing::TemporaryFolder folder;
  auto workspace = testing::open(folder.path());
  auto wire = workspace->transport();
  workspace.reset();
  auto const gone = http::send(*wire, {.method = "GET", .url = "https://podium.local/"});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code() == Errc::unavailable);
}
