#include "spec/kinds/kinds.hpp"
#include "spec/reader.hpp"

#include <algorithm>
#include <map>
#include <set>

/// `policy.yaml`: a misspelt key must never remove a check, so everything unknown here is an error.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Field not_yet(std::string_view name) { return {name, &any_shape, Need::optional, Support::refused}; }

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

constexpr Field metadata_fields[] = {
    {"name", &string_shape, Need::required}, not_yet("owners"), not_yet("change_requires_approvals")};
constexpr Shape metadata{.kind = object, .fields = metadata_fields};

constexpr std::string_view tasks[] = {"binary_classification"};
constexpr std::string_view other_tasks[] = {"multiclass", "regression", "quantile", "ranking", "custom"};
constexpr Shape task{.kind = string, .values = tasks, .refused = other_tasks};
constexpr Field subject_fields[] = {
    {"task", &task, Need::required}, not_yet("model"), not_yet("champion"), not_yet("challenger")};
constexpr Shape subject{.kind = object, .fields = subject_fields};

constexpr Field column_fields[] = {{"unit", &string_shape, Need::required},
                                   {"cluster", &string_shape, Need::optional, Support::carried, {}, true},
                                   {"label", &string_shape, Need::required},
                                   {"weight", &string_shape, Need::optional, Support::carried, {}, true},
                                   {"time", &string_shape, Need::optional, Support::carried, {}, true}};
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
constexpr Field reuse_fields[] = {
    {"max_evaluations", &positive_count}, {"schedule", &schedule}, not_yet("retire_on_promotion"), not_yet("feedback")};
constexpr Shape reuse{.kind = object, .fields = reuse_fields};
constexpr Field set_fields[] = {{"id", &string_shape, Need::required},
                                {"columns", &columns, Need::required},
                                {"min_units", &count},
                                {"min_positives", &count},
                                {"min_clusters", &count},
                                {"missing_prediction", &missing},
                                {"leakage", &leakage},
                                {"reuse", &reuse},
                                not_yet("asset"),
                                not_yet("digest"),
                                not_yet("max_age")};
constexpr Shape evaluation_set{.kind = object, .name = "an evaluation set", .fields = set_fields};
constexpr Shape evaluation_sets{.kind = list, .item = &evaluation_set, .least = 1};
constexpr Field data_fields[] = {{"evaluation_sets", &evaluation_sets, Need::required}};
constexpr Shape data{.kind = object, .fields = data_fields};

constexpr Field statistics_fields[] = {
    {"alpha", &level}, {"alpha_reject", &level}, not_yet("power"), not_yet("bootstrap"), not_yet("require_power")};
constexpr Shape statistics{.kind = object, .fields = statistics_fields};

constexpr std::string_view rules[] = {"any", "all", "none"};
constexpr Shape rule{.kind = string, .values = rules};
constexpr Field success_fields[] = {{"rule", &rule}, {"items", &words}};
constexpr Shape success{.kind = object, .fields = success_fields};

constexpr std::string_view metric_names[] = {"roc_auc", "log_loss", "brier"};
constexpr std::string_view other_metrics[] = {
    "accuracy",          "recall_at_precision", "precision",      "recall", "f1",    "average_precision",
    "calibration_error", "squared_error",       "absolute_error", "cost",   "custom"};
constexpr Shape metric_name{.kind = string, .values = metric_names, .refused = other_metrics};
constexpr std::string_view roles[] = {"success", "guardrail", "deterioration", "floor", "ceiling", "report"};
constexpr Shape role{.kind = string, .values = roles};
constexpr std::string_view methods[] = {"delong", "t"};
constexpr std::string_view other_methods[] = {"bootstrap", "permutation", "mcnemar"};
constexpr Shape method{.kind = string, .values = methods, .refused = other_methods};

/// Is a key of the mapping a misspelt `field`?  Then the unknown field has been named, and one finding is enough.
bool misspelt(Node const& node, std::string_view field) {
  std::string_view const words[] = {field};
  return std::ranges::any_of(node.entries, [&](auto const& entry) {
    return entry.key->text != field && nearest(entry.key->text, words) == field;
  });
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
                                   not_yet("params"),
                                   not_yet("expression"),
                                   not_yet("unit_mean")};
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

constexpr std::string_view slice_roles[] = {"guardrail", "report"};
constexpr std::string_view other_slice_roles[] = {"explore"};
constexpr Shape slice_role{.kind = string, .values = slice_roles, .refused = other_slice_roles};
constexpr std::string_view small[] = {"hold", "report"};
constexpr std::string_view other_small[] = {"merge"};
constexpr Shape too_small{.kind = string, .values = small, .refused = other_small};

void check_slice(Reader& reader, Node const& node, Value& value) {
  if (node.find("simpson") != nullptr) return;  // refused as a whole
  for (auto const name : {"by", "metric"}) {
    if (node.find(name) != nullptr) continue;
    Reader::Step const step{reader, name};
    reader.error("PD1013", reader.holder(node), "the required field `" + std::string{name} + "` is missing",
                 "add `" + std::string{name} + ":`");
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
                                  not_yet("correction"),
                                  not_yet("simpson")};
constexpr Shape slice{.kind = object, .name = "a slice check", .fields = slice_fields, .check = check_slice};
constexpr Shape slices{.kind = list, .item = &slice};

constexpr std::string_view shadow_metrics[] = {"online_offline_difference", "error_rate", "psi"};
constexpr std::string_view other_shadow_metrics[] = {"decision_disagreement", "js_distance", "ks"};
constexpr Shape shadow_metric{.kind = string, .values = shadow_metrics, .refused = other_shadow_metrics};
constexpr std::string_view references[] = {"own_offline_scores"};
constexpr Shape reference{.kind = string, .values = references};

void check_shadow_check(Reader& reader, Node const& node, Value& value) {
  auto const metric = value.string("metric");
  auto const* reference = node.entry("reference");
  if (metric == "psi" && reference == nullptr && node.find("bins") == nullptr) {
    Reader::Step const step{reader, "reference"};
    reader.error("PD1060", *value.at("metric").node, "`psi` needs `reference`, the scores that it is measured against",
                 "add `reference: own_offline_scores`");
  }
  if (metric != "psi" && !metric.empty() && reference != nullptr) {
    Reader::Step const step{reader, "reference"};
    reader.error("PD1060", *reference->key, "`reference` belongs to `psi`, not to `" + metric + "`", "remove it");
  }
}

constexpr Field shadow_check_fields[] = {{"id", &string_shape, Need::required},
                                         {"metric", &shadow_metric, Need::required},
                                         {"reference", &reference},
                                         {"max", &not_negative, Need::required},
                                         not_yet("bins")};
constexpr Shape shadow_check{
    .kind = object, .name = "a shadow check", .fields = shadow_check_fields, .check = check_shadow_check};
constexpr Shape shadow_checks{.kind = list, .item = &shadow_check};
constexpr Shape mirror{.kind = integer, .min = 1, .max = 50, .strict = true};
constexpr Field shadow_fields[] = {{"min_pairs", &count}, {"mirror_percent", &mirror}, {"checks", &shadow_checks},
                                   not_yet("duration"),   not_yet("pair_on"),          not_yet("min_pair_rate")};
constexpr Shape shadow{.kind = object, .fields = shadow_fields};

constexpr Field min_fields[] = {{"requests", &count}, not_yet("time")};
constexpr Shape minimum{.kind = object, .fields = min_fields};
constexpr Field margin_fields[] = {{"error_rate", &positive}, not_yet("slo_exceed")};
constexpr Shape margins{.kind = object, .fields = margin_fields};
constexpr Shape weight{.kind = integer, .min = 1, .max = 100, .strict = true};
constexpr Field step_fields[] = {{"weight", &weight, Need::required}, {"min", &minimum}, {"margin", &margins}};
constexpr Shape canary_step{.kind = object, .name = "a canary step", .fields = step_fields};
constexpr Shape canary_steps{.kind = list, .item = &canary_step, .least = 1};
constexpr Field bake_fields[] = {{"min", &minimum}};
constexpr Shape bake{.kind = object, .fields = bake_fields};
constexpr std::string_view canary_metrics[] = {"error_rate"};
constexpr std::string_view other_canary_metrics[] = {"exceed_ms_250", "null_prediction_rate", "slo_exceed"};
constexpr Shape canary_metric{.kind = string, .values = canary_metrics, .refused = other_canary_metrics};
constexpr std::string_view opponents[] = {"champion", "absolute"};
constexpr Shape versus{.kind = string, .values = opponents};

void check_rollback(Reader& reader, Node const& node, Value& value) {
  auto const versus = value.string("vs");
  auto const wrong = [&](std::string_view field, std::string_view of) {
    auto const* given = node.entry(field);
    if (given == nullptr || versus.empty() || versus == of) return;
    Reader::Step const step{reader, field};
    reader.error("PD1060", *given->key,
                 "`" + std::string{field} + "` belongs to `vs: " + std::string{of} + "`, not to `vs: " + versus + "`",
                 "remove it");
  };
  wrong("rate_ratio", "champion"), wrong("above", "absolute");
  if (versus == "absolute" && node.find("above") == nullptr) {
    Reader::Step const step{reader, "above"};
    reader.error("PD1060", *value.at("vs").node, "an absolute rule needs `above`, the tolerated rate", "add `above:`");
  }
}

constexpr Shape ratio{.kind = number, .min = 0, .above_min = true, .strict = true};
constexpr Field rollback_fields[] = {{"metric", &canary_metric, Need::required},
                                     {"vs", &versus, Need::required},
                                     {"rate_ratio", &ratio},
                                     {"above", &share},
                                     {"share", &part}};
constexpr Shape rollback{.kind = object, .name = "a rollback rule", .fields = rollback_fields, .check = check_rollback};
constexpr Shape rollbacks{.kind = list, .item = &rollback, .least = 1};
constexpr Field canary_fields[] = {{"alpha_rollback", &level},
                                   {"steps", &canary_steps, Need::required},
                                   {"bake", &bake},
                                   {"rollback", &rollbacks, Need::required},
                                   {"srm_p", &level},
                                   not_yet("looks"),
                                   not_yet("advance"),
                                   not_yet("hard_stop"),
                                   not_yet("ingestion_lag"),
                                   not_yet("max_duration"),
                                   not_yet("on_timeout"),
                                   not_yet("on_controller_lost")};

void check_canary(Reader& reader, Node const& node, Value& value) {
  double sum = 0;
  for (auto const& one : value.at("rollback").items) sum += one.at("share") ? one.at("share").number : 1.0;
  if (sum > 1 + 1e-9) {
    Reader::Step const step{reader, "rollback"};
    reader.error("PD1060", *node.find("rollback"),
                 "the shares of `alpha_rollback` add up to " + python_float(sum) + ", more than 1",
                 "give each rule a `share` so that all add up to at most 1");
  }
  Value const* before = nullptr;
  for (auto const& one : value.at("steps").items) {
    auto const& weight = one.at("weight");
    if (!weight) continue;
    if (before != nullptr && weight.integer <= before->integer) {
      Reader::Step const step{reader, "steps"};
      reader
          .error("PD1060", *weight.node,
                 "the weight " + std::to_string(weight.integer) + " does not grow from step to step",
                 "the steps of a canary take more and more traffic")
          .related.push_back(before->node->source->label(before->node->span, "the step before"));
    }
    before = &weight;
  }
}

constexpr Shape canary{.kind = object, .fields = canary_fields, .check = check_canary};

void check_policy(Reader& reader, Node const&, Value& value) {
  std::map<std::string, Value const*> ids;
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

constexpr Field fields[] = {{"apiVersion", &api_version, Need::required},
                            {"kind", &kind, Need::required},
                            {"metadata", &metadata, Need::required},
                            {"subject", &subject},
                            {"data", &data, Need::required},
                            {"statistics", &statistics},
                            {"metrics", &metrics, Need::required},
                            {"slices", &slices},
                            {"shadow", &shadow},
                            {"canary", &canary},
                            not_yet("staging_latency"),
                            not_yet("approvals"),
                            not_yet("promotion_path"),
                            not_yet("rollback"),
                            not_yet("waivers"),
                            not_yet("evidence")};

}  // namespace

constexpr Shape promotion_policy{.kind = object, .fields = fields, .check = check_policy};

}  // namespace podium::inline v0::spec::kinds
