#include "arm/failure.hpp"

namespace podium::inline v0::arm {
namespace {

std::string between(std::string const& text, std::string const& open, std::string const& close) {
  auto const start = text.find(open);
  if (start == std::string::npos) return {};
  auto const from = start + open.size();
  auto const end = text.find(close, from);
  return end == std::string::npos ? std::string{} : text.substr(from, end - from);
}

/// The first line, short enough for a message.
std::string first_line(std::string const& text) {
  auto line = text.substr(0, text.find_first_of("\r\n"));
  if (line.size() > 300) line = line.substr(0, 300) + "...";
  return line;
}

}  // namespace

Errc code_of(int status) noexcept {
  switch (status) {
    case 401:
      return Errc::unauthenticated;
    case 403:
      return Errc::permission_denied;
    case 404:
    case 410:
      return Errc::not_found;
    case 409:
    case 412:
      return Errc::conflict;
    case 423:
      return Errc::locked;
    case 429:
      return Errc::throttled;
    case 408:
    case 424:
    case 500:
    case 502:
    case 503:
    case 504:
      return Errc::unavailable;
    case 507:
      return Errc::exhausted;
    default:
      break;
  }
  if (status >= 400 && status < 500) return Errc::invalid_argument;
  return status >= 500 ? Errc::unavailable : Errc::protocol;
}

ServiceFailure service_failure(Json const& error) {
  ServiceFailure said;
  said.code = text(error, "code");
  said.message = text(error, "message");
  auto const& details = at(error, "details");
  if (!details.is_array()) return said;
  for (auto const& detail : details) {
    auto const more = text(detail, "message");
    if (!more.empty() && said.message.find(more) == std::string::npos)
      said.message += (said.message.empty() ? "" : "; ") + more;
  }
  return said;
}

Error failure(http::Response const& response) {
  ServiceFailure said;
  if (auto json = parse(response.body); json && json->is_object()) {
    auto const& error = at(*json, "error");
    said = service_failure(error.is_object() ? error : *json);
    if (said.message.empty() && error.is_string()) said.message = text(error);
    if (said.code.empty()) said.code = text(*json, "error_code");
  } else if (response.body.find("<Error>") != std::string::npos) {
    said.code = between(response.body, "<Code>", "</Code>");
    said.message = first_line(between(response.body, "<Message>", "</Message>"));
  } else {
    said.message = first_line(response.body);
  }
  said.status = response.status;
  if (said.code.empty()) said.code = response.headers.get("x-ms-error-code");
  said.request_id = response.headers.get("x-ms-request-id");
  auto message = !said.message.empty() ? said.message
                 : response.status >= 300 && response.status < 400
                     ? std::string{"the service answered with a redirect, which is not followed"}
                     : std::string{"the service gave no explanation"};
  return Error{code_of(response.status), std::move(message)}.from(std::move(said));
}

}  // namespace podium::inline v0::arm
