#include "data/times.hpp"
#include "data/view.hpp"

#include "podium/data/view.hpp"

#include <algorithm>

namespace podium::inline v0::data {
namespace {

template <class T>
bool fits(Type const& type) {
  if constexpr (std::is_same_v<T, bool>)
    return type.kind == Kind::boolean;
  else if constexpr (std::is_same_v<T, std::string_view>)
    return type.is_text() || type.is_binary();
  else if constexpr (std::is_same_v<T, Timestamp>)
    return type.kind == Kind::timestamp || type.kind == Kind::date32 || type.kind == Kind::date64;
  else if constexpr (std::is_floating_point_v<T>)
    return type.kind == Kind::floating && type.width == sizeof(T);
  else
    return type.kind == Kind::integer && type.width == sizeof(T) && type.is_signed == std::is_signed_v<T>;
}

template <class T>
constexpr std::string_view word() {
  if constexpr (std::is_same_v<T, bool>)
    return "boolean";
  else if constexpr (std::is_same_v<T, std::string_view>)
    return "text or binary";
  else if constexpr (std::is_same_v<T, Timestamp>)
    return "a timestamp or date";
  else if constexpr (std::is_floating_point_v<T>)
    return sizeof(T) == 8 ? "double" : "float";
  else
    return std::is_signed_v<T> ? (sizeof(T) == 8   ? "long"
                                  : sizeof(T) == 4 ? "integer"
                                  : sizeof(T) == 2 ? "short"
                                                   : "byte")
                               : (sizeof(T) == 8   ? "uint64"
                                  : sizeof(T) == 4 ? "uint32"
                                  : sizeof(T) == 2 ? "uint16"
                                                   : "uint8");
}

std::int64_t microseconds(Type const& type, Chunk const& chunk, std::int64_t i) {
  std::int64_t out = 0;
  if (type.kind == Kind::date32) return values<std::int32_t>(chunk)[i] * std::int64_t{86'400'000'000};
  auto const value = values<std::int64_t>(chunk)[i];
  auto const per_second = ticks_per_second(type.unit);
  if (per_second > 1'000'000) return floor_div(value, per_second / 1'000'000);
  if (__builtin_mul_overflow(value, 1'000'000 / per_second, &out))
    return value < 0 ? null_time + 1 : std::numeric_limits<std::int64_t>::max();
  return out;
}

template <class T>
T value_of(Type const& type, Chunk const& chunk, std::int64_t i) {
  if constexpr (std::is_same_v<T, bool>)
    return boolean(chunk, i);
  else if constexpr (std::is_same_v<T, std::string_view>)
    return bytes(type, chunk, i);
  else if constexpr (std::is_same_v<T, Timestamp>)
    return {microseconds(type, chunk, i)};
  else
    return values<T>(chunk)[i];
}

}  // namespace

template <class T>
struct View<T>::State {
  Table table;  ///< keeps the fields and buffers that `chunks` looks at
  std::vector<Decoded> chunks{};
  std::vector<std::int64_t> begins{};
  std::size_t column = 0;
};

template <class T>
Result<View<T>> View<T>::of(Table const& table, std::string_view column) {
  auto const& state = table.state();
  auto const at = find_column(state, column);
  if (!at) return at.error();
  auto const& field = state.fields[*at];
  if (!fits<T>(field.value_type()))
    return Error{Errc::invalid_argument,
                 "column `" + field.name + "` is " + type_name(field.value_type()) + ", not " + std::string{word<T>()}};
  auto made = std::make_shared<State>();
  made->table = table;
  made->column = *at;
  std::int64_t begin = 0;
  for (auto const& chunk : state.columns[*at]) {
    made->chunks.emplace_back(field, chunk);
    made->begins.push_back(begin);
    begin += chunk.length;
  }
  return View{std::move(made)};
}

template <class T>
std::int64_t View<T>::size() const noexcept {
  return state_->table.rows();
}

template <class T>
std::optional<T> View<T>::operator[](std::int64_t row) const noexcept {
  auto const& begins = state_->begins;
  auto const chunk = static_cast<std::size_t>(std::upper_bound(begins.begin(), begins.end(), row) - begins.begin() - 1);
  auto const& decoded = state_->chunks[chunk];
  auto const j = decoded[row - begins[chunk]];
  if (j < 0) return std::nullopt;
  return value_of<T>(decoded.type(), decoded.values(), j);
}

template <class T>
std::vector<Run<T>> View<T>::runs() const {
  std::vector<Run<T>> out;
  if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
    auto const& field = state_->table.state().fields[state_->column];
    if (field.dictionary) return out;
    for (auto const& chunk : state_->table.state().columns[state_->column]) {
      bool const nulls = chunk.array->null_count != 0 && chunk.array->buffers[0];
      out.push_back({.values = {values<T>(chunk), static_cast<std::size_t>(chunk.length)},
                     .validity = nulls ? static_cast<std::uint8_t const*>(chunk.array->buffers[0]) : nullptr,
                     .offset = chunk.offset});
    }
  }
  return out;
}

template class View<std::int8_t>;
template class View<std::int16_t>;
template class View<std::int32_t>;
template class View<std::int64_t>;
template class View<std::uint8_t>;
template class View<std::uint16_t>;
template class View<std::uint32_t>;
template class View<std::uint64_t>;
template class View<float>;
template class View<double>;
template class View<bool>;
template class View<std::string_view>;
template class View<Timestamp>;

}  // namespace podium::inline v0::data
