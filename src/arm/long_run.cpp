#include "arm/long_run.hpp"

#include "arm/failure.hpp"
#include "base/letters.hpp"
#include "http/retry.hpp"
#include "http/url.hpp"

#include <algorithm>

namespace podium::inline v0::arm {
namespace {

using std::chrono::milliseconds;

/// What the service asks for; without that an own pace that starts quickly, for operations that are quick.
milliseconds pause(http::Response const& response, int polls, std::chrono::system_clock::time_point now) {
  for (auto const* name : {"retry-after-ms", "x-ms-retry-after-ms"})
    if (auto const* value = response.headers.find(name)) {
      auto const asked = integer(Json(*value), 0);
      if (asked > 0) return std::min<milliseconds>(milliseconds{asked}, std::chrono::minutes{10});
    }
  if (auto const* value = response.headers.find("retry-after"))
    if (auto const asked = http::retry_after(*value, now); asked && asked->count() > 0)
      return std::min<milliseconds>(*asked, std::chrono::minutes{10});
  auto own = milliseconds{25};
  for (int i = 1; i < polls && own < milliseconds{5000}; ++i) own = own * 3 / 2;
  return std::min(own, milliseconds{5000});
}

}  // namespace

Result<LongRun::Step> LongRun::ask(std::string url, http::Response const& last,
                                   std::chrono::system_clock::time_point now) {
  if (url.starts_with('/'))
    if (auto own = http::parse_url(url_)) url = own->origin() + url;
  if (!http::same_origin(url, url_))
    return Error{Errc::protocol, "a long-running operation continues on another host and was not followed"};
  // The first question comes at once: many operations are done by then.
  auto const delay = polls_ == 0 || mode_ == Mode::final ? milliseconds{0} : pause(last, polls_, now);
  step_ = {Progress::running, std::move(url), delay};
  return step_;
}

Result<LongRun::Step> LongRun::finish(Json body) {
  body_ = std::move(body);
  step_ = {Progress::succeeded, {}, {}};
  return step_;
}

Result<LongRun::Step> LongRun::end_badly(std::string const& status, Json const& error) {
  auto said = service_failure(error);
  said.status = 200;
  bool const cancelled = status == "canceled" || status == "cancelled";
  auto message = said.message.empty() ? std::string{cancelled ? "the operation was canceled"
                                                              : "the operation failed without an explanation"}
                                      : said.message;
  error_ = Error{Errc::failed, std::move(message)}.from(std::move(said));
  step_ = {cancelled ? Progress::cancelled : Progress::failed, {}, {}};
  return step_;
}

Result<LongRun::Step> LongRun::judge_resource(Json body, http::Response const& response,
                                              std::chrono::system_clock::time_point now) {
  auto const state = base::lower_case(text(body, "properties", "provisioningState"));
  if (state == "failed" || state == "canceled") {
    auto const& error = at(body, "error");
    return end_badly(state, error.is_object() ? error : at(body, "properties", "error"));
  }
  bool const done = state == "succeeded" || (state.empty() && response.status != 201 && response.status != 202);
  if (done || (state.empty() && response.status == 201 && polls_ > 0)) return finish(std::move(body));
  mode_ = Mode::resource;
  // A resource in the making was just looked at: asking again at once would tell nothing new.
  polls_ = std::max(polls_, 1);
  return ask(url_, response, now);
}

Result<LongRun::Step> LongRun::started(http::Response const& response, std::chrono::system_clock::time_point now) {
  auto body = parse(response.body);
  if (!body) return std::move(body).error();
  location_ = response.headers.get("location");
  if (auto const* operation = response.headers.find("azure-asyncoperation")) {
    mode_ = Mode::operation;
    return ask(*operation, response, now);
  }
  if (!location_.empty() && response.status != 200 && response.status != 204) {
    mode_ = Mode::location;
    return ask(location_, response, now);
  }
  if (method_ == "PUT" || method_ == "PATCH") return judge_resource(*std::move(body), response, now);
  return finish(*std::move(body));
}

Result<LongRun::Step> LongRun::follow_up(http::Response const& response, std::chrono::system_clock::time_point now) {
  auto body = parse(response.body);
  mode_ = Mode::final;
  if (body)
    if (auto const resource = text(*body, "resourceLocation"); !resource.empty()) return ask(resource, response, now);
  if (method_ == "PUT" || method_ == "PATCH") return ask(url_, response, now);
  if (method_ == "POST" && !location_.empty()) return ask(location_, response, now);
  return finish({});
}

Result<LongRun::Step> LongRun::answered(http::Response const& response, std::chrono::system_clock::time_point now) {
  if (step_.progress != Progress::running) return step_;
  if (response.status < 200 || response.status > 299) {
    bool const gone = response.status == 404 || response.status == 410;
    if (gone && method_ == "DELETE") return finish({});
    if (mode_ == Mode::location && response.status >= 400 && response.status < 500 && response.status != 408 &&
        response.status != 429 && !gone) {
      // The operation's own answer, delivered at its Location: it ended, and badly.
      error_ = failure(response);
      step_ = {Progress::failed, {}, {}};
      return step_;
    }
    return failure(response);
  }
  ++polls_;
  auto body = parse(response.body);
  if (!body) return std::move(body).error();
  switch (mode_) {
    case Mode::operation: {
      auto const status = base::lower_case(text(*body, "status"));
      if (status.empty()) return Error{Errc::protocol, "the operation's answer has no status"};
      if (status == "succeeded") return follow_up(response, now);
      if (status == "failed" || status == "canceled" || status == "cancelled")
        return end_badly(status, at(*body, "error"));
      return ask(step_.url, response, now);
    }
    case Mode::location: {
      if (auto const* moved = response.headers.find("location")) location_ = *moved;
      if (response.status == 202) return ask(location_, response, now);
      if (method_ == "PUT" || method_ == "PATCH") {
        if (body->is_object() && body->contains("properties")) return finish(*std::move(body));
        return follow_up(response, now);
      }
      return finish(*std::move(body));
    }
    case Mode::resource:
      return judge_resource(*std::move(body), response, now);
    case Mode::final:
      return finish(*std::move(body));
  }
  return Error{Errc::internal, "unknown mode"};
}

}  // namespace podium::inline v0::arm
