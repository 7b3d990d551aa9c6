#include "base/digest.hpp"
#include "base/letters.hpp"
#include "base/markup.hpp"
#include "base/time.hpp"
#include "local/routes/route.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

namespace podium::inline v0::local {
namespace {

std::string http_date(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
                parts.tm_sec);
  return text.data();
}

struct File {
  std::filesystem::path path;
  std::uint64_t size = 0;
  std::time_t modified = 0;
  std::string etag;
};

std::optional<File> look_at(std::filesystem::path const& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  std::array<char, 64> etag{};
  std::snprintf(etag.data(), etag.size(), "\"0x%llX%lX%llX\"", static_cast<unsigned long long>(found.st_mtim.tv_sec),
                found.st_mtim.tv_nsec, static_cast<unsigned long long>(found.st_size));
  return File{path, static_cast<std::uint64_t>(found.st_size), found.st_mtim.tv_sec, etag.data()};
}

File require_file(std::filesystem::path const& path) {
  auto file = look_at(path);
  if (!file) throw Refusal{404, "BlobNotFound", "the blob does not exist"};
  return *std::move(file);
}

std::string place_key(Place const& place) { return place.datastore + "/" + place.path; }

http::Response blob_reply(int status) {
  auto response = empty_reply(status);
  response.headers.set("x-ms-version", "2021-12-02");
  response.headers.set("date", http_date(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  return response;
}

void describe(http::Response& response, File const& file) {
  response.headers.set("etag", file.etag);
  response.headers.set("last-modified", http_date(file.modified));
}

Json metadata_of(Call const& call) {
  Json out = Json::object();
  constexpr std::string_view head = "x-ms-meta-";
  for (auto const& [name, value] : call.headers)
    if (base::lower_case(name).starts_with(head)) out[base::lower_case(name).substr(head.size())] = value;
  return out;
}

/// First and last byte that a `bytes=a-b` header asks for; nullopt: everything.
std::optional<std::pair<std::uint64_t, std::uint64_t>> range_of(Call const& call, std::uint64_t size) {
  auto text = call.headers.get("x-ms-range");
  if (text.empty()) text = call.headers.get("range");
  if (!text.starts_with("bytes=")) return std::nullopt;
  auto const dash = text.find('-');
  if (dash == std::string::npos) return std::nullopt;
  auto const first = integer_of(text.substr(6, dash - 6), -1);
  auto const last =
      dash + 1 == text.size() ? static_cast<std::int64_t>(size) - 1 : integer_of(text.substr(dash + 1), -1);
  if (first < 0 || static_cast<std::uint64_t>(first) >= size || last < first)
    throw Refusal{416, "InvalidRange", "the range lies outside the blob of " + std::to_string(size) + " bytes"};
  return std::pair{static_cast<std::uint64_t>(first), std::min(static_cast<std::uint64_t>(last), size - 1)};
}

http::Response get(Call& call, Place const& place, bool head) {
  auto const file = require_file(safe_path(call, place));
  auto const notes = take(call.site.store.blob_notes(place_key(place))).value_or(BlobNotes{});
  std::optional<std::pair<std::uint64_t, std::uint64_t>> asked;
  if (!head) asked = range_of(call, file.size);
  bool const partial = asked.has_value();
  auto const [first, last] = asked.value_or(std::pair<std::uint64_t, std::uint64_t>{0, 0});
  auto response = blob_reply(partial ? 206 : 200);
  describe(response, file);
  response.headers.set("x-ms-blob-type", "BlockBlob");
  response.headers.set("accept-ranges", "bytes");
  response.headers.set("x-ms-creation-time", http_date(file.modified));
  response.headers.set("x-ms-lease-status", "unlocked");
  response.headers.set("x-ms-lease-state", "available");
  response.headers.set("x-ms-server-encrypted", "false");
  response.headers.set("content-type", notes.type.empty() ? "application/octet-stream" : notes.type);
  if (!notes.md5.empty()) response.headers.set(partial ? "x-ms-blob-content-md5" : "content-md5", notes.md5);
  for (auto const& [name, value] : notes.metadata.items())
    if (http::safe_field("x-ms-meta-" + name, text_of(value)))
      response.headers.set("x-ms-meta-" + name, text_of(value));
  if (head) {
    response.headers.set("content-length", std::to_string(file.size));
    return response;
  }
  if (partial) {
    response.headers.set("content-range", "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
                                              std::to_string(file.size));
    response.body = read_file(file.path, first, last - first + 1);
  } else {
    response.body = read_file(file.path, 0, file.size);
  }
  return response;
}

void check_conditions(Call const& call, std::optional<File> const& old) {
  auto const none = call.headers.get("if-none-match");
  if (none == "*" && old) throw Refusal{409, "BlobAlreadyExists", "the blob exists already"};
  auto const match = call.headers.get("if-match");
  if (!match.empty() && (!old || (match != "*" && match != old->etag)))
    throw Refusal{412, "ConditionNotMet", "the blob is not in the state that the request was made for"};
}

http::Response stored(Call& call, Place const& place, std::string_view bytes) {
  auto const path = safe_path(call, place);
  check_conditions(call, look_at(path));
  write_file(call, place, bytes);
  auto type = call.headers.get("x-ms-blob-content-type");
  if (type.empty()) type = call.headers.get("content-type");
  auto md5 = call.headers.get("x-ms-blob-content-md5");
  if (md5.empty()) md5 = call.headers.get("content-md5");
  take(call.site.store.set_blob_notes(place_key(place), {metadata_of(call), md5, type}));
  auto response = blob_reply(201);
  describe(response, require_file(path));
  if (!md5.empty()) response.headers.set("content-md5", md5);
  response.headers.set("x-ms-request-server-encrypted", "false");
  return response;
}

http::Response set_metadata(Call& call, Place const& place) {
  auto const file = require_file(safe_path(call, place));
  auto notes = take(call.site.store.blob_notes(place_key(place))).value_or(BlobNotes{});
  notes.metadata = metadata_of(call);
  take(call.site.store.set_blob_notes(place_key(place), notes));
  auto response = blob_reply(200);
  describe(response, file);
  return response;
}

std::filesystem::path block_folder(Call const& call, Place const& place) {
  return call.site.store.folder() / "tmp" / "blocks" / base::sha256(place_key(place));
}

http::Response put_block(Call& call, Place const& place) {
  auto const block = call.ask("blockid");
  if (block.empty()) throw Refusal{400, "InvalidQueryParameterValue", "`blockid` is missing"};
  auto const folder = block_folder(call, place);
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  // Blocks wait outside the datastores: nobody sees them before they are listed.
  auto const file = folder / base::sha256(block);
  auto* out = std::fopen(file.c_str(), "wbe");
  bool const whole = out && std::fwrite(call.body.data(), 1, call.body.size(), out) == call.body.size();
  bool const closed = out && std::fclose(out) == 0;
  if (!whole || !closed) throw Refusal{507, "InsufficientStorage", "the block cannot be kept; is the disk full?"};
  return blob_reply(201);
}

http::Response put_block_list(Call& call, Place const& place) {
  auto const folder = block_folder(call, place);
  std::string bytes;
  for (std::size_t at = 0; (at = call.body.find('<', at)) != std::string::npos;) {
    auto const end = call.body.find('>', at);
    if (end == std::string::npos) break;
    auto const tag = call.body.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag != "Latest" && tag != "Uncommitted" && tag != "Committed") continue;
    auto const close = call.body.find('<', at);
    auto const file = look_at(folder / base::sha256(call.body.substr(at, close == std::string::npos ? 0 : close - at)));
    if (!file) throw Refusal{400, "InvalidBlockList", "the list names a block that was not sent"};
    bytes += read_file(file->path, 0, file->size);
  }
  auto response = stored(call, place, bytes);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return response;
}

http::Response remove(Call& call, Place const& place) {
  auto const file = require_file(safe_path(call, place));
  check_conditions(call, file);
  std::error_code ec;
  std::filesystem::remove(file.path, ec);
  if (ec) throw Refusal{500, "ServiceError", "cannot delete: " + ec.message()};
  take(call.site.store.drop_blob_notes(place_key(place)));
  // Folders are only names of blobs: an empty one is none.
  auto const root = path_of(call.site.store, {place.datastore, {}});
  for (auto folder = file.path.parent_path(); folder != root && std::filesystem::remove(folder, ec);
       folder = folder.parent_path()) {
  }
  return blob_reply(202);
}

http::Response list(Call& call, Place const& base, std::string const& container) {
  auto const prefix = call.ask("prefix");
  auto const delimiter = call.ask("delimiter");
  auto const marker = call.ask("marker");
  bool const with_metadata = call.ask("include").find("metadata") != std::string::npos;
  auto const limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(integer_of(call.ask("maxresults"), 5000), 1, 5000));

  // Only the folder that the prefix leads into is walked.
  auto const slash = prefix.rfind('/');
  auto const head = slash == std::string::npos ? std::string{} : prefix.substr(0, slash + 1);
  auto const clean = clean_path(head);
  std::vector<std::string> names;
  if (clean && (head.empty() || *clean + "/" == head)) {
    auto const start = safe_path(call, {base.datastore, clean_path(base.path + "/" + *clean).value_or("")});
    for (auto& file : files_below(start)) {
      auto name = head + file;
      if (name.starts_with(prefix)) names.push_back(std::move(name));
    }
  }
  std::string entries;
  std::string next;
  std::string last_group;
  std::size_t count = 0;
  for (auto const& name : names) {
    if (!marker.empty() && name < marker) continue;
    auto const cut = delimiter.empty() ? std::string::npos : name.find(delimiter, prefix.size());
    auto const group = cut == std::string::npos ? std::string{} : name.substr(0, cut + delimiter.size());
    if (!group.empty() && group == last_group) continue;
    if (count == limit) {
      next = name;
      break;
    }
    ++count;
    last_group = group;
    if (!group.empty()) {
      entries += "<BlobPrefix><Name>" + base::markup_text(group) + "</Name></BlobPrefix>";
      continue;
    }
    Place const place{base.datastore, clean_path(base.path + "/" + name).value_or("")};
    auto const file = look_at(path_of(call.site.store, place));
    if (!file) continue;
    entries += "<Blob><Name>" + base::markup_text(name) + "</Name><Properties><Creation-Time>" +
               http_date(file->modified) + "</Creation-Time><Last-Modified>" + http_date(file->modified) +
               "</Last-Modified><Etag>" + file->etag.substr(1, file->etag.size() - 2) + "</Etag><Content-Length>" +
               std::to_string(file->size) +
               "</Content-Length><Content-Type>application/octet-stream</Content-Type><BlobType>BlockBlob</BlobType>"
               "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState></Properties>";
    if (with_metadata) {
      entries += "<Metadata>";
      if (auto const notes = take(call.site.store.blob_notes(place_key(place))))
        for (auto const& [key, value] : notes->metadata.items())
          entries += "<" + base::markup_text(key) + ">" + base::markup_text(text_of(value)) + "</" +
                     base::markup_text(key) + ">";
      entries += "</Metadata>";
    }
    entries += "</Blob>";
  }
  auto response = blob_reply(200);
  response.headers.set("content-type", "application/xml");
  response.body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"" +
                  base::markup_text(container) + "\"><Prefix>" + base::markup_text(prefix) + "</Prefix>" +
                  (marker.empty() ? "" : "<Marker>" + base::markup_text(marker) + "</Marker>") + "<Blobs>" + entries +
                  "</Blobs>" +
                  (next.empty() ? "<NextMarker/>" : "<NextMarker>" + base::markup_text(next) + "</NextMarker>") +
                  "</EnumerationResults>";
  return response;
}

}  // namespace

http::Response blob(Call& call, std::string const& container, std::string const& path) {
  auto const base = container_place(call.site.store, container);
  if (!base) throw Refusal{404, "ContainerNotFound", "the workspace has no container `" + container + "`"};
  auto const comp = base::lower_case(call.ask("comp"));
  if (path.empty()) {
    if (call.method == "GET" && comp == "list") return list(call, *base, container);
    if (base::lower_case(call.ask("restype")) == "container" && comp.empty() &&
        (call.method == "GET" || call.method == "HEAD"))
      return blob_reply(200);
    if (call.method == "PUT" && base::lower_case(call.ask("restype")) == "container")
      throw Refusal{409, "ContainerAlreadyExists", "the container belongs to the workspace"};
    throw Refusal{405, "UnsupportedHttpVerb", call.method + " is not possible on a container"};
  }
  auto const clean = clean_path(path);
  auto const whole = clean ? clean_path(base->path + "/" + *clean) : std::nullopt;
  if (!whole || clean->empty()) throw Refusal{400, "InvalidUri", "the path leaves its container"};
  Place const place{base->datastore, *whole};
  if (call.method == "GET" && comp.empty()) return get(call, place, false);
  if (call.method == "HEAD") return get(call, place, true);
  if (call.method == "DELETE") return remove(call, place);
  if (call.method == "PUT") {
    if (comp == "metadata") return set_metadata(call, place);
    if (comp == "block") return put_block(call, place);
    if (comp == "blocklist") return put_block_list(call, place);
    auto const type = base::lower_case(call.headers.get("x-ms-blob-type"));
    if (comp.empty() && call.headers.get("x-ms-copy-source").empty() && (type.empty() || type == "blockblob"))
      return stored(call, place, call.body);
  }
  throw Refusal{400, "NotSupportedLocally", "the local workspace keeps block blobs only, and cannot do this with them"};
}

}  // namespace podium::inline v0::local
