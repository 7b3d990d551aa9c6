#include "local/executor/reuse.hpp"

#include "base/digest.hpp"
#include "base/letters.hpp"
#include "local/executor/content.hpp"
#include "local/store_state.hpp"

#include <array>

namespace podium::inline v0::local {
namespace {

constexpr std::string_view recipe = "k1";

/// Texts longer than a glance are not repeated in a sentence.
std::string shown(std::string const& text) {
  return text.size() <= 60 ? "`" + text + "`" : "`" + text.substr(0, 57) + "...`";
}

std::string about_input(std::string const& name, std::string const& before, std::string const& now) {
  auto const what = "input `" + name + "`";
  constexpr std::string_view literal = "literal:", step = "step:", job = "job:";
  if (before.starts_with(literal) && now.starts_with(literal))
    return what + " changed from " + shown(before.substr(literal.size())) + " to " + shown(now.substr(literal.size()));
  if (now.starts_with(step) || now.starts_with(job)) return what + " comes from a step that changed";
  return what + " has other content";
}

std::string describe(std::string const& part, Json const& before, Json const& now) {
  constexpr std::string_view input = "input ", output = "output ";
  if (part.starts_with(input)) {
    auto const name = part.substr(input.size());
    if (before.is_null()) return "input `" + name + "` is new";
    if (now.is_null()) return "input `" + name + "` is gone";
    return about_input(name, text_of(before), text_of(now));
  }
  if (part.starts_with(output)) return "the settings of output `" + part.substr(output.size()) + "` changed";
  if (part == "code") return "the code changed";
  if (part == "command") return "the command changed";
  if (part == "environment") return "the environment changed";
  if (part == "settings") return "the run settings changed";
  if (part == "environment variables") return "the environment variables changed";
  if (part == "component") return "the component changed";
  return part + " changed";
}

}  // namespace

Json reuse_parts(Step const& step, Identities const& inputs, std::string const& code_digest,
                 std::string const& environment_digest) {
  Json component = Json::object();
  for (auto const* name : {"type", "inputs", "outputs", "is_deterministic"})
    if (auto const& value = member(step.spec, name); !value.is_null()) component[name] = value;
  // Words for people are not part of what runs.
  for (auto const* side : {"inputs", "outputs"})
    if (component.contains(side) && component[side].is_object())
      for (auto& [_, port] : component[side].items())
        if (port.is_object()) port.erase("description");
  Json parts{{"recipe", recipe},
             {"component", component.dump()},
             {"command", step.command},
             {"code", code_digest},
             {"environment", environment_digest},
             {"environment variables", Json(step.environment_variables).dump()},
             {"settings", step.settings.dump()}};
  for (auto const& [name, identity] : inputs) parts["input " + name] = identity;
  for (auto const& [name, target] : step.targets)
    parts["output " + name] =
        Json{target.type, base::lower_case(target.mode), target.uri, target.asset_name, target.asset_version}.dump();
  return parts;
}

std::string reuse_key(Json const& parts) {
  base::Sha256 all;
  for (auto const& [name, value] : parts.items()) {
    auto const text = text_of(value);
    all.update(std::to_string(name.size()))
        .update(" ")
        .update(name)
        .update(std::to_string(text.size()))
        .update(" ")
        .update(text);
  }
  return all.hex();
}

std::string first_difference(Json const& earlier, Json const& now) {
  static constexpr std::array order{"component", "command", "code", "environment", "environment variables", "settings"};
  auto const differs = [&](std::string const& part) { return member(earlier, part) != member(now, part); };
  // Literals say most; what comes from other steps says only that something changed before.
  for (bool literal : {true, false})
    for (auto const* side : {&now, &earlier})
      for (auto const& [part, value] : side->items())
        if (part.starts_with("input ") && text_of(value).starts_with("literal:") == literal && differs(part)) {
          if (!literal)
            for (auto const* first : order)
              if (differs(first)) return describe(first, member(earlier, first), member(now, first));
          return describe(part, member(earlier, part), member(now, part));
        }
  for (auto const* part : order)
    if (differs(part)) return describe(part, member(earlier, part), member(now, part));
  for (auto const& [part, _] : now.items())
    if (differs(part)) return describe(part, member(earlier, part), member(now, part));
  for (auto const& [part, _] : earlier.items())
    if (differs(part)) return describe(part, member(earlier, part), member(now, part));
  return "nothing changed";
}

InFlight::Ticket::~Ticket() {
  std::scoped_lock lock{table_.mutex_};
  table_.keys_.erase(key_);
  table_.changed_.notify_all();
}

std::unique_ptr<InFlight::Ticket> InFlight::enter(std::string const& key, std::stop_token const& stop) {
  std::unique_lock lock{mutex_};
  if (!changed_.wait(lock, stop, [&] { return !keys_.contains(key); })) return nullptr;
  keys_.insert(key);
  return std::make_unique<Ticket>(*this, key);
}

Result<std::optional<Hit>> find_hit(Store& store, std::string const& key, std::string& why) {
  auto record = store.find_reuse(key);
  if (!record) return std::move(record).error();
  if (!*record) return std::optional<Hit>{};
  auto const& job = (*record)->job;
  auto const drop = [&](std::string reason) -> Result<std::optional<Hit>> {
    why = std::move(reason);
    if (auto forgotten = store.forget_reuse(key); !forgotten) return std::move(forgotten).error();
    return std::optional<Hit>{};
  };
  auto found = store.get("jobs/" + job);
  if (!found) return std::move(found).error();
  if (!*found) return drop("job " + job + " did the same, but is no longer there");
  auto const& properties = member((*found)->body, "properties");
  if (text_of(properties, "status") != "Completed") return drop("job " + job + " did the same, but did not complete");
  auto const& digests = member((*record)->parts, "outputs");
  if (digests.is_object())
    for (auto const& [name, digest] : digests.items()) {
      auto const at = resolve_uri(store, text_of(member(member(properties, "outputs"), name), "uri"));
      auto const now = at ? content_digest(*at) : Result<std::string>{at.error()};
      if (!now) return drop("job " + job + " did the same, but its output `" + name + "` is no longer there");
      if (*now != text_of(digest))
        return drop("job " + job + " did the same, but its output `" + name + "` has changed since");
    }
  return std::optional{
      Hit{job, member(properties, "outputs"), text_of(member(properties, "properties"), "azureml.pipelinerunid")}};
}

}  // namespace podium::inline v0::local
