#include "spec/kinds/resource_wire.hpp"

#include "base/digest.hpp"
#include "base/letters.hpp"
#include "spec/kinds/compute.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/scalar.hpp"
#include "spec/wire/writer.hpp"

#include <algorithm>
#include <string>

/// How resources are written to REST where the columns of their tables do not tell.
namespace podium::inline v0::spec::kinds {

using wire::Json;
using wire::Writer;

namespace {

Json& json(void* place) { return *static_cast<Json*>(place); }

Json write_identities(Writer&, Value const& value) {
  Json out = Json::object();
  for (auto const& one : value.items) out[one.string("resource_id")] = Json::object();
  return out;
}

Json read_identities(Json const& all) {
  if (!all.is_object()) return all;
  Json out = Json::array();
  for (auto const& [id, details] : all.items()) out.push_back({{"resource_id", id}});
  return out;
}

Json write_object(Writer& writer, Value const& value) {
  return value.is_map() ? writer.write(workspace_identity_of_user, value) : Json::object();
}

Json write_own(Writer& writer, Value const& value) { return writer.write(value); }

Json write_python_text(Writer& writer, Value const& value) { return wire::python_text.write(writer, value); }

Json write_flavor(Writer&, Value const& value) {
  return {{"data", value.node == nullptr ? Json::object() : wire::plain_json(*value.node)}};
}

Json read_flavor(Json const& flavor) {
  return flavor.is_object() && flavor.contains("data") ? flavor.at("data") : flavor;
}

Json write_list(Writer& writer, Value const& value) {
  Json out = writer.write(value);
  return out.is_array() ? out : Json::array({out});
}

Json write_model_path(Writer& writer, Value const& value) {
  return value.local ? Json(writer.upload_uri(value, wire::Uri::full)) : Json(value.text);
}

Json write_specification(Writer& writer, Value const& value) {
  // The client puts these patterns into the folder's ignore file before it sends the folder.
  static constexpr std::string_view ignored[] = {".*", "*.amltmp", "*.amltemp"};
  return value.local ? Json(writer.upload_uri(value, wire::Uri::full, {}, ignored)) : Json(value.text);
}

Json write_data_path(Writer& writer, Value const& value) {
  return value.local ? Json(writer.upload_uri(value, wire::Uri::brief)) : Json(value.text);
}

constexpr std::string_view model_api = "2023-08-01-preview";
constexpr std::string_view data_api = "2023-04-01-preview";

/// A model in place is registered: under its own name, or under one made of its content.
std::string model_id(Writer& writer, Value const& value) {
  if (!value.is_map()) return writer.asset_id("models", value.text);
  Json body = Json::object();
  {
    Writer::Rooted const own{writer, body};
    writer.write_into(body, model_inline, value);
  }
  std::string name = value.string("name");
  std::string version = value.string("version");
  bool const named = !name.empty();
  body["properties"]["isAnonymous"] = !named;
  if (!named) {
    // `.../LocalUpload/<hash>/<name>`
    auto const uri = body["properties"].value("modelUri", std::string{});
    auto const end = uri.rfind('/');
    auto const begin = end == std::string::npos || end == 0 ? end : uri.rfind('/', end - 1);
    name = base::sha256(begin == std::string::npos ? uri : uri.substr(begin + 1, end - begin - 1));
    version = "1";
  } else if (version.empty()) {
    version = "2";  // the next one after the latest, which is 1
  }
  auto id = writer.named_id("models", name + "/versions/" + version);
  writer.before({"PUT", id, std::string{model_api}, std::move(body)});
  return id;
}

Json write_model(Writer& writer, Value const& value) { return model_id(writer, value); }
Json write_batch_model(Writer& writer, Value const& value) {
  return {{"referenceType", "Id"}, {"assetId", model_id(writer, value)}};
}

Json read_reference(Json const& id) {
  if (!id.is_string()) return id;
  auto const& text = id.get_ref<std::string const&>();
  return text.starts_with("azureml:") ? id : Json("azureml:" + text);
}

Json read_batch_model(Json const& model) {
  if (model.is_object() && model.size() == 2 && model.value("referenceType", "") == "Id" && model.contains("assetId"))
    return read_reference(model.at("assetId"));
  return model;
}

Json write_rules(Writer& writer, Value const& value) {
  Json out = Json::object();
  for (auto const& rule : value.items)
    if (rule.is_map()) out[rule.string("name")] = writer.write(rule);
  return out;
}

Json write_storage(Writer& writer, Value const& value) {
  Json out = Json::array();
  if (value.kind == Value::Kind::list) {
    for (auto const& id : value.items)
      out.push_back({{"userCreatedStorageAccount", {{"armResourceId", {{"resourceId", id.text}}}}}});
    return out;
  }
  Json account = {
      {"storageAccountHnsEnabled", value.at("storage_account_hns").boolean},
      {"storageAccountType", value.at("storage_account_type") ? value.string("storage_account_type") : "standard_lrs"}};
  auto const& count = value.at("replication_count");
  for (std::int64_t i = 0; i < (count ? std::min<std::int64_t>(count.integer, 1000) : 1); ++i)
    out.push_back({{"systemCreatedStorageAccount", account}});
  static_cast<void>(writer);
  return out;
}

Json write_variables(Writer&, Value const& value) {
  Json out = Json::object();
  for (auto const& member : value.members)
    out[member.name] = {{"type", "local"},
                        {"value", member.value.node == nullptr ? Json{} : wire::plain_json(*member.value.node)}};
  return out;
}

Json read_variables(Json const& all) {
  if (!all.is_object()) return all;
  Json out = Json::object();
  for (auto const& [name, variable] : all.items())
    out[name] = variable.is_object() && variable.contains("value") ? variable.at("value") : variable;
  return out;
}

Json write_target(Writer&, Value const& value) { return value.is_map() ? value.string("name") : value.text; }

Json write_number(Writer&, Value const& value) {
  std::int64_t number = 0;
  return parse_python_int(value.text, number) ? Json(number) : Json(value.text);
}

/// The id of a subnet that is given by name.
std::string subnet_id(Writer const& writer, Value const& network) {
  auto const subnet = network.string("subnet");
  if (is_arm_id(subnet)) return subnet;
  return "/subscriptions/" + writer.place().subscription + "/resourceGroups/" + writer.place().resource_group +
         "/providers/Microsoft.Network/virtualNetworks/" + network.string("vnet_name") + "/subnets/" + subnet;
}

constexpr std::string_view auth_types[] = {
    "PAT", "SAS", "UsernamePassword", "ManagedIdentity", "ServicePrincipal", "AccessKey", "ApiKey", "AccountKey",
    "AAD", "None"};

}  // namespace

wire::Spelling const identity_map{write_identities, read_identities};
wire::Spelling const empty_as_object{write_object, nullptr};
wire::Spelling const own_shape{write_own, nullptr};
wire::Spelling const uploaded_model{write_model_path, nullptr};
wire::Spelling const specification_folder{write_specification, nullptr};
wire::Spelling const uploaded_data{write_data_path, nullptr};
wire::Spelling const model_reference{write_model, read_reference};
wire::Spelling const batch_model_reference{write_batch_model, read_batch_model};
wire::Spelling const text_of_value{write_python_text, nullptr};
wire::Spelling const flavor_data{write_flavor, read_flavor};
wire::Spelling const one_or_more{write_list, nullptr};
wire::Spelling const rules_by_name{write_rules, nullptr};
wire::Spelling const registry_storage{write_storage, nullptr};
wire::Spelling const package_target{write_target, nullptr};
wire::Spelling const whole_number{write_number, nullptr};
wire::Spelling const local_variables{write_variables, read_variables};

void add_location(Writer& writer, Value const&, void*) {
  Json& root = writer.root();
  if (!root.contains("location")) root["location"] = writer.place().location;
}

void share_sampling_rate(Writer&, Value const& value, void* place) {
  auto const& rate = value.at("sampling_rate");
  Json& all = json(place);
  if (!rate || !all.contains("collections")) return;
  for (auto& [name, collection] : all["collections"].items()) collection["samplingRate"] = rate.number;
}

namespace {

/// Each collection becomes a data asset, and names it.
void collect_data(Writer& writer, Value const& value, Json& properties) {
  if (!properties.contains("dataCollector") || !properties["dataCollector"].contains("collections")) return;
  auto const endpoint = value.string("endpoint_name");
  auto const deployment = value.string("name");
  for (auto const& member : value.at("data_collector").at("collections").members) {
    auto const& data = member.value.at("data");
    auto const given = [&](std::string_view field, std::string standard) {
      auto text = data.string(field);
      return text.empty() ? standard : text;
    };
    auto const name = given("name", endpoint + "-" + deployment + "-" + member.name);
    auto const version = given("version", "1");
    auto const path = given("path", "azureml://datastores/workspaceblobstore/paths/modelDataCollector/" + endpoint +
                                        "/" + deployment + "/" + member.name);
    auto id = writer.named_id("data", name + "/versions/" + version);
    properties["dataCollector"]["collections"][member.name]["dataId"] = id;
    Json body = {{"properties",
                  {{"dataType", "uri_folder"},
                   {"dataUri", path},
                   {"isAnonymous", false},
                   {"isArchived", false},
                   {"properties", Json::object()},
                   {"tags", Json::object()}}}};
    writer.before({"PUT", std::move(id), std::string{data_api}, std::move(body)});
  }
}

}  // namespace

void finish_deployment(Writer& writer, Value const& value, void* place) {
  add_location(writer, value, place);
  Json& properties = json(place)["properties"];
  if (value.at("private_network_connection").boolean) properties["properties"]["private-network-connection"] = true;
  collect_data(writer, value, properties);
}

void finish_model_batch(Writer& writer, Value const& value, void* place) {
  add_location(writer, value, place);
  Json& properties = json(place)["properties"];
  if (properties.contains("resources") && !properties["resources"].contains("properties"))
    properties["resources"]["properties"] = Json::object();
}

void finish_pipeline_batch(Writer& writer, Value const& value, void* place) {
  add_location(writer, value, place);
  Json& properties = json(place)["properties"];
  std::string const anonymous = writer.named_id("components", "azureml_anonymous/versions/1");
  auto const& component = value.at("component");
  std::string id = anonymous;
  if (component.kind == Value::Kind::text && !component.local) {
    id = writer.asset_id("components", component.text);
  } else if (auto const& job = value.at("job_definition"); !component && job.kind == Value::Kind::text) {
    Json body = {{"properties",
                  {{"componentSpec",
                    {{"_source", "CLASS"},
                     {"jobs", Json::object()},
                     {"name", "azureml_anonymous"},
                     {"sourceJobId", job.text},
                     {"source_job_id", job.text},
                     {"type", "pipeline"},
                     {"version", "1"}}},
                   {"isAnonymous", true},
                   {"properties", Json::object()},
                   {"tags", Json::object()}}}};
    writer.before({"PUT", anonymous, "2023-02-01-preview", std::move(body)});
  }
  properties["deploymentConfiguration"]["componentId"] = {{"referenceType", "Id"}, {"assetId", id}};
}

void finish_cluster(Writer& writer, Value const& value, void* place) {
  add_location(writer, value, place);
  Json& properties = json(place)["properties"];
  Json& inner = properties["properties"];
  properties["disableLocalAuth"] = !value.at("ssh_settings");
  if (auto const& open = value.at("ssh_public_access_enabled"))
    inner["remoteLoginPortPublicAccess"] = open.boolean ? "Enabled" : "Disabled";
  if (auto const& network = value.at("network_settings"); network.at("subnet"))
    inner["subnet"] = {{"id", subnet_id(writer, network)}};
  if (auto const& idle = value.at("idle_time_before_scale_down"); idle && idle.integer == 0)
    inner["scaleSettings"].erase("nodeIdleTimeBeforeScaleDown");
}

void finish_instance(Writer& writer, Value const& value, void* place) {
  add_location(writer, value, place);
  Json& properties = json(place)["properties"];
  Json& inner = properties["properties"];
  auto const& open = value.at("ssh_public_access_enabled");
  auto const& ssh = value.at("ssh_settings");
  if (open || ssh) {
    inner["sshSettings"]["sshPublicAccess"] = open.boolean ? "Enabled" : "Disabled";
    if (auto const& key = ssh.at("ssh_key_value")) inner["sshSettings"]["adminPublicKey"] = key.text;
    properties["disableLocalAuth"] = !open.boolean;
  }
  if (auto const& minutes = value.at("idle_time_before_shutdown_minutes"))
    inner["idleTimeBeforeShutdown"] = "PT" + std::to_string(minutes.integer) + "M";
  if (auto const& network = value.at("network_settings"); network.at("subnet"))
    inner["subnet"] = {{"id", subnet_id(writer, network)}};
}

void finish_start_stop(Writer& writer, Value const& value, void* place) {
  auto const& when = value.at("trigger");
  if (!when.is_map()) return;
  Json trigger = writer.write(compute_trigger, when);
  auto const type = trigger.value("triggerType", std::string{});
  json(place)["triggerType"] = type;
  json(place)[type == "Cron" ? "cron" : "recurrence"] = std::move(trigger);
}

void finish_script(Writer&, Value const& value, void* place) {
  auto const& minutes = value.at("timeout_minutes");
  json(place)["timeout"] = (minutes ? std::to_string(minutes.integer) : std::string{"None"}) + "m";
}

void finish_kubernetes(Writer& writer, Value const& value, void* place) {
  Json& properties = json(place)["properties"];
  auto const& given = value.at("properties");
  Json inner = given.node == nullptr ? Json::object() : wire::plain_json(*given.node);
  inner["namespace"] = value.string("namespace");
  properties["properties"] = std::move(inner);
  if (auto const& location = value.at("location")) properties["computeLocation"] = location.text;
  add_location(writer, value, place);
}

void finish_machine(Writer& writer, Value const& value, void* place) { add_location(writer, value, place); }

void finish_workspace(Writer&, Value const& value, void* place) {
  if (value.at("workspace_hub")) json(place)["kind"] = "project";
}

void finish_connection(Writer&, Value const& value, void* place) {
  Json& properties = json(place)["properties"];
  auto const type = base::bare_word(value.string("type"));
  auto const& credentials = value.at("credentials");
  auto way = base::bare_word(credentials.string("type"));
  static constexpr std::string_view as_user[] = {"azureopenai",        "azureaiservices",     "azureaisearch",
                                                 "azurecontentsafety", "azurespeechservices", "azureblob",
                                                 "azureonelake",       "azuredatalakegen2"};
  bool const by_user = std::find(std::begin(as_user), std::end(as_user), type) != std::end(as_user);
  if (by_user && (way.empty() || way == "none")) way = "aad";
  bool const service = by_user && type != "azureblob" && type != "azureonelake" && type != "azuredatalakegen2";
  if (service && way != "apikey") way = "aad";
  if (auto const& key = value.at("api_key"); key && !key.text.empty()) {
    way = "apikey";
    properties["credentials"] = {{"key", key.text}};
  }
  if (way.empty()) way = "none";
  for (auto const name : auth_types)
    if (base::bare_word(name) == way) properties["authType"] = name;
  if (way == "none" || way == "aad") properties.erase("credentials");
  // Labels are the older name of the metadata, which wins.
  for (auto const& label : value.at("tags").members)
    if (!properties["metadata"].contains(label.name))
      properties["metadata"][label.name] = label.value.node == nullptr ? Json{} : wire::plain_json(*label.value.node);
  if (type == "azureonelake" && !value.at("target"))
    properties["target"] = "https://" + value.string("endpoint") + "/" + value.string("one_lake_workspace_name") + "/" +
                           value.at("artifact").string("name") + ".Lakehouse";
}

void finish_registry(Writer&, Value const& value, void* place) {
  Json& root = json(place);
  Json& properties = root["properties"];
  properties["managedResourceGroupTags"] = root.contains("tags") ? root["tags"] : Json::object();
  auto const& registry = value.at("container_registry");
  Json details = {{"systemCreatedAcrAccount", {{"acrAccountSku", "Premium"}}}};
  if (registry.kind == Value::Kind::text)
    details = {{"userCreatedAcrAccount", {{"armResourceId", {{"resourceId", registry.text}}}}}};
  if (properties.contains("regionDetails"))
    for (auto& region : properties["regionDetails"]) region["acrDetails"] = Json::array({details});
  if (auto const& publisher = value.at("intellectual_property").at("publisher"))
    properties["intellectualPropertyPublisher"] = publisher.text;
}

}  // namespace podium::inline v0::spec::kinds
