#include "base/letters.hpp"
#include "spec/graph.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/scalar.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/infer.hpp"
#include "spec/wire/steps.hpp"

/// Parallel steps.
namespace podium::inline v0::spec::wire {
namespace {

/// "10kb" as a number of bytes, "10" as a number of files.
Json batch_size(Value const& value) {
  if (value.binding) return value.text;
  auto const text = base::lower_case(value.text);
  auto const digits = text.find_first_not_of("0123456789");
  std::int64_t number = 0;
  if (digits == 0 || !parse_python_int(text.substr(0, digits), number)) return value.text;
  auto const unit = digits == std::string::npos ? std::string{} : text.substr(digits);
  std::int64_t const factor = unit == "kb" ? 1024 : unit == "mb" ? 1024 * 1024 : unit == "gb" ? 1024 * 1024 * 1024 : 1;
  return number * factor;
}

void add_task(Writer& writer, Json& out, Value const& task) {
  if (task.is_map() && task.shape != nullptr) out["task"] = writer.write(*task.shape, task);
}

std::string inline_component(Writer& writer, Value const& pipeline, Value const& node) {
  Json spec{{"type", "parallel"}, {"is_deterministic", true}};
  add_task(writer, spec, node.at("task"));
  add_as_written(spec, node,
                 {"mini_batch_size", "partition_keys", "logging_level", "max_concurrency_per_instance",
                  "error_threshold", "mini_batch_error_threshold", "retry_settings", "resources", "input_data"});
  spec["inputs"] = inferred_inputs(writer, pipeline, node);
  spec["outputs"] = inferred_outputs(writer, pipeline, node);
  prune(spec);
  return anonymous_component(writer, std::move(spec), in_the_job);
}

}  // namespace

Json parallel_step(Writer& writer, Value const& pipeline, std::string const& name, Value const& node) {
  auto const* definition = definition_of(node);
  Json out = node_base(writer, name, node, definition);
  if (node.at("component")) {
    auto used = used_component(writer, node, "component");
    out["componentId"] = std::move(used.id);
    out["_source"] = std::move(used.source);
  } else {
    out["componentId"] = inline_component(writer, pipeline, node);
    out["_source"] = in_the_job;
    for (auto const* field : {"display_name", "tags", "comment"}) out.erase(field);
  }
  out["type"] = "parallel";
  add_fields(writer, out, node, {"environment_variables", "identity"});
  add_as_written(out, node, {"error_threshold", "logging_level"});
  for (auto const field :
       {"max_concurrency_per_instance", "mini_batch_error_threshold", "input_data", "retry_settings"})
    if (auto const& value = either(node, definition, field); is_given(value)) out[field] = yaml_form(value);
  if (auto const& size = either(node, definition, "mini_batch_size"); is_given(size))
    out["mini_batch_size"] = is_given(node.at("mini_batch_size")) ? batch_size(size) : Json(size.text);
  if (auto const& keys = either(node, definition, "partition_keys"); is_given(keys))
    out["partition_keys"] = python_json(yaml_form(keys));
  if (auto const& resources = either(node, definition, "resources"); resources.is_map())
    out["resources"] = writer.write(kinds::job_resources, resources);
  add_task(writer, out, either(node, definition, "task"));
  return out;
}

}  // namespace podium::inline v0::spec::wire
