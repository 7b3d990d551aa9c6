#include "podium/clients/assets.hpp"

#include "unit/clients/support.hpp"

using namespace podium;
using test::asset;
using test::Json;
using test::Scripted;

TEST_CASE_FIXTURE(Scripted, "the workspace tells where it lies and where its data planes are") {
  reply(200, test::workspace_body());
  auto const info = WorkspacesClient{session}.get().value();
  CHECK(info.location == "westeurope");
  CHECK(info.discovery_url == "https://arm.test/discovery");
  CHECK(sent(0).url == "https://arm.test" + test::workspace + "?api-version=2024-10-01");
  reply(200, Json{{"hello", "world"}});
  CHECK(WorkspacesClient{session}.get().error().code() == Errc::protocol);
}

TEST_CASE_FIXTURE(Scripted, "code is uploaded once per content") {
  test::TemporaryFolder folder;
  folder.write("src/train.py", "print(1)\n");
  folder.write("src/util.py", "x\n");
  auto const root = (folder.path() / "src").string();
  reply(200, {{"value", Json::array()}, {"nextLink", nullptr}})
      .reply(200,
             {{"blobReferenceForConsumption",
               {{"blobUri", "https://acct.test/box"},
                {"credential", {{"credentialType", "SAS"}, {"sasUri", "https://acct.test/box?sv=1&sig=secret"}}}}}})
      .reply(201, nullptr)
      .reply(201, nullptr)
      .reply(201, asset("codes", "c0de", "1", {{"codeUri", "https://acct.test/box/src"}}));
  auto const code = CodesClient{session}.upload(root).value();
  CHECK(code.id == test::workspace + "/codes/c0de/versions/1");
  CHECK(code.digest == "f8973b7cb1a13d7ff7437329b7c7ce96eb673a323fa0118ee97de238033fd7a3");
  CHECK(sent(0).url.find("hash=" + code.digest + "&hashVersion=202208") != std::string::npos);
  CHECK(sent(2).url == "https://acct.test/box/src/train.py?sv=1&sig=secret");
  CHECK(sent(2).body == "print(1)\n");
  CHECK(sent(2).headers.get("x-ms-blob-type") == "BlockBlob");
  CHECK(sent(2).headers.find("authorization") == nullptr);
  CHECK(body(4)["properties"] == Json{{"codeUri", "https://acct.test/box/src"},
                                      {"isAnonymous", true},
                                      {"properties", {{"hash_sha256", code.digest}, {"hash_version", 202208}}}});

  reply(200, {{"value", {asset("codes", "c0de", "1", {{"codeUri", "u"}})}}});
  CHECK(CodesClient{session}.upload(root).value().id == code.id);
  CHECK(wire->exhausted());
}

TEST_CASE("whichever step of a code upload fails, the error names the folder and nothing is registered") {
  test::TemporaryFolder folder;
  folder.write("a.py", "1");
  for (std::size_t failing = 0; failing < 4; ++failing) {
    CAPTURE(failing);
    Scripted s;
    std::vector<std::function<void()>> steps{
        [&] { s.reply(200, {{"value", Json::array()}}); },
        [&] {
          s.reply(200, {{"blobReferenceForConsumption",
                         {{"credential", {{"sasUri", "https://acct.test/box?sig=secret"}}}}}});
        },
        [&] { s.reply(201, nullptr); }, [&] { s.reply(201, asset("codes", "c", "1", {{"codeUri", "u"}})); }};
    for (std::size_t i = 0; i < failing; ++i) steps[i]();
    s.reply(403, {{"error", {{"code", "Denied"}, {"message", "no"}}}});
    auto const code = CodesClient{s.session}.upload(folder.path().string());
    REQUIRE_FALSE(code);
    CHECK(code.error().code() == Errc::permission_denied);
    CHECK(code.error().to_string().find(folder.path().string()) != std::string::npos);
    CHECK(code.error().to_string().find("secret") == std::string::npos);
    CHECK(s.wire->requests().size() == failing + 1);
  }
}

TEST_CASE_FIXTURE(Scripted, "equal anonymous components get the same version, whatever else is different") {
  model::CommandComponent component;
  component.command = "python x.py";
  component.code = "azureml:" + test::workspace + "/codes/c/versions/1";
  component.environment = "env:3";
  component.inputs = {{"lr",
                       {.type = "number",
                        .description = {},
                        .optional = true,
                        .default_value = "0.1",
                        .min = {},
                        .max = {},
                        .allowed = {},
                        .mode = {}}}};
  component.outputs = {{"out", {}}};
  for (int i = 0; i < 3; ++i)
    reply(201, asset("components", "azureml_anonymous", "v", {{"componentSpec", {{"type", "command"}}}}));
  ComponentsClient const components{session};
  REQUIRE(components.put(component));
  component.source_file = "/elsewhere/component.yml";
  REQUIRE(components.put(component));
  component.command = "python y.py";
  REQUIRE(components.put(component));
  CHECK(line(0) == line(1));
  CHECK(line(0) != line(2));
  CHECK(line(0).size() == std::string{"PUT components/azureml_anonymous/versions/"}.size() + 36);
  auto const spec = body(0)["properties"]["componentSpec"];
  CHECK(spec["code"] == "azureml:" + test::workspace + "/codes/c/versions/1");
  CHECK(spec["environment"] == "azureml:" + test::workspace + "/environments/env/versions/3");
  CHECK(spec["inputs"]["lr"] == Json{{"type", "number"}, {"default", "0.1"}, {"optional", true}});
  CHECK(body(0)["properties"]["isAnonymous"] == true);
}

TEST_CASE_FIXTURE(Scripted, "a named component without a version takes the next, again if somebody else was quicker") {
  model::CommandComponent component;
  component.name = "train";
  component.command = "true";
  component.environment = "env:1";
  reply(200, {{"properties", {{"latestVersion", "4"}, {"nextVersion", "5"}}}})
      .reply(409, {{"error", {{"code", "Conflict"}, {"message", "exists"}}}})
      .reply(200, {{"properties", {{"nextVersion", "6"}}}})
      .reply(201,
             asset("components", "train", "6", {{"componentSpec", {{"type", "command"}, {"display_name", "Train"}}}}));
  auto const info = ComponentsClient{session}.put(component).value();
  CHECK(info.version == "6");
  CHECK(info.display_name == "Train");
  CHECK(lines() == std::vector<std::string>{"GET components/train", "PUT components/train/versions/5",
                                            "GET components/train", "PUT components/train/versions/6"});
  CHECK(body(3)["properties"]["componentSpec"]["version"] == "6");

  component.version = "1";
  reply(409, {{"error", {{"code", "Conflict"}, {"message", "exists"}}}});
  CHECK(ComponentsClient{session}.put(component).error().code() == Errc::conflict);
  reply(200, {{"value", {{{"name", "train"}, {"properties", {{"latestVersion", "6"}}}}}}});
  CHECK(ComponentsClient{session}.list().value()[0].version == "6");
}

TEST_CASE_FIXTURE(Scripted, "an environment is written again only if its content changed") {
  model::Environment environment;
  environment.name = "env";
  environment.image = "img";
  environment.conda_file = "dependencies: []\n";
  reply(200, {{"properties", {{"latestVersion", "2"}, {"nextVersion", "3"}}}})
      .reply(409, {{"error", {{"message", "changed"}}}})
      .reply(200, {{"properties", {{"latestVersion", "2"}, {"nextVersion", "3"}}}})
      .reply(201, asset("environments", "env", "3",
                        {{"image", "img"}, {"condaFile", "dependencies: []\n"}, {"description", nullptr}}));
  auto const put = EnvironmentsClient{session}.put(environment).value();
  CHECK(put.version == "3");
  CHECK(put.conda_file == environment.conda_file);
  CHECK(line(1) == "PUT environments/env/versions/2");
  CHECK(line(3) == "PUT environments/env/versions/3");

  environment.name.clear();
  reply(201, asset("environments", "CliV2AnonymousEnvironment", "v", {{"image", "img"}}));
  REQUIRE(EnvironmentsClient{session}.put(environment));
  CHECK(line(4).starts_with("PUT environments/CliV2AnonymousEnvironment/versions/"));
  environment.image.clear();
  CHECK(EnvironmentsClient{session}.put(environment).error().code() == Errc::invalid_argument);
}

TEST_CASE_FIXTURE(Scripted, "a local model is uploaded to the default datastore, then registered with its lineage") {
  test::TemporaryFolder folder;
  auto const file = folder.write("model.txt", "weights");
  model::Model model;
  model.name = "delays";
  model.path = file.string();
  model.job_name = "brave_fig";
  model.properties = {{"podium.code_digest", "abc"}};
  reply(200, {{"value", {test::datastore_body()}}})
      .reply(200, test::sas())
      .reply(404, nullptr)
      .reply(201, nullptr)
      .reply(200, nullptr)
      .reply(404, {{"error", {{"code", "UserError"}}}})
      .reply(201, asset("models", "delays", "1",
                        {{"modelUri", "azureml://x"},
                         {"jobName", "brave_fig"},
                         {"modelType", "custom_model"},
                         {"properties", {{"podium.code_digest", "abc"}}},
                         {"flavors", Json::object()}}));
  auto const made = ModelsClient{session}.put(model).value();
  CHECK(made.version == "1");
  CHECK(made.job_name == "brave_fig");
  CHECK(made.properties.at("podium.code_digest") == "abc");
  auto const uri = body(6)["properties"]["modelUri"].get<std::string>();
  CHECK(uri.starts_with("azureml://datastores/workspaceblobstore/paths/LocalUpload/"));
  CHECK(uri.ends_with("/model.txt"));
  CHECK(sent(3).url.starts_with("https://acct.blob.core.windows.net/box/LocalUpload/"));
  CHECK(sent(3).url.ends_with("/model.txt?sv=1&sig=secret%3D"));
  CHECK(sent(3).body == "weights");
  CHECK(sent(4).headers.get("x-ms-meta-upload_status") == "completed");
  for (int i : {2, 3, 4}) CHECK(sent(static_cast<std::size_t>(i)).headers.find("authorization") == nullptr);

  // The same bytes again: one look, no upload.
  reply(200, {{"value", {test::datastore_body()}}})
      .reply(200, test::sas())
      .reply(200, nullptr, {{"x-ms-meta-upload_status", "completed"}});
  reply(200, {{"properties", {{"nextVersion", "2"}}}}).reply(201, asset("models", "delays", "2", Json::object()));
  CHECK(ModelsClient{session}.put(model).value().version == "2");
  CHECK(wire->exhausted());
}

TEST_CASE_FIXTURE(Scripted, "the newest model is found by creation, containers and versions are listed") {
  reply(200, {{"value", {asset("models", "m", "7", Json::object())}}})
      .reply(200, asset("models", "m", "7", {{"modelUri", "u"}}));
  CHECK(ModelsClient{session}.get("m").value().version == "7");
  CHECK(sent(0).url.find("$orderBy=createdtime%20desc&$top=1") != std::string::npos);
  reply(200, {{"value", Json::array()}});
  CHECK(ModelsClient{session}.get("none").error().code() == Errc::not_found);
  reply(200, {{"value",
               {{{"id", test::workspace + "/models/m"}, {"name", "m"}, {"properties", {{"latestVersion", "7"}}}}}}});
  auto const listed = ModelsClient{session}.list().value();
  CHECK(listed[0].name == "m");
  CHECK(listed[0].version == "7");
  reply(200, {{"value", {asset("models", "m", "7", Json::object()), asset("models", "m", "6", Json::object())}}});
  CHECK(ModelsClient{session}.versions("m").value()[1].version == "6");
}

TEST_CASE_FIXTURE(Scripted, "data by URI is registered as it is, and a folder is not a file") {
  model::DataAsset data;
  data.name = "flights";
  data.version = "3";
  data.path = "azureml://datastores/workspaceblobstore/paths/flights/";
  reply(201, asset("data", "flights", "3", {{"dataType", "uri_folder"}, {"dataUri", data.path}, {"tags", nullptr}}));
  auto const made = DataClient{session}.put(data).value();
  CHECK(made.path == data.path);
  CHECK(body(0)["properties"]["dataType"] == "uri_folder");
  reply(200, asset("data", "flights", "3", {{"dataUri", data.path}}));
  CHECK(DataClient{session}.get("flights", "3").value().name == "flights");
  reply(404, {{"error", {{"code", "NotFound"}, {"message", "gone"}}}});
  CHECK(DataClient{session}.get("flights", "9").error().to_string() ==
        "data `flights`: version `9`: not found: gone (HTTP 404 NotFound)");
  reply(200, {{"value", {{{"name", "flights"}, {"properties", {{"latestVersion", "3"}}}}}}});
  CHECK(DataClient{session}.list().value().size() == 1);

  test::TemporaryFolder folder;
  folder.write("a.csv", "x");
  data.type = "uri_file";
  data.path = folder.path().string();
  reply(200, {{"value", {test::datastore_body()}}})
      .reply(200, test::sas())
      .reply(200, nullptr, {{"x-ms-meta-upload_status", "completed"}});
  CHECK(DataClient{session}.put(data).error().code() == Errc::invalid_argument);
}

TEST_CASE_FIXTURE(Scripted, "datastores are read, the default one is asked for") {
  reply(200, test::datastore_body());
  CHECK(DatastoresClient{session}.get("workspaceblobstore").value().container == "box");
  reply(200, {{"value", {test::datastore_body()}}});
  CHECK(DatastoresClient{session}.get_default().value().is_default);
  CHECK(sent(1).url.find("isDefault=true") != std::string::npos);
  reply(200,
        {{"value", {test::datastore_body(), {{"name", "x"}, {"properties", {{"datastoreType", "FutureStore"}}}}}}});
  CHECK(DatastoresClient{session}.list().value()[1].type == "FutureStore");
  reply(200, {{"value", Json::array()}});
  CHECK(DatastoresClient{session}.get_default().error().code() == Errc::not_found);
}
