#include "cli/command.hpp"
#include "cli/workspace_options.hpp"

#include "podium/clock.hpp"

#include <unistd.h>

namespace podium::cli {
namespace {

struct Arguments {
  WorkspaceOptions workspace;
  std::uint16_t port = 0;
  std::string ready_file;
};

int serve(Arguments const& args, Terminal& term, Context const& ctx) {
  auto workspace = local::Workspace::open(args.workspace.where(), args.workspace.local());
  if (!workspace) return fail(term, "serve", workspace.error());
  auto served = (*workspace)->serve(args.port);
  if (!served) return fail(term, "serve", served.error());
  auto const address = (*workspace)->address();

  auto const ready = "{\"url\": " + quote(served->url) + ", \"tls_url\": " + quote(served->tls_url) +
                     ", \"ca\": " + quote(served->ca_file) + ", \"pid\": " + std::to_string(getpid()) +
                     ", \"subscription_id\": " + quote(address.subscription_id) +
                     ", \"resource_group\": " + quote(address.resource_group) +
                     ", \"workspace_name\": " + quote(address.workspace_name) + "}\n";
  if (!args.ready_file.empty()) {
    if (auto written = write_file(args.ready_file, ready); !written) return fail(term, "serve", written.error());
  }
  term.out << ready << std::flush;
  term.err << "serving " << args.workspace.where() << " at " << served->url << " and " << served->tls_url
           << "; Ctrl-C ends it\n";
  while (!ctx.stop.stop_requested()) system_clock().sleep(std::chrono::hours{1}, ctx);
  term.err << "closing\n";
  return Exit::done;
}

}  // namespace

void add_serve(CLI::App& app, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("serve", "Put a local workspace on loopback, HTTP and TLS on one port");
  args->workspace.add_to(*command);
  command->add_option("--port", args->port, "Port (0: the kernel picks)");
  command->add_option("--ready-file", args->ready_file, "JSON with url, tls_url, ca, pid, ... once it answers");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const& ctx) { return serve(*args, term, ctx); }; });
}

}  // namespace podium::cli
