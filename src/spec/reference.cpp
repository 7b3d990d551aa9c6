#include "spec/kind.hpp"
#include "spec/reader.hpp"
#include "spec/shape.hpp"

#include "podium/spec/schema.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace podium::inline v0::spec {
namespace {

Error no_such(std::string_view kind) {
  return {Errc::not_found, "there is no kind `" + std::string{kind} + "`; `podium schema` lists them"};
}

/// Calls `visit(path, field, shape)` for each field below a shape, each shape once, in the order of the tables.
template <class Visit>
class Walk {
 public:
  explicit Walk(Visit visit) : visit_{std::move(visit)} {}

  void operator()(std::string const& path, Shape const& shape) {
    if (!seen_.insert(&shape).second) return;
    auto const under = [&](std::string_view name) {
      return path.empty() ? std::string{name} : path + "." + std::string{name};
    };
    for (auto const& field : shape.fields) visit_(under(field.name), field);
    for (auto const& field : shape.fields) (*this)(under(field.name), *field.shape);
    for (auto const& one : shape.alternatives) (*this)(path, *one.shape);
    if (shape.item != nullptr) (*this)(under(shape.kind == Shape::Kind::list ? "0" : "*"), *shape.item);
    for (auto const* one : {shape.scalar, shape.number, shape.mapping, shape.sequence})
      if (one != nullptr) (*this)(path, *one);
  }

 private:
  Visit visit_;
  std::set<Shape const*> seen_;
};

std::string cell(std::string text) {
  for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, "\\");
  return text;
}

std::string type_of(Shape const& shape) {
  using enum Shape::Kind;
  if (!shape.name.empty()) return std::string{shape.name};
  switch (shape.kind) {
    case map:
      return shape.item == nullptr || shape.item->kind == any ? "mapping" : "mapping of " + type_of(*shape.item);
    case list:
      return shape.item == nullptr || shape.item->kind == any ? "list" : "list of " + type_of(*shape.item);
    case tagged: {
      std::string out = "mapping, by `" + std::string{shape.tag} + "`:";
      for (auto const& one : shape.alternatives) out += " `" + std::string{one.when} + "`";
      return out;
    }
    case either: {
      std::string out;
      for (auto const* one : {shape.scalar, shape.mapping, shape.sequence})
        if (one != nullptr) out += (out.empty() ? "" : " or ") + type_of(*one);
      return out;
    }
    case any:
      return "anything";
    default:
      break;
  }
  std::string out = expected(shape);
  if (shape.min) out += (shape.above_min ? ", > " : ", >= ") + std::to_string(static_cast<long long>(*shape.min));
  if (shape.max) out += ", <= " + std::to_string(static_cast<long long>(*shape.max));
  return out;
}

}  // namespace

Result<std::string> reference_page(std::string_view kind) {
  auto const* table = table_of(kind);
  if (table == nullptr) return no_such(kind);
  std::string out = "# " + std::string{kind} +
                    "\n\n`*` stands for a name of your own, `0` for each item of a list.\n\n"
                    "| Field | Type | Need | Default | Meaning |\n| --- | --- | --- | --- | --- |\n";
  std::set<std::string> shown;
  Walk walk{[&](std::string const& path, Field const& field) {
    std::string row = "| `" + path + "` | " + cell(type_of(*field.shape)) + " | " +
                      (field.need == Need::required ? "required" : "") + " | " +
                      (field.fallback.empty() ? "" : "`" + std::string{field.fallback} + "`") + " | " +
                      cell(std::string{field.doc}) + " |\n";
    if (shown.insert(row).second) out += row;
  }};
  walk("", *table);
  return out;
}

Result<std::vector<std::string>> completion_words(std::string_view kind) {
  auto const* table = table_of(kind);
  if (table == nullptr) return no_such(kind);
  std::set<std::string> words;
  Walk walk{[&](std::string const& path, Field const& field) {
    words.insert(path);
    for (auto const value : field.shape->values) words.insert(path + "=" + std::string{value});
  }};
  walk("", *table);
  return std::vector<std::string>{words.begin(), words.end()};
}

}  // namespace podium::inline v0::spec
