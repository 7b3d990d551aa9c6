#include "podium/model/policy.hpp"

#include "spec/kinds/kinds.hpp"
#include "spec/kinds/policy_parts.hpp"
#include "spec/reader.hpp"
#include "spec/scalar.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

/// `policy.yaml`: a misspelt key must never remove a check, so everything unknown here is an error.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Shape share{.kind = number, .min = 0, .max = 1, .strict = true};
constexpr Shape level{
    .kind = number, .name = "a number between 0 and 0.5", .min = 0, .max = 0.5, .above_min = true, .strict = true};
constexpr Shape any_number{.kind = number, .strict = true};
constexpr Shape not_negative{.kind = number, .min = 0, .strict = true};
constexpr Shape positive{.kind = number, .min = 0, .above_min = true, .strict = true};
constexpr Shape clip{.kind = number, .min = 0, .max = 0.5, .above_min = true, .strict = true};
constexpr Shape part{.kind = number, .min = 0, .max = 1, .above_min = true, .strict = true};
constexpr Shape count{.kind = integer, .min = 0, .strict = true};
constexpr Shape positive_count{.kind = integer, .min = 1, .strict = true};
constexpr Shape yes_no{.kind = boolean, .strict = true};
constexpr Shape words{.kind = list, .item = &string_shape};
constexpr Shape some_words{.kind = list, .item = &string_shape, .least = 1};

constexpr std::string_view api_versions[] = {"podium/v1"};
constexpr Shape api_version{.kind = string, .values = api_versions};
constexpr std::string_view kind_names[] = {"PromotionPolicy"};
constexpr Shape kind{.kind = string, .values = kind_names};

/// A date stays text: YAML would make a date of it, which the noun writes as it stands in the file.
void check_date(Reader& reader, Node const& node, Value& value) {
  bool const scalar = node.is_scalar() && !node.is_null();
  std::string const text = scalar ? node.text : "";
  auto const digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  bool good = text.size() >= 10 && text[4] == '-' && text[7] == '-';
  for (std::size_t const at : {0, 1, 2, 3, 5, 6, 8, 9}) good = good && digit(at);
  good = good && (text.size() == 10 || text[10] == 'T' || text[10] == ' ');
  if (good) {
    value.text = text;
    value.kind = Value::Kind::text;
    return;
  }
  reader.error("PD1015", node, "expected a date or a time in UTC", "write for example `2026-01-31`");
  value = {.node = &node};
}
constexpr Shape date{.kind = any, .name = "a date", .check = check_date};

constexpr Field metadata_fields[] = {
    {"name", &string_shape, Need::required}, {"owners", &words}, {"change_requires_approvals", &count}};
constexpr Shape metadata{.kind = object, .fields = metadata_fields};

constexpr std::string_view tasks[] = {
    "binary_classification", "multiclass", "regression", "quantile", "ranking", "custom"};
constexpr Shape task{.kind = string, .values = tasks};
constexpr std::string_view resolvers[] = {"ledger", "tag", "endpoint_traffic"};
constexpr Shape resolver{.kind = string, .values = resolvers};
constexpr std::string_view first_runs[] = {"refuse", "floor_only"};
constexpr Shape first_run{.kind = string, .values = first_runs};
constexpr Field champion_fields[] = {
    {"resolve", &resolver}, {"must_match_endpoint", &yes_no}, {"first_run", &first_run}};
constexpr Shape champion{.kind = object, .fields = champion_fields};
constexpr Field challenger_fields[] = {{"require", &words}};
constexpr Shape challenger{.kind = object, .fields = challenger_fields};
constexpr Field subject_fields[] = {
    {"task", &task, Need::required}, {"model", &string_shape}, {"champion", &champion}, {"challenger", &challenger}};
constexpr Shape subject{.kind = object, .fields = subject_fields};

constexpr Field column_fields[] = {{"unit", &string_shape, Need::required},
                                   {"cluster", &string_shape, Need::optional, Support::carried, {}, true},
                                   {"label", &string_shape, Need::required},
                                   {"weight", &string_shape, Need::optional, Support::carried, {}, true},
                                   {"time", &string_shape, Need::optional, Support::carried, {}, true},
                                   {"group", &string_shape, Need::optional, Support::carried, {}, true},
                                   {"maturity", &string_shape, Need::optional, Support::carried, {}, true}};
constexpr Shape columns{.kind = object, .fields = column_fields};
constexpr std::string_view treatments[] = {"worst", "invalid"};
constexpr Shape treat_as{.kind = string, .values = treatments};
constexpr Field missing_fields[] = {{"max_fraction", &share}, {"treat_as", &treat_as}};
constexpr Shape missing{.kind = object, .fields = missing_fields};
constexpr Field leakage_fields[] = {
    {"train_unit_overlap_max", &share}, {"label_time_after_train_end", &yes_no}, {"max_improvement", &positive}};
constexpr Shape leakage{.kind = object, .fields = leakage_fields};
constexpr std::string_view schedules[] = {"equal", "k2"};
constexpr Shape schedule{.kind = string, .values = schedules};
constexpr std::string_view feedbacks[] = {"verdict_only", "full"};
constexpr Shape feedback{.kind = string, .values = feedbacks};
constexpr Field reuse_fields[] = {{"max_evaluations", &positive_count},
                                  {"schedule", &schedule},
                                  {"retire_on_promotion", &yes_no},
                                  {"feedback", &feedback}};
constexpr Shape reuse{.kind = object, .fields = reuse_fields};
void check_digest(Reader& reader, Node const& node, Value& value) {
  if (!value || value.text.starts_with("sha256:")) return;
  reader.error("PD1015", node, "a digest begins with `sha256:`", "write `sha256:` and 64 hexadecimal digits");
}
constexpr Shape digest{.kind = string, .name = "a digest", .check = check_digest};
constexpr Field set_fields[] = {{"id", &string_shape, Need::required},
                                {"columns", &columns, Need::required},
                                {"min_units", &count},
                                {"min_positives", &count},
                                {"min_clusters", &count},
                                {"missing_prediction", &missing},
                                {"leakage", &leakage},
                                {"reuse", &reuse},
                                {"asset", &string_shape},
                                {"digest", &digest},
                                {"max_age", &policy_duration}};
constexpr Shape evaluation_set{.kind = object, .name = "an evaluation set", .fields = set_fields};
constexpr Shape evaluation_sets{.kind = list, .item = &evaluation_set, .least = 1};
constexpr Field data_fields[] = {{"evaluation_sets", &evaluation_sets, Need::required}};
constexpr Shape data{.kind = object, .fields = data_fields};

constexpr Shape replicates{.kind = integer, .min = 200, .max = 1000000, .strict = true};
constexpr std::string_view seeds[] = {"from_bundle_digest"};
constexpr Shape seed{.kind = string, .values = seeds};
constexpr std::string_view intervals[] = {"bca"};
constexpr std::string_view other_intervals[] = {"percentile"};
constexpr Shape interval{.kind = string, .values = intervals, .refused = other_intervals};
constexpr std::string_view drawn[] = {"unit", "cluster"};
constexpr Shape draw{.kind = string, .values = drawn};
constexpr Field bootstrap_fields[] = {
    {"replicates", &replicates}, {"seed", &seed}, {"ci", &interval}, {"cluster", &draw}};
constexpr Shape bootstrap{.kind = object, .fields = bootstrap_fields};
constexpr Shape power{.kind = number, .min = 0.5, .max = 0.999, .strict = true};
constexpr std::string_view power_rules[] = {"off", "warn", "hold"};
void check_power_rule(Reader& reader, Node const& node, Value& value) {
  // `off` without quotes is a boolean in YAML 1.1, and means what it says.
  if (node.is_scalar() && node.type == ScalarType::boolean && node.text == "off") {
    value = {.kind = Value::Kind::text, .node = &node, .text = "off"};
    return;
  }
  bool const known = std::ranges::find(power_rules, value.text) != std::end(power_rules) && node.is_string();
  value.kind = known ? Value::Kind::text : Value::Kind::none;
  if (!known) reader.error("PD1014", node, "expected one of " + joined(power_rules));
}
constexpr Shape require_power{.kind = any, .name = "off, warn or hold", .check = check_power_rule};
constexpr Field statistics_fields[] = {{"alpha", &level},
                                       {"alpha_reject", &level},
                                       {"power", &power},
                                       {"bootstrap", &bootstrap},
                                       {"require_power", &require_power}};
constexpr Shape statistics{.kind = object, .fields = statistics_fields};

constexpr std::string_view rules[] = {"any", "all", "none"};
constexpr Shape rule{.kind = string, .values = rules};
constexpr Field success_fields[] = {{"rule", &rule}, {"items", &words}};
constexpr Shape success{.kind = object, .fields = success_fields};

constexpr auto metric_names = [] {
  std::array<std::string_view, model::metric_traits.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = model::metric_traits[i].name;
  return names;
}();
constexpr Shape metric_name{.kind = string, .values = metric_names};
constexpr std::string_view roles[] = {"success", "guardrail", "deterioration", "floor", "ceiling", "report"};
constexpr Shape role{.kind = string, .values = roles};
constexpr std::string_view methods[] = {"delong", "t", "bootstrap", "permutation", "mcnemar", "tango"};
constexpr Shape method{.kind = string, .values = methods};
constexpr Field param_fields[] = {{"threshold", &any_number},
                                  {"precision", &part},
                                  {"k", &positive_count},
                                  {"quantile", &part},
                                  {"bins", &positive_count}};
constexpr Shape params{.kind = object, .fields = param_fields};

/// Is a key of the mapping a misspelt `field`?  Then the unknown field has been named, and one finding is enough.
bool misspelt(Node const& node, std::string_view field) {
  std::string_view const words[] = {field};
  return std::ranges::any_of(node.entries, [&](auto const& entry) {
    return entry.key->text != field && nearest(entry.key->text, words) == field;
  });
}

/// `params` are those of the metric, and the ones that it cannot do without are there.
void check_parameters(Reader& reader, Node const& node, Value& value) {
  auto const name = value.string("metric");
  auto const* trait = model::find_metric(name);
  if (trait == nullptr) return;
  Reader::Step const step{reader, "params"};
  for (auto const& member : value.at("params").members) {
    if (model::has_word(trait->parameters, member.name) || model::has_word(trait->parameters, member.name + "!"))
      continue;
    Reader::Step const inner{reader, member.name};
    reader.error("PD1060", *member.key, "`" + name + "` has no parameter `" + member.name + "`",
                 trait->parameters.empty() ? "remove it" : "it has: " + std::string{trait->parameters});
  }
  auto rest = trait->parameters;
  while (!rest.empty()) {
    auto const end = rest.find(' ');
    auto word = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!word.ends_with('!')) continue;
    word.remove_suffix(1);
    auto const* given = node.find("params");
    if (given != nullptr && given->find(word) != nullptr) continue;
    reader.error("PD1060", *value.at("metric").node, "`" + name + "` needs the parameter `" + std::string{word} + "`",
                 "add `params: {" + std::string{word} + ": ...}`");
  }
}

void check_metric(Reader& reader, Node const& node, Value& value) {
  auto const role = value.string("role");
  auto const needs = [&](std::string_view field, std::string_view of) {
    if (role != of || node.find(field) != nullptr || misspelt(node, field)) return;
    Reader::Step const step{reader, field};
    reader.error("PD1060", *value.at("role").node, "a " + std::string{of} + " needs `" + std::string{field} + "`",
                 "add `" + std::string{field} + ":`");
  };
  auto const only = [&](std::string_view field, std::string_view of) {
    auto const* given = node.entry(field);
    if (given == nullptr || role == of || role.empty()) return;
    Reader::Step const step{reader, field};
    reader.error("PD1060", *given->key,
                 "`" + std::string{field} + "` belongs to the role `" + std::string{of} + "`, not to `" + role + "`",
                 "change the role, or remove the field");
  };
  needs("margin", "guardrail"), needs("at_least", "floor"), needs("at_most", "ceiling");
  only("margin", "guardrail"), only("at_least", "floor"), only("at_most", "ceiling"), only("min_effect", "success");

  auto const name = value.string("metric");
  bool const custom = name == "custom";
  if (custom && node.find("expression") == nullptr && !misspelt(node, "expression")) {
    Reader::Step const step{reader, "expression"};
    reader.error("PD1060", *value.at("metric").node, "a custom metric needs `expression`",
                 "write for example `expression: \"sum(tp)*120 - sum(fp)*15\"`");
  }
  for (std::string_view const field : {"expression", "unit_mean"}) {
    auto const* given = node.entry(field);
    if (given == nullptr || custom || name.empty()) continue;
    Reader::Step const step{reader, field};
    reader.error("PD1060", *given->key,
                 "`" + std::string{field} + "` belongs to the metric `custom`, not to `" + name + "`", "remove it");
  }
  check_parameters(reader, node, value);
  auto const* trait = model::find_metric(name);
  auto const method = value.string("method");
  if (trait != nullptr && !method.empty() && !model::has_word(trait->methods, method)) {
    Reader::Step const step{reader, "method"};
    std::string known{trait->methods};
    std::ranges::replace(known, ' ', ',');
    reader.error("PD1060", *value.at("method").node, "`" + name + "` has no method `" + method + "`",
                 "it has: " + known);
  }
}

constexpr Field metric_fields[] = {{"id", &string_shape, Need::required},
                                   {"metric", &metric_name, Need::required},
                                   {"role", &role, Need::required},
                                   {"method", &method},
                                   {"min_effect", &not_negative},
                                   {"margin", &positive},
                                   {"at_least", &any_number},
                                   {"at_most", &any_number},
                                   {"clip", &clip},
                                   {"params", &params},
                                   {"expression", &string_shape},
                                   {"unit_mean", &yes_no}};
constexpr Shape metric{.kind = object, .name = "a metric check", .fields = metric_fields, .check = check_metric};
constexpr Shape metric_items{.kind = list, .item = &metric, .least = 1};
constexpr Field metrics_fields[] = {{"success", &success}, {"items", &metric_items, Need::required}};

void check_metrics(Reader& reader, Node const& node, Value& value) {
  auto const& items = value.at("items");
  auto const& success = value.at("success");
  bool decides = false;
  std::map<std::string, Value const*> ids;
  for (auto const& item : items.items) {
    auto const role = item.string("role");
    decides = decides || role == "success" || role == "guardrail" || role == "floor" || role == "ceiling";
    auto const& id = item.at("id");
    if (!id) continue;
    auto const [other, fresh] = ids.emplace(id.text, &item);
    if (!fresh)
      reader.error("PD1024", *id.node, "the id `" + id.text + "` is given twice", "give each check an id of its own")
          .related.push_back(
              other->second->at("id").node->source->label(other->second->at("id").node->span, "first given here"));
  }
  if (!decides && items && !items.items.empty())
    reader.error("PD1060", *node.entry("items")->key,
                 "nothing here can decide: the policy has no success, guardrail, floor or ceiling",
                 "add a check with one of these roles");
  Reader::Step const step{reader, "success"};
  std::set<std::string> named;
  auto const& chosen_items = success.at("items").items;
  for (std::size_t i = 0; i < chosen_items.size(); ++i) {
    auto const& item = chosen_items[i];
    if (!item) continue;
    Reader::Step const list{reader, "items"};
    Reader::Step const index{reader, std::to_string(i)};
    named.insert(item.text);
    auto const known = ids.find(item.text);
    std::vector<std::string_view> words;
    for (auto const& [id, check] : ids) words.push_back(id);
    auto const near = nearest(item.text, words);
    if (known == ids.end())
      reader.error("PD1060", *item.node, "there is no check `" + item.text + "`",
                   near.empty() ? "name the id of a check with the role `success`"
                                : "did you mean `" + std::string{near} + "`?");
    else if (known->second->string("role") != "success")
      reader.error("PD1060", *item.node,
                   "the check `" + item.text + "` has the role `" + known->second->string("role") + "`, not `success`",
                   "name a check with the role `success`");
  }
  auto const chosen = success.string("rule");
  bool const none = chosen == "none";
  for (auto const& [id, check] : ids) {
    if (check->string("role") != "success" || named.contains(id)) continue;
    reader.error("PD1060", *check->at("id").node, "the success check `" + id + "` is not in `metrics.success.items`",
                 none ? "with the rule `none` nothing is asked to be better: use the role `report`"
                      : "name it there, or give it another role");
  }
  if (none && !named.empty())
    reader.error("PD1060", *success.at("items").node, "with the rule `none` no check is asked to show success",
                 "remove the items, or use the rule `any` or `all`");
  if (!none && named.empty()) {
    auto const* place = node.entry("success");
    reader.error("PD1060", place == nullptr ? reader.holder(node) : *place->key, "no check is asked to show success",
                 "name success checks in `items`, or use the rule `none` for a refresh");
  }
}

constexpr Shape metrics{.kind = object, .fields = metrics_fields, .check = check_metrics};

constexpr std::string_view slice_roles[] = {"guardrail", "deterioration", "explore", "report"};
constexpr Shape slice_role{.kind = string, .values = slice_roles};
constexpr std::string_view small[] = {"hold", "merge", "report"};
constexpr Shape too_small{.kind = string, .values = small};
constexpr std::string_view corrections[] = {"bh", "by", "holm"};
constexpr Shape correction{.kind = string, .values = corrections};
constexpr std::string_view mixes[] = {"production"};
constexpr Shape mix{.kind = string, .values = mixes};
constexpr std::string_view flips[] = {"hold", "report"};
constexpr Shape on_flip{.kind = string, .values = flips};
constexpr Field simpson_fields[] = {{"metric", &metric_name, Need::required},
                                    {"weights", &mix},
                                    {"on_sign_flip", &on_flip},
                                    {"clip", &clip},
                                    {"params", &params}};
constexpr Shape simpson{.kind = object, .fields = simpson_fields, .check = check_parameters};

void check_slice(Reader& reader, Node const& node, Value& value) {
  if (node.find("simpson") != nullptr) {
    for (auto const& entry : node.entries)
      if (entry.key->text != "simpson")
        reader.error("PD1060", *entry.key, "`simpson` stands alone: `" + entry.key->text + "` belongs to a slice check",
                     "make two items of it");
    return;
  }
  for (auto const name : {"by", "metric"}) {
    if (node.find(name) != nullptr) continue;
    Reader::Step const step{reader, name};
    reader.error("PD1013", reader.holder(node), "the required field `" + std::string{name} + "` is missing",
                 "add `" + std::string{name} + ":`");
  }
  check_parameters(reader, node, value);
  if (auto const* given = node.entry("correction"); given != nullptr && value.string("role") != "explore") {
    Reader::Step const step{reader, "correction"};
    reader.error("PD1060", *given->key, "`correction` belongs to the role `explore`; guardrails are corrected by Holm",
                 "remove it, or change the role");
  }
  auto const role = value.string("role");
  if (role == "guardrail" && node.find("margin") == nullptr && !misspelt(node, "margin")) {
    Reader::Step const step{reader, "margin"};
    auto const& place = value.at("role").node == nullptr ? reader.holder(node) : *value.at("role").node;
    reader.error("PD1060", place, "a guardrail needs `margin`", "add `margin:`");
  }
}

constexpr Field slice_fields[] = {{"by", &some_words},
                                  {"metric", &metric_name},
                                  {"role", &slice_role, Need::optional, Support::carried, "guardrail"},
                                  {"margin", &positive},
                                  {"clip", &clip},
                                  {"min_units", &count},
                                  {"too_small", &too_small},
                                  {"required", &words},
                                  {"correction", &correction},
                                  {"params", &params},
                                  {"simpson", &simpson}};
constexpr Shape slice{.kind = object, .name = "a slice check", .fields = slice_fields, .check = check_slice};
constexpr Shape slices{.kind = list, .item = &slice};

constexpr Shape head_count{.kind = integer, .min = 1, .max = 100, .strict = true};
constexpr Shape role_counts{.kind = map, .item = &head_count};
constexpr std::string_view stages[] = {"before_prod"};
constexpr std::string_view other_stages[] = {"before_test", "before_canary"};
constexpr Shape stage{.kind = string, .values = stages, .refused = other_stages};
constexpr Field approval_fields[] = {{"stage", &stage},
                                     {"roles", &role_counts, Need::required},
                                     {"self_approval", &yes_no},
                                     {"expires", &policy_duration},
                                     {"allow_bypass", &yes_no}};
constexpr Shape approval{.kind = object, .name = "an approval rule", .fields = approval_fields};
constexpr Shape approvals{.kind = list, .item = &approval};

constexpr Field window_fields[] = {{"keep_champion", &policy_duration}, {"window", &policy_duration}};
constexpr Shape rollback_window{.kind = object, .fields = window_fields};

constexpr Field waiver_fields[] = {{"check", &string_shape, Need::required},
                                   {"reason", &string_shape, Need::required},
                                   {"approver", &string_shape, Need::required},
                                   {"expires", &date, Need::required}};
constexpr Shape waiver{.kind = object, .name = "a waiver", .fields = waiver_fields};
constexpr Shape waivers{.kind = list, .item = &waiver};

constexpr std::string_view signers[] = {"keyvault", "file"};
constexpr Shape signer{.kind = string, .values = signers};
constexpr Field sign_fields[] = {{"provider", &signer, Need::required}, {"key", &string_shape, Need::required}};
constexpr Shape sign{.kind = object, .fields = sign_fields};
constexpr std::string_view emitted[] = {"intoto", "openlineage", "cyclonedx", "model_card", "junit"};
constexpr Shape emit_one{.kind = string, .values = emitted};
constexpr Shape emit{.kind = list, .item = &emit_one};
constexpr Field evidence_fields[] = {{"ledger", &string_shape}, {"sign", &sign}, {"emit", &emit}};
constexpr Shape evidence{.kind = object, .fields = evidence_fields};

/// Metrics belong to the task; a waiver names a check that is there; ids are given once.
void check_policy(Reader& reader, Node const&, Value& value) {
  std::map<std::string, Value const*> ids;
  {
    Reader::Step const data_step{reader, "data"};
    Reader::Step const step{reader, "evaluation_sets"};
    for (auto const& set : value.at("data").at("evaluation_sets").items) {
      auto const& id = set.at("id");
      if (!id) continue;
      auto const [other, fresh] = ids.emplace(id.text, &id);
      if (!fresh)
        reader
            .error("PD1024", *id.node, "the id `" + id.text + "` is given twice",
                   "give each evaluation set an id of its own")
            .related.push_back(other->second->node->source->label(other->second->node->span, "first given here"));
    }
  }
  auto const task = value.at("subject").string("task");
  std::string_view const of = task.empty() ? std::string_view{"binary_classification"} : std::string_view{task};
  auto const fits = [&](Value const& metric) {
    auto const* trait = model::find_metric(metric.text);
    if (trait == nullptr || !metric || model::has_word(trait->tasks, of)) return;
    reader.error("PD1060", *metric.node, "the task `" + std::string{of} + "` has no metric `" + metric.text + "`",
                 "docs/reference/policy.md lists the metrics of each task");
  };
  for (auto const& item : value.at("metrics").at("items").items) fits(item.at("metric"));
  for (auto const& item : value.at("slices").items) {
    fits(item.at("metric"));
    fits(item.at("simpson").at("metric"));
  }
  if (of == "ranking")
    for (auto const& set : value.at("data").at("evaluation_sets").items)
      if (auto const& columns = set.at("columns"); columns && !columns.at("group"))
        reader.error("PD1060", reader.holder(*columns.node), "ranking needs `columns.group`, the query of each row",
                     "add `group:`");
  std::set<std::string> checks;
  for (auto const* list : {&value.at("metrics").at("items").items, &value.at("shadow").at("checks").items})
    for (auto const& item : *list) checks.insert(item.string("id"));
  Reader::Step const step{reader, "waivers"};
  for (auto const& one : value.at("waivers").items) {
    auto const& name = one.at("check");
    // Slices and latency objectives get their names from columns and quantiles.
    bool const made = name.text.find_first_of(":=@") != std::string::npos || name.text.starts_with("latency_p");
    if (!name || checks.contains(name.text) || made) continue;
    reader.error("PD1060", *name.node, "there is no check `" + name.text + "` to waive",
                 "name the id of a check, or `metric:column=value` for a slice");
  }
}

constexpr Field fields[] = {{"apiVersion", &api_version, Need::required},
                            {"kind", &kind, Need::required},
                            {"metadata", &metadata, Need::required},
                            {"subject", &subject},
                            {"data", &data, Need::required},
                            {"statistics", &statistics},
                            {"metrics", &metrics, Need::required},
                            {"slices", &slices},
                            {"shadow", &policy_shadow},
                            {"canary", &policy_canary},
                            {"staging_latency", &policy_staging_latency},
                            {"approvals", &approvals},
                            {"promotion_path", &words},
                            {"rollback", &rollback_window},
                            {"waivers", &waivers},
                            {"evidence", &evidence}};

}  // namespace

constexpr Shape promotion_policy{.kind = object, .fields = fields, .check = check_policy};

}  // namespace podium::inline v0::spec::kinds
