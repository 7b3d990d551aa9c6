#include "local/executor.hpp"

#include "support.hpp"

#include <signal.h>

using namespace podium;
using namespace podium::local;
using namespace run_test;

namespace {

struct Fixture : Stored {
  std::vector<std::string> lines;
  std::unique_ptr<Executor> executor = std::make_unique<Executor>(Executor::Wiring{
      *store,
      {.python = {}, .max_parallel_steps = 2},
      {.endpoint = "https://podium.local", .subscription_id = "s", .resource_group = "g", .workspace_name = "w"},
      [] {
        return Result<std::shared_ptr<std::string const>>{std::make_shared<std::string const>("http://127.0.0.1:9")};
      }});

  void start(std::string const& name, Json body) {
    store->put("jobs/" + name, std::move(body)).value();
    executor->start(name).value();
  }
  Json run(std::string const& name, Json body) {
    start(name, std::move(body));
    return wait(name);
  }
  std::string log(std::string const& job) const {
    return read(folder.path / "datastores/workspaceartifactstore" / run_folder(job) / "user_logs/std_log.txt");
  }
  Json command(std::string const& text, Json more = Json::object()) const {
    Json properties{{"jobType", "Command"}, {"experimentName", "e"}, {"command", text}, {"properties", Json::object()}};
    properties.update(more);
    return {{"properties", properties}};
  }

  /// make -> (left, right) -> join
  Json diamond(std::string const& word) {
    Json const folder_out{{"out", {{"type", "uri_folder"}}}};
    Json const one_in{{"data", {{"type", "uri_folder"}}}};
    auto const code_id =
        code("make", {{"make.py", "import sys\nopen(sys.argv[1] + '/x.txt', 'w').write(sys.argv[2])\n"}});
    auto const make = component("make", {{"command", "python make.py ${{outputs.out}} ${{inputs.word}}"},
                                         {"code", "azureml:" + code_id},
                                         {"inputs", {{"word", {{"type", "string"}}}}},
                                         {"outputs", folder_out}});
    auto const left = component("left", {{"command", "(cat ${{inputs.data}}/x.txt; echo -l) > ${{outputs.out}}"},
                                         {"inputs", one_in},
                                         {"outputs", {{"out", {{"type", "uri_file"}}}}}});
    auto const right =
        component("right", {{"command", "(cat ${{inputs.data}}/x.txt; echo -r) > ${{outputs.out}}/y.txt"},
                            {"inputs", one_in},
                            {"outputs", folder_out}});
    auto const join =
        component("join", {{"command", "cat ${{inputs.a}} ${{inputs.b}}/y.txt > ${{outputs.out}}/joined.txt"},
                           {"inputs", {{"a", {{"type", "uri_file"}}}, {"b", {{"type", "uri_folder"}}}}},
                           {"outputs", folder_out}});
    return pipeline({{"make", node(make, {{"word", literal("${{parent.inputs.word}}")}})},
                     {"left", node(left, {{"data", literal("${{parent.jobs.make.outputs.out}}")}})},
                     {"right", node(right, {{"data", literal("${{parent.jobs.make.outputs.out}}")}})},
                     {"join", node(join,
                                   {{"a", literal("${{parent.jobs.left.outputs.out}}")},
                                    {"b", literal("${{parent.jobs.right.outputs.out}}")}},
                                   {{"out", {{"type", "literal"}, {"value", "${{parent.outputs.result}}"}}}})}},
                    {{"word", {{"jobInputType", "literal"}, {"value", word}}}},
                    {{"result", {{"jobOutputType", "uri_folder"}}}});
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a pipeline runs its steps in order and binds its outputs to theirs") {
  auto const done = run("p1", diamond("hello"));
  REQUIRE(done["status"] == "Completed");
  CHECK(read(output(done, "result") / "joined.txt") == "hello-l\nhello-r\n");
  CHECK(done.contains("podium.startTime"));
  CHECK(done.contains("podium.endTime"));
  auto const all = steps("p1");
  REQUIRE(all.size() == 4);
  for (auto const& [name, step] : all) {
    CAPTURE(name);
    CHECK(step["status"] == "Completed");
    CHECK(step["properties"]["azureml.pipelinerunid"] == "p1");
    CHECK(step["properties"]["azureml.moduleName"] == name);
    CHECK_FALSE(fs::exists(folder.path / "runs" / step["name"].get<std::string>()));
  }
  CHECK(all.at("make")["inputs"]["word"]["value"] == "hello");
  CHECK(all.at("left")["outputs"]["out"]["uri"] ==
        "azureml://datastores/workspaceblobstore/paths/azureml/" + all.at("left")["name"].get<std::string>() + "/out");
  CHECK(fs::is_regular_file(output(all.at("left"), "out")));
  CHECK(all.at("join")["outputs"]["out"] == done["outputs"]["result"]);
  CHECK(read(folder.path / "datastores/workspaceartifactstore/ExperimentRun/dcid.p1/logs/azureml/executionlogs.txt")
            .find("pipeline completed") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture,
                  "a second run reuses every step and says of which job; a changed literal says what changed") {
  run("p1", diamond("hello"));
  auto const first = steps("p1");
  auto const again = run("p2", diamond("hello"));
  REQUIRE(again["status"] == "Completed");
  for (auto const& [name, step] : steps("p2")) {
    CAPTURE(name);
    auto const& notes = step["properties"];
    CHECK(notes["azureml.isreused"] == "true");
    CHECK(notes["azureml.reusedrunid"] == first.at(name)["name"]);
    CHECK(notes["azureml.reusedpipelinerunid"] == "p1");
    CHECK(notes["podium.reuse"] ==
          "same component, code, environment and inputs as job " + first.at(name)["name"].get<std::string>());
    CHECK(step["outputs"] == first.at(name)["outputs"]);
  }
  CHECK(read(output(again, "result") / "joined.txt") == "hello-l\nhello-r\n");

  auto const changed = run("p3", diamond("bye"));
  REQUIRE(changed["status"] == "Completed");
  CHECK(read(output(changed, "result") / "joined.txt") == "bye-l\nbye-r\n");
  CHECK(steps("p3").at("make")["properties"]["podium.reuse"] ==
        "input `word` changed from `hello` to `bye` since job " + first.at("make")["name"].get<std::string>());
}

TEST_CASE_FIXTURE(Fixture, "an earlier output that is gone or was changed is not reused") {
  run("p1", diamond("hello"));
  auto const first = steps("p1");
  fs::remove(output(first.at("left"), "out"));
  write(output(first.at("right"), "out") / "y.txt", "spoilt");
  auto const again = run("p2", diamond("hello"));
  REQUIRE(again["status"] == "Completed");
  auto const second = steps("p2");
  CHECK(second.at("make")["properties"]["azureml.isreused"] == "true");
  CHECK(second.at("left")["properties"]["podium.reuse"].get<std::string>().find("`out` is no longer there") !=
        std::string::npos);
  CHECK(second.at("right")["properties"]["podium.reuse"].get<std::string>().find("`out` has changed since") !=
        std::string::npos);
  CHECK(read(output(second.at("right"), "out") / "y.txt") == "hello-r\n");
}

TEST_CASE_FIXTURE(Fixture, "force_rerun and components that are not deterministic run again") {
  run("p1", diamond("hello"));
  auto forced = diamond("hello");
  forced["properties"]["settings"]["force_rerun"] = true;
  run("p2", forced);
  CHECK(steps("p2").at("make")["properties"]["podium.reuse"] == "force_rerun is set");
  auto const dice = component("dice", {{"command", "true"}, {"is_deterministic", false}});
  run("p3", pipeline({{"dice", node(dice)}}));
  run("p4", pipeline({{"dice", node(dice)}}));
  CHECK_FALSE(steps("p4").at("dice")["properties"].contains("azureml.isreused"));
}

TEST_CASE_FIXTURE(Fixture, "two pipelines side by side compute what they share once") {
  // The step says that it runs, and goes on when it is told to.
  auto const gate = folder.path / "gate", here = folder.path / "here";
  auto const slow = component(
      "slow", {{"command", "echo x >> " + here.string() + "; until [ -e " + gate.string() + " ]; do sleep 0.01; done"},
               {"outputs", {{"out", {{"type", "uri_folder"}}}}}});
  start("p1", pipeline({{"slow", node(slow)}}));
  until([&] { return fs::exists(here); });
  start("p2", pipeline({{"slow", node(slow)}}));
  until([&] { return steps("p2").contains("slow"); });
  write(gate, "");
  CHECK(wait("p1")["status"] == "Completed");
  CHECK(wait("p2")["status"] == "Completed");
  CHECK(read(here) == "x\n");
  CHECK(steps("p2").at("slow")["properties"]["azureml.reusedrunid"] == steps("p1").at("slow")["name"]);
}

TEST_CASE_FIXTURE(Fixture, "a failing step fails the pipeline, which names step, exit code and last lines") {
  auto const bad = component("bad", {{"command", "echo almost there; echo out of luck >&2; exit 3"},
                                     {"outputs", {{"out", {{"type", "uri_folder"}}}}}});
  auto const next = component("next", {{"command", "true"}, {"inputs", {{"data", {{"type", "uri_folder"}}}}}});
  auto const done = run(
      "p1",
      pipeline({{"bad", node(bad)}, {"next", node(next, {{"data", literal("${{parent.jobs.bad.outputs.out}}")}})}}));
  CHECK(done["status"] == "Failed");
  auto const error = done["podium.error"].get<std::string>();
  CHECK(error.find("step `bad` exited with code 3: almost there | out of luck") == 0);
  auto const all = steps("p1");
  CHECK(all.size() == 1);
  CHECK(all.at("bad")["status"] == "Failed");
  auto const child = all.at("bad")["name"].get<std::string>();
  CHECK(log(child) == "almost there\nout of luck\n");
  CHECK(fs::exists(folder.path / "runs" / child / "wd"));
  CHECK(error.find("runs/" + child) != std::string::npos);
  CHECK(error.find(folder.path.string()) == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "with continue_on_step_failure the other branches run to their end") {
  auto const bad = component("bad", {{"command", "exit 1"}});
  auto const good = component("good", {{"command", "true"}, {"outputs", {{"out", {{"type", "uri_folder"}}}}}});
  auto const next = component("next", {{"command", "true"}, {"inputs", {{"data", {{"type", "uri_folder"}}}}}});
  auto const done = run("p1", pipeline({{"a", node(bad)},
                                        {"b", node(good)},
                                        {"c", node(next, {{"data", literal("${{parent.jobs.b.outputs.out}}")}})}},
                                       {}, {}, {{"continue_on_step_failure", true}}));
  CHECK(done["status"] == "Failed");
  CHECK(steps("p1").at("c")["status"] == "Completed");
}

TEST_CASE_FIXTURE(Fixture, "a command job sees its inputs, outputs and names, and its outputs folder is kept") {
  write(blob("in/a b.txt"), "data");
  auto const code_id = code("probe", {{"probe.py", R"(
import json, os, sys
names = ("MLFLOW_RUN_ID", "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "AZUREML_RUN_ID", "AZUREML_PARAMETER_n",
         "AZURE_ML_INPUT_d", "AZURE_ML_OUTPUT_o", "MINE", "SECRET_OF_HOST")
open("outputs/probe.json", "w").write(json.dumps({"argv": sys.argv[1:], "cwd": os.listdir("."), **{n: os.environ.get(n) for n in names}}))
)"}});
  ::setenv("SECRET_OF_HOST", "x", 1);
  auto const done = run(
      "j1",
      command(
          "python probe.py ${{inputs.n}} ${{inputs.d}} ${{inputs.u}} ${{outputs.o}}",
          {{"codeId", code_id},
           {"environmentVariables", {{"MINE", "1"}}},
           {"inputs",
            {{"n", {{"jobInputType", "literal"}, {"value", "3"}}},
             {"d", {{"jobInputType", "uri_file"}, {"uri", "azureml://datastores/workspaceblobstore/paths/in/a b.txt"}}},
             {"u",
              {{"jobInputType", "uri_file"},
               {"uri", "azureml://datastores/workspaceblobstore/paths/in/q"},
               {"mode", "Direct"}}}}},
           {"outputs",
            {{"o",
              {{"jobOutputType", "uri_folder"},
               {"uri", "azureml://datastores/workspaceblobstore/paths/mine/${{name}}/"}}}}}}));
  ::unsetenv("SECRET_OF_HOST");
  REQUIRE_MESSAGE(done["status"] == "Completed", done.dump());
  auto const probe =
      Json::parse(read(folder.path / "datastores/workspaceartifactstore/ExperimentRun/dcid.j1/outputs/probe.json"));
  auto const input = blob("in/a b.txt").string(), out = blob("mine/j1").string();
  CHECK(probe["argv"] == Json::array({"3", input, "azureml://datastores/workspaceblobstore/paths/in/q", out}));
  CHECK(probe["MLFLOW_RUN_ID"] == "j1");
  CHECK(probe["MLFLOW_TRACKING_URI"] == "http://127.0.0.1:9");
  CHECK(probe["MLFLOW_EXPERIMENT_NAME"] == "e");
  CHECK(probe["AZUREML_RUN_ID"] == "j1");
  CHECK(probe["AZUREML_PARAMETER_n"] == "3");
  CHECK(probe["AZURE_ML_INPUT_d"] == input);
  CHECK(probe["AZURE_ML_OUTPUT_o"] == out);
  CHECK(probe["MINE"] == "1");
  CHECK(probe["SECRET_OF_HOST"].is_null());
  CHECK(fs::is_directory(out));
  CHECK(done["outputs"]["o"]["uri"] == "azureml://datastores/workspaceblobstore/paths/mine/j1/");
}

TEST_CASE_FIXTURE(Fixture, "an optional input that is not given takes its group with it, and a default stands in") {
  auto const c = component(
      "c",
      {{"command", "echo a $[[--n ${{inputs.n}}]] ${{inputs.w}}"},
       {"inputs", {{"n", {{"type", "integer"}, {"optional", true}}}, {"w", {{"type", "string"}, {"default", "d"}}}}}});
  run("p1", pipeline({{"c", node(c)}}));
  CHECK(log(steps("p1").at("c")["name"]) == "a d\n");
  run("p2", pipeline({{"c", node(c, {{"n", literal("4")}, {"w", literal("e")}})}}));
  CHECK(log(steps("p2").at("c")["name"]) == "a --n 4 e\n");
}

TEST_CASE_FIXTURE(Fixture, "the output named artifacts is all that the run left") {
  auto const a = component(
      "a", {{"command", "echo hi > outputs/world.txt"}, {"outputs", {{"artifacts", {{"type", "uri_folder"}}}}}});
  auto const b = component(
      "b", {{"command", "cat ${{inputs.x}}/outputs/world.txt"}, {"inputs", {{"x", {{"type", "uri_folder"}}}}}});
  run("p1", pipeline({{"a", node(a)}, {"b", node(b, {{"x", literal("${{parent.jobs.a.outputs.artifacts}}")}})}}));
  CHECK(log(steps("p1").at("b")["name"]) == "hi\n");
}

TEST_CASE_FIXTURE(Fixture, "cancelling ends the whole process group and the job is Canceled") {
  auto const pids = folder.path / "pids";
  auto const sleeper = component("sleeper", {{"command", "sleep 600 & echo $! > " + pids.string() + ".tmp; mv " +
                                                             pids.string() + ".tmp " + pids.string() + "; wait"}});
  start("p1", pipeline({{"s", node(sleeper)}}));
  until([&] { return fs::exists(pids); });
  REQUIRE(executor->cancel("p1"));
  auto const done = wait("p1");
  CHECK(done["status"] == "Canceled");
  CHECK(done["podium.error"] == "the pipeline was cancelled");
  CHECK(steps("p1").at("s")["status"] == "Canceled");
  auto const pid = std::stoi(read(pids));
  until([&] {
    return ::kill(pid, 0) != 0 || read("/proc/" + std::to_string(pid) + "/stat").find(") Z") != std::string::npos;
  });
  CHECK(executor->cancel("p1"));  // again: nothing to do
  CHECK(executor->cancel("none").error().code() == Errc::not_found);
}

TEST_CASE_FIXTURE(Fixture, "a step that runs past its limit is stopped and says so") {
  auto const c = component("c", {{"command", "echo begun; sleep 600"}});
  auto step = node(c);
  step["limits"] = {{"job_limits_type", "Command"}, {"timeout", "PT0.3S"}};
  auto const done = run("p1", pipeline({{"c", step}}));
  CHECK(done["status"] == "Failed");
  CHECK(done["podium.error"].get<std::string>().find("step `c` ran past its limit of 0 s and was stopped: begun") == 0);
  CHECK(steps("p1").at("c")["status"] == "Canceled");
}

TEST_CASE_FIXTURE(Fixture, "closing the workspace ends what runs") {
  auto const pids = folder.path / "pids";
  start("j1", command("echo $$ > " + pids.string() + "; exec sleep 600"));
  until([&] { return !read(pids).empty(); });
  auto const pid = std::stoi(read(pids));
  executor.reset();
  CHECK(::kill(pid, 0) != 0);
  CHECK(properties("j1")["status"] == "Canceled");
}

TEST_CASE_FIXTURE(Fixture, "missing code, data and jobs end in an error that names them") {
  auto const c = component("c", {{"command", "true"}, {"code", workspace_id() + "/codes/gone/versions/1"}});
  auto done = run("p1", pipeline({{"c", node(c)}}));
  CHECK(done["status"] == "Failed");
  CHECK(done["podium.error"].get<std::string>().find("/codes/gone/versions/1") != std::string::npos);
  auto const d = component("d", {{"command", "cat ${{inputs.x}}"}, {"inputs", {{"x", {{"type", "uri_file"}}}}}});
  done = run("p2", pipeline({{"d", node(d, {{"x",
                                             {{"job_input_type", "uri_file"},
                                              {"uri", "azureml://datastores/workspaceblobstore/paths/none"}}}})}}));
  CHECK(done["status"] == "Failed");
  CHECK(done["podium.error"].get<std::string>().find(
            "nothing lies at azureml://datastores/workspaceblobstore/paths/none") != std::string::npos);
  CHECK(executor->start("none").error().code() == Errc::not_found);
}

TEST_CASE_FIXTURE(Fixture, "an output with a name is registered as an asset") {
  auto done = run("j1", command("echo 1 > ${{outputs.o}}/x",
                                {{"outputs", {{"o", {{"jobOutputType", "uri_folder"}, {"assetName", "made"}}}}}}));
  REQUIRE(done["status"] == "Completed");
  auto const asset = store->get("data/made/versions/1").value();
  REQUIRE(asset);
  CHECK(asset->body["properties"]["dataUri"] == done["outputs"]["o"]["uri"]);
}

TEST_CASE("jobs of a workspace that was not closed end as failed when it opens again") {
  Stored stored;
  stored.store->put("jobs/j", {{"properties", {{"status", "Running"}, {"properties", Json::object()}}}}).value();
  stored.store->put("jobs/k", {{"properties", {{"status", "Completed"}}}}).value();
  Executor const executor{{*stored.store, {}, {}, {}}};
  CHECK(stored.properties("j")["status"] == "Failed");
  CHECK(stored.properties("j")["podium.error"] == "the workspace was closed while the job was not yet done");
  CHECK(stored.properties("k")["status"] == "Completed");
}
