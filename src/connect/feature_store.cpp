#include "podium/feature_store.hpp"

#include "arm/rest.hpp"
#include "base/ids.hpp"

#include "podium/features/retrieval_spec.hpp"
#include "podium/spec/load.hpp"

#include <algorithm>

namespace podium::inline v0 {

namespace fs = std::filesystem;

/// Where fetched specifications lie.
struct FeatureStoreClient::Folder {
  fs::path path = fs::temp_directory_path() / ("podium-feature-sets-" + base::random_text(12));
  Folder() = default;
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

namespace {

/// "azureml:name:version" or the ARM id of a version.
std::optional<std::pair<std::string, std::string>> entity_of(std::string text) {
  if (text.starts_with("azureml:")) text.erase(0, 8);
  if (auto const mark = text.find("/versions/"); mark != std::string::npos) {
    auto const slash = text.rfind('/', mark - 1);
    return std::pair{text.substr(slash + 1, mark - slash - 1), text.substr(mark + 10)};
  }
  auto const colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  return std::pair{text.substr(0, colon), text.substr(colon + 1)};
}

/// Two URIs of one workspace: segments compare without case, a scheme or a leading slash does not matter.
bool same_store(std::string const& one, std::string const& other) {
  auto const plain = [](std::string const& uri) {
    std::string out;
    for (char const c : uri) out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    if (out.starts_with("azureml:")) out.erase(0, 8);
    while (out.starts_with('/')) out.erase(0, 1);
    while (out.ends_with('/')) out.pop_back();
    constexpr std::string_view provider = "/providers/microsoft.machinelearningservices";
    if (auto const at = out.find(provider); at != std::string::npos) out.erase(at, provider.size());
    return out;
  };
  return plain(one) == plain(other);
}

}  // namespace

FeatureStoreClient::FeatureStoreClient(Workspace workspace)
    : workspace_{std::move(workspace)}, folder_{std::make_shared<Folder const>()} {}

FeatureStoreClient::FeatureStoreClient(Workspace workspace, std::shared_ptr<void const> specifications)
    : workspace_{std::move(workspace)}, folder_{std::static_pointer_cast<Folder const>(std::move(specifications))} {}

std::shared_ptr<void const> FeatureStoreClient::specifications() const noexcept { return folder_; }

std::string FeatureStoreClient::uri() const {
  auto const& at = workspace_.session().address();
  return "azureml://subscriptions/" + at.subscription_id + "/resourcegroups/" + at.resource_group + "/workspaces/" +
         at.workspace_name;
}

Result<ResolvedFeatureSet> FeatureStoreClient::resolve(std::string const& name, std::string const& version,
                                                       Context const& ctx) const {
  ResolvedFeatureSet out;
  out.store = uri();
  auto set = feature_sets().get(name, version, ctx);
  if (!set) return std::move(set).error();
  out.set = *std::move(set);
  auto const inside = [&](Error error) {
    return std::move(error).with("version", out.set.version).with("feature set", out.set.name);
  };

  auto const folder = folder_->path / out.set.name / out.set.version;
  std::error_code ec;
  if (!fs::exists(folder / "FeatureSetSpec.yaml", ec) && !fs::exists(folder / "FeaturesetSpec.yaml", ec)) {
    auto fetched = workspace_.files().download(out.set.specification, folder.string(), ctx);
    if (!fetched) return inside(std::move(fetched).error());
  }
  auto spec = spec::load_feature_set(folder).result();
  if (!spec) return inside(std::move(spec).error());
  out.spec = *std::move(spec);
  out.spec.name = out.set.name;

  std::vector<model::FeatureColumn> keys;
  for (auto const& reference : out.set.entities) {
    auto const named = entity_of(reference);
    if (!named) return inside(Error{Errc::protocol, "the set names an entity as `" + reference + "`"});
    auto entity = feature_store_entities().get(named->first, named->second, ctx);
    if (!entity) return inside(std::move(entity).error());
    for (auto& column : entity->index_columns)
      if (std::none_of(keys.begin(), keys.end(), [&](auto const& known) { return known.name == column.name; }))
        keys.push_back(std::move(column));
  }
  out.spec.index_columns = std::move(keys);

  // A source in a datastore of a local workspace is a folder of this machine.
  if (auto const& embedded = workspace_.embedded(); embedded && out.spec.source_path.starts_with("azureml://")) {
    auto const& source = out.spec.source_path;
    auto const store = source.find("datastores/");
    auto const paths = source.find("/paths/");
    if (store != std::string::npos && paths != std::string::npos && paths > store)
      out.spec.source_path =
          (embedded->folder() / "datastores" / source.substr(store + 11, paths - store - 11) / source.substr(paths + 7))
              .string();
  }
  return out;
}

Result<ResolvedFeatures> FeatureStoreClient::resolve_retrieval_spec(fs::path const& path, Context const& ctx) const {
  auto spec = spec::load_feature_retrieval_spec(path).result();
  if (!spec) return std::move(spec).error();
  ResolvedFeatures out;
  for (auto const& store : spec->stores) {
    if (!same_store(store.uri, uri()))
      return Error{Errc::invalid_argument, "the file asks for features of `" + store.uri +
                                               "`; this client speaks to `" + uri() + "`: open one for that store"}
          .with("file", path.string());
    for (auto const& feature : store.features) {
      auto at = std::find_if(out.sets.begin(), out.sets.end(), [&](ResolvedFeatureSet const& known) {
        return known.set.name == feature.feature_set && known.set.version == feature.version;
      });
      if (at == out.sets.end()) {
        auto resolved = resolve(feature.feature_set, feature.version, ctx);
        if (!resolved) return std::move(resolved).error();
        at = out.sets.insert(out.sets.end(), *std::move(resolved));
      }
      auto const& known = at->spec.features;
      if (std::none_of(known.begin(), known.end(), [&](auto const& one) { return one.name == feature.feature; }))
        return Error{Errc::not_found, "the set has no feature `" + feature.feature + "`"}
            .with("version", feature.version)
            .with("feature set", feature.feature_set)
            .with("file", path.string());
      out.features.emplace_back(static_cast<std::size_t>(at - out.sets.begin()), feature.feature);
    }
  }
  return out;
}

Result<void> FeatureStoreClient::write_retrieval_spec(fs::path const& folder,
                                                      std::vector<model::FeatureReference> const& features,
                                                      Context const& ctx) const {
  auto workspace = arm::ask(workspace_.session(), {}, ctx);
  if (!workspace) return std::move(workspace).error();
  model::FeatureRetrievalSpec spec;
  spec.stores.push_back({.uri = uri(),
                         .location = arm::text(*workspace, "location"),
                         .workspace_id = arm::text(*workspace, "properties", "workspaceId"),
                         .features = features});
  return podium::features::save(spec, folder);
}

}  // namespace podium::inline v0
