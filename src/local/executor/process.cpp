#include "local/executor/process.hpp"

#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <signal.h>
#include <spawn.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace podium::inline v0::local {
namespace {

using namespace std::chrono_literals;

std::vector<char*> pointers(std::vector<std::string> const& texts) {
  std::vector<char*> out;
  for (auto const& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

struct Actions {
  posix_spawn_file_actions_t value;
  Actions() { posix_spawn_file_actions_init(&value); }
  ~Actions() { posix_spawn_file_actions_destroy(&value); }
};
struct Attributes {
  posix_spawnattr_t value;
  Attributes() { posix_spawnattr_init(&value); }
  ~Attributes() { posix_spawnattr_destroy(&value); }
};

bool is_program(std::filesystem::path const& path) {
  std::error_code ec;
  return std::filesystem::is_regular_file(path, ec) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Descriptor::~Descriptor() { close(); }
void Descriptor::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<Descriptor> Descriptor::append(std::filesystem::path const& file) {
  std::error_code ec;
  std::filesystem::create_directories(file.parent_path(), ec);
  if (ec) return file_error("cannot make the folder of a log", ec, file.parent_path());
  Descriptor opened{::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)};
  if (!opened) return file_error("cannot open a log", {errno, std::generic_category()}, file);
  return opened;
}

Error file_error(std::string what, std::error_code code, std::filesystem::path const& where) {
  bool const full = code == std::errc::no_space_on_device || code.value() == EDQUOT;
  auto const short_of = code == std::errc::too_many_files_open || code == std::errc::not_enough_memory;
  return Error{full || short_of ? Errc::exhausted : Errc::failed,
               std::move(what) + ": " + (full ? "the disk under the workspace is full" : code.message())}
      .with("path", where.string());
}

Result<Process> Process::start(Command const& command) {
  Actions actions;
  Attributes attributes;
  // Copies far above the numbers they are to get: no dup2 below can overwrite one of them.
  Descriptor const output{::fcntl(command.output, F_DUPFD_CLOEXEC, 64)};
  Descriptor const channel{command.channel < 0 ? -1 : ::fcntl(command.channel, F_DUPFD_CLOEXEC, 64)};
  if (!output || (command.channel >= 0 && !channel))
    return file_error("cannot start a process", {errno, std::generic_category()}, command.arguments.front());
  posix_spawn_file_actions_addopen(&actions.value, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions.value, output.get(), 1);
  posix_spawn_file_actions_adddup2(&actions.value, output.get(), 2);
  if (channel) posix_spawn_file_actions_adddup2(&actions.value, channel.get(), 3);
  // Sockets and databases of this process are none of the child's business.
  posix_spawn_file_actions_addclosefrom_np(&actions.value, channel ? 4 : 3);
  posix_spawn_file_actions_addchdir_np(&actions.value, command.folder.c_str());

  sigset_t none, standard;
  sigemptyset(&none);
  sigemptyset(&standard);
  for (int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT, SIGCHLD}) sigaddset(&standard, signal);
  posix_spawnattr_setflags(&attributes.value, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes.value, 0);
  posix_spawnattr_setsigmask(&attributes.value, &none);
  posix_spawnattr_setsigdefault(&attributes.value, &standard);

  auto const arguments = pointers(command.arguments);
  auto const environment = pointers(command.environment);
  pid_t id = 0;
  int const code =
      posix_spawn(&id, arguments.front(), &actions.value, &attributes.value, arguments.data(), environment.data());
  if (code != 0)
    return file_error("cannot start a process", {code, std::generic_category()}, command.arguments.front());
  return Process{id};
}

void Process::kill(int signal) const { ::kill(-id_, signal); }

Process::End Process::wait(std::stop_token const& stop, std::optional<std::chrono::steady_clock::time_point> deadline,
                           std::chrono::milliseconds grace) {
  End end;
  std::mutex mutex;
  std::condition_variable_any changed;
  bool gone = false;
  std::thread watchdog{[&] {
    std::unique_lock lock{mutex};
    auto const until = deadline.value_or(std::chrono::steady_clock::now() + 24h * 365);
    if (changed.wait_until(lock, stop, until, [&] { return gone; })) return;
    (stop.stop_requested() ? end.stopped : end.timed_out) = true;
    kill(SIGTERM);
    if (!changed.wait_for(lock, grace, [&] { return gone; })) kill(SIGKILL);
  }};

  siginfo_t info{};
  // WNOWAIT keeps the number of the group taken until the watchdog has stopped using it.
  while (::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  {
    std::scoped_lock lock{mutex};
    gone = true;
  }
  changed.notify_all();
  watchdog.join();

  bool const asked = end.stopped || end.timed_out;
  if (!asked) kill(SIGKILL);  // what it left in the background
  int status = 0;
  pid_t reaped = 0;
  while ((reaped = ::waitpid(id_, &status, 0)) < 0 && errno == EINTR) {
  }
  if (asked) {
    for (auto const until = std::chrono::steady_clock::now() + grace;
         ::kill(-id_, 0) == 0 && std::chrono::steady_clock::now() < until;)
      std::this_thread::sleep_for(10ms);
    kill(SIGKILL);
  }
  if (reaped < 0) {
    end.code = 255;  // someone else in this process collected it: its exit code is lost
  } else if (WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
    end.code = 128 + end.signal;
  } else {
    end.code = WEXITSTATUS(status);
  }
  return end;
}

std::vector<std::pair<std::string, std::string>> inherited_environment() {
  static constexpr std::array names{"PATH",
                                    "HOME",
                                    "LANG",
                                    "LANGUAGE",
                                    "TZ",
                                    "TMPDIR",
                                    "USER",
                                    "LOGNAME",
                                    "SHELL",
                                    "LD_LIBRARY_PATH",
                                    "OMP_NUM_THREADS",
                                    "CUDA_VISIBLE_DEVICES",
                                    "SSL_CERT_FILE",
                                    "SSL_CERT_DIR",
                                    "REQUESTS_CA_BUNDLE",
                                    "http_proxy",
                                    "https_proxy",
                                    "HTTP_PROXY",
                                    "HTTPS_PROXY"};
  std::vector<std::pair<std::string, std::string>> out;
  for (char** at = environ; *at != nullptr; ++at) {
    std::string_view const entry{*at};
    auto const equal = entry.find('=');
    if (equal == std::string_view::npos) continue;
    auto const name = entry.substr(0, equal);
    bool wanted = name.starts_with("LC_");
    for (auto const* known : names) wanted = wanted || name == known;
    if (wanted) out.emplace_back(name, entry.substr(equal + 1));
  }
  // The workspace is on loopback, whatever proxy there is.
  out.emplace_back("NO_PROXY", "127.0.0.1,localhost");
  out.emplace_back("no_proxy", "127.0.0.1,localhost");
  out.emplace_back("PYTHONDONTWRITEBYTECODE", "1");
  return out;
}

Result<Interpreter> find_interpreter(std::string const& option) {
  auto const of = [](std::filesystem::path const& program) {
    // Not resolved: a virtual environment is known by the place of its link.
    auto const full = std::filesystem::absolute(program).lexically_normal();
    return Interpreter{full, is_program(full.parent_path() / "python")};
  };
  if (option.find('/') != std::string::npos) {
    if (is_program(option)) return of(option);
    return Error{Errc::invalid_argument, "the interpreter `" + option + "` is not a program"};
  }
  std::string const name = option.empty() ? "python3" : option;
  char const* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    auto const colon = rest.find(':');
    std::filesystem::path const folder{rest.substr(0, colon)};
    if (!folder.empty() && is_program(folder / name)) return of(folder / name);
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  return Error{Errc::not_found, "there is no `" + name + "` on PATH; name an interpreter in the workspace's options"};
}

}  // namespace podium::inline v0::local
