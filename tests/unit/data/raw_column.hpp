#pragma once

#include "data/take.hpp"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

/// Columns of types that the public builder does not make: a format and the values' bytes.
namespace raw {

using podium::data::OwnedArray;
using podium::data::SchemaNode;
using Column = std::pair<SchemaNode, std::shared_ptr<OwnedArray const>>;

inline OwnedArray::Buffer copy(void const* from, std::size_t size) {
  auto out = std::make_unique<std::byte[]>(size + 16);
  if (size > 0) std::memcpy(out.get(), from, size);
  return out;
}

inline std::pair<OwnedArray::Buffer, std::int64_t> validity(std::vector<bool> const& valid) {
  auto bits = podium::data::empty_bitmap(static_cast<std::int64_t>(valid.size()));
  std::int64_t nulls = 0;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (valid[i])
      podium::data::set_bit(bits, static_cast<std::int64_t>(i));
    else
      ++nulls;
  }
  return {nulls == 0 ? nullptr : std::move(bits), nulls};
}

inline SchemaNode field(std::string name, std::string const& format) {
  return {.name = std::move(name), .type = *podium::data::parse_type(format)};
}

template <class T>
Column fixed(std::string name, std::string const& format, std::vector<T> const& values, std::vector<bool> valid = {}) {
  auto [bits, nulls] = validity(valid);
  std::vector<OwnedArray::Buffer> buffers;
  buffers.push_back(std::move(bits));
  buffers.push_back(copy(values.data(), values.size() * sizeof(T)));
  return {field(std::move(name), format),
          std::make_shared<OwnedArray const>(static_cast<std::int64_t>(values.size()), nulls, std::move(buffers))};
}

/// Text or binary with offsets of type Offset.
template <class Offset>
Column text(std::string name, std::string const& format, std::vector<std::string> const& values,
            std::vector<bool> valid = {}) {
  auto [bits, nulls] = validity(valid);
  std::vector<Offset> ends{0};
  std::string all;
  for (auto const& value : values) {
    all += value;
    ends.push_back(static_cast<Offset>(all.size()));
  }
  std::vector<OwnedArray::Buffer> buffers;
  buffers.push_back(std::move(bits));
  buffers.push_back(copy(ends.data(), ends.size() * sizeof(Offset)));
  buffers.push_back(copy(all.data(), all.size()));
  return {field(std::move(name), format),
          std::make_shared<OwnedArray const>(static_cast<std::int64_t>(values.size()), nulls, std::move(buffers))};
}

/// Arrow's string views: short values inline, long ones in a buffer of their own.
inline Column views(std::string name, std::vector<std::string> const& values) {
  struct View {
    std::int32_t length;
    char inside[12];
  };
  std::vector<View> all(values.size());
  std::string outside;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto const& value = values[i];
    all[i].length = static_cast<std::int32_t>(value.size());
    std::memset(all[i].inside, 0, sizeof all[i].inside);
    if (value.size() <= 12) {
      std::memcpy(all[i].inside, value.data(), value.size());
      continue;
    }
    std::int32_t const where[2]{0, static_cast<std::int32_t>(outside.size())};
    std::memcpy(all[i].inside, value.data(), 4);
    std::memcpy(all[i].inside + 4, where, sizeof where);
    outside += value;
  }
  std::int64_t const size = static_cast<std::int64_t>(outside.size());
  std::vector<OwnedArray::Buffer> buffers;
  buffers.push_back(nullptr);
  buffers.push_back(copy(all.data(), all.size() * sizeof(View)));
  buffers.push_back(copy(outside.data(), outside.size()));
  buffers.push_back(copy(&size, sizeof size));
  return {field(std::move(name), "vu"),
          std::make_shared<OwnedArray const>(static_cast<std::int64_t>(values.size()), 0, std::move(buffers))};
}

/// Indices into a dictionary of texts.
inline Column dictionary(std::string name, std::vector<std::int8_t> const& indices,
                         std::vector<std::string> const& words, std::vector<bool> valid = {}) {
  struct Both {
    std::shared_ptr<OwnedArray const> words;
    OwnedArray indices;
    ArrowArray dictionary;
  };
  auto const values = text<std::int32_t>("", "u", words);
  auto [bits, nulls] = validity(valid);
  std::vector<OwnedArray::Buffer> buffers;
  buffers.push_back(std::move(bits));
  buffers.push_back(copy(indices.data(), indices.size()));
  auto both = std::shared_ptr<Both>(
      new Both{values.second, OwnedArray{static_cast<std::int64_t>(indices.size()), nulls, std::move(buffers)},
               values.second->array});
  both->indices.array.dictionary = &both->dictionary;
  auto node = field(std::move(name), "c");
  node.dictionary = std::make_shared<SchemaNode const>(values.first);
  return {node, std::shared_ptr<OwnedArray const>{both, &both->indices}};
}

}  // namespace raw
