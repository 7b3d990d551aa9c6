#pragma once

#include "http/url.hpp"
#include "local/executor.hpp"
#include "local/places.hpp"
#include "local/scoring.hpp"
#include "local/store_state.hpp"
#include "local/tracking.hpp"

#include <map>
#include <set>

namespace podium::inline v0::local {

/// What the routes share.
struct Site {
  Store& store;
  Tracking& tracking;
  Executor& executor;
  Scoring& scoring;
  std::string guid;                                          ///< of the workspace
  std::function<std::optional<std::string>()> listener_url;  ///< where a listener runs, if one does

  std::mutex mutex;
  std::set<std::string> watched;           ///< runs whose followers have not been told the end yet
  std::map<std::string, Json> operations;  ///< ended badly: status documents for Azure-AsyncOperation
};

/// A request that cannot be carried out.  Thrown by routes, turned into the plane's own error shape by the handler.
struct Refusal {
  int status = 400;
  std::string code;
  std::string message;
};

/// One request on its way through a route.
struct Call {
  Site& site;
  std::string method;
  std::string base;  ///< scheme and host that the client came by
  bool over_socket = false;
  std::string raw_path;            ///< as sent, for links to the next page
  std::vector<std::string> path;   ///< decoded segments
  std::vector<std::string> names;  ///< what stood for the {...} of the route
  http::Query query;
  http::Headers headers;
  std::string body;

  /// The first query value of that name (without case); empty if there is none.
  std::string ask(std::string_view name) const;
};

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< "jobs/{}/cancel"; a last "{*}" takes the rest
  http::Response (*answer)(Call&);
};
using Routes = std::vector<Route>;

/// The answer of the first route that fits `segments`.  Refusal 404 or 405 if there is none.
http::Response dispatch(Routes const& routes, Call& call, std::vector<std::string> const& segments);

// --- answers
http::Response reply(int status, Json const& body);
http::Response empty_reply(int status);
http::Response arm_refusal(Refusal const& refusal);
http::Response mlflow_refusal(Refusal const& refusal);
http::Response blob_refusal(Refusal const& refusal, bool head);
Refusal refusal_of(Error const& error);

/// The value, or its error as a Refusal.
template <class T>
T take(Result<T> result) {
  if (!result) throw refusal_of(result.error());
  return std::move(*result);
}
inline void take(Result<void> const& result) {
  if (!result) throw refusal_of(result.error());
}

[[noreturn]] void not_found(std::string_view what, std::string_view name);
[[noreturn]] void user_error(std::string message);
[[noreturn]] void not_supported(std::string_view what);

/// The body as a JSON object; absent: an empty one, if `optional`.
Json object_body(Call const& call, bool optional = false);
/// Parses text that came from outside: bounded depth, errors as Refusal.
Json parse_json(std::string_view text);
std::int64_t integer_of(Json const& value, std::int64_t otherwise);
std::int64_t integer_of(std::string const& text, std::int64_t otherwise);

// --- resources
/// A resource as replies show it: id, name, type and systemData around the stored body.
Json shown(Resource const& resource);
Resource require(Call const& call, std::string const& id, std::string_view what);
/// Letters, digits and "-_.", as Azure has it; Refusal otherwise.
void check_name(std::string_view what, std::string const& name);
/// One page of `items` with a link to the next; honours $top and $skip.
http::Response page(Call const& call, std::vector<Json> items, std::size_t size = 100);
/// Is a resource with `isArchived` part of this view (listViewType)?
bool in_view(Json const& properties, std::string const& view);

/// {base}/local.blob.core.windows.net/{container}/{path}
std::string blob_url(Call const& call, Place const& place);
/// azureml://subscriptions/.../datastores/{d}/paths/{p}
std::string long_uri(Place const& place);
/// Status, times and error of a job stand beside its properties or among their own.
std::string job_note(Json const& body, std::string_view name);

// --- the tables
Routes const& workspace_routes();  ///< below {WS}
Routes const& history_routes();    ///< below /history/v1.0{WS}
Routes const& mlflow_routes();     ///< below .../api/2.0/mlflow
http::Response artifacts(Call& call,
                         std::vector<std::string> const& segments);  ///< below /api/2.0/mlflow-artifacts/artifacts
http::Response blob(Call& call, std::string const& container, std::string const& path);
http::Response cloud_document(Call& call);
http::Response token(Call& call);
http::Response discovery(Call& call);
http::Response workspace(Call& call);
http::Response workspaces(Call& call);
http::Response workspace_keys(Call& call);
http::Response resolved_uris(Call& call);
/// The file or folder itself; Refusal if links lead out of the datastore.
std::filesystem::path safe_path(Call const& call, Place const& place);
/// Writes the whole file, or nothing.
void write_file(Call const& call, Place const& place, std::string_view bytes);
/// `count` bytes from `from`; Refusal 404 if there is no such file.
std::string read_file(std::filesystem::path const& path, std::uint64_t from, std::uint64_t count);
/// Files below `folder`, relative paths, sorted.
std::vector<std::string> files_below(std::filesystem::path const& folder);

void add_asset_routes(Routes& routes);
void add_datastore_routes(Routes& routes);
void add_compute_routes(Routes& routes);
void add_job_routes(Routes& routes);
void add_endpoint_routes(Routes& routes);
void add_mlflow_model_routes(Routes& routes);
void add_feature_store_routes(Routes& routes);

/// What a version of these kinds must hold; Refusal otherwise.
void check_feature_set(Call const& call, Json& properties);
void check_feature_store_entity(Json& properties);

}  // namespace podium::inline v0::local
