#pragma once

#include "podium/version.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace podium::inline v0 {

/// What a caller can act on.  Everything finer lives in the message and the context.
enum class Errc {
  invalid_argument,   ///< the request, file or policy is wrong; asking again will not help
  unauthenticated,    ///< no identity, or one that was refused
  permission_denied,  ///< the identity may not do this
  not_found,          ///< the thing named does not exist
  conflict,           ///< the world changed, or the thing exists with other content
  locked,             ///< somebody else holds the workspace or the endpoint
  throttled,          ///< the service asks for fewer requests
  unavailable,        ///< the service cannot answer now
  deadline_exceeded,  ///< the caller's deadline passed
  cancelled,          ///< the caller gave up
  exhausted,          ///< a resource of this machine ran out: disk, memory, descriptors
  failed,             ///< what was asked ran, and ended badly: a job, a step, a rollout
  protocol,           ///< the other side broke the contract
  internal,           ///< a defect of ours
};

PODIUM_API std::string_view to_string(Errc code) noexcept;

/// The service's own account of a failed request; absent when the request never got an answer.
struct ServiceFailure {
  int status = 0;
  std::string code;        ///< ARM error code, for example "ResourceNotFound"
  std::string message;     ///< ARM error message, verbatim
  std::string request_id;  ///< x-ms-request-id: what support will ask for

  friend bool operator==(ServiceFailure const&, ServiceFailure const&) = default;
};

/// An expected failure.  A value: copy it, log it, keep it in a report.
class [[nodiscard]] PODIUM_API Error {
 public:
  Error(Errc code, std::string message) : code_{code}, message_{std::move(message)} {}

  Errc code() const noexcept { return code_; }
  std::string const& message() const noexcept { return message_; }
  std::optional<ServiceFailure> const& service() const noexcept { return service_; }
  std::vector<std::pair<std::string, std::string>> const& context() const noexcept { return context_; }

  /// Each layer adds what it alone knows; the outermost fact ends up first in the text.
  Error&& with(std::string key, std::string value) && {
    context_.emplace_back(std::move(key), std::move(value));
    return std::move(*this);
  }
  Error with(std::string key, std::string value) const& { return Error{*this}.with(std::move(key), std::move(value)); }
  Error&& from(ServiceFailure failure) && {
    service_ = std::move(failure);
    return std::move(*this);
  }

  /// One line, complete on its own: context, code, message, service answer, request id.
  std::string to_string() const;

 private:
  Errc code_;
  std::string message_;
  std::optional<ServiceFailure> service_;
  std::vector<std::pair<std::string, std::string>> context_;
};

/// Thrown only by Result::value(), for callers who prefer exceptions.
class PODIUM_API Exception : public std::runtime_error {
 public:
  explicit Exception(Error error) : runtime_error{error.to_string()}, error_{std::move(error)} {}
  ~Exception() override;
  Error const& error() const noexcept { return error_; }

 private:
  Error error_;
};

}  // namespace podium::inline v0
