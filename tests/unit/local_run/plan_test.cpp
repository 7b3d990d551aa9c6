#include "local/executor/plan.hpp"

#include "support.hpp"

using namespace podium;
using namespace podium::local;
using namespace run_test;

namespace {

struct Fixture : Stored {
  std::string make =
      component("make", {{"command", "touch ${{outputs.out}}/x"}, {"outputs", {{"out", {{"type", "uri_folder"}}}}}});
  std::string use = component(
      "use", {{"command", "ls ${{inputs.data}} $[[--n ${{inputs.n}}]]"},
              {"inputs", {{"data", {{"type", "uri_folder"}}}, {"n", {{"type", "integer"}, {"optional", true}}}}}});

  std::string refusal(Json const& job) const {
    auto const plan = make_plan(*store, job);
    if (plan) return "accepted";
    CHECK(plan.error().code() == Errc::invalid_argument);
    return plan.error().to_string();
  }
  bool refuses(Json const& job, std::string const& why) const {
    auto const text = refusal(job);
    CAPTURE(text);
    return text.find(why) != std::string::npos;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a pipeline whose bindings fit is accepted") {
  auto const job =
      pipeline({{"a", node(make)},
                {"b", node(use, {{"data", literal("${{parent.jobs.a.outputs.out}}")}, {"n", literal("3")}})}});
  CHECK(refusal(job) == "accepted");
  auto const plan = make_plan(*store, job).value();
  CHECK(plan.needs().at("b") == std::set<std::string>{"a"});
}

TEST_CASE_FIXTURE(Fixture, "bindings to what is not there are refused, and the refusal names what there is") {
  CHECK(refuses(pipeline({{"b", node(use, {{"data", literal("${{parent.jobs.nope.outputs.out}}")}})}}),
                "there is no step `nope`"));
  CHECK(refuses(pipeline({{"a", node(make)}, {"b", node(use, {{"data", literal("${{parent.jobs.a.outputs.nope}}")}})}}),
                "step `a` has no output `nope`; its outputs are `out`"));
  CHECK(refuses(pipeline({{"b", node(use, {{"data", literal("${{parent.inputs.nope}}")}})}}),
                "the pipeline has no input `nope`"));
  CHECK(refuses(
      pipeline({{"a", node(make, {}, {{"out", {{"type", "literal"}, {"value", "${{parent.outputs.nope}}"}}}})}}),
      "the pipeline has no output `nope`"));
  CHECK(refuses(pipeline({{"a", node(make, {{"nope", literal("1")}})}}), "there is no input `nope`"));
  CHECK(refuses(pipeline({{"a", node(make, {}, {{"nope", {{"job_output_type", "uri_folder"}}}})}}),
                "there is no output `nope`"));
}

TEST_CASE_FIXTURE(Fixture, "a missing required input and a literal of the wrong type are refused") {
  CHECK(refuses(pipeline({{"b", node(use)}}), "required input `data` is not given"));
  auto const wrong =
      pipeline({{"a", node(make)},
                {"b", node(use, {{"data", literal("${{parent.jobs.a.outputs.out}}")}, {"n", literal("x")}})}});
  CHECK(refuses(wrong, "`x` is not of type integer"));
  auto const through = pipeline(
      {{"a", node(make)},
       {"b", node(use, {{"data", literal("${{parent.jobs.a.outputs.out}}")}, {"n", literal("${{parent.inputs.n}}")}})}},
      {{"n", {{"jobInputType", "literal"}, {"value", "x"}}}});
  CHECK(refuses(through, "`x` is not of type integer"));
}

TEST_CASE_FIXTURE(Fixture, "steps that wait for one another are refused") {
  auto const copy = component("copy", {{"command", "cp -r ${{inputs.data}} ${{outputs.out}}"},
                                       {"inputs", {{"data", {{"type", "uri_folder"}}}}},
                                       {"outputs", {{"out", {{"type", "uri_folder"}}}}}});
  auto const job = pipeline({{"a", node(copy, {{"data", literal("${{parent.jobs.b.outputs.out}}")}})},
                             {"b", node(copy, {{"data", literal("${{parent.jobs.a.outputs.out}}")}})}});
  CHECK(refuses(job, "the steps wait for one another: `a` -> `b` -> `a`"));
}

TEST_CASE_FIXTURE(Fixture, "two steps cannot write one output of the pipeline") {
  Json const bound{{"out", {{"type", "literal"}, {"value", "${{parent.outputs.o}}"}}}};
  CHECK(refuses(pipeline({{"a", node(make, {}, bound)}, {"b", node(make, {}, bound)}}, {},
                         {{"o", {{"jobOutputType", "uri_folder"}}}}),
                "both write the pipeline's output `o`"));
}

TEST_CASE_FIXTURE(Fixture, "what is not supported is said before anything runs") {
  for (auto const* type : {"sweep", "spark", "parallel", "automl", "pipeline"}) {
    auto step = node(make);
    step["type"] = type;
    CHECK(refuses(pipeline({{"a", step}}), std::string{"steps of type "} + type + " are not supported"));
  }
  CHECK(refuses({{"properties", {{"jobType", "Sweep"}}}}, "jobs of type Sweep are not supported"));
  auto many = node(make);
  many["resources"] = {{"instance_count", 2}};
  CHECK(refuses(pipeline({{"a", many}}), "one instance"));
  CHECK(refuses(pipeline({{"a", node("azureml://registries/azureml/components/x/versions/1")}}),
                "registries are not supported"));
  CHECK(refuses(pipeline({{"a", node(workspace_id() + "/components/none/versions/1")}}),
                "the workspace has no component"));
  Json const evaluated{
      {"job_input_type", "mltable"}, {"uri", "azureml://datastores/workspaceblobstore/paths/x"}, {"mode", "EvalMount"}};
  CHECK(refuses(pipeline({{"b", node(use, {{"data", evaluated}})}}), "EvalMount is not supported"));
}

TEST_CASE_FIXTURE(Fixture, "a command that uses what its component does not declare is refused") {
  auto const odd = component("odd", {{"command", "echo ${{inputs.nope}}"}});
  CHECK(refuses(pipeline({{"a", node(odd)}}), "the command uses `${{inputs.nope}}`"));
  auto const bare = component(
      "bare", {{"command", "echo ${{inputs.n}}"}, {"inputs", {{"n", {{"type", "integer"}, {"optional", true}}}}}});
  CHECK(refuses(pipeline({{"a", node(bare)}}), "outside `$[[ ]]`"));
}
