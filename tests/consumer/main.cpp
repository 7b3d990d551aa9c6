#include <podium/podium.hpp>

#include <cstdio>
#include <filesystem>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto const workspace = podium::Workspace::local(argv[1]);
  if (!workspace) {
    std::fprintf(stderr, "%s\n", workspace.error().to_string().c_str());
    return 1;
  }
  auto const info = workspace->workspaces().get().value();
  // An error of the library crosses the shared object's border as our own exception type.
  bool thrown = false;
  try {
    static_cast<void>(workspace->jobs().get("no-such-job").value());
  } catch (podium::Exception const& exception) {
    thrown = exception.error().code() == podium::Errc::not_found;
  }
  std::printf("podium %s, workspace %s\n", podium::version(), info.name.c_str());
  return thrown && !info.id.empty() ? 0 : 1;
}
