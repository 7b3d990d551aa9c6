#include "podium/spec/compile.hpp"

#include "spec/documents.hpp"
#include "spec/kind.hpp"
#include "spec/reader.hpp"
#include "spec/wire/entity.hpp"
#include "spec/wire/pyyaml.hpp"
#include "spec/wire/unwrite.hpp"

#include <algorithm>

namespace podium::inline v0::spec {
namespace {

namespace fs = std::filesystem;

using wire::Json;

bool has_error(std::vector<Diagnostic> const& found) {
  return std::any_of(found.begin(), found.end(), [](auto const& one) { return one.severity == Severity::error; });
}

Result<Kind const*> entity_kind(std::string const& name) {
  auto const* kind = kind_named(name);
  if (kind == nullptr) return Error{Errc::invalid_argument, "there is no kind `" + name + "`"};
  if (kind->table == nullptr || !wire::is_entity(*kind))
    return Error{Errc::invalid_argument, "documents of kind `" + name + "` are not sent to Azure ML by themselves"};
  return kind;
}

Result<Json> parsed(std::string const& text, std::string_view what) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return Error{Errc::invalid_argument, "the " + std::string{what} + " is not JSON"};
  return json;
}

}  // namespace

Result<Compiled> compile(fs::path const& file, CompileOptions const& options) {
  Documents documents;
  auto const opened = documents.open(file, file.string());
  if (!opened) return opened.error();
  Document const& document = **opened;
  documents.override_with(document, options.set);
  Compiled out;
  if (!document.tree.root) {
    out.diagnostics = documents.take();
    return out;
  }
  out.kind = options.kind.empty() ? kind_of_document(*document.tree.root, file.filename().string()) : options.kind;
  if (out.kind.empty())
    return Error{Errc::invalid_argument,
                 "cannot tell which kind of document `" + file.string() + "` is: add `$schema`, or name the kind"};
  auto const found = entity_kind(out.kind);
  if (!found) return found.error();
  Kind const& kind = **found;
  auto const named = naming(kind.table, options.name, options.endpoint_name);
  documents.override_with(document, named);

  Reader reader{documents, document, Purpose::check};
  Value const value = reader.read(*kind.table, *document.tree.root);
  if (!documents.failed()) {
    auto const& at = options.place;
    wire::Writer writer{{at.subscription, at.resource_group, at.workspace, at.location}};
    auto entity = wire::create(writer, {kind, value, document});
    for (auto const& refused : writer.refused()) documents.add(refused);
    if (!documents.failed()) {
      auto requests = writer.take();
      requests.push_back(std::move(entity));
      for (auto& one : requests)
        out.requests.push_back({std::move(one.method), std::move(one.path), std::move(one.api_version),
                                one.body.dump(-1, ' ', false, Json::error_handler_t::replace)});
    }
  }
  out.diagnostics = documents.take();
  if (has_error(out.diagnostics)) out.requests.clear();
  return out;
}

std::string to_json(std::vector<CompiledRequest> const& requests) {
  Json out = Json::array();
  for (auto const& one : requests)
    out.push_back({{"method", one.method},
                   {"path", one.path},
                   {"api_version", one.api_version},
                   {"body", Json::parse(one.body, nullptr, false)}});
  return out.dump(1, ' ', false, Json::error_handler_t::replace);
}

Result<FromRest> from_rest(std::string const& kind_name, std::string const& json) {
  auto const resource = parsed(json, "entity");
  if (!resource) return resource.error();
  if (!resource->is_object()) return Error{Errc::invalid_argument, "the entity is not a JSON object"};
  FromRest out;
  out.kind = wire::kind_of_resource(kind_name, *resource);
  if (out.kind.empty()) out.kind = kind_name;
  auto const kind = entity_kind(out.kind);
  if (!kind) return kind.error();
  try {
    out.yaml = wire::yaml_dump(wire::yaml_of(**kind, *resource), {.unicode = true});
    auto const patch = Json::diff(wire::body_of(**kind, out.yaml), *resource);
    out.residue = patch.dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (Json::exception const&) {
    return Error{Errc::invalid_argument, "the entity does not have the shape of a resource of kind `" + out.kind + "`"};
  }
  return out;
}

Result<std::string> to_rest(std::string const& kind_name, FromRest const& entity) {
  auto const kind = entity_kind(kind_name);
  if (!kind) return kind.error();
  auto const patch = parsed(entity.residue.empty() ? "[]" : entity.residue, "residue");
  if (!patch) return patch.error();
  try {
    auto const body = wire::body_of(**kind, entity.yaml).patch(*patch);
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (Json::exception const&) {
    return Error{Errc::invalid_argument, "the residue does not fit the YAML"};
  }
}

}  // namespace podium::inline v0::spec
