#pragma once

#include "spec/reader.hpp"
#include "spec/shape.hpp"
#include "spec/wire/spellings.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// From checked values to the JSON of Azure ML's REST API, by the tables.
namespace podium::inline v0::spec::wire {

using Json = nlohmann::json;

/// REST names are camelCase in resources and snake_case in component specs and pipeline nodes.
enum class Style : std::uint8_t { camel, snake };

/// Ways to write where an upload lies.
enum class Uri : std::uint8_t {
  brief,  ///< azureml://datastores/D/paths/P
  full,   ///< azureml://subscriptions/.../workspaces/W/datastores/D/paths/P
  blob,   ///< https://account.blob.core.windows.net/container/P
};

/// Where references lead.  The defaults are those of `podium compile`.
struct Place {
  std::string subscription = "00000000-0000-0000-0000-000000000000";
  std::string resource_group = "rg";
  std::string workspace = "ws";
  std::string location = "eastus";
};

struct Request {
  std::string method;
  std::string path;
  std::string api_version;
  nlohmann::json body;
};

/// Writes one entity, and gathers the requests for what it needs before itself: anonymous components and
/// environments, inline models and data.
class Writer {
 public:
  explicit Writer(Place place = {});
  ~Writer();
  Writer(Writer const&) = delete;
  Writer& operator=(Writer const&) = delete;

  /// By the value's own shape.
  nlohmann::json write(Value const& value);
  /// By the shape of the field it stands in, which knows the value's tag.
  nlohmann::json write(Shape const& shape, Value const& value);
  /// An object's fields into `place`, a JSON object; `/` paths go to the root of the entity's body.
  void write_into(nlohmann::json& place, Value const& value);
  void write_into(nlohmann::json& place, Shape const& shape, Value const& value);

  Style style() const;
  /// The style while a part is written.
  class Styled {
   public:
    Styled(Writer& writer, Style style);
    ~Styled();
    Styled(Styled const&) = delete;
    Styled& operator=(Styled const&) = delete;

   private:
    Writer& writer_;
    Style before_;
  };

  /// Another entity's body as the root, while it is written.
  class Rooted {
   public:
    Rooted(Writer& writer, nlohmann::json& root);
    ~Rooted();
    Rooted(Rooted const&) = delete;
    Rooted& operator=(Rooted const&) = delete;

   private:
    Writer& writer_;
    nlohmann::json* before_;
  };

  Place const& place() const;
  std::string provider_id() const;   ///< "/subscriptions/.../providers/Microsoft.MachineLearningServices"
  std::string workspace_id() const;  ///< "/subscriptions/.../workspaces/ws"
  /// `azureml:x:1`, `azureml:x@latest`, an ARM id or `azureml://...` as an ARM id; kind is the REST collection
  /// ("environments").  The prefix may be off already.  Text that is no reference stays as it is.
  std::string asset_id(std::string_view collection, std::string_view reference) const;
  /// `local` stays a word; `serverless` is a compute like others.
  std::string compute_id(std::string_view reference) const;
  /// "/subscriptions/.../workspaces/ws/{collection}/{name}"
  std::string named_id(std::string_view collection, std::string_view name) const;
  /// Where a local file or folder would be uploaded to: `LocalUpload/<object hash>/<name>` of the datastore (default
  /// `workspaceblobstore`).  `ignore`: patterns in place of those of its ignore file.  Refuses what cannot be read.
  std::string upload_uri(Value const& local, Uri form, std::string_view datastore = {},
                         std::span<std::string_view const> ignore = {});
  /// The id of the code version that the content of a local file or folder is known as; `more`: patterns to ignore
  /// besides those of its ignore file.
  std::string code_id(Value const& local, std::span<std::string_view const> more = {});

  /// The body of the entity that is being written, for `finish` hooks.
  nlohmann::json& root();

  /// Remembers a request that has to come before the entity; the same one is sent once.
  void before(Request request);
  std::vector<Request> take();  ///< sorted by path

  /// What the client would refuse to send.
  void refuse(std::string rule, Value const& at, std::string message, std::string help = {});
  std::vector<Diagnostic> const& refused() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  friend class Styled;
};

/// How a value is written, where its kind does not tell; and how it is read back, as YAML would have it.
struct Spelling {
  nlohmann::json (*write)(Writer&, Value const&) = nullptr;
  nlohmann::json (*read)(nlohmann::json const&) = nullptr;  ///< null: as it stands
};

/// Names of fields: `instance_count` <-> `instanceCount`.
std::string camel(std::string_view snake);
std::string snake(std::string_view camel);
/// `amlcompute_type` -> `AmlcomputeType`.
std::string pascal(std::string_view snake);

/// Text of a conda file, keys sorted; empty without one.
std::string conda_text(Value const& conda);

/// A node as JSON with the types that YAML 1.1 gives; dates are text.
nlohmann::json plain_json(Node const& node);

/// A value as its YAML would have it, with words in their usual spelling and without defaults that are not written.
nlohmann::json yaml_form(Value const& value);

/// Puts a value at a dotted path below `place`; objects that meet are merged.
void put(nlohmann::json& place, std::string_view path, nlohmann::json value);

/// As Python's isodate writes a duration.
std::string duration(double seconds);
/// Seconds of an ISO 8601 duration without years and months; negative: not one.
double seconds_of(std::string_view duration);

}  // namespace podium::inline v0::spec::wire
