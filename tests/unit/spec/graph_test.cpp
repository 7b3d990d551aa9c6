#include "files.hpp"

#include "podium/render.hpp"
#include "podium/spec/load.hpp"
#include "podium/spec/validate.hpp"

using namespace podium;

namespace {

std::string const component =
    "name: train\n"
    "inputs:\n"
    "  rows: {type: uri_folder}\n"
    "  rate: {type: number, min: 0, max: 1, default: 0.1}\n"
    "  size: {type: string, enum: [small, large], default: small}\n"
    "outputs:\n"
    "  model: {type: custom_model}\n"
    "command: train ${{inputs.rows}} ${{inputs.rate}} ${{inputs.size}} ${{outputs.model}}\n"
    "environment: azureml:sklearn:1\n";

std::string const head =
    "type: pipeline\n"
    "inputs:\n"
    "  rows: {type: uri_folder, path: azureml:rows:1}\n"
    "  speed: fast\n"
    "outputs:\n"
    "  model: {type: custom_model}\n"
    "settings: {default_compute: azureml:cpu}\n"
    "jobs:\n"
    "  train:\n"
    "    component: ./train.yml\n";  // 10 lines

/// What is wrong when the step ends like this; its first line is line 11.  Not every step uses all there is.
std::string found(std::string const& rest, std::string const& part = component) {
  Folder folder;
  folder.write("train.yml", part);
  auto result = spec::validate(folder.write("pipeline.yml", head + rest));
  REQUIRE(result);
  std::erase_if(*result, [](Diagnostic const& one) { return one.rule == "PD1102"; });
  return summary(*result);
}

}  // namespace

TEST_CASE("bindings to what is not there are named at the word that is wrong") {
  std::string const good = "    inputs:\n      rows: ${{parent.inputs.rows}}\n";
  CHECK(found(good).empty());
  CHECK(found("    inputs:\n      rows: ${{parent.inputs.rosw}}\n") ==
        "PD1030 error 12:30-12:34 jobs.train.inputs.rows\n");
  CHECK(found("    inputs:\n      rows: ${{ parent.jobs.prep.outputs.x }}\n") ==
        "PD1031 error 12:29-12:33 jobs.train.inputs.rows\n");
  CHECK(found("    inputs:\n      rows: \"${{parent.jobs.train.outputs.modle}}\"\n") ==
        "PD1034 error 12:14-12:50 jobs.train.inputs.rows\n");
  CHECK(found(good + "    outputs:\n      model: ${{parent.outputs.modell}}\n") ==
        "PD1033 error 14:32-14:38 jobs.train.outputs.model\n");
  CHECK(found(good + "    outputs:\n      modle: {}\n") == "PD1037 error 14:7-14:12 jobs.train.outputs.modle\n");
  CHECK(found("    inputs:\n      rows: ${{inputs.rows}}\n") == "PD1044 error 12:13-12:29 jobs.train.inputs.rows\n");
  CHECK(found(good + "    compute: ${{parent.inputs.cluster}}\n") ==
        "PD1030 note 2:1-2:7 jobs.train.compute\nPD1030 warning 13:31-13:38 jobs.train.compute\n");
  CHECK(found(good + "    environment_variables:\n      A: ${{parent.inputs.cluster}}\n") ==
        "PD1030 note 2:1-2:7 jobs.train.environment_variables.A\n"
        "PD1030 warning 14:27-14:34 jobs.train.environment_variables.A\n");
  CHECK(found("    inputs:\n      rows: {type: uri_folder, path: \"${{parent.inputs.rosw}}\"}\n") ==
        "PD1030 error 12:56-12:60 jobs.train.inputs.rows.path\n");
}

TEST_CASE("inputs of a step are held against the component") {
  CHECK(found("    compute: c\n") == "PD1035 error 9:3-9:8 jobs.train.inputs.rows\n");
  CHECK(found("    inputs:\n      rate: 0.5\n") == "PD1035 error 11:5-11:11 jobs.train.inputs.rows\n");
  CHECK(found("    inputs:\n      row: ${{parent.inputs.rows}}\n") ==
        "PD1036 error 12:7-12:10 jobs.train.inputs.row\n");
  std::string const good = "    inputs:\n      rows: ${{parent.inputs.rows}}\n";
  CHECK(found(good + "      rate: fast\n") == "PD1040 error 13:13-13:17 jobs.train.inputs.rate\n");
  CHECK(found(good + "      rate: 1.5\n") == "PD1041 error 13:13-13:16 jobs.train.inputs.rate\n");
  CHECK(found(good + "      size: huge\n") == "PD1042 warning 13:13-13:17 jobs.train.inputs.size\n");
  // Through a pipeline input: the literal is wrong, the use is shown.
  CHECK(found(good + "      rate: ${{parent.inputs.speed}}\n") == "PD1040 error 4:10-4:14 jobs.train.inputs.rate\n");
  CHECK(found(good + "      size: ${{parent.inputs.rows}}\n") == "PD1043 warning 13:13-13:36 jobs.train.inputs.size\n");
}

TEST_CASE("a circle of steps is one error that names the way round") {
  Folder folder;
  auto const step = [](std::string const& name, std::string const& from) {
    return "  " + name +
           ":\n    command: x ${{inputs.x}}\n    environment: azureml:e:1\n    inputs: {x: \"${{parent.jobs." + from +
           ".outputs.y}}\"}\n    outputs: {y: }\n";
  };
  auto const file = folder.write("pipeline.yml", "type: pipeline\nsettings: {default_compute: azureml:cpu}\njobs:\n" +
                                                     step("a", "c") + step("b", "a") + step("c", "b"));
  auto const result = spec::validate(file);
  REQUIRE(result);
  CHECK(summary(*result) == "PD1034 error 12:18-12:46 jobs.b.inputs.x\n");
  CHECK(result->at(0).message == "steps wait for each other in a circle: a -> c -> b -> a");
  CHECK(result->at(0).related.size() == 2);
  auto const self = spec::validate(
      folder.write("self.yml", "type: pipeline\nsettings: {default_compute: azureml:cpu}\njobs:\n" + step("a", "a")));
  REQUIRE(self);
  CHECK(self->at(0).message == "the step `a` waits for itself");
}

TEST_CASE("a mistake in a component is named in its file, once, with the way to it") {
  Folder folder;
  folder.write("parts/train.yml",
               "name: train\ninputs:\n  rows: {type: uri_folder}\ncommand: train ${{inputs.rosw}}\nenvironment: "
               "azureml:e:1\ncode: ./src\n");
  auto const file =
      folder.write("pipeline.yml",
                   "type: pipeline\nsettings: {default_compute: azureml:cpu}\njobs:\n"
                   "  one:\n    component: ./parts/train.yml\n    inputs: {rows: {path: azureml:rows:1}}\n"
                   "  two:\n    component: ./parts/train.yml\n    inputs: {rows: {path: azureml:rows:1}}\n");
  auto const result = spec::validate(file);
  REQUIRE(result);
  CHECK(summary(*result) ==
        "PD1038 error 4:26-4:30 jobs.one.component.command\nPD1051 error 6:7-6:12 jobs.one.component.code\n");
  auto const name = (folder.path() / "parts" / "train.yml").string();
  CHECK(result->at(0).file == name);
  REQUIRE(result->at(0).related.size() == 1);
  CHECK(result->at(0).related[0].file == file.string());
  CHECK(render_human(std::vector{result->at(0)}, false) ==
        "error[PD1038]: the command uses the input `rosw`, which is not declared\n"
        " --> " +
            name +
            ":4:26\n"
            "  |\n"
            "4 | command: train ${{inputs.rosw}}\n"
            "  |                          ^^^^\n"
            " ::: " +
            file.string() +
            ":5:16\n"
            "  |\n"
            "5 |     component: ./parts/train.yml\n"
            "  |                ----------------- included from here\n"
            "  |\n"
            "  = help: did you mean `rows`?\n");
  CHECK(summary(*spec::validate(folder.write("gone.yml",
                                             "type: pipeline\nsettings: {default_compute: azureml:cpu}\njobs:\n  "
                                             "one:\n    component: ./nowhere.yml\n"))) ==
        "PD1050 error 5:16-5:29 jobs.one.component\n");
}

TEST_CASE("a component that does not parse is one error in its file") {
  CHECK(found("    inputs:\n      rows: ${{parent.inputs.rows}}\n", "name: [train\n").starts_with("PD1001 error "));
}

TEST_CASE("steps of other types are refused when they are to run") {
  Folder folder;
  folder.write("train.yml", component);
  auto const file = folder.write(
      "pipeline.yml",
      "type: pipeline\nsettings: {default_compute: azureml:cpu}\njobs:\n"
      "  tune:\n    type: sweep\n    trial: ./train.yml\n    inputs: {rows: {type: uri_folder, path: azureml:rows:1}}\n"
      "    search_space: {rate: {type: uniform, min_value: 0, max_value: 1}}\n"
      "    objective: {goal: maximize, primary_metric: auc}\n    limits: {max_total_trials: 2}\n");
  CHECK(summary(*spec::validate(file)).empty());
  CHECK(summary(spec::load_pipeline(file).diagnostics) == "PD1090 error 5:11-5:16 \n");
}

TEST_CASE("component files that contain each other many times over end in one error") {
  Folder folder;
  std::string const leaf =
      "name: leaf\ntype: pipeline\njobs:\n  one: {component: azureml:c:1}\n  two: {component: azureml:c:1}\n";
  folder.write("p0.yml", leaf);
  for (int i = 1; i <= 24; ++i) {
    std::string text = "name: p\ntype: pipeline\njobs:\n";
    for (auto const* step : {"one", "two", "three"})
      text += std::string{"  "} + step + ": {type: pipeline, component: ./p" + std::to_string(i - 1) + ".yml}\n";
    folder.write("p" + std::to_string(i) + ".yml", text);
  }
  auto const result = spec::validate(folder.write("pipeline.yml",
                                                  "type: pipeline\nsettings: {default_compute: azureml:cpu}\njobs:\n"
                                                  "  one: {type: pipeline, component: ./p24.yml}\n"));
  REQUIRE(result);
  CHECK(std::any_of(result->begin(), result->end(), [](Diagnostic const& one) { return one.rule == "PD1005"; }));
  CHECK(result->size() < 100);
}

TEST_CASE("a file with thousands of mistakes keeps the first ones and stays an error") {
  Folder folder;
  std::string text = "name: train\nenvironment: azureml:e:1\ncommand: x\ninputs: {";
  for (int i = 0; i < 20'000; ++i) text += "i" + std::to_string(i) + ": 1, ";
  auto const result = spec::validate(folder.write("c.yml", text + "}\n"), {.kind = "commandComponent", .set = {}});
  REQUIRE(result);
  CHECK(result->size() == 1000);
  std::string warnings = "name: train\nenvironment: azureml:e:1\ncommand: 5\n";
  for (int i = 0; i < 20'000; ++i) warnings += "u" + std::to_string(i) + ": 1\n";
  auto const mixed = spec::validate(folder.write("d.yml", warnings), {.kind = "commandComponent", .set = {}});
  REQUIRE(mixed);
  CHECK(mixed->size() == 1001);
  CHECK(mixed->at(0).rule == "PD1012");
}
