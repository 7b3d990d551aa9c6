#include "spec/wire/writer.hpp"

#include "base/letters.hpp"
#include "base/snapshot.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace podium::inline v0::spec::wire {

struct Writer::State {
  Place place;
  Style style = Style::camel;
  Json* root = nullptr;
  std::vector<Request> before;
  std::vector<Diagnostic> refused;
  std::map<std::string, std::string> digests;  // of local paths, with how they were asked for
};

namespace {

std::string_view word_in_rest(Shape const& shape, std::string_view word) {
  auto const hit =
      std::find_if(shape.words.begin(), shape.words.end(), [&](Word const& one) { return one.yaml == word; });
  return hit == shape.words.end() ? word : hit->rest;
}

/// The alternative that a tagged value was read with.
Alternative const* alternative_of(Shape const& tagged, Value const& value) {
  auto const& tag = value.at(tagged.tag);
  std::string word{tag ? tag.text : std::string{tagged.tag_default}};
  Alternative const* loose = nullptr;
  for (auto const& one : tagged.alternatives) {
    if (one.when == word) return &one;
    if (base::bare_word(one.when) == base::bare_word(word) && (loose == nullptr || one.shape == value.shape))
      loose = &one;
  }
  return loose;
}

/// A folder named with "/" at its end and the same without are one place.
std::filesystem::path local_path(Value const& local) {
  auto path = std::filesystem::path{local.text}.lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

/// The shape that decides how a value of an `either` or `keyed` shape is written; null: the shape itself.
Shape const* inner_shape(Shape const& shape, Value const& value) {
  Shape const* picked = nullptr;
  if (shape.kind == Shape::Kind::keyed) {
    auto const has = [&](std::string_view key) {
      return value.node != nullptr ? value.node->find(key) != nullptr : bool{value.at(key)};
    };
    for (auto const& one : shape.alternatives)
      if (one.when.empty() || has(one.when)) {
        picked = one.shape;
        break;
      }
  } else if (shape.kind == Shape::Kind::either) {
    bool const mapping = value.node != nullptr ? value.node->is_mapping() : value.is_map();
    bool const sequence = value.node != nullptr ? value.node->is_sequence() : value.kind == Value::Kind::list;
    picked = mapping ? shape.mapping : sequence ? shape.sequence : shape.scalar;
    // What a check made of a scalar, for example the component in a file, is written by its own shape.
    if (picked == nullptr || (value.is_map() && !mapping)) picked = value.shape;
    if (picked == shape.scalar && value.kind == Value::Kind::number && shape.number != nullptr) picked = shape.number;
  }
  return picked == &shape ? nullptr : picked;
}

/// A key as JSON has it: other scalars than text become text.
std::string key_text(Member const& member) {
  if (member.key == nullptr || !member.key->is_scalar() || member.key->is_string()) return member.name;
  auto const& text = member.key->text;
  if (member.key->type == ScalarType::boolean) return boolean_of(text) ? "true" : "false";
  return member.key->is_null() ? "null" : spec::python_text(text, member.key->type);
}

std::string joined_path(std::string_view under, std::string_view name) {
  std::string out{under};
  if (!out.empty()) out += '.';
  return out += name;
}

}  // namespace

Writer::Writer(Place place) : state_{std::make_unique<State>()} { state_->place = std::move(place); }
Writer::~Writer() = default;

Writer::Styled::Styled(Writer& writer, Style style) : writer_{writer}, before_{writer.state_->style} {
  writer.state_->style = style;
}
Writer::Styled::~Styled() { writer_.state_->style = before_; }

Writer::Rooted::Rooted(Writer& writer, Json& root)
    : writer_{writer}, before_{std::exchange(writer.state_->root, &root)} {}
Writer::Rooted::~Rooted() { writer_.state_->root = before_; }

Style Writer::style() const { return state_->style; }
Place const& Writer::place() const { return state_->place; }
Json& Writer::root() { return *state_->root; }

Json Writer::write(Value const& value) {
  static constexpr Shape nothing{};
  return write(value.shape == nullptr ? nothing : *value.shape, value);
}

Json Writer::write(Shape const& shape, Value const& value) {
  bool const scalar = shape.kind != Shape::Kind::either && shape.kind != Shape::Kind::keyed;
  if (value.binding && scalar) return value.text;
  if (shape.wire != nullptr && shape.wire->write != nullptr) return shape.wire->write(*this, value);
  if (auto const* picked = inner_shape(shape, value)) return write(*picked, value);
  switch (value.kind) {
    case Value::Kind::none:
      return nullptr;
    case Value::Kind::text:
      return std::string{word_in_rest(shape, value.text)};
    case Value::Kind::integer:
      return value.integer;
    case Value::Kind::number:
      return value.number;
    case Value::Kind::boolean:
      return value.boolean;
    case Value::Kind::opaque:
      return value.node == nullptr ? Json(nullptr) : plain_json(*value.node);
    case Value::Kind::list: {
      Json out = Json::array();
      for (auto const& item : value.items)
        out.push_back(shape.kind == Shape::Kind::list ? write(*shape.item, item) : write(item));
      return out;
    }
    case Value::Kind::map: {
      Json out = Json::object();
      write_into(out, shape, value);
      return out;
    }
  }
  return nullptr;
}

void Writer::write_into(Json& place, Value const& value) {
  if (value.shape != nullptr) write_into(place, *value.shape, value);
}

void Writer::write_into(Json& place, Shape const& shape, Value const& value) {
  bool const outermost = state_->root == nullptr;
  if (outermost) state_->root = &place;
  if (shape.kind == Shape::Kind::map) {
    for (auto const& member : value.members) place[key_text(member)] = write(*shape.item, member.value);
  } else if (shape.kind == Shape::Kind::tagged || shape.kind == Shape::Kind::object) {
    auto const* tag = shape.kind == Shape::Kind::tagged ? alternative_of(shape, value) : nullptr;
    Shape const& object = tag != nullptr && tag->shape->kind == Shape::Kind::object ? *tag->shape
                          : value.shape != nullptr                                  ? *value.shape
                                                                                    : shape;
    auto const set = [&](std::string_view path, Json json) {
      if (path.starts_with('/'))
        put(*state_->root, path.substr(1), std::move(json));
      else
        put(place, path, std::move(json));
    };
    bool const snaky = state_->style == Style::snake;
    auto const named = [&](std::string_view name) {
      return joined_path(object.under, snaky ? std::string{name} : camel(name));
    };
    auto const spelled = [&](std::string_view wire) {
      if (wire.starts_with('=')) return std::string{wire.substr(1)};
      return snaky ? snake(wire) : std::string{wire};
    };
    if (tag != nullptr && shape.wire_tag != "-") {
      auto const word = !tag->wire.empty() ? std::string{tag->wire}
                        : snaky            ? std::string{tag->when}
                                           : pascal(tag->when);
      set(shape.wire_tag.empty() ? named(shape.tag) : spelled(shape.wire_tag), word);
    }
    for (auto const& constant : object.constants) set(spelled(constant.wire), Json::parse(constant.json));
    for (auto const& field : object.fields) {
      if (field.wire == "-" || (tag != nullptr && field.name == shape.tag && field.wire.empty())) continue;
      if (field.wire.empty() && !snaky && field.name.starts_with('$')) continue;
      auto const path = field.wire.empty() ? named(field.name) : spelled(field.wire);
      auto const& given = value.at(field.name);
      if (!given) {
        if (!field.unsent.empty()) set(path, Json::parse(field.unsent));
      } else if (field.wire == ".") {
        write_into(place, *field.shape, given);
      } else {
        set(path, write(*field.shape, given));
      }
    }
    if (object.unknown == Unknown::keep)
      for (auto const& member : value.members)
        if (member.value.kind == Value::Kind::opaque &&
            std::none_of(object.fields.begin(), object.fields.end(),
                         [&](auto const& f) { return f.name == member.name; }))
          set(joined_path(object.under, member.name), write(any_shape, member.value));
    if (object.finish != nullptr) object.finish(*this, value, &place);
  }
  if (outermost) state_->root = nullptr;
}

std::string Writer::upload_uri(Value const& local, Uri form, std::string_view datastore,
                               std::span<std::string_view const> ignore) {
  auto const path = local_path(local);
  auto& digest = state_->digests[(ignore.empty() ? "upload " : "upload part of ") + path.string()];
  if (digest.empty()) {
    base::IgnoreRules rules;
    if (ignore.empty())
      rules = base::ignore_rules_of(path);
    else
      for (auto const line : ignore) rules.add(line);
    auto made = base::upload_digest(path, rules);
    if (!made) {
      refuse("PD1050", local, made.error().message(), "paths start at the folder of the file that names them");
      return {};
    }
    digest = *std::move(made);
  }
  if (datastore.starts_with("azureml:")) datastore.remove_prefix(std::string_view{"azureml:"}.size());
  std::string const store{datastore.empty() ? "workspaceblobstore" : datastore};
  std::string const below = "LocalUpload/" + digest + "/" + path.filename().string();
  switch (form) {
    case Uri::blob:
      return "https://account.blob.core.windows.net/container/" + below;
    case Uri::full:
      return "azureml://subscriptions/" + state_->place.subscription + "/resourcegroups/" +
             state_->place.resource_group + "/workspaces/" + state_->place.workspace + "/datastores/" + store +
             "/paths/" + below;
    case Uri::brief:
      break;
  }
  return "azureml://datastores/" + store + "/paths/" + below;
}

std::string Writer::code_id(Value const& local, std::span<std::string_view const> more) {
  auto const path = local_path(local);
  std::string key = "code " + path.string();
  for (auto const line : more) (key += '\n') += line;
  auto& digest = state_->digests[key];
  if (digest.empty()) {
    auto const files = base::snapshot_files(path, base::ignore_rules_of(path, more));
    auto made = files ? base::snapshot_digest(*files) : Result<std::string>{files.error()};
    if (!made) {
      refuse("PD1051", local, made.error().message(), "paths start at the folder of the file that names them");
      return {};
    }
    digest = *std::move(made);
  }
  return named_id("codes", digest) + "/versions/1";
}

void Writer::before(Request request) {
  auto const same = [&](Request const& one) { return one.path == request.path && one.body == request.body; };
  if (std::none_of(state_->before.begin(), state_->before.end(), same)) state_->before.push_back(std::move(request));
}

std::vector<Request> Writer::take() {
  std::stable_sort(state_->before.begin(), state_->before.end(),
                   [](Request const& a, Request const& b) { return a.path < b.path; });
  return std::exchange(state_->before, {});
}

void Writer::refuse(std::string rule, Value const& at, std::string message, std::string help) {
  Diagnostic found;
  found.rule = std::move(rule);
  found.message = std::move(message);
  found.help = std::move(help);
  if (at.node != nullptr && at.node->source != nullptr) {
    found.file = at.node->source->name();
    found.primary = at.node->source->label(at.node->span);
  }
  state_->refused.push_back(std::move(found));
}

std::vector<Diagnostic> const& Writer::refused() const { return state_->refused; }

}  // namespace podium::inline v0::spec::wire
