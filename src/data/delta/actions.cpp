#include "data/delta/snapshot.hpp"

#include <nlohmann/json.hpp>

namespace podium::inline v0::data::delta {
namespace {

using Json = nlohmann::json;

/// What a commit must have and has not; caught in parse_commit.
struct Malformed {
  std::string what;
};

Json const& member(Json const& object, char const* name) {
  static Json const nothing;
  if (!object.is_object()) return nothing;
  auto const found = object.find(name);
  return found == object.end() ? nothing : *found;
}

std::string text(Json const& object, char const* name, std::string const& where) {
  auto const& value = member(object, name);
  if (!value.is_string()) throw Malformed{"`" + where + "." + name + "` is not a text"};
  return value.get<std::string>();
}

std::int64_t whole(Json const& object, char const* name, std::string const& where) {
  auto const& value = member(object, name);
  if (!value.is_number_integer()) throw Malformed{"`" + where + "." + name + "` is not a whole number"};
  return value.get<std::int64_t>();
}

std::vector<std::string> texts(Json const& object, char const* name, std::string const& where) {
  std::vector<std::string> out;
  auto const& value = member(object, name);
  if (value.is_null()) return out;
  if (!value.is_array()) throw Malformed{"`" + where + "." + name + "` is not a list"};
  for (auto const& item : value) {
    if (!item.is_string()) throw Malformed{"`" + where + "." + name + "` holds something else than texts"};
    out.push_back(item.get<std::string>());
  }
  return out;
}

AddFile add_of(Json const& json) {
  AddFile add{.path = text(json, "path", "add"), .bytes = whole(json, "size", "add")};
  if (add.path.empty()) throw Malformed{"`add.path` is empty"};
  if (add.bytes < 0) throw Malformed{"`add.size` is negative"};
  auto const& modified = member(json, "modificationTime");
  if (modified.is_number_integer()) add.modified_ms = modified.get<std::int64_t>();
  auto const& values = member(json, "partitionValues");
  if (!values.is_null() && !values.is_object()) throw Malformed{"`add.partitionValues` is not a mapping"};
  if (values.is_object())
    for (auto const& [name, value] : values.items()) {
      if (!value.is_null() && !value.is_string())
        throw Malformed{"`add.partitionValues." + name + "` is neither a text nor null"};
      add.partitions.emplace_back(name, value.is_null() ? std::nullopt : std::optional{value.get<std::string>()});
    }
  auto const& statistics = member(json, "stats");
  if (statistics.is_string()) add.statistics = statistics.get<std::string>();
  add.has_deletions = !member(json, "deletionVector").is_null();
  return add;
}

Metadata metadata_of(Json const& json) {
  Metadata out{.id = text(json, "id", "metaData"),
               .schema = text(json, "schemaString", "metaData"),
               .partition_columns = texts(json, "partitionColumns", "metaData")};
  auto const& configuration = member(json, "configuration");
  if (configuration.is_object())
    for (auto const& [name, value] : configuration.items())
      out.configuration[name] = value.is_string() ? value.get<std::string>() : value.dump();
  auto const& provider = member(member(json, "format"), "provider");
  if (provider.is_string()) out.provider = provider.get<std::string>();
  return out;
}

Protocol protocol_of(Json const& json) {
  return {.min_reader = static_cast<int>(whole(json, "minReaderVersion", "protocol")),
          .min_writer = static_cast<int>(whole(json, "minWriterVersion", "protocol")),
          .reader_features = texts(json, "readerFeatures", "protocol"),
          .writer_features = texts(json, "writerFeatures", "protocol")};
}

}  // namespace

Result<std::vector<Action>> parse_commit(std::string const& content, std::string const& file) {
  std::vector<Action> actions;
  std::int64_t number = 0;
  for (std::size_t at = 0; at < content.size();) {
    ++number;
    auto const end = std::min(content.find('\n', at), content.size());
    auto const line = std::string_view{content}.substr(at, end - at);
    at = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto const broken = [&](std::string const& what) {
      return Error{Errc::invalid_argument, "the Delta log is damaged: line " + std::to_string(number) + ": " + what}
          .with("file", file);
    };
    try {
      auto const json = Json::parse(line, nullptr, false);
      if (!json.is_object()) return broken("is not a JSON object");
      Action action;
      if (auto const& add = member(json, "add"); !add.is_null()) action.add = add_of(add);
      if (auto const& remove = member(json, "remove"); !remove.is_null())
        action.remove = text(remove, "path", "remove");
      if (auto const& metadata = member(json, "metaData"); !metadata.is_null()) action.metadata = metadata_of(metadata);
      if (auto const& protocol = member(json, "protocol"); !protocol.is_null()) action.protocol = protocol_of(protocol);
      actions.push_back(std::move(action));
    } catch (Malformed const& wrong) {
      return broken(wrong.what);
    } catch (Json::exception const& wrong) {
      return broken(wrong.what());
    }
  }
  return actions;
}

void Snapshot::apply(Action action) {
  if (action.remove) files.erase(*action.remove);
  if (action.add) {
    auto path = action.add->path;
    files.insert_or_assign(std::move(path), *std::move(action.add));
  }
  if (action.metadata) metadata = std::move(action.metadata);
  if (action.protocol) protocol = std::move(action.protocol);
}

}  // namespace podium::inline v0::data::delta
