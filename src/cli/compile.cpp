#include "podium/spec/compile.hpp"

#include "cli/command.hpp"

#include "podium/render.hpp"

#include <algorithm>

namespace podium::cli {
namespace {

struct Arguments {
  std::string file;
  spec::CompileOptions options;
  std::vector<std::string> set;
};

/// 0 printed, 1 the file has errors, 2 could not run.
int compile(Arguments args, Terminal& term) {
  for (auto const& item : args.set) {
    auto const equal = item.find('=');
    if (equal == std::string::npos)
      return fail(term, "compile", Error{Errc::invalid_argument, "`--set " + item + "` is not PATH=VALUE"});
    args.options.set.emplace_back(item.substr(0, equal), item.substr(equal + 1));
  }
  auto const compiled = spec::compile(args.file, args.options);
  if (!compiled) {
    term.err << "podium compile: " << compiled.error().to_string() << '\n';
    return Exit::usage;
  }
  bool const failed = std::any_of(compiled->diagnostics.begin(), compiled->diagnostics.end(),
                                  [](Diagnostic const& one) { return one.severity == Severity::error; });
  term.err << render_human(compiled->diagnostics, false);
  if (failed) return Exit::not_done;
  term.out << spec::to_json(compiled->requests) << '\n';
  return Exit::done;
}

}  // namespace

void add_compile(CLI::App& app, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("compile", "Print the REST requests that create what a file describes");
  command->add_option("FILE", args->file, "The YAML file")->required();
  command->add_option("--kind", args->options.kind, "Kind of the file, when it cannot be told from it");
  command->add_option("--set", args->set, "Override before compiling, for example inputs.lr=0.1")
      ->type_name("PATH=VALUE");
  command->add_option("-n,--name", args->options.name, "Name of the entity");
  command->add_option("-e,--endpoint-name", args->options.endpoint_name, "Endpoint of the deployment");
  auto& place = args->options.place;
  command->add_option("--subscription", place.subscription, "Subscription that the paths name");
  command->add_option("--resource-group,-g", place.resource_group, "Resource group that the paths name");
  command->add_option("--workspace,-w", place.workspace, "Workspace that the paths name");
  command->add_option("--location,-l", place.location, "Location of what has one");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const&) { return compile(*args, term); }; });
}

}  // namespace podium::cli
