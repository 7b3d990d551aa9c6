#include "data/unify.hpp"

#include <algorithm>

namespace podium::inline v0::data {
namespace {

SchemaNode with_format(SchemaNode const& like, std::string const& format) {
  return {.name = like.name, .type = *parse_type(format), .flags = like.flags};
}

std::string integer_format(int width, bool is_signed) {
  auto const letters = is_signed ? "csil" : "CSIL";
  return std::string(1, letters[width == 1 ? 0 : width == 2 ? 1 : width == 4 ? 2 : 3]);
}

std::optional<std::string> common_number(Type const& a, Type const& b) {
  auto const is_real = [](Type const& type) { return type.kind == Kind::floating || type.kind == Kind::half; };
  if (is_real(a) && is_real(b)) return std::max(a.width, b.width) == 8 ? "g" : "f";
  // Long against double is settled value by value: the conversion refuses what a double cannot hold.
  if (is_real(a) || is_real(b)) return "g";
  if (a.is_signed == b.is_signed) return integer_format(std::max(a.width, b.width), a.is_signed);
  auto const& plain = a.is_signed ? b : a;
  auto const& with_sign = a.is_signed ? a : b;
  auto const width = std::max(with_sign.width, plain.width * 2);
  if (width > 8) return std::nullopt;
  return integer_format(width, true);
}

std::optional<std::string> common_time(Type const& a, Type const& b, std::string& why) {
  if (a.zone.empty() != b.zone.empty()) {
    why = "times with a zone (" + (a.zone.empty() ? b.zone : a.zone) + ") and times without one do not mix";
    return std::nullopt;
  }
  auto const unit = std::max(a.unit, b.unit);
  static constexpr char letters[] = {'s', 'm', 'u', 'n'};
  auto const zone = a.zone == b.zone ? a.zone : "UTC";
  return std::string{"ts"} + letters[static_cast<int>(unit)] + ":" + zone;
}

bool is_date(Kind kind) { return kind == Kind::date32 || kind == Kind::date64; }

std::optional<std::string> common_format(Type const& a, Type const& b, std::string& why) {
  auto const number = [](Type const& type) {
    return type.kind == Kind::integer || type.kind == Kind::floating || type.kind == Kind::half;
  };
  if (a.format == b.format) return a.format;
  if (number(a) && number(b)) return common_number(a, b);
  if (a.is_text() && b.is_text()) {
    auto const plain = [](Type const& type) { return type.kind == Kind::text; };
    return plain(a) && plain(b) ? "u" : "U";
  }
  if (a.kind != Kind::fixed_binary && b.kind != Kind::fixed_binary && a.is_binary() && b.is_binary()) return "Z";
  if (is_date(a.kind) && is_date(b.kind)) return "tdD";
  if (a.kind == Kind::timestamp && b.kind == Kind::timestamp) return common_time(a, b, why);
  if (is_date(a.kind) && b.kind == Kind::timestamp && b.zone.empty()) return b.format;
  if (is_date(b.kind) && a.kind == Kind::timestamp && a.zone.empty()) return a.format;
  if (a.kind == Kind::decimal && b.kind == Kind::decimal && a.scale == b.scale && a.width == b.width) {
    // "d:precision,scale": the longer precision; equal widths, so that the shorter text is the smaller number.
    auto const precision = [](Type const& type) { return std::stoi(type.format.substr(2)); };
    return precision(a) >= precision(b) ? a.format : b.format;
  }
  return std::nullopt;
}

}  // namespace

bool same_type(SchemaNode const& a, SchemaNode const& b) {
  if (a.type.format != b.type.format || static_cast<bool>(a.dictionary) != static_cast<bool>(b.dictionary))
    return false;
  if (a.dictionary && !same_type(*a.dictionary, *b.dictionary)) return false;
  return std::ranges::equal(a.children, b.children,
                            [](auto const& x, auto const& y) { return x.name == y.name && same_type(x, y); });
}

bool convertible(SchemaNode const& stored, SchemaNode const& wanted, bool any_zone, std::string& why) {
  auto const& from = stored.value_type();
  auto const& to = wanted.value_type();
  if (wanted.dictionary && !same_type(stored, wanted)) {
    why = "its values are not dictionary-encoded";
    return false;
  }
  if (from.is_text() && to.is_text()) return true;
  if (from.is_binary() && to.is_binary() && (to.kind != Kind::fixed_binary || from.format == to.format)) return true;
  if (from.kind == Kind::timestamp && to.kind == Kind::timestamp && (any_zone || from.zone.empty() == to.zone.empty()))
    return true;
  auto const common = common_field(wanted, stored, why);
  if (!common) return false;
  if (same_type(*common, wanted)) return true;
  why = type_name(from) + " does not fit into " + type_name(to);
  return false;
}

std::optional<SchemaNode> common_field(SchemaNode const& a, SchemaNode const& b, std::string& why) {
  if (same_type(a, b)) {
    auto same = a;
    same.flags |= b.flags & ARROW_FLAG_NULLABLE;
    return same;
  }
  if (a.value_type().kind == Kind::null) return b;
  if (b.value_type().kind == Kind::null) return a;
  why = type_name(a.value_type()) + " and " + type_name(b.value_type()) + " are not the same";
  if (a.value_type().kind == Kind::other || b.value_type().kind == Kind::other) return std::nullopt;
  auto const format = common_format(a.value_type(), b.value_type(), why);
  if (!format) return std::nullopt;
  auto found = with_format(a, *format);
  found.flags |= b.flags & ARROW_FLAG_NULLABLE;
  return found;
}

}  // namespace podium::inline v0::data
