#include "podium/spec/load.hpp"

#include "spec/documents.hpp"
#include "spec/kind.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/lower.hpp"
#include "spec/reader.hpp"

#include <algorithm>
#include <system_error>

namespace podium::inline v0::spec {
namespace {

namespace fs = std::filesystem;

Diagnostic unreadable(fs::path const& file, Error const& error) {
  return {.rule = "PD1008",
          .message = error.message(),
          .file = file.string(),
          .path = {},
          .primary = {},
          .help = "check the path and its permissions"};
}

template <class T>
Loaded<T> load(fs::path const& file, Shape const& shape, T (*lower)(Reader&, Value const&),
               std::span<Set const> set = {}) {
  Documents documents;
  Loaded<T> loaded;
  auto const opened = documents.open(file, file.string());
  if (!opened) {
    loaded.diagnostics.push_back(unreadable(file, opened.error()));
    return loaded;
  }
  Document const& document = **opened;
  documents.override_with(document, set);
  if (document.tree.root) {
    Reader reader{documents, document, Purpose::use};
    Value const value = reader.read(shape, *document.tree.root);
    if (!documents.failed()) {
      T made = lower(reader, value);
      if (!documents.failed()) loaded.value = std::move(made);
    }
  }
  loaded.diagnostics = documents.take();
  return loaded;
}

fs::path feature_set_file(fs::path const& given) {
  std::error_code problem;
  if (!fs::is_directory(given, problem)) return given;
  auto const first = given / "FeatureSetSpec.yaml";
  auto const second = given / "FeaturesetSpec.yaml";
  return !fs::exists(first, problem) && fs::exists(second, problem) ? second : first;
}

}  // namespace

std::string first_error(std::span<Diagnostic const> diagnostics) {
  auto const is_error = [](Diagnostic const& one) { return one.severity == Severity::error; };
  auto const first = std::find_if(diagnostics.begin(), diagnostics.end(), is_error);
  if (first == diagnostics.end()) return "the file could not be read";
  std::string out = first->file + ":" + std::to_string(first->primary.start.line) + ":" +
                    std::to_string(first->primary.start.column) + ": " + first->message + " [" + first->rule + "]";
  auto const others = std::count_if(diagnostics.begin(), diagnostics.end(), is_error) - 1;
  if (others > 0) out += " (and " + std::to_string(others) + (others == 1 ? " more error)" : " more errors)");
  return out;
}

Loaded<model::PipelineJob> load_pipeline(fs::path const& file, std::span<Set const> set) {
  return load(file, kinds::pipeline_job, to_pipeline, set);
}
Loaded<model::CommandJob> load_command_job(fs::path const& file, std::span<Set const> set) {
  return load(file, kinds::command_job, to_command_job, set);
}
Loaded<model::CommandComponent> load_component(fs::path const& file, std::span<Set const> set) {
  return load(file, kinds::command_component, to_component, set);
}
Loaded<model::Environment> load_environment(fs::path const& file) {
  return load(file, kinds::environment_asset, to_environment);
}
Loaded<model::DataAsset> load_data(fs::path const& file) { return load(file, kinds::data_asset, to_data); }
Loaded<model::Model> load_model(fs::path const& file) { return load(file, kinds::model_asset, to_model); }
Loaded<model::Endpoint> load_endpoint(fs::path const& file) { return load(file, kinds::online_endpoint, to_endpoint); }
Loaded<model::Deployment> load_deployment(fs::path const& file) {
  return load(file, kinds::online_deployment, to_deployment);
}
Loaded<model::FeatureSetSpec> load_feature_set(fs::path const& file) {
  return load(feature_set_file(file), kinds::feature_set_spec, to_feature_set);
}
Loaded<model::FeatureRetrievalSpec> load_feature_retrieval_spec(fs::path const& file_or_folder) {
  std::error_code problem;
  bool const folder = fs::is_directory(file_or_folder, problem);
  return load(folder ? file_or_folder / "feature_retrieval_spec.yaml" : file_or_folder, kinds::feature_retrieval_spec,
              to_feature_retrieval);
}
Loaded<model::PromotionPolicy> load_policy(fs::path const& file) {
  return load(file, kinds::promotion_policy, to_policy);
}

Result<std::string> kind_of(fs::path const& file) {
  Documents documents;
  auto const opened = documents.open(file, file.string());
  if (!opened) return opened.error();
  auto const& tree = (*opened)->tree;
  if (!tree.root) return Error{Errc::invalid_argument, first_error(tree.diagnostics)};
  auto kind = kind_of_document(*tree.root, file.filename().string());
  if (kind.empty())
    return Error{Errc::invalid_argument,
                 "cannot tell which kind of document `" + file.string() + "` is: add `$schema`, or name the kind"};
  return kind;
}

}  // namespace podium::inline v0::spec
