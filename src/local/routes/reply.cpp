#include "base/ids.hpp"
#include "base/letters.hpp"
#include "base/markup.hpp"
#include "local/routes/route.hpp"

#include <algorithm>
#include <charconv>

namespace podium::inline v0::local {
namespace {

std::vector<std::string_view> pieces(std::string_view pattern) {
  std::vector<std::string_view> out;
  while (!pattern.empty()) {
    auto const slash = pattern.find('/');
    out.push_back(pattern.substr(0, slash));
    if (slash == std::string_view::npos) break;
    pattern.remove_prefix(slash + 1);
  }
  return out;
}

/// Literal parts compare without case; nullopt if it does not fit.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::vector<std::string> const& segments) {
  std::vector<std::string> names;
  std::size_t at = 0;
  for (auto const piece : pieces(pattern)) {
    if (piece == "{*}") {
      std::string rest;
      for (; at < segments.size(); ++at) rest += (rest.empty() ? "" : "/") + segments[at];
      names.push_back(std::move(rest));
      return names;
    }
    if (at == segments.size()) return std::nullopt;
    if (piece == "{}") {
      if (segments[at].empty()) return std::nullopt;
      names.push_back(segments[at]);
    } else if (base::lower_case(piece) != base::lower_case(segments[at])) {
      return std::nullopt;
    }
    ++at;
  }
  if (at != segments.size()) return std::nullopt;
  return names;
}

http::Response with_id(http::Response response) {
  response.headers.set("x-ms-request-id", base::uuid());
  return response;
}

}  // namespace

std::string Call::ask(std::string_view name) const {
  for (auto const& [key, value] : query)
    if (base::lower_case(key) == base::lower_case(name)) return value;
  return {};
}

http::Response dispatch(Routes const& routes, Call& call, std::vector<std::string> const& segments) {
  bool other_method = false;
  for (auto const& route : routes) {
    auto names = match(route.pattern, segments);
    if (!names) continue;
    if (route.method != call.method) {
      other_method = true;
      continue;
    }
    call.names = *std::move(names);
    return route.answer(call);
  }
  std::string path;
  for (auto const& segment : segments) path += "/" + segment;
  if (other_method) throw Refusal{405, "MethodNotAllowed", call.method + " is not possible at " + path};
  throw Refusal{404, "NotSupportedLocally", "the local workspace has nothing at " + path};
}

http::Response reply(int status, Json const& body) {
  return with_id({status, {{"content-type", "application/json; charset=utf-8"}}, stored_text(body)});
}

http::Response empty_reply(int status) { return with_id({status, {}, {}}); }

http::Response arm_refusal(Refusal const& refusal) {
  auto response = reply(
      refusal.status, {{"error", {{"code", refusal.code}, {"message", refusal.message}, {"details", Json::array()}}}});
  response.headers.set("x-ms-error-code", refusal.code);
  if (refusal.status == 401) response.headers.set("www-authenticate", "Bearer authorization_uri=\"local\"");
  return response;
}

http::Response mlflow_refusal(Refusal const& refusal) {
  auto const code =
      refusal.status == 404 && refusal.code != "ENDPOINT_NOT_FOUND" && refusal.code != "NotSupportedLocally"
          ? std::string{"RESOURCE_DOES_NOT_EXIST"}
      : refusal.code == "NotSupportedLocally" || refusal.status == 405 ? std::string{"ENDPOINT_NOT_FOUND"}
      : refusal.code == "RESOURCE_ALREADY_EXISTS"                      ? refusal.code
      : refusal.status >= 500                                          ? std::string{"INTERNAL_ERROR"}
                                                                       : std::string{"INVALID_PARAMETER_VALUE"};
  return reply(refusal.status, {{"error_code", code}, {"message", refusal.message}});
}

http::Response blob_refusal(Refusal const& refusal, bool head) {
  http::Response response{refusal.status, {{"x-ms-error-code", refusal.code}, {"x-ms-version", "2021-12-02"}}, {}};
  if (!head) {
    response.headers.set("content-type", "application/xml");
    response.body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>" + base::markup_text(refusal.code) +
                    "</Code><Message>" + base::markup_text(refusal.message) + "</Message></Error>";
  }
  return with_id(std::move(response));
}

Refusal refusal_of(Error const& error) {
  std::string message = error.message();
  for (auto const& [key, value] : error.context()) message = key + " `" + value + "`: " + message;
  switch (error.code()) {
    case Errc::invalid_argument:
      return {400, "UserError", message};
    case Errc::unauthenticated:
      return {401, "InvalidAuthenticationToken", message};
    case Errc::permission_denied:
      return {403, "AuthorizationFailed", message};
    case Errc::not_found:
      return {404, "ResourceNotFound", message};
    case Errc::conflict:
      return {409, "Conflict", message};
    case Errc::locked:
      return {423, "Locked", message};
    case Errc::throttled:
      return {429, "TooManyRequests", message};
    case Errc::deadline_exceeded:
      return {408, "Timeout", message};
    case Errc::exhausted:
      return {507, "InsufficientStorage", message};
    case Errc::failed:
      return {400, "OperationFailed", message};
    case Errc::unavailable:
      return {503, "ServiceUnavailable", message};
    case Errc::cancelled:
      return {409, "Canceled", message};
    case Errc::protocol:
    case Errc::internal:
      break;
  }
  return {500, "ServiceError", message};
}

void not_found(std::string_view what, std::string_view name) {
  throw Refusal{404, "ResourceNotFound",
                std::string{what} + " `" + std::string{name} + "` does not exist in this workspace"};
}

void user_error(std::string message) { throw Refusal{400, "UserError", std::move(message)}; }

void not_supported(std::string_view what) {
  throw Refusal{400, "NotSupportedLocally",
                std::string{what} + " are not supported by the local workspace; Azure Machine Learning has them"};
}

Json parse_json(std::string_view text) {
  constexpr int depth_limit = 200;
  try {
    return Json::parse(text, [](int depth, Json::parse_event_t, Json&) {
      if (depth > depth_limit) throw Refusal{400, "InvalidRequestContent", "the body is nested too deeply"};
      return true;
    });
  } catch (Json::exception const& broken) {
    throw Refusal{400, "InvalidRequestContent", std::string{"the body is no JSON: "} + broken.what()};
  }
}

Json object_body(Call const& call, bool optional) {
  if (optional && call.body.find_first_not_of(" \t\r\n") == std::string::npos) return Json::object();
  auto body = parse_json(call.body);
  if (optional && body.is_null()) return Json::object();
  if (!body.is_object()) throw Refusal{400, "InvalidRequestContent", "the body must be a JSON object"};
  return body;
}

std::int64_t integer_of(std::string const& text, std::int64_t otherwise) {
  std::int64_t value = 0;
  auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

std::int64_t integer_of(Json const& value, std::int64_t otherwise) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float()) {
    auto const real = value.get<double>();
    return real > -9e15 && real < 9e15 ? static_cast<std::int64_t>(real) : otherwise;
  }
  return value.is_string() ? integer_of(value.get<std::string>(), otherwise) : otherwise;
}

Json shown(Resource const& resource) {
  auto out = resource.body.is_object() ? resource.body : Json::object();
  std::string type = "Microsoft.MachineLearningServices/workspaces";
  std::string name;
  bool collection = true;
  for (auto const piece : pieces(resource.id)) {
    if (collection)
      type += "/" + std::string{piece};
    else
      name = piece;
    collection = !collection;
  }
  out["id"] = workspace_id() + "/" + resource.id;
  out["name"] = name;
  out["type"] = type;
  out["systemData"] = {{"createdAt", resource.created_at}, {"createdBy", "local"},
                       {"createdByType", "User"},          {"lastModifiedAt", resource.modified_at},
                       {"lastModifiedBy", "local"},        {"lastModifiedByType", "User"}};
  return out;
}

Resource require(Call const& call, std::string const& id, std::string_view what) {
  auto found = take(call.site.store.get(id));
  if (!found) {
    auto const slash = id.find('/');
    not_found(what, slash == std::string::npos ? id : id.substr(slash + 1));
  }
  return *std::move(found);
}

void check_name(std::string_view what, std::string const& name) {
  auto const alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  bool const good = !name.empty() && name.size() <= 255 && alphanumeric(name[0]) &&
                    std::all_of(name.begin(), name.end(),
                                [&](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
  if (!good)
    user_error("`" + name + "` is no name for a " + std::string{what} +
               ": letters, digits, `-`, `_` and `.`, at most 255, a letter or digit first");
}

http::Response page(Call const& call, std::vector<Json> items, std::size_t size) {
  auto const skip =
      static_cast<std::size_t>(std::clamp<std::int64_t>(integer_of(call.ask("$skip"), 0), 0, 1'000'000'000));
  auto const top_text = call.ask("$top");
  auto const top = top_text.empty() ? std::int64_t{-1} : std::max<std::int64_t>(integer_of(top_text, -1), -1);
  auto take_now = size;
  if (top >= 0) take_now = std::min(take_now, static_cast<std::size_t>(top));
  Json value = Json::array();
  for (std::size_t i = skip; i < items.size() && value.size() < take_now; ++i) value.push_back(std::move(items[i]));
  Json body{{"nextLink", nullptr}};
  auto const next = skip + value.size();
  bool const wanted = top < 0 || static_cast<std::size_t>(top) > value.size();
  if (next < items.size() && wanted && !value.empty()) {
    http::Query query;
    for (auto const& [name, text] : call.query)
      if (base::lower_case(name) != "$skip" && base::lower_case(name) != "$top") query.emplace_back(name, text);
    query.emplace_back("$skip", std::to_string(next));
    if (top >= 0) query.emplace_back("$top", std::to_string(static_cast<std::size_t>(top) - value.size()));
    body["nextLink"] = http::with_query(call.base + call.raw_path, query);
  }
  body["value"] = std::move(value);
  return reply(200, body);
}

bool in_view(Json const& properties, std::string const& view) {
  auto const& archived = member(properties, "isArchived");
  bool const is_archived = archived.is_boolean() && archived.get<bool>();
  auto const wanted = base::lower_case(view);
  if (wanted == "all") return true;
  return wanted == "archivedonly" ? is_archived : !is_archived;
}

std::string blob_url(Call const& call, Place const& place) {
  auto url = call.base + "/" + std::string{blob_account} + "/" + container_of(call.site.store, place.datastore);
  return place.path.empty() ? url : url + "/" + http::encode_path(place.path);
}

std::string long_uri(Place const& place) {
  return "azureml://subscriptions/" + std::string{subscription} + "/resourcegroups/" + std::string{resource_group} +
         "/workspaces/" + std::string{workspace_name} + "/datastores/" + place.datastore + "/paths/" + place.path;
}

std::string job_note(Json const& body, std::string_view name) {
  auto const& properties = member(body, "properties");
  auto text = text_of(properties, name);
  return text.empty() ? text_of(member(properties, "properties"), name) : text;
}

}  // namespace podium::inline v0::local
