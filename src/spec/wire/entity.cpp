#include "spec/wire/entity.hpp"

#include <algorithm>

namespace podium::inline v0::spec::wire {
namespace {

/// "batchEndpoints/{endpoint_name}/deployments" with the values of the entity.
std::string filled(std::string_view collection, Value const& value) {
  std::string out;
  while (true) {
    auto const open = collection.find('{');
    out += collection.substr(0, open);
    if (open == std::string_view::npos) return out;
    auto const close = collection.find('}', open);
    out += value.string(collection.substr(open + 1, close - open - 1));
    collection.remove_prefix(close + 1);
  }
}

using Make = Request (*)(Writer&, Entity const&);
constexpr std::pair<std::string_view, Make> makers[] = {{"commandJob", create_command_job},
                                                        {"pipelineJob", create_pipeline_job},
                                                        {"sweepJob", create_sweep_job},
                                                        {"sparkJob", create_spark_job},
                                                        {"automlJob", create_automl_job},
                                                        {"finetuningJob", create_finetuning_job},
                                                        {"distillationJob", create_distillation_job},
                                                        {"commandComponent", create_component},
                                                        {"pipelineComponent", create_component},
                                                        {"parallelComponent", create_component},
                                                        {"sparkComponent", create_component},
                                                        {"dataTransferComponent", create_component},
                                                        {"flow", create_flow},
                                                        {"promptFlowRun", create_flow},
                                                        {"data", create_data},
                                                        {"dataImport", create_data}};

}  // namespace

std::string name_or_generated(Value const& value) {
  auto name = value.string("name");
  return name.empty() ? "<generated>" : name;
}

std::string default_experiment(Document const& document) {
  auto const folder = document.folder.filename().string();
  std::string out;
  // Letters that an experiment's name cannot hold become "_".
  for (char const c : folder) out += c == ' ' ? '_' : c;
  return out.empty() ? "Default" : out;
}

bool is_entity(Kind const& kind) { return !kind.api_version.empty(); }

Request create(Writer& writer, Entity const& entity) {
  auto const& kind = entity.kind;
  for (auto const& [name, make] : makers)
    if (name == kind.name) return make(writer, entity);
  return create_by_table(writer, entity);
}

Request create_by_table(Writer& writer, Entity const& entity) {
  auto const& kind = entity.kind;
  auto const& value = entity.value;
  Request out{"PUT", {}, std::string{kind.api_version}, writer.write(*kind.table, value)};
  auto const collection = filled(kind.collection, value);
  out.path = writer.named_id(collection, name_or_generated(value));
  // Workspaces and registries do not lie in a workspace.
  if (collection == "workspaces" || collection == "registries")
    out.path = writer.provider_id() + "/" + collection + "/" + name_or_generated(value);
  if (kind.versioned) {
    auto const version = value.string("version");
    // Without a version the client counts on from the newest, which is 1; environments start at 1.
    out.path += "/versions/" + (!version.empty() ? version : collection == "environments" ? "1" : "2");
  }
  return out;
}

}  // namespace podium::inline v0::spec::wire
