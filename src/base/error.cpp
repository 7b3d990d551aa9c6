#include "podium/error.hpp"

#include <array>

namespace podium::inline v0 {

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument:
      return "invalid argument";
    case Errc::unauthenticated:
      return "unauthenticated";
    case Errc::permission_denied:
      return "permission denied";
    case Errc::not_found:
      return "not found";
    case Errc::conflict:
      return "conflict";
    case Errc::locked:
      return "locked";
    case Errc::throttled:
      return "throttled";
    case Errc::unavailable:
      return "unavailable";
    case Errc::deadline_exceeded:
      return "deadline exceeded";
    case Errc::cancelled:
      return "cancelled";
    case Errc::exhausted:
      return "out of resources";
    case Errc::failed:
      return "failed";
    case Errc::protocol:
      return "protocol error";
    case Errc::internal:
      return "internal error";
  }
  return "unknown error";
}

std::string Error::to_string() const {
  std::string text;
  for (auto it = context_.rbegin(); it != context_.rend(); ++it) {
    text += it->first;
    if (!it->second.empty()) text += " `" + it->second + "`";
    text += ": ";
  }
  text += podium::to_string(code_);
  text += ": ";
  text += message_;
  if (service_) {
    text += " (HTTP " + std::to_string(service_->status);
    if (!service_->code.empty()) text += " " + service_->code;
    if (!service_->request_id.empty()) text += ", request " + service_->request_id;
    text += ")";
  }
  return text;
}

Exception::~Exception() = default;

char const* version() noexcept { return PODIUM_VERSION_STRING; }

}  // namespace podium::inline v0
