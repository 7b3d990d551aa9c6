#include "podium/spec/validate.hpp"

#include "base/parallel.hpp"
#include "spec/documents.hpp"
#include "spec/kind.hpp"
#include "spec/reader.hpp"

#include <algorithm>
#include <system_error>

namespace podium::inline v0::spec {
namespace {

namespace fs = std::filesystem;

bool comes_later(ValidateOptions const& options) {
  auto const& given = options.supplied;
  return !given.name.empty() || !given.endpoint_name.empty() || given.workspace || !options.set.empty();
}

/// What is left to be checked of a document whose kind is the caller's to find.
enum class Unrecognised : std::uint8_t { error, skip };

/// Whether the document was checked; false only for one that is to be skipped.
bool check(Documents& documents, Document const& document, ValidateOptions const& options, Unrecognised policy) {
  documents.placeholders = options.placeholders;
  documents.override_with(document, options.set);
  if (!document.tree.root) return policy == Unrecognised::error || !options.kind.empty();
  auto const file_name = document.file.filename().string();
  std::string const kind = options.kind.empty() ? kind_of_document(*document.tree.root, file_name) : options.kind;
  if (kind.empty() && policy == Unrecognised::skip) return false;
  auto const* table = table_of(kind);
  auto const set = naming(table, options.supplied.name, options.supplied.endpoint_name);
  documents.override_with(document, set);
  Node const& root = *document.tree.root;
  Node const& place = root.entries.empty() ? root : *root.entries.front().key;
  // A policy is our own: whatever we cannot act on is an error already here.
  Reader reader{documents, document, kind == "promotionPolicy" ? Purpose::use : Purpose::check};
  if (kind.empty()) {
    reader.error("PD1009", place, "cannot tell which kind of document this is",
                 "add `$schema`, or name the kind with `--kind`");
  } else {
    reader.read(*table, root);
  }
  return true;
}

std::vector<Diagnostic> findings(Documents& documents, ValidateOptions const& options) {
  auto found = documents.take();
  if (!comes_later(options)) return found;
  for (auto& one : found)
    if (one.rule == "PD1013" && (one.path == "name" || one.path == "endpoint_name")) {
      one.severity = Severity::warning;
      one.help =
          one.path == "name" ? "add `name:`, or give it with `-n`" : "add `endpoint_name:`, or give it with `-e`";
    }
  return found;
}

Result<void> known_kind(ValidateOptions const& options) {
  if (options.kind.empty() || is_kind(options.kind)) return {};
  return Error{Errc::invalid_argument, "there is no kind `" + options.kind + "`; `podium schema` lists them"};
}

struct Task {
  fs::path file;
  std::string name;
  Unrecognised policy = Unrecognised::error;
  bool checked = false;
  std::optional<Error> failure{};
  std::vector<Diagnostic> found{};
};

Result<void> add_folder(fs::path const& folder, std::vector<Task>& tasks) {
  std::error_code problem;
  std::vector<fs::path> files;
  fs::recursive_directory_iterator walk{folder, fs::directory_options::skip_permission_denied, problem};
  for (auto const end = fs::recursive_directory_iterator{}; !problem && walk != end; walk.increment(problem)) {
    auto const& path = walk->path();
    std::error_code ignored;
    if (path.filename().string().starts_with('.')) {
      if (walk->is_directory(ignored)) walk.disable_recursion_pending();
      continue;
    }
    auto const extension = path.extension();
    if ((extension == ".yml" || extension == ".yaml") && walk->is_regular_file(ignored)) files.push_back(path);
  }
  if (problem) return Error{Errc::unavailable, "cannot list `" + folder.string() + "`: " + problem.message()};
  std::sort(files.begin(), files.end());
  for (auto& file : files) tasks.push_back({.file = file, .name = file.string(), .policy = Unrecognised::skip});
  return {};
}

void run(Task& task, ValidateOptions const& options) {
  Documents documents;
  auto const opened = documents.open(task.file, task.name);
  if (!opened) {
    task.failure = opened.error();
    return;
  }
  task.checked = check(documents, **opened, options, task.policy);
  if (task.checked) task.found = findings(documents, options);
}

}  // namespace

Result<std::vector<Diagnostic>> validate(fs::path const& file, ValidateOptions const& options) {
  if (auto known = known_kind(options); !known) return known.error();
  Task task{.file = file, .name = file.string()};
  run(task, options);
  if (task.failure) return *std::move(task.failure);
  return std::move(task.found);
}

Result<std::vector<Diagnostic>> validate_text(std::string_view text, std::string const& name, fs::path const& folder,
                                              ValidateOptions const& options) {
  if (auto known = known_kind(options); !known) return known.error();
  Documents documents;
  auto const& document = documents.add_text(std::string{text}, name, folder);
  check(documents, document, options, Unrecognised::error);
  return findings(documents, options);
}

Result<Validated> validate_all(std::span<fs::path const> paths, ValidateOptions const& options, int threads) {
  if (auto known = known_kind(options); !known) return known.error();
  std::vector<Task> tasks;
  auto const policy = options.skip_unknown ? Unrecognised::skip : Unrecognised::error;
  for (auto const& path : paths) {
    std::error_code problem;
    if (fs::is_directory(path, problem)) {
      if (auto added = add_folder(path, tasks); !added) return added.error();
    } else {
      tasks.push_back({.file = path, .name = path.string(), .policy = policy});
    }
  }
  constexpr std::int64_t worth_a_thread = 4;  // files: a thread costs more than the few that it would save
  auto const files = static_cast<std::int64_t>(tasks.size());
  base::parallel_for(base::thread_count(threads, files, worth_a_thread), tasks.size(),
                     [&](int, std::size_t i) { run(tasks[i], options); });
  Validated all;
  for (auto& task : tasks) {
    if (task.failure) return *std::move(task.failure);
    if (task.checked) all.files.push_back(std::move(task.name));
    std::move(task.found.begin(), task.found.end(), std::back_inserter(all.diagnostics));
  }
  return all;
}

}  // namespace podium::inline v0::spec
