#include "data/state.hpp"

#include <cstring>

namespace podium::inline v0::data {
namespace {

// Metadata is a count, then length-prefixed keys and values, in the machine's byte order.
std::string copy_metadata(char const* metadata) {
  if (!metadata) return {};
  auto const read = [&](std::size_t at) {
    std::int32_t value = 0;
    std::memcpy(&value, metadata + at, sizeof value);
    return value < 0 ? 0 : value;
  };
  std::size_t size = sizeof(std::int32_t);
  for (std::int32_t left = 2 * read(0); left > 0; --left)
    size += sizeof(std::int32_t) + static_cast<std::size_t>(read(size));
  return {metadata, size};
}

Result<SchemaNode> import_node(ArrowSchema const& schema, int depth) {
  if (depth > 64) return Error{Errc::invalid_argument, "the schema is nested more than 64 levels deep"};
  std::string const name = schema.name ? schema.name : "";
  std::string const format = schema.format ? schema.format : "";
  auto type = parse_type(format);
  if (!type)
    return Error{Errc::invalid_argument, "column `" + name + "` has the unknown Arrow format `" + format + "`"};

  SchemaNode node{
      .name = name, .type = *std::move(type), .metadata = copy_metadata(schema.metadata), .flags = schema.flags};
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    auto child = import_node(*schema.children[i], depth + 1);
    if (!child) return child.error();
    node.children.push_back(*std::move(child));
  }
  if (schema.dictionary) {
    auto values = import_node(*schema.dictionary, depth + 1);
    if (!values) return values.error();
    node.dictionary = std::make_shared<SchemaNode const>(*std::move(values));
  }
  return node;
}

struct ExportedSchema {
  SchemaNode node;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
  ArrowSchema dictionary{};
};

void release_schema(ArrowSchema* schema) {
  auto* const exported = static_cast<ExportedSchema*>(schema->private_data);
  // A consumer may have moved children away: those are marked as released.
  for (auto& child : exported->children)
    if (child.release) child.release(&child);
  if (exported->dictionary.release) exported->dictionary.release(&exported->dictionary);
  delete exported;
  schema->release = nullptr;
}

}  // namespace

Result<SchemaNode> import_schema(ArrowSchema const& schema) { return import_node(schema, 0); }

void export_schema(SchemaNode const& node, ArrowSchema* out) {
  auto exported = std::make_unique<ExportedSchema>();
  exported->node = node;
  exported->children.resize(node.children.size());
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    export_schema(node.children[i], &exported->children[i]);
    exported->pointers.push_back(&exported->children[i]);
  }
  if (node.dictionary) export_schema(*node.dictionary, &exported->dictionary);

  auto const& kept = exported->node;
  *out = ArrowSchema{.format = kept.type.format.c_str(),
                     .name = kept.name.c_str(),
                     .metadata = kept.metadata.empty() ? nullptr : kept.metadata.data(),
                     .flags = kept.flags,
                     .n_children = static_cast<std::int64_t>(exported->pointers.size()),
                     .children = exported->pointers.empty() ? nullptr : exported->pointers.data(),
                     .dictionary = node.dictionary ? &exported->dictionary : nullptr,
                     .release = release_schema,
                     .private_data = nullptr};
  out->private_data = exported.release();
}

}  // namespace podium::inline v0::data
