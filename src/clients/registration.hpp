#pragma once

#include "podium/model/component.hpp"
#include "podium/session.hpp"

/// Registering what a job, component or deployment is made of, on the way to it.
namespace podium::inline v0::clients {

/// Id of the environment referred to, or of the one written in place after registering it; "" if neither is given.
Result<std::string> environment_id(Session const& session, std::string const& reference,
                                   std::optional<model::Environment> const& in_place, Context const& ctx);

/// Id of the code: an id as it is, a local folder after uploading it; "" if none is given.
Result<std::string> code_id(Session const& session, std::string const& code, Context const& ctx);

/// URI or id for a job's or model's data; a local path after uploading it.
Result<std::string> data_uri(Session const& session, std::string const& type, std::string const& path,
                             Context const& ctx);

}  // namespace podium::inline v0::clients
