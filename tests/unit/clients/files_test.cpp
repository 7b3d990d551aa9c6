#include "clients/blobs.hpp"
#include "clients/datastore_access.hpp"
#include "unit/clients/support.hpp"

#include "podium/clients/assets.hpp"

using namespace podium;
using test::Scripted;

namespace {

std::string const root = "azureml://datastores/workspaceblobstore/paths/";

std::string listing(std::vector<std::string> const& names, std::string const& marker = {}) {
  std::string xml = "<?xml version=\"1.0\"?><EnumerationResults><Blobs>";
  for (auto const& name : names) xml += "<Blob><Name>" + name + "</Name><Properties/></Blob>";
  return xml + "</Blobs><NextMarker>" + marker + "</NextMarker></EnumerationResults>";
}

}  // namespace

TEST_CASE_FIXTURE(Scripted, "a file is read and written through the datastore's signature, never with our token") {
  reply(200, test::datastore_body()).reply(200, test::sas());
  wire->reply(200, "content");
  CHECK(FilesClient{session}.read(root + "a b/c.txt").value() == "content");
  CHECK(sent(2).url == "https://acct.blob.core.windows.net/box/a%20b/c.txt?sv=1&sig=secret%3D");
  CHECK(sent(2).headers.find("authorization") == nullptr);
  CHECK(body(1) == test::Json{{"expirableSecret", true}, {"expireAfterHours", 1}});

  reply(200, test::datastore_body()).reply(200, test::sas());
  wire->reply(201);
  CHECK(FilesClient{session}.write(root + "x.txt", "hello"));
  CHECK(sent(5).method == "PUT");
  CHECK(sent(5).body == "hello");
}

TEST_CASE_FIXTURE(Scripted, "a path-style account becomes a URL of the host that it names") {
  reply(200, test::datastore_body("127.0.0.1:8443/local", "http")).reply(200, test::sas());
  wire->reply(200, "x");
  REQUIRE(FilesClient{session}.read(root + "f"));
  CHECK(sent(2).url.starts_with("http://127.0.0.1:8443/local.blob.core.windows.net/box/f?"));
}

TEST_CASE_FIXTURE(Scripted, "a list runs over its pages and knows a folder from a common beginning") {
  reply(200, test::datastore_body()).reply(200, test::sas());
  wire->reply(200, listing({"runs/b", "runs/a&amp;b"}, "m1")).reply(200, listing({"runs/c", "runs2/d"}));
  CHECK(FilesClient{session}.list(root + "runs").value() == std::vector<std::string>{"runs/a&b", "runs/b", "runs/c"});
  CHECK(sent(2).url.find("restype=container&comp=list&prefix=runs&sv=1") != std::string::npos);
  CHECK(sent(3).url.find("marker=m1") != std::string::npos);
}

TEST_CASE_FIXTURE(Scripted, "a download keeps the folders and does not leave the target") {
  test::TemporaryFolder folder;
  reply(200, test::datastore_body()).reply(200, test::sas());
  wire->reply(200, listing({"out/a.txt", "out/sub/b.txt"})).reply(200, "A").reply(200, "B");
  CHECK(FilesClient{session}.download(root + "out/", (folder.path() / "got").string()).value() == 2);
  CHECK(std::filesystem::file_size(folder.path() / "got/sub/b.txt") == 1);

  reply(200, test::datastore_body()).reply(200, test::sas());
  wire->reply(200, listing({"out/../../evil.txt"}));
  CHECK(FilesClient{session}.download(root + "out/", (folder.path() / "got").string()).error().code() ==
        Errc::protocol);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "evil.txt"));

  reply(200, test::datastore_body()).reply(200, test::sas());
  wire->reply(200, listing({}));
  CHECK(FilesClient{session}.download(root + "none", folder.path().string()).error().code() == Errc::not_found);
}

TEST_CASE_FIXTURE(Scripted, "what cannot be reached is said, with the signature kept out of it") {
  CHECK(FilesClient{session}.read("https://x/y").error().code() == Errc::invalid_argument);
  CHECK(FilesClient{session}.write(root, "x").error().code() != Errc::internal);
  reply(200, test::datastore_body()).reply(200, test::sas());
  wire->reply(404, "", {{"x-ms-error-code", "BlobNotFound"}});
  auto const missing = FilesClient{session}.read(root + "gone.txt");
  CHECK(missing.error().code() == Errc::not_found);
  CHECK(missing.error().to_string().find("gone.txt") != std::string::npos);
  CHECK(missing.error().to_string().find("secret") == std::string::npos);
}

TEST_CASE("datastore URIs in every form") {
  auto const check = [](std::string const& uri, std::string const& store, std::string const& path) {
    CAPTURE(uri);
    auto const parsed = clients::parse_datastore_uri(uri).value();
    CHECK(parsed.datastore == store);
    CHECK(parsed.path == path);
  };
  check("azureml://datastores/d/paths/a/b", "d", "a/b");
  check("azureml://datastores/d/paths/", "d", "");
  check("azureml://datastores/d/paths", "d", "");
  check("azureml://datastores/d/ExperimentRun/dcid.x", "d", "ExperimentRun/dcid.x");
  check("azureml://subscriptions/s/resourcegroups/r/workspaces/w/datastores/d/paths/p", "d", "p");
  CHECK_FALSE(clients::parse_datastore_uri("azureml://jobs/j/outputs/o"));
  CHECK_FALSE(clients::parse_datastore_uri("/datastores/d"));
}

TEST_CASE("SharedKey signs the canonical request") {
  // Computed with Python's hmac over the text that the protocol prescribes.
  http::Request const request{"PUT",
                              "https://acct.blob.core.windows.net/box/a%20b.txt?comp=metadata",
                              {{"x-ms-version", "2021-12-02"},
                               {"X-Ms-Date", "Thu, 01 Jan 2026 00:00:00 GMT"},
                               {"content-type", "application/octet-stream"}},
                              "hello"};
  CHECK(clients::shared_key(request, "acct", "c2VjcmV0LWtleQ==").value() ==
        "SharedKey acct:K1Qt6rYR0F+r47kBY5KlanS7642b9uTYe2cBdmWYSiQ=");
  CHECK_FALSE(clients::shared_key(request, "acct", "not base64!"));
}

TEST_CASE_FIXTURE(Scripted, "an account key signs where there is no signature") {
  reply(200, test::datastore_body()).reply(200, {{"secretsType", "AccountKey"}, {"key", "c2VjcmV0LWtleQ=="}});
  wire->reply(200, "x");
  REQUIRE(FilesClient{session}.read(root + "f"));
  CHECK(sent(2).headers.get("authorization").starts_with("SharedKey acct:"));
  CHECK(sent(2).headers.find("x-ms-date") != nullptr);
  reply(200, test::datastore_body()).reply(200, {{"secretsType", "None"}});
  CHECK(FilesClient{session}.read(root + "f").error().code() == Errc::unauthenticated);
}

TEST_CASE_FIXTURE(Scripted, "a datastore's files can be read in place with what the workspace keeps for it") {
  reply(200, test::datastore_body()).reply(200, test::sas());
  auto const access = DatastoresClient{session}.access(root + "a/b.parquet").value();
  CHECK(access.uri == "abfss://box@acct.dfs.core.windows.net/a/b.parquet");
  CHECK(access.sas_token.find("sig=secret") != std::string::npos);
  CHECK(access.account_key.empty());

  reply(200, test::datastore_body("127.0.0.1:8443/local", "http"));
  CHECK(DatastoresClient{session}.access(root + "x").error().message().find("served by podium") != std::string::npos);
  CHECK(DatastoresClient{session}.access("abfss://x").error().code() == Errc::invalid_argument);
}
