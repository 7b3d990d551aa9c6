#include "base/digest.hpp"
#include "files.hpp"

#include "podium/spec/validate.hpp"

using namespace podium;
using namespace std::chrono_literals;

namespace {

std::string const component =
    "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\n"
    "name: train\nversion: 1.10\ndisplay_name: Train\ntype: command\n"
    "inputs:\n"
    "  rows: {type: uri_folder, mode: ro_mount}\n"
    "  variant: {type: string, enum: [champion, challenger], default: champion}\n"
    "  rate: {type: number, min: 0.0, max: 1.0, default: 1.0e-5}\n"
    "  trees: {type: integer, default: 300}\n"
    "  fast: {type: boolean, default: yes}\n"
    "  extra: {type: uri_file, optional: true}\n"
    "outputs:\n  model: {type: custom_model}\n  log:\n"
    "code: ./src\n"
    "command: >-\n  python train.py ${{inputs.rows}} ${{inputs.variant}} ${{inputs.rate}}\n  $[[--extra "
    "${{inputs.extra}}]] ${{outputs.model}} ${{outputs.log}}\n"
    "environment: azureml:sklearn:3\n"
    "resources: {instance_count: 2}\n";

std::string const pipeline =
    "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\n"
    "type: pipeline\ndisplay_name: p\nexperiment_name: e\ntags: {a: b}\n"
    "inputs:\n  variant: champion\n  rate: 0.01\n  fast: yes\n  trees: 3\n  rows: {type: uri_folder, path: ./rows, "
    "mode: download}\n"
    "outputs:\n  model: {type: custom_model, name: flights, version: 2}\n"
    "settings: {default_compute: azureml:cpu, default_datastore: azureml:workspaceblobstore, force_rerun: true}\n"
    "jobs:\n"
    "  train:\n    component: ./parts/train.yml\n"
    "    inputs:\n      rows: ${{parent.inputs.rows}}\n      variant: ${{parent.inputs.variant}}\n      rate: 0.5\n"
    "    outputs:\n      model: ${{parent.outputs.model}}\n      log: {type: uri_folder, path: "
    "azureml://datastores/d/paths/p, mode: upload}\n"
    "    environment_variables: {A: \"1\"}\n    limits: {timeout: 60}\n"
    "  report:\n    type: command\n    command: cat ${{inputs.model}} ${{inputs.n}}\n    environment: {image: "
    "\"python:3.11\", conda_file: ./conda.yml}\n    code: ./parts/src\n"
    "    inputs:\n      model: ${{parent.jobs.train.outputs.model}}\n      n: ${{parent.inputs.trees}}\n    outputs:\n "
    "     text: {type: uri_file}\n    compute: azureml:big\n"
    "  registered:\n    component: azureml:check:4\n    inputs: {x: true}\n";

std::string errors(std::vector<Diagnostic> found) {
  std::erase_if(found, [](Diagnostic const& one) { return one.severity != Severity::error; });
  return summary(found);
}

Folder& with_pipeline(Folder& folder) {
  folder.write("parts/train.yml", component);
  folder.write("parts/src/train.py", "");
  folder.write("rows/a.csv", "");
  folder.write("conda.yml", "name: x\ndependencies: [python]\n");
  folder.write("pipeline.yml", pipeline);
  return folder;
}

}  // namespace

TEST_CASE("a component becomes a noun with literals as Python writes them") {
  Folder folder;
  with_pipeline(folder);
  auto const file = folder.path() / "parts" / "train.yml";
  auto const loaded = spec::load_component(file).result();
  REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().message()));
  auto const& one = *loaded;
  CHECK(one.name == "train");
  CHECK(one.version == "1.1");
  CHECK(one.schema.ends_with("commandComponent.schema.json"));
  CHECK(one.code == (folder.path() / "parts" / "src").string());
  CHECK(one.environment == "sklearn:3");
  CHECK(one.command ==
        "python train.py ${{inputs.rows}} ${{inputs.variant}} ${{inputs.rate}} $[[--extra ${{inputs.extra}}]] "
        "${{outputs.model}} ${{outputs.log}}");
  REQUIRE(one.inputs.size() == 6);
  CHECK(one.inputs[0].first == "rows");
  CHECK(one.inputs[0].second.mode == "ro_mount");
  CHECK(one.inputs[1].second.allowed == std::vector<std::string>{"champion", "challenger"});
  CHECK(one.inputs[2].second.default_value == "1e-05");
  CHECK(one.inputs[2].second.min == "0.0");
  CHECK(one.inputs[3].second.default_value == "300");
  CHECK(one.inputs[4].second.default_value == "True");
  CHECK(one.inputs[5].second.optional);
  CHECK(one.outputs[0].second.type == "custom_model");
  CHECK(one.outputs[1].second.type == "uri_folder");
  CHECK(one.resources->instance_count == 2);
  CHECK(one.is_deterministic);
  CHECK(one.source_file == file.string());
}

TEST_CASE("a pipeline becomes a noun with its components read") {
  Folder folder;
  with_pipeline(folder);
  auto const loaded = spec::load_pipeline(folder.path() / "pipeline.yml").result();
  REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().message()));
  auto const& job = *loaded;
  CHECK(job.experiment_name == "e");
  CHECK(job.tags == model::Tags{{"a", "b"}});
  CHECK(job.default_compute == "cpu");
  CHECK(job.default_datastore == "workspaceblobstore");
  CHECK(job.force_rerun);
  CHECK(!job.continue_on_step_failure);
  CHECK(model::find(job.inputs, "variant")->value == "champion");
  CHECK(model::find(job.inputs, "variant")->type == "literal");
  CHECK(model::find(job.inputs, "rate")->value == "0.01");
  CHECK(model::find(job.inputs, "fast")->value == "True");
  CHECK(model::find(job.inputs, "trees")->value == "3");
  CHECK(*model::find(job.inputs, "rows") ==
        model::JobInput{"uri_folder", "", (folder.path() / "rows").string(), "", "download"});
  CHECK(model::find(job.outputs, "model")->asset_name == "flights");
  CHECK(model::find(job.outputs, "model")->asset_version == "2");
  REQUIRE(job.nodes.size() == 3);

  auto const& train = job.nodes[0];
  REQUIRE(train.definition);
  CHECK(train.component.empty());
  CHECK(train.definition->name == "train");
  CHECK(train.definition->source_file == (folder.path() / "parts" / "train.yml").string());
  CHECK(model::find(train.inputs, "rows")->binding == "${{parent.inputs.rows}}");
  CHECK(model::find(train.inputs, "rows")->type.empty());
  CHECK(model::find(train.inputs, "rate")->value == "0.5");
  CHECK(model::find(train.outputs, "model")->binding == "${{parent.outputs.model}}");
  CHECK(model::find(train.outputs, "log")->path == "azureml://datastores/d/paths/p");
  CHECK(model::find(train.outputs, "log")->mode == "upload");
  CHECK(train.environment_variables == model::Tags{{"A", "1"}});
  CHECK(train.timeout_seconds == 60);

  auto const& report = job.nodes[1];
  REQUIRE(report.definition);
  CHECK(report.compute == "big");
  CHECK(report.definition->inline_environment->image == "python:3.11");
  CHECK(report.definition->inline_environment->conda_file == "name: x\ndependencies: [python]\n");
  CHECK(report.definition->code == (folder.path() / "parts" / "src").string());
  CHECK(model::find(report.definition->inputs, "model")->type == "custom_model");
  CHECK(model::find(report.definition->inputs, "n")->type == "integer");
  CHECK(model::find(report.definition->outputs, "text")->type == "uri_file");

  CHECK(job.nodes[2].component == "check:4");
  CHECK(!job.nodes[2].definition);
  CHECK(model::find(job.nodes[2].inputs, "x")->value == "True");
}

TEST_CASE("the output of a step in place has the type of the pipeline output that it is bound to") {
  Folder const folder;
  auto const loaded = spec::load_pipeline(folder.write("pipeline.yml",
                                                       "type: pipeline\n"
                                                       "settings: {default_compute: serverless}\n"
                                                       "outputs:\n"
                                                       "  total: {type: uri_file}\n"
                                                       "jobs:\n"
                                                       "  count:\n"
                                                       "    type: command\n"
                                                       "    command: echo ${{outputs.total}}\n"
                                                       "    environment: azureml:sklearn:1\n"
                                                       "    outputs:\n"
                                                       "      total: ${{parent.outputs.total}}\n"));
  REQUIRE_MESSAGE(loaded.value, summary(loaded.diagnostics));
  auto const& node = loaded.value->nodes.front();
  CHECK(node.outputs.front().second.binding == "${{parent.outputs.total}}");
  CHECK(node.outputs.front().second.type == "uri_file");
  CHECK(node.definition->outputs.front().second.type == "uri_file");
}

TEST_CASE("overrides are applied before reading, and are checked like the file") {
  Folder folder;
  with_pipeline(folder);
  auto const file = folder.path() / "pipeline.yml";
  std::vector<spec::Set> set{
      {"inputs.variant", "challenger"}, {"jobs.train.inputs.trees", "017"}, {"display_name", "other"}};
  auto const loaded = spec::load_pipeline(file, set).result();
  REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().message()));
  CHECK(model::find(loaded->inputs, "variant")->value == "challenger");
  CHECK(model::find(loaded->nodes[0].inputs, "trees")->value == "15");
  CHECK(loaded->display_name == "other");

  std::vector<spec::Set> wrong{{"jobs.train.inputs.trees", "many"}};
  CHECK(errors(spec::load_pipeline(file, wrong).diagnostics) == "PD1040 error 1:25-1:29 jobs.train.inputs.trees\n");
  std::vector<spec::Set> through{{"jobs.train.component.name", "x"}};
  CHECK(errors(spec::load_pipeline(file, through).diagnostics) == "PD1022 error 1:1-1:26 jobs.train.component.name\n");
  std::vector<spec::Set> empty{{"inputs..x", "x"}};
  CHECK(errors(spec::load_pipeline(file, empty).diagnostics).starts_with("PD1022"));
}

TEST_CASE("a command job, an environment, data and models become nouns") {
  Folder folder;
  folder.write("src/run.py", "");
  folder.write("conda.yml", "dependencies: []\n");
  folder.write("data.csv", "");
  auto const job =
      spec::load_command_job(
          folder.write("job.yml",
                       "type: command\ncommand: python run.py ${{inputs.x}}\ncode: src\nenvironment: "
                       "azureml://registries/azureml/environments/e/versions/1\n"
                       "compute: azureml:cpu\ninputs: {x: 1.50, d: {type: uri_file, path: "
                       "azureml:rows:1}}\nenvironment_variables: {A: b}\n"
                       "limits: {timeout: \"90\"}\nresources: {instance_count: 1, instance_type: small}\n"))
          .result();
  REQUIRE_MESSAGE(job, (job ? "" : job.error().message()));
  CHECK(model::find(job->inputs, "x")->value == "1.5");
  CHECK(model::find(job->inputs, "d")->path == "azureml:rows:1");
  CHECK(job->environment == "azureml://registries/azureml/environments/e/versions/1");
  CHECK(job->compute == "cpu");
  CHECK(job->timeout_seconds == 90);

  auto const environment =
      spec::load_environment(
          folder.write("env.yml", "name: e\nversion: 3\nimage: i\nconda_file: conda.yml\ntags: {a: 1}\n"))
          .result();
  REQUIRE_MESSAGE(environment, (environment ? "" : environment.error().message()));
  CHECK(environment->version == "3");
  CHECK(environment->conda_file == "dependencies: []\n");
  CHECK(environment->tags == model::Tags{{"a", "1"}});

  auto const data = spec::load_data(folder.write("data.yml", "name: d\ntype: uri_file\npath: ./data.csv\n")).result();
  REQUIRE_MESSAGE(data, (data ? "" : data.error().message()));
  CHECK(data->path == (folder.path() / "data.csv").string());

  auto const registered =
      spec::load_model(
          folder.write("model.yml",
                       "name: m\nversion: 2\ntype: MLFLOW_MODEL\npath: runs:/abc/model\nproperties: {k: v}\n"))
          .result();
  REQUIRE_MESSAGE(registered, (registered ? "" : registered.error().message()));
  CHECK(registered->type == "mlflow_model");
  CHECK(registered->path == "runs:/abc/model");
  CHECK(registered->properties == model::Tags{{"k", "v"}});
}

TEST_CASE("an endpoint and its deployment become nouns") {
  Folder folder;
  folder.write("model/score.py", "");
  folder.write("conda.yml", "dependencies: []\n");
  auto const endpoint = spec::load_endpoint(folder.write("endpoint.yml",
                                                         "name: flights\nauth_mode: KEY\ntraffic: {champion: 90, "
                                                         "challenger: 10}\nmirror_traffic: {challenger: 20}\n"))
                            .result();
  REQUIRE_MESSAGE(endpoint, (endpoint ? "" : endpoint.error().message()));
  CHECK(endpoint->auth_mode == "key");
  CHECK(endpoint->traffic == std::map<std::string, int>{{"champion", 90}, {"challenger", 10}});
  CHECK(endpoint->mirror_traffic == std::map<std::string, int>{{"challenger", 20}});

  std::string const head =
      "name: champion\nendpoint_name: flights\ncode_configuration: {code: ./model, scoring_script: score.py}\n"
      "environment: {image: \"python:3.11\", conda_file: ./conda.yml}\nenvironment_variables: {WORKERS: 2, FLAG: "
      "true}\n"
      "instance_type: Standard_DS3_v2\ninstance_count: 2\n"
      "request_settings: {request_timeout_ms: 3000, max_concurrent_requests_per_instance: 4}\n"
      "data_collector: {collections: {model_inputs: {enabled: 'true'}, model_outputs: {enabled: 'false'}}}\n";
  auto const deployment =
      spec::load_deployment(folder.write("deployment.yml", head + "model: azureml:flights_champion@latest\n")).result();
  REQUIRE_MESSAGE(deployment, (deployment ? "" : deployment.error().message()));
  CHECK(deployment->model == "flights_champion@latest");
  CHECK(deployment->code == (folder.path() / "model").string());
  CHECK(deployment->scoring_script == "score.py");
  CHECK(deployment->inline_environment->image == "python:3.11");
  CHECK(deployment->environment_variables == model::Tags{{"WORKERS", "2"}, {"FLAG", "True"}});
  CHECK(deployment->instance_count == 2);
  CHECK(deployment->request_timeout_ms == 3000);
  CHECK(deployment->max_concurrent_requests == 4);
  CHECK(deployment->collect_inputs);
  CHECK(!deployment->collect_outputs);

  auto const local = spec::load_deployment(folder.write("local.yml", head + "model: {path: ./model}\n")).result();
  REQUIRE_MESSAGE(local, (local ? "" : local.error().message()));
  CHECK(local->model == (folder.path() / "model").string());
  CHECK(errors(spec::load_deployment(folder.write("no-script.yml",
                                                  "name: blue\nendpoint_name: flights\ninstance_type: "
                                                  "s\ncode_configuration: {code: ./model, scoring_script: scor.py}\n"))
                   .diagnostics) == "PD1050 error 4:53-4:60 code_configuration.scoring_script\n");
}

TEST_CASE("a feature set is read from its file or its folder, and named by the folder") {
  Folder folder;
  auto const file =
      folder.write("weather/FeatureSetSpec.yaml",
                   "source:\n  type: deltaTable\n  path: azureml://datastores/d/paths/weather\n  timestamp_column: "
                   "{name: at, format: \"%Y\"}\n"
                   "  source_delay: {hours: 1, minutes: 5}\nindex_columns: [{name: origin, type: string}]\n"
                   "features: [{name: wind, type: double, description: knots}]\ntemporal_join_lookback: {days: 2}\n");
  for (auto const& given : {file, file.parent_path()}) {
    auto const loaded = spec::load_feature_set(given).result();
    REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().message()));
    CHECK(loaded->name == "weather");
    CHECK(loaded->source_type == "deltatable");
    CHECK(loaded->source_delay == 65min);
    CHECK(loaded->temporal_join_lookback == 48h);
    CHECK(!loaded->source_lookback);
    CHECK(loaded->index_columns == std::vector<model::FeatureColumn>{{"origin", "string", ""}});
    CHECK(loaded->features == std::vector<model::FeatureColumn>{{"wind", "double", "knots"}});
    CHECK(loaded->timestamp_format == "%Y");
  }
  CHECK(summary(spec::load_feature_set(folder.write("bad/FeatureSetSpec.yaml",
                                                    "source: {type: parquet, path: x, timestamp_column: {name: t}, "
                                                    "source_delay: {hours: 1.5, seconds: 3}}\nindex_columns: []\n"))
                    .diagnostics) ==
        "PD1012 error 1:85-1:88 source.source_delay.hours\nPD1010 error 1:90-1:97 source.source_delay.seconds\nPD1015 "
        "error 2:16-2:18 index_columns\n");
}

TEST_CASE("a missing file is one error of the loader and an Error of the validator") {
  auto const loaded = spec::load_pipeline("/nowhere/pipeline.yml");
  CHECK(!loaded.value);
  REQUIRE(loaded.diagnostics.size() == 1);
  CHECK(loaded.diagnostics[0].rule == "PD1008");
  CHECK(loaded.result().error().code() == Errc::invalid_argument);
  CHECK(spec::validate("/nowhere/pipeline.yml").error().code() == Errc::not_found);
  CHECK(spec::validate("/").error().code() == Errc::invalid_argument);
}

TEST_CASE("the result of a failed reading is one line with the number of other errors") {
  Folder folder;
  auto const file = folder.write("e.yml", "name: my_endpoint\nauth_mode: token\nfoo: 1\n");
  auto const result = spec::load_endpoint(file).result();
  REQUIRE(!result);
  CHECK(result.error().message() ==
        file.string() + ":1:7: `my_endpoint` is not a name for an endpoint [PD1016] (and 2 more errors)");
}

TEST_CASE("what the nouns cannot carry is said on loading, and only there") {
  Folder folder;
  auto const noted =
      folder.write("e.yml",
                   "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: "
                   "flights\nlocation: eastus\n");
  CHECK(spec::load_endpoint(noted).value);
  CHECK(summary(spec::load_endpoint(noted).diagnostics) == "PD1092 warning 3:1-3:9 location\n");
  CHECK(spec::validate(noted)->empty());
  auto const refused = folder.write(
      "j.yml",
      "command: x\nenvironment: azureml:e:1\ndistribution: {type: mpi, process_count_per_instance: 2}\ncompute: c\n");
  CHECK(summary(spec::load_command_job(refused).diagnostics) == "PD1090 error 3:1-3:13 distribution\n");
  CHECK(!spec::load_command_job(refused).value);
  CHECK(spec::validate(refused)->empty());
}

TEST_CASE("the kind is found from the schema, the type and the shape") {
  Folder folder;
  struct Row {
    char const* text;
    char const* kind;
  };
  for (auto const& row : std::initializer_list<Row>{
           {"$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ntype: pipeline\n",
            "pipelineJob"},
           {"$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\n",
            "onlineDeployment"},
           {"type: pipeline\njobs: {}\n", "pipelineJob"},
           {"command: x\nenvironment: y\ncompute: z\n", "commandJob"},
           {"name: a\ncommand: x\ninputs: {a: {type: number}}\n", "commandComponent"},
           {"image: x\nname: e\n", "environment"},
           {"name: e\nauth_mode: key\n", "onlineEndpoint"},
           {"name: b\nendpoint_name: e\ninstance_type: x\n", "onlineDeployment"},
           {"name: d\ntype: uri_file\npath: x\n", "data"},
           {"name: d\ntype: custom_model\npath: x\n", "model"},
           {"kind: PromotionPolicy\n", "promotionPolicy"},
           {"source: {}\nindex_columns: []\n", "featureSetSpec"},
           {"$schema: https://azuremlschemas.azureedge.net/latest/azureBlob.schema.json\n", "datastore"},
           {"name: s\ncreate_job: x\n", "schedule"}}) {
    CAPTURE(row.text);
    auto const kind = spec::kind_of(folder.write("x.yml", row.text));
    REQUIRE(kind);
    CHECK(*kind == row.kind);
  }
  CHECK(!spec::kind_of(folder.write("x.yml", "colour: blue\n")));
  auto const given = spec::validate(folder.write("x.yml", "name: flights\n"), {.kind = "onlineEndpoint", .set = {}});
  REQUIRE(given);
  CHECK(given->empty());
  CHECK(spec::validate(folder.write("x.yml", "name: flights\n"), {.kind = "nothing", .set = {}}).error().code() ==
        Errc::invalid_argument);
}
