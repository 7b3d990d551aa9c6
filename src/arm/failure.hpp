#pragma once

#include "arm/json.hpp"

#include "podium/http/message.hpp"

namespace podium::inline v0::arm {

Errc code_of(int status) noexcept;

/// What a response with an error status says, in whichever dialect: ARM, run history, MLflow, Blob (XML), plain text.
Error failure(http::Response const& response);

/// The error object `{"code", "message", "details": [...]}` of ARM, as the service's words.
ServiceFailure service_failure(Json const& error);

}  // namespace podium::inline v0::arm
