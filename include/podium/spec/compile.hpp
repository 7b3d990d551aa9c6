#pragma once

#include "podium/diagnostic.hpp"
#include "podium/result.hpp"
#include "podium/spec/load.hpp"

#include <filesystem>
#include <string>
#include <vector>

/// From YAML to the requests that create what it describes.
namespace podium::inline v0::spec {

/// Where references lead.  The defaults are a workspace that is not there, so that two runs can be compared.
struct CompilePlace {
  std::string subscription = "00000000-0000-0000-0000-000000000000";
  std::string resource_group = "rg";
  std::string workspace = "ws";
  std::string location = "eastus";
};

struct CompileOptions {
  std::string name{};           ///< `-n`: replaces `name`
  std::string endpoint_name{};  ///< `-e`: replaces `endpoint_name`
  std::string kind{};           ///< empty: found from the file
  std::vector<Set> set{};
  CompilePlace place{};
};

struct CompiledRequest {
  std::string method;
  std::string path;
  std::string api_version;
  std::string body;  ///< JSON
};

struct Compiled {
  std::string kind;
  std::vector<CompiledRequest> requests;  ///< what the entity needs first, sorted by path; the entity last
  std::vector<Diagnostic> diagnostics;    ///< with an error among them there are no requests
};

/// The requests with a body that the official client sends to create the entity, without asking the service for
/// anything: everything that is referenced exists, `latest` is version 1, code is known by its content, uploads end at
/// `LocalUpload/<digest>/<name>` of `workspaceblobstore`.  What the client would make up is `<generated>` or
/// `<random>`. Kinds that it sends as a template deployment give their plain PUT. Errc::invalid_argument for a kind
/// that is unknown or is no entity; errors in reading the file are an Error.
PODIUM_API Result<Compiled> compile(std::filesystem::path const& file, CompileOptions const& options = {});

/// The requests as a JSON array of {"method", "path", "api_version", "body"}, keys sorted.
PODIUM_API std::string to_json(std::vector<CompiledRequest> const& requests);

struct FromRest {
  std::string kind;  ///< as `kind_of()`
  std::string yaml;  ///< YAML text: what the fields of the kind can say
  std::string
      residue;  ///< a JSON Patch (RFC 6902) from what the YAML alone would send to what was given; "[]": nothing
};

/// The YAML of an entity, from its REST JSON as the service returns it.  kind: as `kind_of()`,
/// or a type of the REST contract (`JobBase`), whose content then tells the kind.
/// Errc::invalid_argument when the kind has no table or the text is not a JSON object.
PODIUM_API Result<FromRest> from_rest(std::string const& kind, std::string const& json);

/// The body that `yaml` and `residue` stand for.  Errc::invalid_argument when either does not fit.
PODIUM_API Result<std::string> to_rest(std::string const& kind, FromRest const& entity);

}  // namespace podium::inline v0::spec
