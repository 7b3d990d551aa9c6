#include "clients/references.hpp"

#include "arm/ids.hpp"
#include "base/digest.hpp"

#include <array>

namespace podium::inline v0::clients {

using arm::Json;

std::string asset_path(std::string_view collection, std::string const& name, std::string const& version) {
  auto path = std::string{collection} + "/" + http::encode(name);
  if (!version.empty()) path += "/versions/" + http::encode(version);
  return path;
}

Result<std::string> latest_version(Session const& session, std::string_view collection, std::string const& name,
                                   Context const& ctx) {
  auto page = arm::ask(session,
                       {"GET",
                        asset_path(collection, name) + "/versions",
                        {{"$orderBy", "createdtime desc"}, {"$top", "1"}, {"listViewType", "ActiveOnly"}},
                        {}},
                       ctx);
  if (!page) return std::move(page).error().with(std::string{collection}, name);
  auto const& value = arm::at(*page, "value");
  if (!value.is_array() || value.empty())
    return Error{Errc::not_found, "there is no version of it"}.with(std::string{collection}, name);
  return named(value.front()).version;
}

Result<std::string> next_version(Session const& session, std::string_view collection, std::string const& name,
                                 Context const& ctx) {
  auto container = arm::ask(session, {"GET", asset_path(collection, name), {}, {}}, ctx);
  if (!container) {
    if (container.error().code() == Errc::not_found) return std::string{"1"};
    return std::move(container).error();
  }
  auto next = arm::text(*container, "properties", "nextVersion");
  if (next.empty())
    return Error{Errc::protocol, "the service names no next version; give one"}.with(std::string{collection}, name);
  return next;
}

Result<std::string> asset_id(Session const& session, std::string_view collection, std::string const& reference,
                             Context const& ctx) {
  if (reference.starts_with("azureml://")) return reference;
  auto const bare = arm::without_prefix(reference);
  if (bare.starts_with('/')) return std::string{bare};
  auto parsed = arm::parse_reference(bare);
  if (!parsed.label.empty() && parsed.label != "latest")
    return Error{Errc::invalid_argument, "label `" + parsed.label + "` is not supported, only `latest`"}.with(
        "reference", reference);
  if (parsed.version.empty()) {
    auto latest = latest_version(session, collection, parsed.name, ctx);
    if (!latest) return std::move(latest).error();
    parsed.version = *std::move(latest);
  }
  return arm::id_of(session.workspace_id(), collection, parsed.name, parsed.version);
}

std::string compute_id(Session const& session, std::string const& reference) {
  auto const bare = arm::without_prefix(reference);
  if (bare.empty() || bare == "serverless" || bare.starts_with('/') || bare.starts_with("azureml://"))
    return std::string{bare};
  return arm::id_of(session.workspace_id(), "computes", bare);
}

std::string datastore_id(Session const& session, std::string const& reference) {
  auto const bare = arm::without_prefix(reference);
  if (bare.empty() || bare.starts_with('/') || bare.starts_with("azureml://")) return std::string{bare};
  return arm::id_of(session.workspace_id(), "datastores", bare);
}

Named named(Json const& body) {
  if (auto const id = arm::parse_id(arm::text(body, "id"))) return {id->name, id->version};
  return {arm::text(body, "name"), {}};
}

Result<Json> put_version(Session const& session, std::string_view collection, std::string const& name,
                         std::string const& version, Json const& properties, Context const& ctx) {
  constexpr int attempts = 3;
  for (int attempt = 1;; ++attempt) {
    auto chosen = version;
    if (chosen.empty()) {
      auto next = next_version(session, collection, name, ctx);
      if (!next) return std::move(next).error();
      chosen = *std::move(next);
    }
    auto reply =
        arm::ask(session, {"PUT", asset_path(collection, name, chosen), {}, Json{{"properties", properties}}}, ctx);
    if (reply) return reply;
    bool const taken = version.empty() && reply.error().code() == Errc::conflict && attempt < attempts;
    if (!taken) return std::move(reply).error().with("version", chosen).with(std::string{collection}, name);
  }
}

std::string digest_uuid(std::string const& text) {
  auto const hex = base::sha256(text);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20, 12);
}

namespace {

using Words = std::array<std::pair<std::string_view, std::string_view>, 8>;

std::string translate(Words const& words, std::string const& word) {
  for (auto const& [from, to] : words)
    if (word == from) return std::string{to};
  return word;
}

}  // namespace

std::string input_mode_to_wire(std::string const& mode) {
  static constexpr Words words{{{"ro_mount", "ReadOnlyMount"},
                                {"mount", "ReadOnlyMount"},
                                {"rw_mount", "ReadWriteMount"},
                                {"download", "Download"},
                                {"direct", "Direct"},
                                {"eval_mount", "EvalMount"},
                                {"eval_download", "EvalDownload"},
                                {"", ""}}};
  return translate(words, mode);
}

std::string output_mode_to_wire(std::string const& mode) {
  static constexpr Words words{{{"rw_mount", "ReadWriteMount"},
                                {"mount", "ReadWriteMount"},
                                {"upload", "Upload"},
                                {"direct", "Direct"},
                                {"", ""}}};
  return translate(words, mode);
}

}  // namespace podium::inline v0::clients
