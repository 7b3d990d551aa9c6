#include "online/codec.hpp"

#include "data/times.hpp"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstring>
#include <limits>

namespace podium::inline v0::online {
namespace {

std::string digest(EVP_MD const* method, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, method, nullptr);
  static constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += digits[out[i] >> 4];
    hex += digits[out[i] & 15];
  }
  return hex;
}

template <class T>
std::string little_endian(T value) {
  static_assert(std::endian::native == std::endian::little);
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

template <class T>
T from_bytes(std::string const& bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

Error broken(std::string const& type, std::string const& why) {
  return Error{Errc::protocol, "a stored value is no " + type + ": " + why};
}

Value integer(std::int64_t value) { return {.kind = Value::Kind::integer, .integer = value}; }
Value real(double value) { return {.kind = Value::Kind::real, .real = value}; }
Value text(std::string value) { return {.kind = Value::Kind::text, .text = std::move(value)}; }
Value flag(bool value) { return {.kind = Value::Kind::flag, .flag = value}; }

Result<Value> instant(std::string const& bytes) {
  auto const parsed = data::parse_instant(bytes);
  if (!parsed) return broken("datetime", "`" + bytes.substr(0, 40) + "`");
  return integer(parsed->seconds * 1'000'000 + parsed->nanoseconds / 1000);
}

/// "2023-01-10T10:00:00.000001", as Python writes a time without a zone.
std::string iso_text(std::int64_t us) {
  data::Instant at;
  at.seconds = data::floor_div(us, 1'000'000);
  at.nanoseconds = static_cast<std::int32_t>((us - at.seconds * 1'000'000) * 1000);
  auto out = data::instant_text(at, true);
  // Python's fraction has six digits or none.
  if (auto const point = out.find('.'); point != std::string::npos) out.append(point + 7 - out.size(), '0');
  return out;
}

std::optional<std::string> from_base64(std::string const& given) {
  std::string out(given.size() / 4 * 3 + 3, '\0');
  auto const size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<unsigned char const*>(given.data()), static_cast<int>(given.size()));
  if (size < 0) return std::nullopt;
  auto const padding = static_cast<std::size_t>(
      std::count(given.end() - std::min<std::ptrdiff_t>(2, std::ssize(given)), given.end(), '='));
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

/// Schema 1: base64 of MessagePack.
Result<Value> unpacked(std::string const& type, std::string const& bytes) {
  auto const raw = from_base64(bytes);
  if (!raw) return broken(type, "it is not base64");
  auto const value = nlohmann::json::from_msgpack(*raw, true, false);
  if (value.is_null()) return Value{};
  if (type == "binary") {
    if (value.is_binary()) return text({value.get_binary().begin(), value.get_binary().end()});
    if (value.is_string()) return text(value.get<std::string>());
    return broken(type, "it is MessagePack of another kind");
  }
  if (!value.is_number()) return broken(type, "it is MessagePack of another kind");
  return real(value.get<double>());
}

Result<Value> decode_text(std::string const& type, std::string const& bytes) {
  if (type == "string") return text(bytes);
  // What Azure's writer makes of a null.
  if (bytes == "None") return Value{};
  if (type == "integer" || type == "long") {
    std::int64_t value = 0;
    auto const* const end = bytes.data() + bytes.size();
    auto const read = std::from_chars(bytes.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) return broken(type, "`" + bytes.substr(0, 40) + "`");
    return integer(value);
  }
  if (type == "boolean") return flag(bytes == "True");
  if (type == "datetime") return instant(bytes);
  return unpacked(type, bytes);
}

Result<Value> decode_bytes(std::string const& type, std::string const& bytes) {
  auto const wrong = [&] { return broken(type, std::to_string(bytes.size()) + " bytes"); };
  if (type == "string" || type == "binary") return text(bytes);
  if (type == "integer" || type == "long") {
    if (bytes.size() == 4) return integer(from_bytes<std::int32_t>(bytes));
    if (bytes.size() == 8 && type == "long") return integer(from_bytes<std::int64_t>(bytes));
    return wrong();
  }
  if (type == "float") return bytes.size() == 4 ? Result<Value>{real(from_bytes<float>(bytes))} : wrong();
  if (type == "double") return bytes.size() == 8 ? Result<Value>{real(from_bytes<double>(bytes))} : wrong();
  if (type == "boolean") {
    if (bytes != "1" && bytes != "0") return wrong();
    return flag(bytes == "1");
  }
  return instant(bytes);
}

}  // namespace

std::string md5(std::string_view bytes) { return digest(EVP_md5(), bytes); }
std::string sha1(std::string_view bytes) { return digest(EVP_sha1(), bytes); }

std::string prefix_of(std::string const& set, Layout const& layout) {
  auto out = "featurestore:" + layout.store_guid + ":featureset:" + set + ":version:" + layout.version + ":";
  if (!layout.materialization_version.empty()) out += layout.materialization_version + ":";
  for (auto& letter : out)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return layout.schema == 2 && layout.hashed_prefix ? md5(out) : out;
}

std::string key_of(std::string const& prefix, Layout const& layout, std::span<std::string const> columns,
                   std::span<std::string const> parts) {
  auto out = prefix;
  if (layout.schema == 2) {
    out += '(';
    for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : ":") + parts[i];
    return out += ')';
  }
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : ":") + columns[i] + ":" + parts[i];
  return out;
}

std::string old_key_of(std::string const& prefix, std::span<std::string const> columns,
                       std::span<std::string const> parts) {
  auto out = prefix;
  for (std::size_t i = 0; i < parts.size(); ++i) out += columns[i] + ":" + parts[i];
  return out;
}

Result<std::string> encode(std::string const& type, Value const& value, bool wide_longs) {
  if (type == "string" || type == "binary") return value.text;
  if (type == "boolean") return std::string{value.flag ? "1" : "0"};
  if (type == "float") return little_endian(static_cast<float>(value.real));
  if (type == "double") return little_endian(value.real);
  if (type == "datetime") return iso_text(value.integer);
  using Narrow = std::numeric_limits<std::int32_t>;
  if (value.integer >= Narrow::min() && value.integer <= Narrow::max())
    return little_endian(static_cast<std::int32_t>(value.integer));
  if (wide_longs && type == "long") return little_endian(value.integer);
  return Error{Errc::invalid_argument,
               std::to_string(value.integer) + " does not fit into the 32 bits that this layout has for " +
                   (type == "long" ? "longs; ask for wide longs, which Azure's reader refuses" : "integers")};
}

Result<Value> decode(std::string const& type, std::string const& bytes, int schema) {
  return schema == 1 ? decode_text(type, bytes) : decode_bytes(type, bytes);
}

}  // namespace podium::inline v0::online
