#include "podium/spec/validate.hpp"

#include "cli/command.hpp"

#include "podium/render.hpp"

#include <fstream>
#include <map>
#include <sstream>

namespace podium::cli {
namespace {

struct Arguments {
  std::vector<std::filesystem::path> paths;
  spec::ValidateOptions options;
  std::string workspace;
  std::vector<std::string> set;
  std::string output = "human";
  bool compat = false;
  bool fix = false;
  bool unsafe_fixes = false;
  int threads = 0;
};

/// Exit code of `podium validate` when nothing could be judged.
constexpr int could_not_run = 2;

std::string plural(std::size_t number, std::string const& word) {
  return std::to_string(number) + " " + word + (number == 1 ? "" : "s");
}

/// Rewrites the files whose findings have fixes; the number of fixes applied.
Result<std::size_t> fix_files(std::vector<Diagnostic> const& found, bool unsafe) {
  std::map<std::string, std::vector<Diagnostic>> of_file;
  for (auto const& one : found)
    if (one.fix) of_file[one.file].push_back(one);
  std::size_t applied = 0;
  for (auto const& [file, findings] : of_file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) continue;  // an override, which is in no file
    std::ostringstream text;
    text << in.rdbuf();
    auto const fixed = apply_fixes(text.str(), findings, unsafe);
    if (fixed.applied == 0) continue;
    if (auto written = write_file(file, fixed.text); !written) return written.error();
    applied += fixed.applied;
  }
  return applied;
}

void show(Arguments const& args, spec::Validated const& checked, Terminal& term) {
  if (args.output == "json") {
    term.out << render_json(checked.diagnostics, checked.files.size()) << '\n';
  } else if (args.output == "github") {
    term.out << render_github(checked.diagnostics);
  } else if (args.output == "sarif") {
    term.out << render_sarif(checked.diagnostics) << '\n';
  } else if (args.output == "junit") {
    term.out << render_junit(checked.diagnostics, checked.files);
  } else {
    term.out << render_human(checked.diagnostics, term.color);
  }
}

/// 0 clean, 1 findings, 2 could not run.
int validate(Arguments args, Terminal& term) {
  args.options.supplied.workspace = !args.workspace.empty();
  for (auto const& item : args.set) {
    auto const equal = item.find('=');
    if (equal == std::string::npos)
      return fail(term, "validate", Error{Errc::invalid_argument, "`--set " + item + "` is not PATH=VALUE"});
    args.options.set.emplace_back(item.substr(0, equal), item.substr(equal + 1));
  }
  auto const trouble = [&](Error const& error) {
    term.err << "podium validate: " << error.to_string() << '\n';
    return could_not_run;
  };
  auto checked = spec::validate_all(args.paths, args.options, args.threads);
  if (!checked) return trouble(checked.error());
  if (args.fix || args.unsafe_fixes) {
    auto const applied = fix_files(checked->diagnostics, args.unsafe_fixes);
    if (!applied) return trouble(applied.error());
    term.err << *applied << (*applied == 1 ? " fix" : " fixes") << " applied\n";
    if (*applied > 0) checked = spec::validate_all(args.paths, args.options, args.threads);
    if (!checked) return trouble(checked.error());
  }
  std::size_t errors = 0, warnings = 0;
  for (auto& one : checked->diagnostics) {
    errors += one.severity == Severity::error;
    warnings += one.severity == Severity::warning;
    if (!args.compat) one.official.clear();
  }
  show(args, *checked, term);
  if (args.output == "human")
    term.err << plural(checked->files.size(), "file") << ": " << plural(errors, "error") << ", "
             << plural(warnings, "warning") << '\n';
  return errors > 0 ? 1 : 0;
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("validate", "Check Azure ML YAML and policies before anything runs");
  command->add_option("PATH", args->paths, "Files and folders to check")->required();
  command->add_option("--kind", args->options.kind, "Kind of the files, when it cannot be told from them");
  command
      ->add_option("--set", args->set,
                   "Override before checking, for example inputs.lr=0.1; "
                   "a missing name is then a warning")
      ->type_name("PATH=VALUE");
  command->add_option("-n,--name", args->options.supplied.name, "Name that the file will be used with");
  command->add_option("-e,--endpoint-name", args->options.supplied.endpoint_name,
                      "Endpoint that the deployment will be used with");
  command->add_option("-w,--workspace-name", args->workspace, "Workspace that the file will be used with");
  command->add_flag("--placeholders", args->options.placeholders,
                    "Only warn where {{x}}, <x>, $(x), ${x} or __x__ will be filled in later");
  command->add_flag("--skip-unknown", args->options.skip_unknown, "Leave out files whose kind cannot be told");
  command->add_flag("--compat", args->compat, "Also show what azure-ai-ml says");
  command->add_flag("--fix", args->fix, "Apply the fixes that are safe");
  command->add_flag("--unsafe-fixes", args->unsafe_fixes, "Apply also those that are a guess");
  command->add_option("--threads", args->threads, "Files checked at once; 0: one per core");
  command->add_option("--output,-o", args->output, "human, json, github, sarif or junit")
      ->check(CLI::IsMember({"human", "json", "github", "sarif", "junit"}));
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const&) { return validate(*args, term); }; });
}

}  // namespace podium::cli
