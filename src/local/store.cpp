#include "local/store.hpp"

#include "base/ids.hpp"
#include "base/letters.hpp"
#include "base/time.hpp"
#include "local/store_state.hpp"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

namespace podium::inline v0::local {
namespace {

/// Space kept aside in the workspace, enough for the ends of many jobs.
constexpr off_t reserve_bytes = 256 * 1024;

std::filesystem::path reserve_of(std::filesystem::path const& folder) { return folder / "reserve"; }

/// Takes the reserve where there is room for it; a full disk does without.
void take_reserve(std::filesystem::path const& folder) {
  auto const file = reserve_of(folder);
  int const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return;
  bool const taken = ::posix_fallocate(descriptor, 0, reserve_bytes) == 0;
  ::close(descriptor);
  if (!taken) ::unlink(file.c_str());
}

std::string now() { return base::rfc3339(std::chrono::system_clock::now()); }

/// What two ids have in common when they mean the same: letter case does not count, except in names of jobs and codes.
std::string key_of(std::string_view id) {
  auto const slash = id.find('/');
  auto collection = base::lower_case(id.substr(0, slash));
  if (slash == std::string_view::npos) return collection;
  if (collection == "jobs") return collection + std::string{id.substr(slash)};
  if (collection == "codes") {
    auto const rest = id.substr(slash + 1);
    auto const end = rest.find('/');
    if (end == std::string_view::npos) return collection + "/" + std::string{rest};
    return collection + "/" + std::string{rest.substr(0, end)} + base::lower_case(rest.substr(end));
  }
  return base::lower_case(id);
}

std::string above(std::string const& key) {
  auto const slash = key.rfind('/');
  return slash == std::string::npos ? std::string{} : key.substr(0, slash);
}

std::string parent_job_of(std::string const& key, Json const& body) {
  if (!key.starts_with("jobs/")) return {};
  return text_of(member(member(body, "properties"), "properties"), "azureml.pipelinerunid");
}

Resource read(Database::Query const& query) {
  return {query.text(0), Json::parse(query.text(1)), query.text(2), query.text(3)};
}

std::optional<Resource> find(Database& database, std::string const& key) {
  Database::Query query{database, "SELECT id, body, created, modified FROM resources WHERE key = ?"};
  query.bind(key);
  if (!query.step()) return std::nullopt;
  return read(query);
}

Resource write(Database& database, std::string_view id, std::string const& key, Json body) {
  auto const time = now();
  Database::Query query{
      database,
      "INSERT INTO resources(key, id, collection, parent, body, created, modified) VALUES(?,?,?,?,?,?,?) "
      "ON CONFLICT(key) DO UPDATE SET body = excluded.body, parent = excluded.parent, modified = excluded.modified "
      "RETURNING id, created"};
  query.bind(key, id, above(key), parent_job_of(key, body), stored_text(body), time, time);
  query.step();
  Resource out{query.text(0), std::move(body), query.text(1), time};
  query.run();
  return out;
}

Result<void> make_folders(std::filesystem::path const& folder) {
  std::error_code ec;
  for (auto const* name :
       {"workspaceblobstore", "workspaceartifactstore", "workspacefilestore", "workspaceworkingdirectory"}) {
    std::filesystem::create_directories(folder / "datastores" / name, ec);
    if (!ec) continue;
    return Error{ec == std::errc::no_space_on_device ? Errc::exhausted : Errc::failed,
                 "cannot make the folders of the workspace: " + ec.message()}
        .with("workspace", folder.string());
  }
  return {};
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_{std::move(state)} {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(std::filesystem::path folder) {
  try {
    std::error_code ec;
    folder = std::filesystem::absolute(folder).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    std::filesystem::create_directories(folder, ec);
    if (!std::filesystem::is_directory(folder))
      return Error{
          ec == std::errc::no_space_on_device ? Errc::exhausted : Errc::invalid_argument,
          "the workspace folder cannot be made: " + (ec ? ec.message() : std::string{"something else has its name"})}
          .with("workspace", folder.string());
    auto lock = FolderLock::take(folder);
    if (!lock) return std::move(lock).error();
    if (auto made = make_folders(folder); !made) return std::move(made).error();
    take_reserve(folder);
    std::unique_ptr<Store> store{new Store{std::make_unique<State>(folder, *std::move(lock))}};
    for (auto const& [name, value] :
         {std::pair{"workspaceId", base::uuid()}, std::pair{"storageKey", base::random_text(64)},
          std::pair{"tokenKey", base::random_text(48)}}) {
      auto known = store->secret(name);
      if (!known) return std::move(known).error();
      if (*known) continue;
      if (auto kept = store->set_secret(name, value); !kept) return std::move(kept).error();
    }
    return store;
  } catch (DatabaseFailure const& failure) {
    return failure.error;
  } catch (std::exception const& broken) {
    return Error{Errc::failed, std::string{"the workspace cannot be opened: "} + broken.what()};
  }
}

std::filesystem::path const& Store::folder() const noexcept { return state_->folder; }

bool Store::release_reserve() { return ::unlink(reserve_of(state_->folder).c_str()) == 0; }

Result<std::optional<Resource>> Store::get(std::string_view id) const {
  return guarded(state_->database, [&] { return find(state_->database, key_of(id)); });
}

Result<Resource> Store::put(std::string_view id, Json body) {
  return guarded(state_->database, [&] { return write(state_->database, id, key_of(id), std::move(body)); });
}

Result<bool> Store::erase(std::string_view id) {
  return guarded(state_->database, [&] {
    auto const key = key_of(id);
    Database::Transaction all{state_->database};
    bool const known = find(state_->database, key).has_value();
    // "0" follows "/" in ASCII: the range holds everything below.
    state_->database.run("DELETE FROM resources WHERE key = ? OR (key > ? AND key < ?)", key, key + "/", key + "0");
    all.commit();
    return known;
  });
}

Result<std::vector<Resource>> Store::list(std::string_view collection) const {
  return guarded(state_->database, [&] {
    std::vector<Resource> out;
    Database::Query query{state_->database,
                          "SELECT id, body, created, modified FROM resources WHERE collection = ? ORDER BY seq DESC"};
    query.bind(key_of(collection));
    while (query.step()) out.push_back(read(query));
    return out;
  });
}

Result<std::optional<Resource>> Store::update(std::string_view id, std::function<bool(Json&)> const& change) {
  return guarded(state_->database, [&]() -> std::optional<Resource> {
    auto const key = key_of(id);
    Database::Transaction all{state_->database};
    auto found = find(state_->database, key);
    if (!found || !change(found->body)) return found;
    auto out = write(state_->database, found->id, key, std::move(found->body));
    all.commit();
    return out;
  });
}

Result<std::vector<Resource>> Store::children(std::string_view parent_job) const {
  return guarded(state_->database, [&] {
    std::vector<Resource> out;
    Database::Query query{
        state_->database,
        "SELECT id, body, created, modified FROM resources WHERE parent <> '' AND parent = ? ORDER BY seq"};
    query.bind(parent_job);
    while (query.step()) out.push_back(read(query));
    return out;
  });
}

Result<std::optional<Resource>> Store::find_code(std::string_view digest) const {
  return guarded(state_->database, [&]() -> std::optional<Resource> {
    Database::Query query{
        state_->database,
        "SELECT id, body, created, modified FROM resources WHERE key > 'codes/' AND key < 'codes0' AND "
        "json_extract(body, '$.properties.properties.hash_sha256') = ? ORDER BY seq DESC LIMIT 1"};
    query.bind(digest);
    if (!query.step()) return std::nullopt;
    return read(query);
  });
}

Result<void> Store::remember_reuse(std::string const& component, ReuseRecord record) {
  return guarded(state_->database, [&] {
    state_->database.run("INSERT INTO reuse(key, component, job, parts) VALUES(?,?,?,?)", record.key, component,
                         record.job, stored_text(record.parts));
  });
}

Result<std::optional<Store::ReuseRecord>> Store::find_reuse(std::string const& key) const {
  return guarded(state_->database, [&]() -> std::optional<ReuseRecord> {
    Database::Query query{state_->database,
                          "SELECT key, job, parts FROM reuse WHERE key = ? ORDER BY seq DESC LIMIT 1"};
    query.bind(key);
    if (!query.step()) return std::nullopt;
    return ReuseRecord{query.text(0), query.text(1), Json::parse(query.text(2))};
  });
}

Result<std::optional<Store::ReuseRecord>> Store::nearest_reuse(std::string const& component) const {
  return guarded(state_->database, [&]() -> std::optional<ReuseRecord> {
    Database::Query query{state_->database,
                          "SELECT key, job, parts FROM reuse WHERE component = ? ORDER BY seq DESC LIMIT 1"};
    query.bind(component);
    if (!query.step()) return std::nullopt;
    return ReuseRecord{query.text(0), query.text(1), Json::parse(query.text(2))};
  });
}

Result<void> Store::forget_reuse(std::string const& key) {
  return guarded(state_->database, [&] { state_->database.run("DELETE FROM reuse WHERE key = ?", key); });
}

Result<std::optional<std::string>> Store::secret(std::string const& name) const {
  return guarded(state_->database, [&]() -> std::optional<std::string> {
    Database::Query query{state_->database, "SELECT value FROM secrets WHERE name = ?"};
    query.bind(name);
    if (!query.step()) return std::nullopt;
    return query.text(0);
  });
}

Result<void> Store::set_secret(std::string const& name, std::string const& value) {
  return guarded(state_->database, [&] {
    state_->database.run(
        "INSERT INTO secrets(name, value) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value = excluded.value", name,
        value);
  });
}

Result<void> Store::drop_secrets(std::string const& prefix) {
  return guarded(state_->database,
                 [&] { state_->database.run("DELETE FROM secrets WHERE substr(name, 1, length(?1)) = ?1", prefix); });
}

Result<std::optional<BlobNotes>> Store::blob_notes(std::string const& place) const {
  return guarded(state_->database, [&]() -> std::optional<BlobNotes> {
    Database::Query query{state_->database, "SELECT metadata, md5, type FROM blobs WHERE place = ?"};
    query.bind(place);
    if (!query.step()) return std::nullopt;
    return BlobNotes{Json::parse(query.text(0)), query.text(1), query.text(2)};
  });
}

Result<void> Store::set_blob_notes(std::string const& place, BlobNotes const& notes) {
  return guarded(state_->database, [&] {
    state_->database.run(
        "INSERT INTO blobs(place, metadata, md5, type) VALUES(?,?,?,?) ON CONFLICT(place) DO UPDATE SET "
        "metadata = excluded.metadata, md5 = excluded.md5, type = excluded.type",
        place, stored_text(notes.metadata), notes.md5, notes.type);
  });
}

Result<void> Store::drop_blob_notes(std::string const& place) {
  return guarded(state_->database, [&] { state_->database.run("DELETE FROM blobs WHERE place = ?", place); });
}

}  // namespace podium::inline v0::local
