#include "local/executor/binding.hpp"

#include "local/executor/plan.hpp"

#include <doctest/doctest.h>

using namespace podium;
using namespace podium::local;

namespace {

Result<std::string> render(std::string_view command, std::map<std::string, Replacement> const& values) {
  return render_command(command, [&](Reference const& reference) -> std::optional<Replacement> {
    auto const at = values.find(reference.kind + "." + reference.name);
    if (at == values.end()) return std::nullopt;
    return at->second;
  });
}

}  // namespace

TEST_CASE("bindings name inputs and outputs of the parent and outputs of steps") {
  auto const input = parse_binding("${{parent.inputs.raw}}");
  REQUIRE(input);
  REQUIRE(*input);
  CHECK((*input)->to == Binding::To::parent_input);
  CHECK((*input)->name == "raw");

  auto const step = parse_binding(" ${{ parent.jobs.prep.outputs.out }} ");
  REQUIRE(step);
  REQUIRE(*step);
  CHECK((*step)->to == Binding::To::step_output);
  CHECK((*step)->step == "prep");
  CHECK((*step)->name == "out");

  auto const literal = parse_binding("0.5");
  REQUIRE(literal);
  CHECK_FALSE(*literal);
}

TEST_CASE("what only looks like a binding is refused") {
  for (auto const* text : {"a-${{parent.inputs.x}}-b", "${{inputs.x}}", "${{parent.jobs.a.inputs.x}}",
                           "${{parent.inputs.}}", "${{parent.inputs.a}}${{parent.inputs.b}}", "${{parent.jobs.a}}"}) {
    CAPTURE(text);
    auto const got = parse_binding(text);
    REQUIRE_FALSE(got);
    CHECK(got.error().code() == Errc::invalid_argument);
  }
}

TEST_CASE("references in a command are replaced, paths quoted where they need it") {
  std::map<std::string, Replacement> const values{
      {"inputs.n", {"3", false}}, {"inputs.data", {"/a b/it's", true}}, {"outputs.out", {"/plain/path", true}}};
  CHECK(render("python x.py --n ${{inputs.n}} --d ${{ inputs.data }} -o ${{outputs.out}}", values).value() ==
        "python x.py --n 3 --d '/a b/it'\\''s' -o /plain/path");
  CHECK(render("echo \"${{inputs.data}}\" '${{inputs.data}}'", values).value() == "echo \"/a b/it's\" '/a b/it'\\''s'");
}

TEST_CASE("an optional group goes away as a whole when its input is not given") {
  auto const command = "run $[[--epochs ${{inputs.epochs}}]] --lr ${{inputs.lr}}";
  CHECK(render(command, {{"inputs.lr", {"1", false}}}).value() == "run  --lr 1");
  CHECK(render(command, {{"inputs.lr", {"1", false}}, {"inputs.epochs", {"5", false}}}).value() ==
        "run --epochs 5 --lr 1");
  auto const missing = render("run ${{inputs.epochs}}", {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message() == "`${{inputs.epochs}}` has no value; an optional input stands inside `$[[ ]]`");
}

TEST_CASE("a command whose brackets do not balance is refused") {
  for (auto const* command : {"a ${{inputs.x", "a $[[ b", "a $[[ b $[[ c ]] ]]", "a ${{name}}"}) {
    CAPTURE(command);
    CHECK_FALSE(references(command));
  }
  CHECK(references("if [[ -f x ]]; then echo ${HOME} $(( 1 + 1 )); fi"));
}

TEST_CASE("locations know the run, the output and the default datastore") {
  auto const at = render_location("azureml://datastores/${{default_datastore}}/paths/${{name}}/${{ output_name }}/",
                                  {{"name", "fig"}, {"output_name", "model"}, {"default_datastore", "store"}});
  CHECK(at.value() == "azureml://datastores/store/paths/fig/model/");
  CHECK_FALSE(render_location("x/${{user}}", {}));
}

TEST_CASE("literals are held against their declaration") {
  auto const port = [](char const* type, Json more = Json::object()) {
    Port out;
    out.type = type;
    out.declaration = std::move(more);
    return out;
  };
  CHECK(check_literal(port("integer"), "3"));
  CHECK(check_literal(port("integer"), "3.0"));
  CHECK_FALSE(check_literal(port("integer"), "3.5"));
  CHECK_FALSE(check_literal(port("integer"), "abc"));
  CHECK(check_literal(port("number"), "1e-05"));
  CHECK_FALSE(check_literal(port("number"), ""));
  CHECK(check_literal(port("boolean"), "True"));
  CHECK_FALSE(check_literal(port("boolean"), "yes"));
  CHECK_FALSE(check_literal(port("number", {{"min", "0.0"}}), "-1"));
  CHECK_FALSE(check_literal(port("number", {{"max", 1}}), "1.5"));
  CHECK_FALSE(check_literal(port("string", {{"enum", {"a", "b"}}}), "c"));
  CHECK(check_literal(port("string", {{"enum", {"a", "b"}}}), "b"));
}

TEST_CASE("durations are read as seconds and as ISO 8601") {
  using namespace std::chrono_literals;
  CHECK(duration_of("PT10M") == std::chrono::milliseconds{10min});
  CHECK(duration_of("P1DT1H0.5S") == std::chrono::milliseconds{25h + 500ms});
  CHECK(duration_of(90) == std::chrono::milliseconds{90s});
  CHECK_FALSE(duration_of("soon"));
  CHECK_FALSE(duration_of(Json{}));
}
