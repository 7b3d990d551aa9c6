#include "cli/command.hpp"

#include "podium/data/table.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace {

int signal_pipe[2];

extern "C" void on_signal(int) {
  char const byte = 0;
  [[maybe_unused]] auto const written = write(signal_pipe[1], &byte, 1);
}

/// The first Ctrl-C asks the running command to stop; the second insists.
void stop_on_signals(std::stop_source const& stop) {
  if (pipe(signal_pipe) != 0) return;
  std::thread{[stop]() mutable {
    char byte;
    for (int count = 0; read(signal_pipe[0], &byte, 1) == 1; ++count) {
      if (count > 0) _exit(podium::cli::Exit::interrupted);
      stop.request_stop();
    }
  }}.detach();
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

constexpr std::size_t terminal_width = 80;
constexpr std::size_t name_width = 30;

std::string wrapped(std::string const& text, std::size_t width) {
  std::istringstream words{text};
  std::string out;
  std::size_t used = 0;
  for (std::string word; words >> word; used += word.size()) {
    if (used > 0 && used + 1 + word.size() > width) {
      out += '\n';
      used = 0;
    }
    if (used > 0) {
      out += ' ';
      ++used;
    }
    out += word;
  }
  return out;
}

/// Help that fits a terminal: descriptions wrapped beside their names.
void fit_help(CLI::App& app) {
  app.get_formatter()->column_width(name_width);
  app.description(
      wrapped(app.get_description(), app.get_parent() == nullptr ? terminal_width : terminal_width - name_width));
  if (auto const footer = app.get_footer(); !footer.empty()) app.footer(wrapped(footer, terminal_width));
  for (auto* option : app.get_options())
    option->description(wrapped(option->get_description(), terminal_width - name_width));
  for (auto* command : app.get_subcommands({})) fit_help(*command);
}

bool wants_color() {
  if (std::getenv("NO_COLOR") != nullptr) return false;
  if (std::getenv("CLICOLOR_FORCE") != nullptr) return true;
  char const* kind = std::getenv("TERM");
  return isatty(STDOUT_FILENO) && kind != nullptr && std::string_view{kind} != "dumb";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace podium::cli;
  CLI::App app{"Decides which model deserves to be champion, and puts it there safely.", "podium"};
  app.set_version_flag("--version", std::string{"podium "} + podium::version());
  app.require_subcommand(1);

  Action action;
  add_validate(app, action);
  add_compile(app, action);
  add_explain(app, action);
  add_schema(app, action);
  add_run(app, action);
  add_features(app, action);
  add_gate(app, action);
  add_promote(app, action);
  add_serve(app, action);
  fit_help(app);

  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    auto const shown = app.exit(error);
    return shown == 0 ? Exit::done : Exit::usage;
  }

  if (char const* plugin = std::getenv("PODIUM_ARROW_PLUGIN")) podium::data::set_plugin_path(plugin);
  std::stop_source stop;
  stop_on_signals(stop);
  Terminal term{std::cout, std::cerr, wants_color(), isatty(STDOUT_FILENO) && isatty(STDERR_FILENO)};
  try {
    auto const code = action(term, podium::Context{stop.get_token(), {}});
    std::cout.flush();
    return code;
  } catch (std::exception const& error) {
    std::cerr << "podium: internal error: " << error.what() << '\n';
    return Exit::not_done;
  }
}
