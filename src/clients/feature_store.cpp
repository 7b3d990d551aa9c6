#include "podium/clients/feature_store.hpp"

#include "arm/ids.hpp"
#include "arm/operation.hpp"
#include "base/letters.hpp"
#include "clients/content.hpp"
#include "clients/datastore_access.hpp"
#include "clients/references.hpp"

#include <algorithm>
#include <cctype>

namespace podium::inline v0 {
namespace {

using arm::Json;
using arm::text;

/// "string" -> "String": the contract's spelling of a feature type.
std::string type_to_wire(std::string const& type) {
  auto out = base::lower_case(type);
  if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

Json encode(model::FeatureStoreEntity const& entity) {
  Json columns = Json::array();
  for (auto const& column : entity.index_columns)
    columns.push_back({{"columnName", column.name}, {"dataType", type_to_wire(column.type)}});
  Json out{{"isArchived", false}, {"indexColumns", columns}, {"tags", entity.tags}, {"properties", entity.properties}};
  arm::put(out, "description", entity.description);
  arm::put(out, "stage", entity.stage);
  return out;
}

model::FeatureStoreEntity decode_entity(Json const& body) {
  auto const id = clients::named(body);
  auto const& properties = arm::at(body, "properties");
  model::FeatureStoreEntity out;
  out.id = text(body, "id");
  out.name = id.name;
  out.version = id.version;
  out.description = text(properties, "description");
  out.stage = text(properties, "stage");
  if (auto const& columns = arm::at(properties, "indexColumns"); columns.is_array())
    for (auto const& column : columns)
      out.index_columns.push_back({text(column, "columnName"), base::lower_case(text(column, "dataType")), {}});
  out.tags = arm::texts(arm::at(properties, "tags"));
  out.properties = arm::texts(arm::at(properties, "properties"));
  return out;
}

Json encode(model::FeatureSet const& set, std::string const& specification) {
  Json entities = Json::array();
  for (auto const& entity : set.entities)
    entities.push_back(entity.starts_with("azureml:") || entity.starts_with('/') ? entity : "azureml:" + entity);
  Json out{{"isArchived", false},
           {"entities", entities},
           {"specification", {{"path", specification}}},
           {"tags", set.tags},
           {"properties", set.properties}};
  arm::put(out, "description", set.description);
  arm::put(out, "stage", set.stage);
  if (set.materialization) {
    auto const& wanted = *set.materialization;
    Json settings{{"storeType", wanted.offline_enabled && wanted.online_enabled ? "OnlineAndOffline"
                                : wanted.offline_enabled                        ? "Offline"
                                : wanted.online_enabled                         ? "Online"
                                                                                : "None"}};
    if (!wanted.instance_type.empty()) settings["resource"] = {{"instanceType", wanted.instance_type}};
    if (!wanted.spark_configuration.empty()) settings["sparkConfiguration"] = wanted.spark_configuration;
    out["materializationSettings"] = std::move(settings);
  }
  return out;
}

model::FeatureSet decode_set(Json const& body) {
  auto const id = clients::named(body);
  auto const& properties = arm::at(body, "properties");
  model::FeatureSet out;
  out.id = text(body, "id");
  out.name = id.name;
  out.version = id.version;
  out.description = text(properties, "description");
  out.stage = text(properties, "stage");
  out.specification = text(properties, "specification", "path");
  if (auto const& entities = arm::at(properties, "entities"); entities.is_array())
    for (auto const& entity : entities) out.entities.push_back(text(entity));
  if (auto const& settings = arm::at(properties, "materializationSettings"); settings.is_object()) {
    model::MaterializationSettings kept;
    auto const store = text(settings, "storeType");
    kept.offline_enabled = store == "Offline" || store == "OnlineAndOffline";
    kept.online_enabled = store == "Online" || store == "OnlineAndOffline";
    kept.instance_type = text(settings, "resource", "instanceType");
    kept.spark_configuration = arm::texts(arm::at(settings, "sparkConfiguration"));
    out.materialization = std::move(kept);
  }
  out.tags = arm::texts(arm::at(properties, "tags"));
  out.properties = arm::texts(arm::at(properties, "properties"));
  return out;
}

constexpr std::string_view sets = "featuresets";
constexpr std::string_view entities = "featurestoreEntities";

Result<std::string> version_of(Session const& session, std::string_view collection, std::string const& name,
                               std::string const& version, Context const& ctx) {
  if (!version.empty()) return version;
  return clients::latest_version(session, collection, name, ctx);
}

template <class T>
Result<std::vector<T>> containers(Session const& session, std::string_view collection, T (*decode)(Json const&),
                                  Context const& ctx) {
  auto items = arm::list(session, std::string{collection}, {{"listViewType", "ActiveOnly"}}, ctx);
  if (!items) return std::move(items).error();
  std::vector<T> out;
  for (auto const& item : *items) {
    auto one = decode(item);
    one.version = text(item, "properties", "latestVersion");
    out.push_back(std::move(one));
  }
  return out;
}

template <class T>
Result<std::vector<T>> all_versions(Session const& session, std::string_view collection, std::string const& name,
                                    T (*decode)(Json const&), Context const& ctx) {
  auto items =
      arm::list(session, clients::asset_path(collection, name) + "/versions", {{"listViewType", "ActiveOnly"}}, ctx);
  if (!items) return std::move(items).error().with(std::string{collection}, name);
  std::vector<T> out;
  for (auto const& item : *items) out.push_back(decode(item));
  return out;
}

}  // namespace

Result<Operation<model::FeatureStoreEntity>> FeatureStoreEntitiesClient::begin_put(
    model::FeatureStoreEntity const& entity, Context const& ctx) const {
  if (entity.name.empty() || entity.version.empty())
    return Error{Errc::invalid_argument, "a feature store entity needs a name and a version"};
  if (entity.index_columns.empty())
    return Error{Errc::invalid_argument, "a feature store entity needs index columns"}.with("entity", entity.name);
  auto started = arm::begin_operation<model::FeatureStoreEntity>(
      session_,
      {"PUT", clients::asset_path(entities, entity.name, entity.version), {}, Json{{"properties", encode(entity)}}},
      [](Json const& body) { return Result<model::FeatureStoreEntity>{decode_entity(body)}; }, ctx);
  if (!started) return std::move(started).error().with("version", entity.version).with("entity", entity.name);
  return started;
}

Result<model::FeatureStoreEntity> FeatureStoreEntitiesClient::get(std::string const& name, std::string const& version,
                                                                  Context const& ctx) const {
  auto chosen = version_of(session_, entities, name, version, ctx);
  if (!chosen) return std::move(chosen).error();
  auto body = arm::ask(session_, {"GET", clients::asset_path(entities, name, *chosen), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("version", *chosen).with("entity", name);
  return decode_entity(*body);
}

Result<std::vector<model::FeatureStoreEntity>> FeatureStoreEntitiesClient::list(Context const& ctx) const {
  return containers(session_, entities, decode_entity, ctx);
}

Result<std::vector<model::FeatureStoreEntity>> FeatureStoreEntitiesClient::versions(std::string const& name,
                                                                                    Context const& ctx) const {
  return all_versions(session_, entities, name, decode_entity, ctx);
}

Result<Operation<model::FeatureSet>> FeatureSetsClient::begin_put(model::FeatureSet const& set,
                                                                  Context const& ctx) const {
  if (set.name.empty() || set.version.empty())
    return Error{Errc::invalid_argument, "a feature set needs a name and a version"};
  if (set.entities.empty()) return Error{Errc::invalid_argument, "a feature set needs entities"}.with("set", set.name);
  if (set.specification.empty())
    return Error{Errc::invalid_argument, "a feature set needs a specification: the folder with FeatureSetSpec.yaml"}
        .with("set", set.name);
  auto uri = set.specification;
  if (clients::is_local_path(uri)) {
    auto uploaded = clients::upload_local(session_, uri, set.name, set.version, ctx);
    if (!uploaded) return std::move(uploaded).error().with("set", set.name);
    if (!uploaded->folder)
      return Error{Errc::invalid_argument, "the specification is the folder with FeatureSetSpec.yaml, not a file"}.with(
          "set", set.name);
    uri = uploaded->uri;
  }
  auto started = arm::begin_operation<model::FeatureSet>(
      session_, {"PUT", clients::asset_path(sets, set.name, set.version), {}, Json{{"properties", encode(set, uri)}}},
      [](Json const& body) { return Result<model::FeatureSet>{decode_set(body)}; }, ctx);
  if (!started) return std::move(started).error().with("version", set.version).with("set", set.name);
  return started;
}

Result<model::FeatureSet> FeatureSetsClient::get(std::string const& name, std::string const& version,
                                                 Context const& ctx) const {
  auto chosen = version_of(session_, sets, name, version, ctx);
  if (!chosen) return std::move(chosen).error();
  auto body = arm::ask(session_, {"GET", clients::asset_path(sets, name, *chosen), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("version", *chosen).with("set", name);
  return decode_set(*body);
}

Result<std::vector<model::FeatureSet>> FeatureSetsClient::list(Context const& ctx) const {
  return containers(session_, sets, decode_set, ctx);
}

Result<std::vector<model::FeatureSet>> FeatureSetsClient::versions(std::string const& name, Context const& ctx) const {
  return all_versions(session_, sets, name, decode_set, ctx);
}

Result<std::vector<model::FeatureColumn>> FeatureSetsClient::features(std::string const& name,
                                                                      std::string const& version,
                                                                      Context const& ctx) const {
  auto items = arm::list(session_, clients::asset_path(sets, name, version) + "/features", {{"pageSize", "1000"}}, ctx);
  if (!items) return std::move(items).error().with("version", version).with("set", name);
  std::vector<model::FeatureColumn> out;
  for (auto const& item : *items) {
    auto const& properties = arm::at(item, "properties");
    out.push_back({text(properties, "featureName"), base::lower_case(text(properties, "dataType")),
                   text(properties, "description")});
  }
  return out;
}

Result<std::vector<std::string>> FeatureSetsClient::backfill(std::string const& name, std::string const& version,
                                                             BackfillOptions const& options, Context const& ctx) const {
  Json body{{"dataAvailabilityStatus", options.data_status}};
  if (!options.from.empty() || !options.to.empty()) {
    auto& window = body["featureWindow"] = Json::object();
    arm::put(window, "featureWindowStart", options.from);
    arm::put(window, "featureWindowEnd", options.to);
  }
  arm::put(body, "jobId", options.job_id);
  if (!options.instance_type.empty()) body["resource"] = {{"instanceType", options.instance_type}};
  if (!options.spark_configuration.empty()) body["sparkConfiguration"] = options.spark_configuration;
  auto answer =
      arm::complete(session_, {"POST", clients::asset_path(sets, name, version) + "/backfill", {}, body}, ctx);
  if (!answer) return std::move(answer).error().with("version", version).with("set", name);
  std::vector<std::string> out;
  if (auto const& jobs = arm::at(*answer, "jobIds"); jobs.is_array())
    for (auto const& job : jobs) out.push_back(text(job));
  return out;
}

}  // namespace podium::inline v0
