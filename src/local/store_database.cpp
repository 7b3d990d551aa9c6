#include "local/store_database.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace podium::inline v0::local {
namespace {

constexpr int schema_version = 1;

constexpr char const* schema = R"sql(
CREATE TABLE resources(seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, id TEXT NOT NULL,
  collection TEXT NOT NULL, parent TEXT NOT NULL, body TEXT NOT NULL, created TEXT NOT NULL, modified TEXT NOT NULL);
CREATE INDEX resources_collection ON resources(collection, seq);
CREATE INDEX resources_parent ON resources(parent, seq) WHERE parent <> '';
CREATE TABLE reuse(seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, component TEXT NOT NULL, job TEXT NOT NULL,
  parts TEXT NOT NULL);
CREATE INDEX reuse_key ON reuse(key, seq);
CREATE INDEX reuse_component ON reuse(component, seq);
CREATE TABLE secrets(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE blobs(place TEXT PRIMARY KEY, metadata TEXT NOT NULL, md5 TEXT NOT NULL, type TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE experiments(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, stage TEXT NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL, tags TEXT NOT NULL);
CREATE TABLE runs(seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL, name TEXT NOT NULL,
  user TEXT NOT NULL, status TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL, stage TEXT NOT NULL,
  inputs TEXT NOT NULL, outputs TEXT NOT NULL);
CREATE INDEX runs_experiment ON runs(experiment, seq);
CREATE TABLE metrics(seq INTEGER PRIMARY KEY, run TEXT NOT NULL, key TEXT NOT NULL, value REAL, time INTEGER NOT NULL,
  step INTEGER NOT NULL);
CREATE INDEX metrics_run ON metrics(run, key, step, time);
CREATE TABLE params(run TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(run, key)) WITHOUT ROWID;
CREATE TABLE tags(run TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(run, key)) WITHOUT ROWID;
CREATE TABLE logged_models(seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL,
  body TEXT NOT NULL);
)sql";

/// SQLite's own file functions, but for a path that is used as given: they refuse more than 512 bytes after resolving
/// links, and a workspace may lie deeper than that.
sqlite3_vfs* short_path_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs copy = *sqlite3_vfs_find(nullptr);
    copy.zName = "podium-short-path";
    copy.pNext = nullptr;
    copy.xFullPathname = [](sqlite3_vfs*, char const* name, int size, char* out) {
      if (std::strlen(name) + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
      std::strcpy(out, name);
      return SQLITE_OK;
    };
    return copy;
  }();
  static int const registered = sqlite3_vfs_register(&vfs, 0);
  return registered == SQLITE_OK ? &vfs : nullptr;
}

}  // namespace

Database::Database(std::filesystem::path const& folder) : folder_{folder} {
  auto path = (folder / "workspace.db").string();
  char const* vfs = nullptr;
  if (path.size() > 400) {
    directory_ = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory_ >= 0 && short_path_vfs()) {
      path = "/proc/self/fd/" + std::to_string(directory_) + "/workspace.db";
      vfs = short_path_vfs()->zName;
    }
  }
  try {
    auto const code =
        sqlite3_open_v2(path.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, vfs);
    if (code != SQLITE_OK) fail(code);
    sqlite3_busy_timeout(handle_, 2000);
    // Exclusive: one process has the folder anyway, and the write-ahead log then needs no shared memory file.
    script(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=OFF;"
        "PRAGMA temp_store=MEMORY;");
    upgrade();
  } catch (...) {
    for (auto const& [sql, statement] : free_) sqlite3_finalize(statement);
    sqlite3_close_v2(handle_);
    if (directory_ >= 0) ::close(directory_);
    throw;
  }
}

Database::~Database() {
  for (auto const& [sql, statement] : free_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
  if (directory_ >= 0) ::close(directory_);
}

void Database::upgrade() {
  std::int64_t version = 0;
  {
    Query query{*this, "PRAGMA user_version"};
    if (query.step()) version = query.integer(0);
  }
  if (version == schema_version) return;
  if (version != 0)
    throw DatabaseFailure{
        Error{Errc::invalid_argument, "the workspace was written by another version of podium (layout " +
                                          std::to_string(version) + ", this one reads " +
                                          std::to_string(schema_version) + ")"}
            .with("workspace", folder_.string())};
  Transaction all{*this};
  script(schema);
  script(("PRAGMA user_version=" + std::to_string(schema_version)).c_str());
  all.commit();
}

void Database::script(char const* sql) {
  auto const code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void Database::fail(int code) const {
  auto const system = handle_ ? sqlite3_system_errno(handle_) : errno;
  auto const because = [&](Errc errc, std::string text) {
    throw DatabaseFailure{Error{errc, std::move(text)}.with("workspace", folder_.string())};
  };
  switch (code & 0xff) {
    case SQLITE_FULL:
      because(Errc::exhausted, "no space left on the device that holds the workspace; free some and try again");
      break;
    case SQLITE_NOMEM:
      because(Errc::exhausted, "out of memory");
      break;
    case SQLITE_IOERR:
      if (system == ENOSPC || system == EDQUOT)
        because(Errc::exhausted, "no space left on the device that holds the workspace; free some and try again");
      because(Errc::failed, std::string{"the workspace database cannot be read or written: "} + std::strerror(system));
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      because(Errc::failed, "workspace.db is damaged, or no workspace database");
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      because(system == ENOSPC ? Errc::exhausted : Errc::permission_denied,
              std::string{"workspace.db cannot be opened for writing: "} +
                  (system ? std::strerror(system) : sqlite3_errstr(code)));
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      because(Errc::locked, "another program has workspace.db open");
      break;
    default:
      because(Errc::internal, std::string{"database: "} + (handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code)));
  }
  std::abort();
}

Database::Query::Query(Database& database, char const* sql) : database_{database} {
  // A statement that is busy further up the stack leaves its place empty: then this one gets a copy of its own.
  auto const [place, fresh] = database_.free_.try_emplace(std::string_view{sql}, nullptr);
  statement_ = std::exchange(place->second, nullptr);
  cached_ = fresh || statement_;
  if (statement_) return;
  auto const code =
      sqlite3_prepare_v3(database_.handle_, sql, -1, cached_ ? SQLITE_PREPARE_PERSISTENT : 0, &statement_, nullptr);
  if (code != SQLITE_OK) {
    if (cached_) database_.free_.erase(place);
    database_.fail(code);
  }
}

Database::Query::~Query() {
  if (!cached_) {
    sqlite3_finalize(statement_);
    return;
  }
  auto const key = std::string_view{sqlite3_sql(statement_)};
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  database_.free_[key] = statement_;
}

bool Database::Query::step() {
  auto const code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  database_.fail(code);
}

std::string Database::Query::text(int column) const {
  auto const* bytes = reinterpret_cast<char const*>(sqlite3_column_text(statement_, column));
  return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string{};
}
std::int64_t Database::Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Database::Query::real(int column) const {
  return is_null(column) ? std::nan("") : sqlite3_column_double(statement_, column);
}
bool Database::Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

void Database::Query::bind_one(int index, std::string_view value) {
  auto const code = sqlite3_bind_text64(statement_, index, value.data() ? value.data() : "", value.size(),
                                        SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) database_.fail(code);
}
void Database::Query::bind_one(int index, std::int64_t value) {
  auto const code = sqlite3_bind_int64(statement_, index, value);
  if (code != SQLITE_OK) database_.fail(code);
}
void Database::Query::bind_one(int index, double value) {
  auto const code =
      std::isnan(value) ? sqlite3_bind_null(statement_, index) : sqlite3_bind_double(statement_, index, value);
  if (code != SQLITE_OK) database_.fail(code);
}

Database::Transaction::Transaction(Database& database) : database_{database}, outermost_{database.depth_ == 0} {
  if (outermost_) database_.script("BEGIN IMMEDIATE");
  ++database_.depth_;
}

Database::Transaction::~Transaction() {
  --database_.depth_;
  // A full disk may have rolled back already; then there is nothing left to undo.
  if (outermost_ && !done_ && sqlite3_get_autocommit(database_.handle_) == 0)
    sqlite3_exec(database_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::Transaction::commit() {
  if (outermost_) database_.script("COMMIT");
  done_ = true;
}

}  // namespace podium::inline v0::local
