#include "cli/command.hpp"

#include "podium/render.hpp"
#include "podium/spec/load.hpp"

namespace podium::cli {
namespace {

struct Arguments {
  std::vector<std::string> files;
  std::string kind;
  std::vector<std::string> set;
  std::string output = "human";
};

/// 0 clean, 1 findings, 2 could not run.
int validate(Arguments const& args, Terminal& term) {
  spec::ValidateOptions options{.kind = args.kind, .set = {}};
  for (auto const& item : args.set) {
    auto const equal = item.find('=');
    if (equal == std::string::npos)
      return fail(term, "validate", Error{Errc::invalid_argument, "`--set " + item + "` is not NAME=VALUE"});
    options.set.emplace_back(item.substr(0, equal), item.substr(equal + 1));
  }
  std::vector<Diagnostic> all;
  for (auto const& file : args.files) {
    auto found = spec::validate(file, options);
    if (!found) {
      term.err << "podium validate: " << found.error().to_string() << '\n';
      return 2;
    }
    all.insert(all.end(), found->begin(), found->end());
  }
  std::size_t errors = 0, warnings = 0;
  for (auto const& one : all) {
    errors += one.severity == Severity::error;
    warnings += one.severity == Severity::warning;
  }
  if (args.output == "json") {
    term.out << render_json(all, args.files.size()) << '\n';
  } else if (args.output == "github") {
    term.out << render_github(all);
  } else {
    term.out << render_human(all, term.color);
    term.err << args.files.size() << (args.files.size() == 1 ? " file: " : " files: ") << errors
             << (errors == 1 ? " error, " : " errors, ") << warnings << (warnings == 1 ? " warning\n" : " warnings\n");
  }
  return errors > 0 ? 1 : 0;
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("validate", "Check Azure ML YAML and policies before anything runs");
  command->add_option("FILE", args->files, "Files to check")->required();
  command->add_option("--kind", args->kind, "Kind of the files, when it cannot be told from them");
  command->add_option("--set", args->set, "Override before checking, for example inputs.lr=0.1")
      ->type_name("PATH=VALUE");
  command->add_option("--output,-o", args->output, "human, json or github")
      ->check(CLI::IsMember({"human", "json", "github"}));
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const&) { return validate(*args, term); }; });
}

}  // namespace podium::cli
