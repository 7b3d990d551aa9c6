#include "spec/training.hpp"

#include "spec/command.hpp"

namespace podium::inline v0::spec {
namespace {

void need_training_data(Reader& reader, Node const& node, Severity severity) {
  if (node.find("resources") == nullptr) note_serverless(reader, node);
  if (node.find("training_data") != nullptr) return;
  Reader::Step const step{reader, "training_data"};
  reader.report("PD1013", severity, reader.holder(node), "the job has no `training_data`: it cannot run without",
                "add `training_data:`, what the model learns from");
}

}  // namespace

void check_training_data(Reader& reader, Node const& node, Value&) {
  need_training_data(reader, node, Severity::warning);
}

void check_image_training(Reader& reader, Node const& node, Value&) {
  need_training_data(reader, node, Severity::error);
}

void check_distillation(Reader& reader, Node const& node, Value& value) {
  // The teacher labels what is there, or makes it.
  if (value.string("data_generation_type") == "label_generation") need_training_data(reader, node, Severity::error);
}

void check_teacher_connection(Reader& reader, Node const& node, Value& value) {
  if (value.string("type") != "serverless" || node.find("api_key") != nullptr) return;
  Reader::Step const step{reader, "api_key"};
  reader.error("PD1013", reader.holder(node), "the required field `api_key` is missing", "add `api_key:`");
}

}  // namespace podium::inline v0::spec
