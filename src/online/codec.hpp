#pragma once

#include "podium/online/store.hpp"

#include <string>
#include <string_view>

/// How values and keys are written in Redis.
namespace podium::inline v0::online {

/// What all keys of a set begin with, the bracket of schema 2 not included.
std::string prefix_of(std::string const& set, Layout const& layout);

/// The key of one row; `parts` are the key columns' values as text, in order.
std::string key_of(std::string const& prefix, Layout const& layout, std::span<std::string const> columns,
                   std::span<std::string const> parts);
/// Schema 1, several key columns: what the first version of Azure's writer made of it.
std::string old_key_of(std::string const& prefix, std::span<std::string const> columns,
                       std::span<std::string const> parts);

/// One value, typed by the feature's declared type.
struct Value {
  enum class Kind : std::uint8_t { null, text, integer, real, flag };  ///< text: of string and binary
  Kind kind = Kind::null;
  std::string text{};
  std::int64_t integer = 0;  ///< of integer and long; of datetime, microseconds since 1970
  double real = 0;
  bool flag = false;
};

/// Schema 2: the bytes of a value.  Errc::invalid_argument if it does not fit.
Result<std::string> encode(std::string const& type, Value const& value, bool wide_longs);
/// The value of stored bytes, by schema.  Errc::protocol if they are not what the type says.
Result<Value> decode(std::string const& type, std::string const& bytes, int schema);

std::string md5(std::string_view bytes);
std::string sha1(std::string_view bytes);

}  // namespace podium::inline v0::online
