#pragma once

#include "arm/json.hpp"

#include "podium/http/message.hpp"
#include "podium/operation.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace podium::inline v0::arm {

/// A long-running operation as a state machine: told what was answered, it says what to ask next.
///
/// Azure-AsyncOperation is asked for its `status`, then the resource is read; Location is asked until it is not 202;
/// without either, `properties.provisioningState` of the resource decides.  Another host than the request's is refused.
class LongRun {
 public:
  LongRun(std::string method, std::string url) : method_{std::move(method)}, url_{std::move(url)} {}

  struct Step {
    Progress progress = Progress::running;
    std::string url;                     ///< running: what to GET next
    std::chrono::milliseconds delay{0};  ///< running: not before
  };

  /// `response`: a 2xx answer to the request itself.
  Result<Step> started(http::Response const& response, std::chrono::system_clock::time_point now);
  /// `response`: any answer to the GET that the last step asked for.  An Error leaves the state as it was: ask again.
  Result<Step> answered(http::Response const& response, std::chrono::system_clock::time_point now);

  Step const& step() const noexcept { return step_; }
  Json const& body() const noexcept { return body_; }                    ///< succeeded: the resource, or null
  std::optional<Error> const& error() const noexcept { return error_; }  ///< failed or cancelled: why
  std::string const& method() const noexcept { return method_; }
  std::string const& url() const noexcept { return url_; }

 private:
  enum class Mode { operation, location, resource, final };
  Result<Step> ask(std::string url, http::Response const& last, std::chrono::system_clock::time_point now);
  Result<Step> judge_resource(Json body, http::Response const& response, std::chrono::system_clock::time_point now);
  Result<Step> finish(Json body);
  Result<Step> end_badly(std::string const& status, Json const& error);
  Result<Step> follow_up(http::Response const& response, std::chrono::system_clock::time_point now);

  std::string method_;
  std::string url_;
  std::string location_;
  Mode mode_ = Mode::resource;
  int polls_ = 0;
  Step step_;
  Json body_;
  std::optional<Error> error_;
};

}  // namespace podium::inline v0::arm
