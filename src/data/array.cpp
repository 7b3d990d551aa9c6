#include "data/state.hpp"

namespace podium::inline v0::data {
namespace {

struct ExportedArray {
  std::shared_ptr<void const> owner;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  ArrowArray dictionary{};
};

void release_array(ArrowArray* array) {
  auto* const exported = static_cast<ExportedArray*>(array->private_data);
  // A consumer may have moved children away: those are marked as released.
  for (auto& child : exported->children)
    if (child.release) child.release(&child);
  if (exported->dictionary.release) exported->dictionary.release(&exported->dictionary);
  delete exported;
  array->release = nullptr;
}

// Buffers are shared, the C structs are not: the consumer may move or release each on its own.
void clone(ArrowArray const& source, std::shared_ptr<void const> const& owner, ArrowArray* out) {
  auto exported = std::make_unique<ExportedArray>();
  exported->owner = owner;
  exported->children.resize(static_cast<std::size_t>(source.n_children));
  for (std::int64_t i = 0; i < source.n_children; ++i) {
    auto& child = exported->children[static_cast<std::size_t>(i)];
    clone(*source.children[i], owner, &child);
    exported->pointers.push_back(&child);
  }
  if (source.dictionary) clone(*source.dictionary, owner, &exported->dictionary);

  *out = source;
  out->children = exported->pointers.empty() ? nullptr : exported->pointers.data();
  out->dictionary = source.dictionary ? &exported->dictionary : nullptr;
  out->release = release_array;
  out->private_data = exported.release();
}

void keep(ArrowArray* array) { array->release = nullptr; }

}  // namespace

void export_array(Chunk const& chunk, SchemaNode const& node, ArrowArray* out) {
  clone(*chunk.array, chunk.owner, out);
  bool const whole = chunk.offset == chunk.array->offset && chunk.length == chunk.array->length;
  out->offset = chunk.offset;
  out->length = chunk.length;
  if (whole) return;
  if (node.type.kind == Kind::null)
    out->null_count = chunk.length;
  else if (chunk.array->null_count != 0)
    out->null_count = -1;  // to be counted by whoever needs it
}

Result<void> check_array(SchemaNode const& node, ArrowArray const& array) {
  auto const broken = [&](std::string const& what) {
    return Error{Errc::invalid_argument, "column `" + node.name + "`: the Arrow array " + what};
  };
  if (array.length < 0 || array.offset < 0) return broken("has a negative length or offset");
  if (array.n_buffers < node.type.buffers || (node.type.buffers > 0 && !array.buffers))
    return broken("has " + std::to_string(array.n_buffers) + " buffers, " + type_name(node.type) + " needs " +
                  std::to_string(node.type.buffers));
  if (array.n_children != static_cast<std::int64_t>(node.children.size()))
    return broken("has " + std::to_string(array.n_children) + " children, its schema has " +
                  std::to_string(node.children.size()));
  bool const has_values = node.type.kind != Kind::null && node.type.kind != Kind::other && array.length > 0;
  if (has_values && !array.buffers[1] && !(node.type.kind == Kind::fixed_binary && node.type.width == 0))
    return broken("has no values");
  if (static_cast<bool>(array.dictionary) != static_cast<bool>(node.dictionary))
    return broken(node.dictionary ? "has no dictionary" : "has a dictionary that its schema does not name");
  for (std::size_t i = 0; i < node.children.size(); ++i)
    if (auto ok = check_array(node.children[i], *array.children[i]); !ok) return ok.error();
  if (node.dictionary) {
    if (node.type.kind != Kind::integer) return broken("has a dictionary with indices that are not integers");
    if (auto ok = check_array(*node.dictionary, *array.dictionary); !ok) return ok.error();
  }
  return {};
}

OwnedArray::OwnedArray(std::int64_t length, std::int64_t nulls, std::vector<Buffer> buffers)
    : buffers_{std::move(buffers)} {
  for (auto const& buffer : buffers_) pointers_.push_back(buffer.get());
  array = ArrowArray{.length = length,
                     .null_count = nulls,
                     .offset = 0,
                     .n_buffers = static_cast<std::int64_t>(pointers_.size()),
                     .n_children = 0,
                     .buffers = pointers_.empty() ? nullptr : pointers_.data(),
                     .children = nullptr,
                     .dictionary = nullptr,
                     .release = keep,
                     .private_data = nullptr};
}

Chunk chunk_of(std::shared_ptr<OwnedArray const> const& array, std::int64_t offset, std::int64_t length) {
  return {.owner = array, .array = &array->array, .offset = offset, .length = length};
}

}  // namespace podium::inline v0::data
