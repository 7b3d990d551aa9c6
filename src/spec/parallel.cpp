#include "spec/parallel.hpp"

#include "spec/command.hpp"

#include <filesystem>
#include <system_error>

namespace podium::inline v0::spec {
namespace {

namespace fs = std::filesystem;

/// Everything in a parallel task that may name inputs and outputs.
void check_bindings(Reader& reader, Node const& node, Value const& value) {
  Declared const declared{&value.at("inputs"), &value.at("outputs"), false};
  if (auto const* data = node.find("input_data")) {
    Reader::Step const step{reader, "input_data"};
    check_command(reader, *data, declared);
  }
  auto const* task = node.find("task");
  if (task == nullptr || !task->is_mapping()) return;
  Reader::Step const step{reader, "task"};
  for (auto const* key : {"program_arguments", "append_row_to"}) {
    auto const* text = task->find(key);
    if (text == nullptr) continue;
    Reader::Step const inner{reader, key};
    check_command(reader, *text, declared);
  }
}

void check_split(Reader& reader, Node const& node) {
  auto const* keys = node.entry("partition_keys");
  if (keys == nullptr || node.find("mini_batch_size") == nullptr) return;
  Reader::Step const step{reader, "partition_keys"};
  reader.warning("PD1021", *keys->key, "`partition_keys` and `mini_batch_size` exclude each other",
                 "keep one of them: the data is split by columns or by size");
}

}  // namespace

void check_batch_size(Reader& reader, Node const& node, Value& value) {
  auto const& text = value.text;
  auto at = text.find_first_not_of("0123456789");
  bool good = at != 0 && !text.empty();
  for (; good && at != std::string::npos && at < text.size(); at += 2)
    good = at + 1 < text.size() && std::string_view{"kKmMgG"}.find(text[at]) != std::string_view::npos &&
           (text[at + 1] == 'b' || text[at + 1] == 'B');
  if (!good)
    reader.error("PD1016", node, "`" + text + "` is not the size of a mini batch",
                 "write a number of files, or of bytes with kb, mb or gb, for example `\"10kb\"`");
}

void check_parallel_task(Reader& reader, Node const& node, Value& value) {
  auto const& script = value.at("entry_script");
  if (script.node == nullptr) {
    if (value.string("type") == "model") return;
    Reader::Step const step{reader, "entry_script"};
    reader.warning("PD1013", reader.holder(node), "the task names no `entry_script`",
                   "add `entry_script:`, a Python file with `init` and `run`");
    return;
  }
  auto const& code = value.at("code");
  if (!script || !code.local || script.binding || is_placeholder(script.text)) return;
  std::error_code problem;
  if (!fs::is_directory(code.text, problem) || fs::exists(fs::path{code.text} / script.text, problem)) return;
  Reader::Step const step{reader, "entry_script"};
  reader.warning("PD1050", *script.node, "the script `" + script.text + "` does not exist in the code folder",
                 "the path starts at `code`");
}

void check_parallel_component(Reader& reader, Node const& node, Value& value) {
  check_declarations(reader, value);
  check_bindings(reader, node, value);
  check_split(reader, node);
  if (node.find("task") != nullptr) return;
  Reader::Step const step{reader, "task"};
  reader.warning("PD1013", reader.holder(node), "the component has no `task`", "add `task:`, what runs on each batch");
}

void check_parallel_node(Reader& reader, Node const& node, Value& value) {
  check_given_names(reader, value);
  check_bindings(reader, node, value);
  check_split(reader, node);
}

}  // namespace podium::inline v0::spec
