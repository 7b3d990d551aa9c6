#include "cli/command.hpp"

#include "podium/spec/schema.hpp"

namespace podium::cli {
namespace {

struct Arguments {
  std::string code;
};

/// Markdown as it is; on a terminal, headings stand out.
void show(std::string_view page, Terminal& term) {
  for (std::size_t at = 0; at < page.size();) {
    auto const end = std::min(page.find('\n', at), page.size());
    auto const line = page.substr(at, end - at);
    bool const heading = term.color && line.starts_with('#');
    term.out << (heading ? "\x1b[1m" : "") << line << (heading ? "\x1b[0m" : "") << '\n';
    at = end + 1;
  }
}

int explain(Arguments const& args, Terminal& term) {
  if (args.code.empty()) {
    for (auto const& rule : spec::rules()) term.out << rule.code << "  " << rule.title << '\n';
    return Exit::done;
  }
  auto const rule = spec::find_rule(args.code);
  if (!rule)
    return fail(
        term, "explain",
        Error{Errc::invalid_argument, "there is no diagnostic `" + args.code + "`; `podium explain` lists them all"});
  show(rule->page, term);
  return Exit::done;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command =
      app.add_subcommand("explain", "Say what a diagnostic means, with an example that fails and one that passes");
  command->add_option("CODE", args->code, "For example PD1023; without it, all are listed");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const&) { return explain(*args, term); }; });
}

}  // namespace podium::cli
