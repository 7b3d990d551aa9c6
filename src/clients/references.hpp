#pragma once

#include "arm/rest.hpp"

#include "podium/session.hpp"

#include <string>

/// Turns what a user writes into what the wire wants.
namespace podium::inline v0::clients {

/// Full text of an ARM id or URI: ids and "azureml://" URIs as they are, "azureml:name:version" as an ARM id.
/// "name@latest" and a bare name are looked up: the newest version.
Result<std::string> asset_id(Session const& session, std::string_view collection, std::string const& reference,
                             Context const& ctx);

/// "cpu-cluster", "azureml:cpu-cluster" or an id -> id; "serverless" and "" stay.
std::string compute_id(Session const& session, std::string const& reference);
/// Likewise for a datastore: "workspaceblobstore" -> id.
std::string datastore_id(Session const& session, std::string const& reference);

/// Version to create when the user gave none: the container's next; "1" if there is no container yet.
Result<std::string> next_version(Session const& session, std::string_view collection, std::string const& name,
                                 Context const& ctx);
/// Newest version by creation.  Errc::not_found if there is none.
Result<std::string> latest_version(Session const& session, std::string_view collection, std::string const& name,
                                   Context const& ctx);

/// "{collection}/{name}[/versions/{version}]", encoded.
std::string asset_path(std::string_view collection, std::string const& name, std::string const& version = {});

/// Name and version of an asset version's reply: from its id, where they are surely right.
struct Named {
  std::string name;
  std::string version;
};
Named named(arm::Json const& body);

/// PUTs `properties` as the given version; without one as the next, anew if somebody else took that meanwhile.
Result<arm::Json> put_version(Session const& session, std::string_view collection, std::string const& name,
                              std::string const& version, arm::Json const& properties, Context const& ctx);

/// A text as 8-4-4-4-12 of the first 32 digits of its SHA-256.
std::string digest_uuid(std::string const& text);

/// YAML's words for modes and the wire's.
std::string input_mode_to_wire(std::string const& mode);
std::string output_mode_to_wire(std::string const& mode);

}  // namespace podium::inline v0::clients
