#pragma once

#include "local/store.hpp"

namespace podium::inline v0::local {

/// The names that every request for this workspace carries.  Fixed, so that a folder may move.
inline constexpr std::string_view subscription = "00000000-0000-0000-0000-000000000000";
inline constexpr std::string_view resource_group = "local";
inline constexpr std::string_view workspace_name = "podium";
inline constexpr std::string_view location = "local";
/// Where embedded clients find the workspace: a name that only their transport understands.
inline constexpr std::string_view embedded_base = "https://podium.local";
/// The account of the path-style blob addresses: {base}/local.blob.core.windows.net/{container}/{blob}.
inline constexpr std::string_view blob_account = "local.blob.core.windows.net";

/// "/subscriptions/.../workspaces/podium".
std::string workspace_id();

/// A file or folder of a datastore; `path` has no leading or trailing slash and never leaves it.
struct Place {
  std::string datastore;
  std::string path;
};

/// Datastore and path of any URI that resolve_uri understands, files below the folder included.
Result<Place> place_of(Store const& store, std::string_view uri);
std::filesystem::path path_of(Store const& store, Place const& place);
std::string uri_of(Place const& place);

/// Takes "." and ".." out of a path; nullopt if it leaves its root or holds a NUL.
std::optional<std::string> clean_path(std::string_view path);

/// Container of the blob protocol <-> folder of a datastore.
std::string container_of(Store const& store, std::string_view datastore);
std::optional<Place> container_place(Store const& store, std::string_view container);
/// The container that code of this name and version is uploaded to.
std::string pending_container(std::string_view code, std::string_view version);

/// Where a run's files lie: logs, artifacts, default outputs.
std::string run_folder(std::string_view run);
/// The same for a path of MLflow's artifact service: {experiment}/{run}/artifacts/... or
/// {experiment}/models/{id}/artifacts/...
std::string artifact_path(std::string_view path);

}  // namespace podium::inline v0::local
