#include "files.hpp"

using namespace podium;
using namespace connect_test;

namespace {

struct Fixture {
  Files files;
  Workspace workspace = Workspace::local(files.path("ws")).value();

  Fixture() {
    files.write("step/greet.sh", "mkdir -p \"$2\"; echo \"hello $1\" > \"$2/greeting.txt\"\n");
    files.write("greet.yml", R"(
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: greet
version: "1"
inputs:
  who: {type: string, default: nobody}
outputs:
  said: {type: uri_folder}
code: ./step
environment: {image: "mcr.microsoft.com/azureml/minimal:1"}
command: sh greet.sh ${{inputs.who}} ${{outputs.said}}
)");
    files.write("pipeline.yml", R"(
type: pipeline
experiment_name: greetings
inputs: {who: world}
outputs: {said: {type: uri_folder}}
settings: {default_compute: azureml:serverless}
jobs:
  greet:
    type: command
    component: ./greet.yml
    inputs: {who: "${{parent.inputs.who}}"}
    outputs: {said: "${{parent.outputs.said}}"}
)");
  }

  model::Job finished(Workspace const& where, model::Job const& job) const {
    auto ended = where.jobs().wait(job.name).value();
    INFO(ended.error);
    REQUIRE(ended.status == model::JobStatus::completed);
    return ended;
  }
  std::string said(Workspace const& where, model::Job const& job) const {
    for (auto const& [name, uri] : job.outputs)
      if (name == "said") return where.files().read(uri + (uri.ends_with('/') ? "" : "/") + "greeting.txt").value();
    return {};
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a pipeline file becomes a job: code and steps are stored, the result can be read") {
  auto const job = workspace.submit(files.path("pipeline.yml")).value();
  CHECK(job.experiment_name == "greetings");
  CHECK(said(workspace, finished(workspace, job)) == "hello world\n");
}

TEST_CASE_FIXTURE(Fixture, "what is set on submission goes before what the file says") {
  auto const job = workspace
                       .submit(files.path("pipeline.yml"), {.set = {{"inputs.who", "moon"}},
                                                            .name = "mine",
                                                            .display_name = "to the moon",
                                                            .experiment_name = "other"})
                       .value();
  CHECK(job.name == "mine");
  CHECK(job.display_name == "to the moon");
  CHECK(job.experiment_name == "other");
  CHECK(said(workspace, finished(workspace, job)) == "hello moon\n");
}

TEST_CASE_FIXTURE(Fixture, "the same step is not run twice, unless that is asked for") {
  finished(workspace, workspace.submit(files.path("pipeline.yml")).value());
  auto const reused = [&](SubmitOptions const& options) {
    auto const job = finished(workspace, workspace.submit(files.path("pipeline.yml"), options).value());
    auto const children = workspace.jobs().children(job.name).value();
    REQUIRE(children.size() == 1);
    auto const found = children[0].properties.find("azureml.isreused");
    return found != children[0].properties.end() && (found->second == "true" || found->second == "True");
  };
  CHECK(reused({}));
  CHECK_FALSE(reused({.force_rerun = true}));
}

TEST_CASE_FIXTURE(Fixture, "a command job file is submitted with its code") {
  files.write("job.yml", R"(
type: command
command: sh greet.sh sun ${{outputs.said}}
code: ./step
environment: {image: "mcr.microsoft.com/azureml/minimal:1"}
compute: azureml:serverless
outputs: {said: {type: uri_folder}}
)");
  auto const job = workspace.submit(files.path("job.yml"), {.name = "one"}).value();
  CHECK(job.name == "one");
  CHECK(said(workspace, finished(workspace, job)) == "hello sun\n");
}

TEST_CASE_FIXTURE(Fixture, "a local file given as input is uploaded") {
  files.write("data/who.txt", "mars");
  files.write("job.yml", R"(
type: command
command: sh greet.sh $(cat ${{inputs.who}}) ${{outputs.said}}
code: ./step
environment: {image: "mcr.microsoft.com/azureml/minimal:1"}
compute: azureml:serverless
inputs: {who: {type: uri_file, path: ./data/who.txt}}
outputs: {said: {type: uri_folder}}
)");
  CHECK(said(workspace, finished(workspace, workspace.submit(files.path("job.yml")).value())) == "hello mars\n");
}

TEST_CASE_FIXTURE(Fixture, "a component is registered by name, and registering the same again changes nothing") {
  auto const first = workspace.register_component(files.path("greet.yml")).value();
  CHECK(first.name == "greet");
  CHECK(first.version == "1");
  CHECK(workspace.register_component(files.path("greet.yml")).value().id == first.id);
  CHECK(workspace.components().list().value().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a file that cannot be submitted is an error that names it") {
  auto const text = [&](std::filesystem::path const& file) { return workspace.submit(file).error().to_string(); };
  CHECK(text(files.path("nothing.yml")).find("nothing.yml") != std::string::npos);
  CHECK(text(files.path("greet.yml")).find("greet.yml` is a commandComponent, not a pipeline or command job") !=
        std::string::npos);
  CHECK(text(files.write("broken.yml", "type: pipeline\njobs: [\n")).find("broken.yml:") != std::string::npos);
  CHECK(workspace.jobs().list().value().empty());
}

TEST_CASE_FIXTURE(Fixture, "a workspace folder that is open is not opened again") {
  auto const second = Workspace::local(files.path("ws"));
  REQUIRE_FALSE(second);
  CHECK(second.error().code() == Errc::locked);
}

TEST_CASE_FIXTURE(
    Fixture, "an endpoint is made, deployed to and called: with a model from a folder, and with a registered one") {
  files.write_endpoint();
  CHECK(workspace.put_endpoint(files.path("endpoint.yml")).value().name == "numbers");
  auto const first = workspace.deploy(files.write_deployment("first", "{path: ./model}")).value();
  CHECK(first.provisioning_state == "Succeeded");
  REQUIRE(workspace.endpoints().set_traffic("numbers", {{"first", 100}}, {}));
  auto const scoring = workspace.scoring("numbers").value();
  auto const scored = scoring.invoke("[1, 2.5]").value();
  CHECK(scored.status == 200);
  CHECK(scored.deployment == "first");
  CHECK(Json::parse(scored.body) == Json{2.0, 5.0});

  files.write("model/factor.txt", "3");
  auto const model = workspace.models().put({.name = "factor", .path = files.path("model").string()}).value();
  CHECK(workspace.deploy(files.write_deployment("second", "azureml:factor@latest"))
            .value()
            .model.ends_with("/models/factor/versions/1"));
  CHECK(Json::parse(scoring.invoke("[1]", {}, "second").value().body) == Json{3.0});
  CHECK(workspace.deploy(files.write_deployment("third", "azureml:nothing:1"), model.id).value().model == model.id);
}

TEST_CASE_FIXTURE(Fixture, "a script that cannot start is an error with the reason from its log") {
  files.write_endpoint();
  files.write("code/score.py", "def init(): raise RuntimeError('no luck today')\ndef run(data): pass\n");
  REQUIRE(workspace.put_endpoint(files.path("endpoint.yml")));
  auto const deployed = workspace.deploy(files.write_deployment("first", "{path: ./model}"));
  REQUIRE_FALSE(deployed);
  CHECK(deployed.error().to_string().find("no luck today") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "the same verbs reach a served workspace over TLS") {
  auto const served = workspace.embedded()->serve().value();
  auto address = workspace.embedded()->address();
  address.endpoint = served.tls_url;
  auto const remote = Workspace::remote(address, static_token("anything"), served.ca_file).value();
  CHECK(said(remote,
             finished(remote, remote.submit(files.path("pipeline.yml"), {.set = {{"inputs.who", "wire"}}}).value())) ==
        "hello wire\n");
  CHECK_FALSE(remote.embedded());
  CHECK(remote.workspaces().get().value().name == workspace.workspaces().get().value().name);

  files.write_endpoint();
  REQUIRE(remote.put_endpoint(files.path("endpoint.yml")));
  REQUIRE(remote.deploy(files.write_deployment("first", "{path: ./model}")));
  CHECK(Json::parse(remote.scoring("numbers").value().invoke("[4]", {}, "first").value().body) == Json{8.0});
}

TEST_CASE("an authority that is not there is said, not ignored") {
  auto const remote = Workspace::remote({}, static_token("t"), "/nowhere/ca.pem");
  REQUIRE_FALSE(remote);
  CHECK(remote.error().code() == Errc::not_found);
}

TEST_CASE("a datastore of a local workspace is read in its folder, and nothing outside of it") {
  Fixture fixture;
  auto const opened = [&](std::string const& place) {
    return fixture.workspace.open_dataset("azureml://datastores/workspaceblobstore/" + place).error();
  };
  CHECK(opened("paths/nothing.csv").code() == Errc::not_found);
  CHECK(opened("paths/nothing.csv").to_string().find("datastores/workspaceblobstore/nothing.csv") != std::string::npos);
  CHECK(opened("paths/../../secret.csv").message().find("leaves its datastore") != std::string::npos);
  CHECK(opened("nothing.csv").code() == Errc::invalid_argument);
}
