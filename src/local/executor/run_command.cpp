#include "local/executor/run_command.hpp"

#include "local/executor/content.hpp"
#include "local/executor/job_record.hpp"
#include "local/executor/process.hpp"

#include <fstream>

namespace podium::inline v0::local {
namespace fs = std::filesystem;
namespace {

using namespace std::chrono_literals;
using Outcome = Schedule::Outcome;

constexpr auto grace = 5s;

/// A `python` for commands that say so, where the interpreter's own folder has none.
Result<void> write_python_alias(fs::path const& folder, fs::path const& program) {
  std::error_code ec;
  fs::create_directories(folder, ec);
  std::string quoted;
  for (char c : program.string()) c == '\'' ? quoted += "'\\''" : quoted += c;
  for (auto const* name : {"python", "python3"}) {
    std::ofstream out{folder / name};
    out << "#!/bin/sh\nexec '" << quoted << "' \"$@\"\n";
    out.close();
    if (!out) return file_error("cannot write", {errno, std::generic_category()}, folder / name);
    fs::permissions(folder / name, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec, ec);
  }
  return {};
}

std::vector<std::string> environment_of(CommandRun const& run, Interpreter const& python, fs::path const& alias) {
  std::map<std::string, std::string> all;
  for (auto& [name, value] : inherited_environment()) all[name] = value;
  for (auto const& [name, value] : run.environment) all[name] = value;
  auto path = python.program.parent_path().string() + ":" + all["PATH"];
  if (!python.named_python) path = alias.string() + ":" + path;
  all["PATH"] = std::move(path);
  std::vector<std::string> out;
  for (auto const& [name, value] : all) out.push_back(name + "=" + value);
  return out;
}

Result<void> keep_artifacts(fs::path const& work, fs::path const& artifacts) {
  std::error_code ec;
  for (auto const* name : {"outputs", "logs"}) {
    if (!fs::is_directory(work / name, ec) || fs::is_empty(work / name, ec)) continue;
    if (auto copied = copy_tree(work / name, artifacts / name); !copied) return copied;
  }
  return {};
}

std::string why_it_ended(CommandRun const& run, Process::End const& end, fs::path const& log,
                         fs::path const& workspace) {
  auto out = run.label;
  if (end.timed_out) {
    out += " ran past its limit of " + std::to_string(run.timeout->count() / 1000) + " s and was stopped";
  } else if (end.signal != 0) {
    out += " was ended by signal " + std::to_string(end.signal);
  } else {
    out += " exited with code " + std::to_string(end.code);
  }
  if (auto const last = last_lines(log, 5); !last.empty()) out += ": " + last;
  std::error_code ec;
  if (auto const space = fs::space(workspace, ec); !ec && space.available < (1u << 20))
    out += "; the disk under the workspace is full";
  return out + " (log: " + log.lexically_relative(workspace).generic_string() +
         " in the workspace; its working folder is kept in runs/" + run.job + ")";
}

}  // namespace

Result<fs::path> code_folder(Store const& store, std::string const& code) {
  auto at = resolve_uri(store, code);
  if (!at) return std::move(at).error();
  std::error_code ec;
  if (!fs::exists(*at, ec)) return Error{Errc::not_found, "the code is not there"}.with("code", code);
  return at;
}

CommandEnd run_command(Store& store, Options const& options, CommandRun const& run, std::stop_token const& stop,
                       std::function<void(std::string_view status)> const& on_status) {
  auto const failed = [&](Error const& error) {
    return CommandEnd{Outcome::failed, run.label + ": " + error.to_string()};
  };
  auto const folder = store.folder() / "runs" / run.job;
  auto const work = folder / "wd";
  auto const artifacts = artifacts_of(store, run.job);
  auto const log = artifacts / "user_logs" / "std_log.txt";

  on_status("Preparing");
  auto python = find_interpreter(options.python);
  if (!python) return failed(python.error());
  std::error_code ec;
  fs::remove_all(folder, ec);
  for (auto const* name : {"outputs", "logs"}) {
    fs::create_directories(work / name, ec);
    if (ec) return failed(file_error("cannot make the working folder", ec, work));
  }
  if (!run.code.empty()) {
    auto code = code_folder(store, run.code);
    if (!code) return failed(code.error());
    auto const target = fs::is_directory(*code, ec) ? work : work / code->filename();
    if (auto copied = copy_tree(*code, target); !copied) return failed(copied.error());
  }
  if (!python->named_python)
    if (auto written = write_python_alias(folder / "bin", python->program); !written) return failed(written.error());
  auto output = Descriptor::append(log);
  if (!output) return failed(output.error());

  auto process = Process::start(
      {{"/bin/bash", "-c", run.command}, environment_of(run, *python, folder / "bin"), work, output->get(), -1});
  if (!process) return failed(process.error());
  std::optional<std::chrono::steady_clock::time_point> deadline;
  if (run.timeout) deadline = std::chrono::steady_clock::now() + *run.timeout;
  on_status("Running");
  auto const end = process->wait(stop, deadline, grace);

  on_status("Finalizing");
  auto kept = keep_artifacts(work, artifacts);
  if (end.stopped) {
    fs::remove_all(folder, ec);
    return {Outcome::canceled, run.label + " was cancelled"};
  }
  if (end.timed_out) return {Outcome::canceled, why_it_ended(run, end, log, store.folder())};
  if (end.code != 0) return {Outcome::failed, why_it_ended(run, end, log, store.folder())};
  if (!kept) return failed(kept.error());
  fs::remove_all(folder, ec);
  return {};
}

}  // namespace podium::inline v0::local
