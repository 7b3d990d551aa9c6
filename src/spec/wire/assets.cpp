#include "base/digest.hpp"
#include "spec/wire/pyyaml.hpp"
#include "spec/wire/writer.hpp"

/// Code and environments that jobs and deployments name or hold.
namespace podium::inline v0::spec::wire {
namespace {

constexpr std::string_view anonymous_environment = "CliV2AnonymousEnvironment";
constexpr std::string_view environment_api = "2023-04-01-preview";
constexpr std::string_view curated = "AzureML-";

/// In component specs and steps, ids of the workspace begin with `azureml:`.
std::string prefixed(Writer const& writer, std::string id) {
  return writer.style() == Style::snake && id.starts_with('/') ? "azureml:" + id : id;
}

Json write_code(Writer& writer, Value const& value) {
  if (value.local) {
    static constexpr std::string_view compiled[] = {"__pycache__"};
    bool const component = writer.style() == Style::snake;
    return prefixed(writer, component ? writer.code_id(value, compiled) : writer.code_id(value));
  }
  if (value.text.find("://") != std::string::npos && !value.text.starts_with("azureml://")) return value.text;
  return prefixed(writer, writer.asset_id("codes", value.text));
}

Json read_asset(Json const& json) {
  if (!json.is_string()) return json;
  auto const& text = json.get_ref<std::string const&>();
  return text.starts_with("azureml:") || text.starts_with("http") ? json : Json("azureml:" + text);
}

/// The digest of the text with the digest so far between its letters: how the client mixes them.
std::string mixed(std::string const& between, std::string const& text) {
  auto const digest = base::sha256(text);
  std::string out;
  for (char const letter : digest) {
    if (!out.empty()) out += between;
    out += letter;
  }
  return out;
}

/// The routes as PyYAML shows the client's objects for them.
std::string inference_text(Value const& inference) {
  static constexpr std::string_view object = "!!python/object:azure.ai.ml._restclient.arm_ml_service.models._models.";
  std::string out = std::string{object} + "InferenceContainerProperties\n_data:\n";
  for (auto const* name : {"liveness_route", "readiness_route", "scoring_route"}) {
    auto const& route = inference.at(name);
    if (!route) continue;
    out += "  " + camel(name) + ": " + std::string{object} + "Route\n    _data:\n";
    Json const fields{{"path", route.string("path")}, {"port", route.at("port").integer}};
    for (auto const& [key, value] : fields.items()) out += "      " + yaml_dump(Json{{key, value}});
  }
  return out;
}

std::string anonymous_version(Value const& environment, std::string const& context) {
  std::string mix;
  if (!context.empty()) {
    mix = mixed(mix, context);
    if (auto const file = environment.at("build").string("dockerfile_path"); !file.empty()) mix = mixed(mix, file);
  } else {
    mix = mixed(mix, environment.string("image"));
    if (auto const& inference = environment.at("inference_config"); inference.node != nullptr)
      mix = mixed(mix, inference_text(inference));
    if (auto const conda = conda_text(environment.at("conda_file")); !conda.empty()) mix = mixed(mix, conda);
  }
  return base::sha256(mix);
}

Json write_environment(Writer& writer, Value const& value, bool by_name) {
  if (!value.is_map()) {
    // Names of curated environments are completed by the service.
    auto const bare = value.text.starts_with("azureml:") ? value.text.substr(8) : value.text;
    if (bare.starts_with(curated)) return "azureml:" + bare;
    return prefixed(writer, writer.asset_id("environments", value.text));
  }
  auto const given = value.at("name").text;
  bool const named = by_name && !given.empty();
  Json body = Json::object();
  {
    Writer::Styled const camel{writer, Style::camel};
    Writer::Rooted const own{writer, body};
    writer.write_into(body, value);
  }
  Json& properties = body["properties"];
  properties["isAnonymous"] = !named;
  properties["isArchived"] = false;
  std::string version = value.at("version").text;
  if (!named) {
    auto const& path = value.at("build").at("path");
    auto const uri = path.local ? properties["build"]["contextUri"].get<std::string>() : std::string{};
    // The digest of the folder is the second part from the end.
    auto const end = uri.rfind('/', uri.size() < 2 ? 0 : uri.size() - 2);
    auto const begin = end == std::string::npos || end == 0 ? end : uri.rfind('/', end - 1);
    version = anonymous_version(value, begin == std::string::npos ? uri : uri.substr(begin + 1, end - begin - 1));
  } else if (version.empty()) {
    version = "1";
  }
  auto id =
      writer.named_id("environments", (named ? given : std::string{anonymous_environment}) + "/versions/" + version);
  writer.before({"PUT", id, std::string{environment_api}, std::move(body)});
  return prefixed(writer, std::move(id));
}

Json read_environment(Json const& json) { return read_asset(json); }

Json write_conda(Writer&, Value const& value) { return conda_text(value); }

Json read_conda(Json const& json) {
  if (!json.is_string()) return json;
  auto const tree = parse("conda_file", json.get<std::string>());
  return tree.root ? plain_json(*tree.root) : json;
}

Json write_build_path(Writer& writer, Value const& value) {
  return value.local ? writer.upload_uri(value, Uri::blob) + "/" : value.text;
}

}  // namespace

std::string conda_text(Value const& conda) {
  if (conda.is_map() && conda.node != nullptr)
    return conda.members.empty() ? std::string{} : yaml_dump(plain_json(*conda.node));
  if (conda.kind != Value::Kind::text || conda.text.empty()) return {};
  auto const tree = parse("conda_file", conda.text);
  return tree.root ? yaml_dump(plain_json(*tree.root)) : conda.text;
}

Spelling const code{write_code, read_asset};
Spelling const environment{[](Writer& writer, Value const& value) { return write_environment(writer, value, false); },
                           read_environment};
Spelling const named_environment{
    [](Writer& writer, Value const& value) { return write_environment(writer, value, true); }, read_environment};
Spelling const conda{write_conda, read_conda};
Spelling const build_path{write_build_path, nullptr};

}  // namespace podium::inline v0::spec::wire
