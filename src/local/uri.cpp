#include "base/digest.hpp"
#include "base/letters.hpp"
#include "http/url.hpp"
#include "local/places.hpp"
#include "local/store_state.hpp"

#include <algorithm>
#include <array>

namespace podium::inline v0::local {
namespace {

constexpr std::array<std::string_view, 4> built_in{"workspaceblobstore", "workspaceartifactstore", "workspacefilestore",
                                                   "workspaceworkingdirectory"};

Error unknown_form(std::string_view uri) {
  return Error{Errc::invalid_argument, "not a location that the local workspace knows"}.with("uri", std::string{uri});
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    auto const slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    text.remove_prefix(slash + 1);
  }
}

/// The text behind the part at `index`; parts lie in one string.
std::string_view rest_from(std::vector<std::string_view> const& parts, std::size_t index) {
  if (index >= parts.size()) return {};
  auto const* begin = parts[index].data();
  return {begin, static_cast<std::size_t>(parts.back().data() + parts.back().size() - begin)};
}

bool same(std::string_view a, std::string_view b) { return base::lower_case(a) == base::lower_case(b); }

Result<Place> in_datastore(Store const& store, std::string_view datastore, std::string_view path,
                           std::string_view uri) {
  auto name = base::lower_case(datastore);
  bool known = std::find(built_in.begin(), built_in.end(), name) != built_in.end();
  if (!known && clean_path(name) == name && name.find('/') == std::string::npos) {
    auto found = store.get("datastores/" + name);
    if (!found) return std::move(found).error();
    known = found->has_value();
  }
  if (!known)
    return Error{Errc::invalid_argument, "the workspace has no datastore `" + std::string{datastore} + "`"}.with(
        "uri", std::string{uri});
  auto clean = clean_path(path);
  if (!clean) return Error{Errc::invalid_argument, "the path leaves its datastore"}.with("uri", std::string{uri});
  return Place{std::move(name), *std::move(clean)};
}

Result<Place> below(Store const& store, Result<Place> base, std::string_view path, std::string_view uri) {
  if (!base || path.empty()) return base;
  return in_datastore(store, base->datastore, base->path + "/" + std::string{path}, uri);
}

Result<Place> in_job(Store const& store, std::string_view job, std::string_view output, std::string_view path,
                     std::string_view uri) {
  auto found = store.get("jobs/" + std::string{job});
  if (!found) return std::move(found).error();
  if (!*found)
    return Error{Errc::invalid_argument, "the workspace has no job `" + std::string{job} + "`"}.with("uri",
                                                                                                     std::string{uri});
  auto const& outputs = member(member((*found)->body, "properties"), "outputs");
  auto const where = text_of(member(outputs, output), "uri");
  if (!where.empty() && where != uri) return below(store, place_of(store, where), path, uri);
  if (same(output, "default") || same(output, "artifacts"))
    return below(store, Place{"workspaceartifactstore", run_folder(job)}, path, uri);
  if (member(outputs, output).is_null())
    return Error{Errc::invalid_argument, "job `" + std::string{job} + "` has no output `" + std::string{output} + "`"}
        .with("uri", std::string{uri});
  return below(store, Place{"workspaceblobstore", "azureml/" + std::string{job} + "/" + std::string{output}}, path,
               uri);
}

/// Data, models and codes know where their bytes lie.
Result<Place> in_asset(Store const& store, std::string_view kind, std::string_view name, std::string_view version,
                       std::string_view uri) {
  auto collection = base::lower_case(kind);
  if (collection != "data" && collection != "models" && collection != "codes") return unknown_form(uri);
  auto const id = collection + "/" + std::string{name} + "/versions/";
  std::optional<Resource> found;
  if (same(version, "latest")) {
    auto all = store.list(collection + "/" + std::string{name} + "/versions");
    if (!all) return std::move(all).error();
    if (!all->empty()) found = std::move(all->front());
  } else {
    auto one = store.get(id + std::string{version});
    if (!one) return std::move(one).error();
    found = *std::move(one);
  }
  if (!found) return Error{Errc::invalid_argument, "the workspace has no such asset"}.with("uri", std::string{uri});
  auto const& properties = member(found->body, "properties");
  auto where = text_of(properties, collection == "data" ? "dataUri" : collection == "models" ? "modelUri" : "codeUri");
  if (where.empty() || where == uri) return unknown_form(uri);
  auto place = place_of(store, where);
  if (!place) return std::move(place).error().with("asset", found->id);
  return place;
}

Result<Place> azureml(Store const& store, std::string_view rest, std::string_view uri) {
  auto const parts = split(rest);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    auto const kind = base::lower_case(parts[i]);
    if (kind == "subscriptions" || kind == "resourcegroups" || kind == "workspaces" || kind == "locations" ||
        kind == "providers") {
      ++i;
      continue;
    }
    if (kind == "datastores") {
      auto const path =
          i + 2 < parts.size() && parts[i + 2] == "paths" ? rest_from(parts, i + 3) : rest_from(parts, i + 2);
      return in_datastore(store, parts[i + 1], path, uri);
    }
    if (kind == "jobs" && i + 3 < parts.size() && parts[i + 2] == "outputs") {
      auto const path =
          i + 4 < parts.size() && parts[i + 4] == "paths" ? rest_from(parts, i + 5) : rest_from(parts, i + 4);
      return in_job(store, parts[i + 1], parts[i + 3], path, uri);
    }
    if (i + 3 < parts.size() && (same(parts[i + 2], "versions") || same(parts[i + 2], "labels")))
      return in_asset(store, kind, parts[i + 1], parts[i + 3], uri);
    break;
  }
  return unknown_form(uri);
}

/// name:version or name@latest, of data or a model.
Result<Place> short_asset(Store const& store, std::string_view rest, std::string_view uri) {
  auto const mark = rest.find_first_of(":@");
  if (mark == std::string_view::npos) return unknown_form(uri);
  auto data = in_asset(store, "data", rest.substr(0, mark), rest.substr(mark + 1), uri);
  return data ? data : in_asset(store, "models", rest.substr(0, mark), rest.substr(mark + 1), uri);
}

Result<Place> blob_url(Store const& store, std::string_view uri) {
  auto const url = http::parse_url(uri);
  if (!url) return unknown_form(uri);
  auto const path = http::decode(url->path());
  auto parts = split(std::string_view{path}.substr(1));
  std::size_t const first =
      same(parts[0], blob_account) ? 1 : 0;  // an account that a client lost on the way is ours too
  if (first >= parts.size()) return unknown_form(uri);
  auto const base = container_place(store, parts[first]);
  if (!base) return unknown_form(uri);
  return below(store, *base, rest_from(parts, first + 1), uri);
}

Result<Place> file(Store const& store, std::string_view path, std::string_view uri) {
  auto const root = (store.folder() / "datastores").lexically_normal();
  auto const relative = std::filesystem::path{path}.lexically_normal().lexically_relative(root).generic_string();
  auto const slash = relative.find('/');
  if (relative.empty() || relative == "." || relative.starts_with(".."))
    return Error{Errc::invalid_argument, "the path lies outside the workspace's datastores"}.with("path",
                                                                                                  std::string{uri});
  return in_datastore(store, relative.substr(0, slash), slash == std::string::npos ? "" : relative.substr(slash + 1),
                      uri);
}

}  // namespace

std::string workspace_id() {
  return "/subscriptions/" + std::string{subscription} + "/resourceGroups/" + std::string{resource_group} +
         "/providers/Microsoft.MachineLearningServices/workspaces/" + std::string{workspace_name};
}

std::string run_folder(std::string_view run) { return "ExperimentRun/dcid." + std::string{run}; }

std::string artifact_path(std::string_view path) {
  auto const parts = split(path);
  // {experiment}/models/{model}/artifacts/...: a logged model; {experiment}/{run}/artifacts/...: a run.
  if (parts.size() >= 4 && parts[1] == "models" && parts[3] == "artifacts")
    return "models/" + std::string{parts[2]} + "/" + std::string{rest_from(parts, 4)};
  if (parts.size() >= 3 && parts[2] == "artifacts")
    return run_folder(parts[1]) + "/" + std::string{rest_from(parts, 3)};
  return "mlflow/" + std::string{path};
}

std::optional<std::string> clean_path(std::string_view path) {
  std::string out;
  for (auto const part : split(path)) {
    if (part.find('\0') != std::string_view::npos || part == "..") return std::nullopt;
    if (part.empty() || part == ".") continue;
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

std::string container_of(Store const& store, std::string_view datastore) {
  auto const name = base::lower_case(datastore);
  if (name == "workspaceartifactstore") return "azureml";
  auto const guid = store.secret("workspaceId");
  auto const suffix = guid && *guid ? **guid : std::string{};
  if (name == "workspaceblobstore") return "azureml-blobstore-" + suffix;
  if (name == "workspacefilestore") return "azureml-filestore-" + suffix;
  return "azureml-workingdirectory-" + suffix;
}

std::string pending_container(std::string_view code, std::string_view version) {
  return "pending-" + base::sha256(std::string{code} + "/" + std::string{version}).substr(0, 40);
}

std::optional<Place> container_place(Store const& store, std::string_view container) {
  for (auto const name : built_in)
    if (same(container, container_of(store, name))) return Place{std::string{name}, {}};
  constexpr std::string_view pending = "pending-";
  if (container.size() == pending.size() + 40 && container.starts_with(pending) &&
      container.find_first_not_of("0123456789abcdef", pending.size()) == std::string_view::npos)
    return Place{"workspaceblobstore", "code/" + std::string{container.substr(pending.size())}};
  return std::nullopt;
}

Result<Place> place_of(Store const& store, std::string_view uri) {
  auto rest = uri;
  if (rest.starts_with("azureml:") && !rest.starts_with("azureml://")) rest.remove_prefix(8);
  if (rest.find('\0') != std::string_view::npos) return unknown_form("(a text with a NUL)");
  if (rest.starts_with("azureml://")) return azureml(store, rest.substr(10), uri);
  if (rest.starts_with("https://") || rest.starts_with("http://")) return blob_url(store, rest);
  if (base::lower_case(rest.substr(0, 15)) == "/subscriptions/") return azureml(store, rest.substr(1), uri);
  if (rest.starts_with("runs:/")) {
    auto const parts = split(rest.substr(rest.starts_with("runs://") ? 7 : 6));
    return in_datastore(store, "workspaceartifactstore", run_folder(parts[0]) + "/" + std::string{rest_from(parts, 1)},
                        uri);
  }
  if (rest.starts_with("mlflow-artifacts:/")) {
    auto const parts = split(rest.substr(rest.starts_with("mlflow-artifacts://") ? 19 : 18));
    return in_datastore(store, "workspaceartifactstore", artifact_path(rest_from(parts, 0)), uri);
  }
  if (rest.starts_with("file://")) return file(store, rest.substr(7), uri);
  if (rest.starts_with('/')) return file(store, rest, uri);
  return short_asset(store, rest, uri);
}

std::filesystem::path path_of(Store const& store, Place const& place) {
  auto path = store.folder() / "datastores" / place.datastore;
  return place.path.empty() ? path : path / place.path;
}

std::string uri_of(Place const& place) { return "azureml://datastores/" + place.datastore + "/paths/" + place.path; }

Result<std::filesystem::path> resolve_uri(Store const& store, std::string_view uri) {
  auto place = place_of(store, uri);
  if (!place) return std::move(place).error();
  return path_of(store, *place);
}

Result<std::string> uri_of(Store const& store, std::filesystem::path const& path) {
  auto place = file(store, path.string(), path.string());
  if (!place) return std::move(place).error();
  return uri_of(*place);
}

}  // namespace podium::inline v0::local
