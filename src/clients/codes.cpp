#include "arm/ids.hpp"
#include "base/ids.hpp"
#include "clients/blobs.hpp"
#include "clients/content.hpp"
#include "clients/references.hpp"
#include "clients/registration.hpp"

#include "podium/clients/assets.hpp"

namespace podium::inline v0 {
namespace {

using arm::Json;
using arm::text;

model::Code decode(Json const& body, std::string const& digest) {
  auto const id = clients::named(body);
  return {text(body, "id"), id.name, id.version, text(body, "properties", "codeUri"), digest};
}

}  // namespace

Result<model::Code> CodesClient::upload(std::string const& folder, Context const& ctx) const {
  std::filesystem::path root{folder};
  if (!root.has_filename()) root = root.parent_path();
  auto files = clients::files_of(root);
  if (!files) return std::move(files).error().with("code", folder);
  auto digest = clients::content_digest(*files);
  if (!digest) return std::move(digest).error().with("code", folder);

  // The search by hash looks at every snapshot, whatever its name.
  auto const name = base::uuid();
  auto found = arm::ask(
      session_,
      {"GET", clients::asset_path("codes", name) + "/versions", {{"hash", *digest}, {"hashVersion", "202208"}}, {}},
      ctx);
  if (!found) return std::move(found).error().with("code", folder);
  auto const& hits = arm::at(*found, "value");
  if (hits.is_array() && !hits.empty() && arm::parse_id(text(hits.front(), "id"))) return decode(hits.front(), *digest);

  auto const path = clients::asset_path("codes", name, "1");
  auto pending = arm::ask(
      session_, {"POST", path + "/startPendingUpload", {}, Json{{"pendingUploadType", "TemporaryBlobReference"}}}, ctx);
  if (!pending) return std::move(pending).error().with("code", folder);
  auto const& reference = arm::at(*pending, "blobReferenceForConsumption");
  auto const sas_url = text(reference, "credential", "sasUri");
  auto blob_url = text(reference, "blobUri");
  if (sas_url.empty()) return Error{Errc::protocol, "the service named no place for the upload"}.with("code", folder);
  if (blob_url.empty()) blob_url = sas_url.substr(0, sas_url.find('?'));
  while (blob_url.ends_with('/')) blob_url.pop_back();

  clients::Blobs const blobs{session_, clients::BlobContainer::from_sas_url(sas_url)};
  auto const base_name = root.filename().string();
  bool const is_folder = files->size() != 1 || files->front().path != root;
  for (auto const& file : *files) {
    auto content = clients::read_file(file.path);
    if (!content) return std::move(content).error().with("code", folder);
    auto sent = blobs.put(is_folder ? base_name + "/" + file.relative : base_name, *std::move(content), ctx);
    if (!sent) return std::move(sent).error().with("code", folder);
  }
  auto reply = arm::ask(session_,
                        {"PUT",
                         path,
                         {},
                         Json{{"properties",
                               {{"codeUri", blob_url + "/" + http::encode_path(base_name)},
                                {"isAnonymous", true},
                                {"properties", {{"hash_sha256", *digest}, {"hash_version", 202208}}}}}}},
                        ctx);
  if (!reply) return std::move(reply).error().with("code", folder);
  return decode(*reply, *digest);
}

namespace clients {

Result<std::string> code_id(Session const& session, std::string const& code, Context const& ctx) {
  if (code.empty()) return std::string{};
  if (!is_local_path(code)) return asset_id(session, "codes", code, ctx);
  auto uploaded = CodesClient{session}.upload(code, ctx);
  if (!uploaded) return std::move(uploaded).error();
  return uploaded->id;
}

}  // namespace clients
}  // namespace podium::inline v0
