#include "spec/files.hpp"
#include "spec/lower.hpp"

#include <algorithm>

namespace podium::inline v0::spec {
namespace {

std::map<std::string, int> to_percents(Value const& value) {
  std::map<std::string, int> out;
  for (auto const& member : value.members) out[member.name] = static_cast<int>(member.value.integer);
  return out;
}

std::chrono::seconds to_seconds(Value const& value) {
  return std::chrono::seconds{value.at("days").integer * 86400 + value.at("hours").integer * 3600 +
                              value.at("minutes").integer * 60};
}

std::vector<model::FeatureColumn> to_columns(Value const& value) {
  std::vector<model::FeatureColumn> out;
  for (auto const& item : value.items)
    out.push_back({item.string("name"), item.string("type"), item.string("description")});
  return out;
}

}  // namespace

model::Tags to_tags(Value const& value) {
  model::Tags out;
  for (auto const& member : value.members) {
    bool const nested =
        member.value.kind == Value::Kind::opaque && member.value.node != nullptr && !member.value.node->is_scalar();
    out[member.name] = nested ? yaml_text(*member.value.node) : member.value.text;
  }
  return out;
}

int to_int(Reader& reader, Value const& value, int fallback) {
  if (value.binding) {
    reader.error("PD1090", *value.node, "a binding for a number is not supported yet here", "write the number");
    return fallback;
  }
  if (!value) return fallback;
  constexpr std::int64_t most = 2'147'483'647;
  if (value.integer <= most && value.integer >= -most) return static_cast<int>(value.integer);
  if (value.node != nullptr) reader.error("PD1015", *value.node, "the integer is too large");
  return fallback;
}

bool to_bool(Reader& reader, Value const& value, bool fallback) {
  if (value.binding) {
    reader.error("PD1090", *value.node, "a binding for true or false is not supported yet here", "write the value");
    return fallback;
  }
  return value ? value.boolean : fallback;
}

void to_environment_field(Reader& reader, Value const& value, std::string& reference,
                          std::optional<model::Environment>& in_place) {
  if (value.is_map())
    in_place = to_environment(reader, value);
  else if (value.binding)
    reader.error("PD1090", *value.node, "a binding for an environment is not supported yet", "name the environment");
  else
    reference = value.text;
}

model::Environment to_environment(Reader&, Value const& value) {
  model::Environment environment;
  environment.name = value.string("name");
  environment.version = value.string("version");
  environment.description = value.string("description");
  environment.image = value.string("image");
  auto const& conda = value.at("conda_file");
  environment.conda_file = conda.is_map() ? yaml_text(*conda.node) + "\n" : conda.text;
  auto const& build = value.at("build");
  environment.build_context = build.string("path");
  if (auto const& dockerfile = build.at("dockerfile_path")) environment.dockerfile = dockerfile.text;
  environment.tags = to_tags(value.at("tags"));
  environment.properties = to_tags(value.at("properties"));
  return environment;
}

model::DataAsset to_data(Reader&, Value const& value) {
  model::DataAsset data;
  data.name = value.string("name");
  data.version = value.string("version");
  data.description = value.string("description");
  data.type = value.string("type");
  data.path = value.string("path");
  data.tags = to_tags(value.at("tags"));
  data.properties = to_tags(value.at("properties"));
  return data;
}

model::Model to_model(Reader&, Value const& value) {
  model::Model made;
  made.name = value.string("name");
  made.version = value.string("version");
  made.description = value.string("description");
  made.type = value.string("type");
  made.path = value.string("path");
  made.stage = value.string("stage");
  made.tags = to_tags(value.at("tags"));
  made.properties = to_tags(value.at("properties"));
  return made;
}

model::Endpoint to_endpoint(Reader&, Value const& value) {
  model::Endpoint endpoint;
  endpoint.name = value.string("name");
  endpoint.description = value.string("description");
  endpoint.auth_mode = value.string("auth_mode");
  endpoint.traffic = to_percents(value.at("traffic"));
  endpoint.mirror_traffic = to_percents(value.at("mirror_traffic"));
  endpoint.tags = to_tags(value.at("tags"));
  endpoint.properties = to_tags(value.at("properties"));
  return endpoint;
}

model::Deployment to_deployment(Reader& reader, Value const& value) {
  model::Deployment deployment;
  deployment.name = value.string("name");
  deployment.endpoint = value.string("endpoint_name");
  deployment.description = value.string("description");
  auto const& model = value.at("model");
  deployment.model = model.is_map() ? model.string("path") : model.text;
  auto const& code = value.at("code_configuration");
  deployment.code = code.string("code");
  deployment.scoring_script = code.string("scoring_script");
  to_environment_field(reader, value.at("environment"), deployment.environment, deployment.inline_environment);
  deployment.environment_variables = to_tags(value.at("environment_variables"));
  deployment.instance_type = value.string("instance_type");
  deployment.instance_count = to_int(reader, value.at("instance_count"), deployment.instance_count);
  auto const& requests = value.at("request_settings");
  deployment.max_concurrent_requests =
      to_int(reader, requests.at("max_concurrent_requests_per_instance"), deployment.max_concurrent_requests);
  deployment.request_timeout_ms = to_int(reader, requests.at("request_timeout_ms"), deployment.request_timeout_ms);
  auto const& collections = value.at("data_collector").at("collections");
  deployment.collect_inputs = collections.at("model_inputs").string("enabled") == "true";
  deployment.collect_outputs = collections.at("model_outputs").string("enabled") == "true";
  for (auto const& member : collections.members)
    if (member.name != "model_inputs" && member.name != "model_outputs")
      reader.warning("PD1092", *member.key, "the collection `" + member.name + "` is checked but not acted on yet");
  deployment.tags = to_tags(value.at("tags"));
  deployment.properties = to_tags(value.at("properties"));
  return deployment;
}

model::FeatureSetSpec to_feature_set(Reader& reader, Value const& value) {
  model::FeatureSetSpec spec;
  auto const& source = value.at("source");
  spec.name = reader.document().folder.filename().string();
  spec.source_type = source.string("type");
  spec.source_path = source.string("path");
  spec.timestamp_column = source.at("timestamp_column").string("name");
  spec.timestamp_format = source.at("timestamp_column").string("format");
  spec.source_delay = to_seconds(source.at("source_delay"));
  if (auto const& lookback = value.at("source_lookback")) spec.source_lookback = to_seconds(lookback);
  if (auto const& lookback = value.at("temporal_join_lookback")) spec.temporal_join_lookback = to_seconds(lookback);
  spec.index_columns = to_columns(value.at("index_columns"));
  spec.features = to_columns(value.at("features"));
  spec.source_file = reader.document().file.string();
  auto const& transformation = value.at("feature_transformation");
  auto const& code = transformation.at("transformation_code") ? transformation.at("transformation_code")
                                                              : value.at("feature_transformation_code");
  spec.transformation_code = code.string("path");
  spec.transformer_class = code.string("transformer_class");
  for (auto const& item : transformation.at("transformation_expressions").items)
    spec.expressions.push_back({.feature_name = item.string("feature_name"),
                                .source_column = item.string("source_column"),
                                .aggregation = item.string("aggregation"),
                                .window = to_seconds(item.at("window"))});
  return spec;
}

model::FeatureRetrievalSpec to_feature_retrieval(Reader&, Value const& value) {
  model::FeatureRetrievalSpec spec;
  auto const& stores = value.at("feature_stores") ? value.at("feature_stores") : value.at("featurestores");
  for (auto const& item : stores.items) {
    model::FeatureStoreReference store{
        .uri = item.string("uri"), .location = item.string("location"), .workspace_id = item.string("workspace_id")};
    for (auto const& wanted : item.at("features").items) {
      auto const set = wanted.string("feature_set");
      auto const colon = set.rfind(':');
      store.features.push_back({.feature_set = set.substr(0, colon),
                                .version = set.substr(colon + 1),
                                .feature = wanted.string("feature_name"),
                                .output_name = wanted.string("output_name")});
    }
    spec.stores.push_back(std::move(store));
  }
  if (auto const& version = value.at("serialization_version"))
    spec.serialization_version = static_cast<int>(version.integer);
  return spec;
}

}  // namespace podium::inline v0::spec
