#include "arm/rest.hpp"

#include "arm/failure.hpp"

#include <set>

namespace podium::inline v0::arm {
namespace {

Result<http::Response> checked(Result<http::Response> reply) {
  if (reply && (reply->status < 200 || reply->status > 299)) return failure(*reply);
  return reply;
}

}  // namespace

std::string url_of(Session const& session, std::string const& path, http::Query query) {
  auto url = session.address().endpoint;
  if (path.starts_with('/')) {
    url += path;
  } else {
    url += http::encode_path(session.workspace_id());
    if (!path.empty()) url += "/" + path;
  }
  query.insert(query.begin(), {"api-version", session.options().api_version});
  return http::with_query(std::move(url), query);
}

Result<http::Response> exchange(Session const& session, Call call, Context const& ctx) {
  http::Request request{
      call.method, url_of(session, call.path, std::move(call.query)), {{"accept", "application/json"}}, {}};
  if (call.body) {
    request.headers.set("content-type", "application/json");
    request.body = call.body->dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return checked(session.send(std::move(request), ctx));
}

Result<Json> read(Result<http::Response> reply) {
  reply = checked(std::move(reply));
  if (!reply) return std::move(reply).error();
  return parse(reply->body);
}

Result<Json> ask(Session const& session, Call call, Context const& ctx) {
  return read(exchange(session, std::move(call), ctx));
}

Result<std::vector<Json>> list(Session const& session, std::string const& path, http::Query query, Context const& ctx) {
  std::vector<Json> items;
  std::set<std::string> seen;
  auto url = url_of(session, path, std::move(query));
  for (;;) {
    seen.insert(url);
    auto page = read(session.send({"GET", url, {{"accept", "application/json"}}, {}}, ctx));
    if (!page) return std::move(page).error();
    auto const& value = at(*page, "value");
    if (value.is_array()) items.insert(items.end(), value.begin(), value.end());
    auto const next = text(*page, "nextLink");
    if (next.empty()) return items;
    if (!http::same_origin(next, session.address().endpoint))
      return Error{Errc::protocol, "the next page of a list is on another host and was not fetched"};
    if (seen.contains(next)) return Error{Errc::protocol, "a list leads back to a page already read"};
    url = next;
  }
}

}  // namespace podium::inline v0::arm
