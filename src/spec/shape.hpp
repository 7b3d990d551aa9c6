#pragma once

#include "podium/version.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// The language in which a kind of document is described, once, as data.
namespace podium::inline v0::spec {

class Reader;
struct Node;
struct Shape;
struct Value;
namespace wire {
struct Spelling;
class Writer;
}  // namespace wire

enum class Need : std::uint8_t { optional, required };

/// How far the library acts on a field that it can check.
enum class Support : std::uint8_t {
  carried,  ///< reaches the noun
  noted,    ///< checked, but not carried: loading says so in a warning
  refused,  ///< checked, but acting without it would be wrong: loading is an error
};

enum class Unknown : std::uint8_t { error, warning, keep };

struct Field {
  std::string_view name;
  Shape const* shape = nullptr;
  Need need = Need::optional;
  Support support = Support::carried;
  std::string_view fallback{};  ///< default, as one would write it; empty: none
  bool nullable = false;        ///< `key:` with nothing behind it counts as absent

  /// Where it stands in REST: a dotted path from the object's own place, or from the body's root with a leading `/`.
  /// Empty: the name in the writer's style, under `Shape::under`.  "-": not sent.  "=" before it: spelled so in every
  /// style; others become snake_case where the style is.  ".": the fields of the value, at the place of its owner.
  std::string_view wire{};
  std::string_view unsent{};  ///< JSON sent when the field is absent; empty: nothing
  std::string_view doc{};     ///< one sentence for the reference page and the JSON Schema
};

/// What REST holds besides the fields.
struct Constant {
  std::string_view wire;  ///< as Field::wire
  std::string_view json;
};

/// A value's name in YAML and in REST.
struct Word {
  std::string_view yaml;
  std::string_view rest;
};

/// What to say about a key that does not belong here but is often tried.
struct Hint {
  std::string_view name;
  std::string_view help;
};

struct Alternative {
  std::string_view when;  ///< value of the tag; empty: there is none
  Shape const* shape = nullptr;
  std::string_view wire{};  ///< value of the tag in REST; empty: `when` in PascalCase
};

struct Shape {
  enum class Kind : std::uint8_t {
    any,     ///< not looked into
    string,  ///< text only: a number or boolean must be quoted
    text,    ///< any scalar, as Python's str() writes it
    integer,
    number,
    boolean,
    object,  ///< a mapping with known keys
    map,     ///< a mapping with free keys and values of one shape
    list,
    tagged,  ///< a mapping whose `tag` key picks the shape
    keyed,   ///< a mapping: the first alternative whose `when` is one of its keys; an empty `when` always fits
    either,  ///< picked by what stands there: scalar, mapping or list
  };

  Kind kind = Kind::any;
  std::string_view name{};  ///< in messages, with its article: "a component input"

  // object
  std::span<Field const> fields{};
  std::span<Hint const> hints{};
  Unknown unknown = Unknown::error;

  // string
  std::span<std::string_view const> values{};   ///< allowed values; empty: all
  std::span<std::string_view const> refused{};  ///< known values that the library does not act on yet
  bool any_case = false;                        ///< `LowPriority` is `low_priority`

  // integer, number
  std::optional<double> min{};
  std::optional<double> max{};
  bool above_min = false;  ///< min itself is outside
  bool advisory = false;   ///< outside of the range is a warning: the service checks it, or nobody does
  bool strict = false;     ///< no text that looks like a number, no fraction cut off

  bool exact = false;  ///< text: the spelling matters, as in versions; dates are taken as they are written

  Shape const* item = nullptr;  ///< map, list
  bool empty_items = false;     ///< map, list: an item with nothing behind it is read as an empty value
  std::size_t least = 0;        ///< list: fewest items

  // tagged
  std::string_view tag{};
  std::string_view tag_default{};
  std::span<Alternative const> alternatives{};

  // either
  Shape const* scalar = nullptr;
  Shape const* number = nullptr;  ///< for scalars that are numbers, quoted ones too; null: as any scalar
  Shape const* mapping = nullptr;
  Shape const* sequence = nullptr;

  bool bindings = false;  ///< from here on, `${{...}}` may stand for any scalar, or for a tagged mapping
  bool unbound = false;   ///< from here on, it may not

  void (*check)(Reader&, Node const&, Value&) = nullptr;  ///< what the table cannot say; runs last

  // REST
  std::string_view under{};               ///< object: where fields without a path stand, for example "properties"
  std::span<Constant const> constants{};  ///< object
  std::span<Word const> words{};          ///< string: spelling of each value; empty: as in YAML
  std::string_view wire_tag{};            ///< tagged: name of the tag; empty: as `tag`; "-": not sent
  wire::Spelling const* wire = nullptr;   ///< how the value is written and read; null: as its kind tells
  /// object: what the table cannot say; runs after the fields were written into `place`.
  void (*finish)(wire::Writer&, Value const&, void* place) = nullptr;
  /// object: the way back of `finish`; `place` is JSON, `yaml` the mapping that was read from it.
  void (*unfinish)(void const* place, void* yaml) = nullptr;
};

inline constexpr Shape any_shape{.kind = Shape::Kind::any};
inline constexpr Shape string_shape{.kind = Shape::Kind::string};
inline constexpr Shape text_shape{.kind = Shape::Kind::text};
inline constexpr Shape integer_shape{.kind = Shape::Kind::integer};
inline constexpr Shape number_shape{.kind = Shape::Kind::number};
inline constexpr Shape boolean_shape{.kind = Shape::Kind::boolean};
inline constexpr Shape free_map_shape{.kind = Shape::Kind::map, .item = &any_shape};
inline constexpr Shape string_map_shape{.kind = Shape::Kind::map, .item = &string_shape};
inline constexpr Shape text_map_shape{.kind = Shape::Kind::map, .item = &text_shape};
inline constexpr Shape string_list_shape{.kind = Shape::Kind::list, .item = &string_shape};

}  // namespace podium::inline v0::spec
