#include "spec/spark.hpp"

#include "spec/binding.hpp"
#include "spec/command.hpp"
#include "spec/graph.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <system_error>

namespace podium::inline v0::spec {
namespace {

namespace fs = std::filesystem;

/// One setting of Spark in its two spellings.
struct Setting {
  std::string_view dotted;
  std::string_view plain;
};
constexpr Setting driver_cores{"spark.driver.cores", "driver_cores"};
constexpr Setting driver_memory{"spark.driver.memory", "driver_memory"};
constexpr Setting executor_cores{"spark.executor.cores", "executor_cores"};
constexpr Setting executor_memory{"spark.executor.memory", "executor_memory"};
constexpr Setting executor_instances{"spark.executor.instances", "executor_instances"};
constexpr Setting dynamic{"spark.dynamicAllocation.enabled", "dynamic_allocation_enabled"};
constexpr Setting least{"spark.dynamicAllocation.minExecutors", "dynamic_allocation_min_executors"};
constexpr Setting most{"spark.dynamicAllocation.maxExecutors", "dynamic_allocation_max_executors"};

/// The settings of a step over those of its component.
class Settings {
 public:
  Settings(Value const& first, Value const* second) : first_{first}, second_{second} {}

  Value const& at(Setting const& setting) const {
    for (auto const* conf : {&first_, second_}) {
      if (conf == nullptr) continue;
      if (auto const& value = conf->at(setting.dotted); value.node != nullptr) return value;
      if (auto const& value = conf->at(setting.plain); value.node != nullptr) return value;
    }
    return first_.at({});
  }
  bool has(Setting const& setting) const { return at(setting).node != nullptr; }
  bool enabled() const { return at(dynamic).boolean; }
  bool bound() const {
    auto const is_bound = [&](Setting const& setting) { return at(setting).binding; };
    return is_bound(dynamic) || is_bound(least) || is_bound(most) || is_bound(executor_instances);
  }

 private:
  Value const& first_;
  Value const* second_;
};

/// `conf` as a whole; where to show what is missing, and how grave it is.
void check_settings(Reader& reader, Settings const& settings, Node const& place, Severity severity) {
  if (settings.bound()) return;
  Reader::Step const step{reader, "conf"};
  std::vector<Setting> needed{driver_cores, driver_memory, executor_cores, executor_memory};
  if (settings.enabled()) {
    needed.push_back(least);
    needed.push_back(most);
  } else {
    needed.push_back(executor_instances);
  }
  std::vector<std::string_view> missing;
  for (auto const& one : needed)
    if (!settings.has(one)) missing.push_back(one.dotted);
  if (!missing.empty()) {
    Node const& where = settings.enabled() && settings.at(dynamic).node != nullptr ? *settings.at(dynamic).node : place;
    reader.report("PD1105", severity, where,
                  settings.enabled() ? "dynamic allocation is on, but the settings do not say " + joined(missing)
                                     : "Spark needs the settings " + joined(missing),
                  "add them to `conf`");
    return;
  }
  if (!settings.enabled()) {
    for (auto const& one : {least, most})
      if (settings.has(one)) {
        reader.report("PD1105", severity, *settings.at(one).node,
                      "`" + std::string{one.dotted} + "` has no meaning while dynamic allocation is off",
                      "remove it, or set `spark.dynamicAllocation.enabled: true`");
        return;
      }
    return;
  }
  auto const low = settings.at(least).integer;
  auto const high = settings.at(most).integer;
  if (low <= 0 || low > high) {
    reader.report(
        "PD1105", severity, *settings.at(least).node,
        "the least number of executors must be at least 1 and not above the greatest one, " + std::to_string(high));
    return;
  }
  if (!settings.has(executor_instances)) return;
  auto const count = settings.at(executor_instances).integer;
  if (count != 0 && (count < low || count > high))
    reader.report("PD1105", severity, *settings.at(executor_instances).node,
                  "the number of executors must lie between " + std::to_string(low) + " and " + std::to_string(high));
}

void check_entry(Reader& reader, Value const& value) {
  auto const& entry = value.at("entry");
  if (!entry.is_map()) return;
  Reader::Step const step{reader, "entry"};
  if (auto const& name = entry.at("class_name"); name.node != nullptr) {
    reader.error("PD1105", *name.node, "an entry by class is not supported by Azure ML",
                 "name a Python file in `file`");
    return;
  }
  auto const& file = entry.at("file");
  auto const& code = value.at("code");
  if (!file || !code.local || file.binding || is_placeholder(file.text)) return;
  std::error_code problem;
  if (!fs::exists(code.text, problem) || fs::exists(fs::path{code.text} / file.text, problem)) return;
  Reader::Step const inner{reader, "file"};
  reader.error("PD1050", *file.node, "the entry `" + file.text + "` does not exist in the code folder",
               "the path starts at `code`");
}

void check_args(Reader& reader, Node const& node, Value const& inputs, Value const& outputs, bool component) {
  auto const* args = node.find("args");
  if (args == nullptr) return;
  Reader::Step const step{reader, "args"};
  check_command(reader, *args, {&inputs, &outputs, component});
}

void check_one_place(Reader& reader, Node const& node) {
  auto const* compute = node.entry("compute");
  auto const* resources = node.entry("resources");
  if (compute != nullptr && resources != nullptr) {
    Reader::Step const step{reader, "compute"};
    reader
        .error("PD1021", *compute->key, "`compute` and `resources` exclude each other in Spark",
               "keep `compute` for an attached pool, `resources` for serverless Spark")
        .related.push_back(resources->key->source->label(resources->key->span, "the other one"));
  }
  if (compute == nullptr && resources == nullptr) {
    Reader::Step const step{reader, "compute"};
    reader.error("PD1046", reader.holder(node), "nothing says where Spark runs",
                 "add `resources:` for serverless Spark, or `compute:` for an attached pool");
  }
}

/// Spark reads and writes by address: every mode but `direct` is refused, an absent one too.
void check_modes(Reader& reader, Value const& group, Value const* declared, std::string_view what) {
  Reader::Step const step{reader, what};
  for (auto const& member : group.members) {
    Value const& given = member.value;
    if (given.node == nullptr || member.name == "default") continue;
    bool const data =
        given.is_map() ? !given.at("value") : given.node->is_null() && declared == nullptr && what == "outputs";
    if (!data || (given.is_map() &&
                  !bindings_in(given.at("path").node == nullptr ? *given.node : *given.at("path").node).empty()))
      continue;
    auto const& mode = given.at("mode");
    if (mode.text == "direct" || mode.binding) continue;
    if (declared != nullptr && declared->at(member.name).string("mode") == "direct") continue;
    if (mode.node != nullptr && !mode) continue;  // said already
    Reader::Step const name{reader, member.name};
    Node const& place = mode.node == nullptr ? *member.key : *mode.node;
    reader.error("PD1105", place,
                 mode.node == nullptr ? "`" + member.name + "` has no mode: Spark takes only `direct`"
                                      : "Spark takes only the mode `direct`, found `" + mode.text + "`",
                 "write `mode: direct`");
  }
}

}  // namespace

void check_distinct(Reader& reader, Node const&, Value& value) {
  std::set<std::string_view> seen;
  for (auto const& item : value.items)
    if (item && !seen.insert(item.text).second)
      reader.error("PD1107", *item.node, "`" + item.text + "` is given twice", "keep one of them");
}

void check_spark_memory(Reader& reader, Node const& node, Value& value) {
  auto const& text = value.text;
  auto const digits = text.find_first_not_of("0123456789");
  if (digits != 0 && digits != std::string::npos && digits + 1 == text.size() &&
      std::string_view{"kKmMgGtTpP"}.find(text.back()) != std::string_view::npos)
    return;
  reader.warning("PD1105", node, "`" + text + "` is not a size of memory as Azure ML takes it",
                 "write digits and one of k, m, g, t, p, for example `2g`");
}

void check_spark_instance(Reader& reader, Node const& node, Value& value) {
  static constexpr std::array<std::string_view, 5> known{"standard_e4s_v3", "standard_e8s_v3", "standard_e16s_v3",
                                                         "standard_e32s_v3", "standard_e64s_v3"};
  std::string lower = value.text;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (std::find(known.begin(), known.end(), lower) != known.end()) return;
  auto const meant = nearest(lower, known);
  reader.error("PD1014", node, "`" + value.text + "` is not one of " + joined(known),
               meant.empty() ? std::string{} : "did you mean `" + std::string{meant} + "`?");
}

void check_spark_runtime(Reader& reader, Node const& node, Value& value) {
  if (value.text.empty() || value.text.find_first_not_of("0123456789.") != std::string::npos ||
      value.text.front() == '.' || value.text.back() == '.') {
    reader.error("PD1016", node, "`" + value.text + "` is not a version", "write numbers with dots, for example `3.4`");
    return;
  }
  static constexpr std::array<std::string_view, 5> known{"3.1", "3.2", "3.3", "3.4", "3.5"};
  auto const starts = [&](std::string_view one) {
    return value.text == one || value.text.starts_with(std::string{one} + ".");
  };
  if (std::none_of(known.begin(), known.end(), starts))
    reader.warning("PD1014", node, "`" + value.text + "` is not a version of Spark that Azure ML runs",
                   "write `3.3` or `3.4`");
}

void check_spark_conf(Reader& reader, Node const& node, Value&) {
  for (auto const& entry : node.entries) {
    if (!entry.value->is_null()) continue;
    Reader::Step const step{reader, entry.key->text};
    reader.error("PD1017", *entry.key, "a value is missing: a setting of Spark has one",
                 "give a value, or remove the key");
  }
}

void check_not_empty(Reader& reader, Node const& node, Value& value) {
  if (value.text.empty()) reader.error("PD1017", node, "the text is empty", "name a file");
}

void check_spark_component(Reader& reader, Node const& node, Value& value) {
  check_declarations(reader, value);
  check_entry(reader, value);
  check_args(reader, node, value.at("inputs"), value.at("outputs"), true);
  auto const* conf = node.entry("conf");
  if (conf == nullptr || !value.at("conf").is_map()) return;
  // A step may add what is missing here, but it cannot take away.
  Settings const settings{value.at("conf"), nullptr};
  if (settings.enabled() || settings.has(least) || settings.has(most))
    check_settings(reader, settings, *conf->key, Severity::warning);
}

void check_spark_job(Reader& reader, Node const& node, Value& value) {
  check_given_names(reader, value);
  check_entry(reader, value);
  check_args(reader, node, value.at("inputs"), value.at("outputs"), false);
  check_one_place(reader, node);
  auto const* conf = node.entry("conf");
  check_settings(reader, {value.at("conf"), nullptr}, conf == nullptr ? reader.holder(node) : *conf->key,
                 Severity::error);
  check_modes(reader, value.at("inputs"), nullptr, "inputs");
  check_modes(reader, value.at("outputs"), nullptr, "outputs");
}

void check_spark_node(Reader& reader, Node const& node, Value& value) {
  check_one_place(reader, node);
  auto const* component = definition_of(value);
  if (component == nullptr) return;
  auto const* conf = node.entry("conf");
  check_settings(reader, {value.at("conf"), &component->at("conf")}, conf == nullptr ? reader.holder(node) : *conf->key,
                 Severity::error);
  check_modes(reader, value.at("inputs"), &component->at("inputs"), "inputs");
  check_modes(reader, value.at("outputs"), &component->at("outputs"), "outputs");
}

}  // namespace podium::inline v0::spec
