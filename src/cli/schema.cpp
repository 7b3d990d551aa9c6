#include "podium/spec/schema.hpp"

#include "cli/command.hpp"

#include <filesystem>

namespace podium::cli {
namespace {

struct Arguments {
  std::string kind;
  std::string format = "json";
  std::string out;
};

Result<std::string> write(std::string const& kind, std::string const& format) {
  if (format == "markdown") return spec::reference_page(kind);
  if (format == "words") {
    auto words = spec::completion_words(kind);
    if (!words) return words.error();
    std::string lines;
    for (auto const& word : *words) lines += word + '\n';
    return lines;
  }
  auto schema = spec::json_schema(kind);
  if (!schema) return schema.error();
  return *schema + '\n';
}

int schema(Arguments const& args, Terminal& term) {
  std::string const ending = args.format == "markdown" ? ".md" : args.format == "words" ? ".txt" : ".schema.json";
  if (args.kind.empty() && args.out.empty()) {
    for (auto const& kind : spec::kinds()) term.out << kind << '\n';
    return Exit::done;
  }
  auto const wanted = args.kind.empty() ? spec::kinds() : std::vector<std::string>{args.kind};
  for (auto const& kind : wanted) {
    auto const text = write(kind, args.format);
    if (!text) return fail(term, "schema", Error{Errc::invalid_argument, text.error().message()});
    if (args.out.empty()) {
      term.out << *text;
      continue;
    }
    std::error_code problem;
    std::filesystem::create_directories(args.out, problem);
    auto const file = (std::filesystem::path{args.out} / (kind + ending)).string();
    if (auto written = write_file(file, *text); !written) return fail(term, "schema", written.error());
  }
  return Exit::done;
}

}  // namespace

void add_schema(CLI::App& app, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("schema", "Print the JSON Schema of a kind of document, for editors");
  command->add_option("KIND", args->kind, "For example pipelineJob; without it, all are listed");
  command->add_option("--format", args->format, "json, markdown (the reference page) or words (for completion)")
      ->check(CLI::IsMember({"json", "markdown", "words"}));
  command->add_option("--out", args->out, "Folder to write into; without a KIND, a file for each")->type_name("DIR");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const&) { return schema(*args, term); }; });
}

}  // namespace podium::cli
