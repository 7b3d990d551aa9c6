#include "podium/data/builder.hpp"

#include "data/take.hpp"
#include "data/times.hpp"

#include <cstdint>
#include <cstring>

namespace podium::inline v0::data {

struct TableBuilder::State {
  struct Column {
    SchemaNode field;
    std::shared_ptr<OwnedArray const> array;
    std::int64_t valid_rows = 0;
  };
  std::vector<Column> columns;
};

namespace {

using Buffers = std::vector<OwnedArray::Buffer>;

OwnedArray::Buffer copy(void const* from, std::size_t size) {
  auto out = std::make_unique_for_overwrite<std::byte[]>(size + 8);
  if (size > 0) std::memcpy(out.get(), from, size);
  return out;
}

std::int64_t put_validity(std::vector<bool> const& valid, Buffers& buffers) {
  std::int64_t nulls = 0;
  auto bits = empty_bitmap(static_cast<std::int64_t>(valid.size()));
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (valid[i])
      set_bit(bits, static_cast<std::int64_t>(i));
    else
      ++nulls;
  }
  buffers.push_back(nulls == 0 ? nullptr : std::move(bits));
  return nulls;
}

template <class T>
std::shared_ptr<OwnedArray const> numbers(std::vector<T> const& values, std::vector<bool> const& valid) {
  Buffers buffers;
  auto const nulls = put_validity(valid, buffers);
  buffers.push_back(copy(values.data(), values.size() * sizeof(T)));
  return std::make_shared<OwnedArray const>(static_cast<std::int64_t>(values.size()), nulls, std::move(buffers));
}

std::int64_t count(std::vector<bool> const& valid, std::size_t values) {
  return static_cast<std::int64_t>(valid.empty() ? values : valid.size());
}

SchemaNode field(std::string name, std::string const& format) {
  return {.name = std::move(name), .type = *parse_type(format)};
}

}  // namespace

TableBuilder::TableBuilder() : state_{std::make_unique<State>()} {}
TableBuilder::~TableBuilder() = default;
TableBuilder::TableBuilder(TableBuilder&&) noexcept = default;
TableBuilder& TableBuilder::operator=(TableBuilder&&) noexcept = default;

TableBuilder& TableBuilder::add(std::string name, std::vector<double> const& values, std::vector<bool> const& valid) {
  state_->columns.push_back({field(std::move(name), "g"), numbers(values, valid), count(valid, values.size())});
  return *this;
}
TableBuilder& TableBuilder::add(std::string name, std::vector<float> const& values, std::vector<bool> const& valid) {
  state_->columns.push_back({field(std::move(name), "f"), numbers(values, valid), count(valid, values.size())});
  return *this;
}
TableBuilder& TableBuilder::add(std::string name, std::vector<std::int64_t> const& values,
                                std::vector<bool> const& valid) {
  state_->columns.push_back({field(std::move(name), "l"), numbers(values, valid), count(valid, values.size())});
  return *this;
}
TableBuilder& TableBuilder::add(std::string name, std::vector<std::int32_t> const& values,
                                std::vector<bool> const& valid) {
  state_->columns.push_back({field(std::move(name), "i"), numbers(values, valid), count(valid, values.size())});
  return *this;
}

TableBuilder& TableBuilder::add(std::string name, std::vector<std::string> const& values,
                                std::vector<bool> const& valid) {
  Buffers buffers;
  auto const nulls = put_validity(valid, buffers);
  std::vector<std::int64_t> ends{0};
  std::string text;
  for (auto const& value : values) {
    text += value;
    ends.push_back(static_cast<std::int64_t>(text.size()));
  }
  bool const large = text.size() > static_cast<std::size_t>(INT32_MAX);
  if (large) {
    buffers.push_back(copy(ends.data(), ends.size() * sizeof ends[0]));
  } else {
    std::vector<std::int32_t> const narrow(ends.begin(), ends.end());
    buffers.push_back(copy(narrow.data(), narrow.size() * sizeof narrow[0]));
  }
  buffers.push_back(copy(text.data(), text.size()));
  state_->columns.push_back(
      {field(std::move(name), large ? "U" : "u"),
       std::make_shared<OwnedArray const>(static_cast<std::int64_t>(values.size()), nulls, std::move(buffers)),
       count(valid, values.size())});
  return *this;
}

TableBuilder& TableBuilder::add_booleans(std::string name, std::vector<bool> const& values,
                                         std::vector<bool> const& valid) {
  Buffers buffers;
  auto const nulls = put_validity(valid, buffers);
  auto bits = empty_bitmap(static_cast<std::int64_t>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i]) set_bit(bits, static_cast<std::int64_t>(i));
  buffers.push_back(std::move(bits));
  state_->columns.push_back(
      {field(std::move(name), "b"),
       std::make_shared<OwnedArray const>(static_cast<std::int64_t>(values.size()), nulls, std::move(buffers)),
       count(valid, values.size())});
  return *this;
}

TableBuilder& TableBuilder::add_timestamps(std::string name, std::vector<std::int64_t> const& us,
                                           std::string const& zone) {
  std::vector<bool> valid;
  valid.reserve(us.size());
  for (auto const value : us) valid.push_back(value != null_time);
  state_->columns.push_back({field(std::move(name), "tsu:" + zone), numbers(us, valid), count(valid, us.size())});
  return *this;
}

Result<Table> TableBuilder::build() {
  std::vector<std::pair<SchemaNode, std::shared_ptr<OwnedArray const>>> columns;
  std::int64_t const rows = state_->columns.empty() ? 0 : state_->columns.front().array->array.length;
  for (auto& column : state_->columns) {
    auto const& name = column.field.name;
    auto const length = column.array->array.length;
    if (length != rows)
      return Error{Errc::invalid_argument, "column `" + name + "` has " + std::to_string(length) + " rows, `" +
                                               state_->columns.front().field.name + "` has " + std::to_string(rows)};
    if (column.valid_rows != length)
      return Error{Errc::invalid_argument, "column `" + name + "` has " + std::to_string(length) + " values and " +
                                               std::to_string(column.valid_rows) + " marks of validity"};
    columns.emplace_back(column.field, column.array);
  }
  return table_of(rows, std::move(columns));
}

}  // namespace podium::inline v0::data
