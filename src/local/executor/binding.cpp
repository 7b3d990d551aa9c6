#include "local/executor/binding.hpp"

#include <tuple>

namespace podium::inline v0::local {
namespace {

std::string_view trimmed(std::string_view text) {
  auto const first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Error bad(std::string message) { return Error{Errc::invalid_argument, std::move(message)}; }

/// A command in pieces: text, references, and where groups begin and end.
struct Piece {
  enum class Kind { text, reference, open, close };
  Kind kind = Kind::text;
  std::string text{};
  Reference reference{};
};

Result<Reference> parse_reference(std::string_view inner) {
  auto const expression = trimmed(inner);
  auto const dot = expression.find('.');
  auto const root = expression.substr(0, dot);
  if (dot == std::string_view::npos || (root != "inputs" && root != "outputs"))
    return bad("`${{" + std::string{inner} + "}}` in a command is neither inputs.NAME nor outputs.NAME");
  auto name = expression.substr(dot + 1);
  if (name.ends_with(".path")) name.remove_suffix(5);
  return Reference{std::string{root}, std::string{name}, false};
}

Result<std::vector<Piece>> pieces(std::string_view command) {
  std::vector<Piece> out;
  bool group = false;
  auto const text = [&](std::string_view more) {
    if (out.empty() || out.back().kind != Piece::Kind::text) out.push_back({});
    out.back().text += more;
  };
  while (!command.empty()) {
    if (command.starts_with("${{")) {
      auto const end = command.find("}}");
      if (end == std::string_view::npos) return bad("a `${{` in the command has no `}}`");
      auto reference = parse_reference(command.substr(3, end - 3));
      if (!reference) return std::move(reference).error();
      reference->optional = group;
      out.push_back({Piece::Kind::reference, {}, *std::move(reference)});
      command.remove_prefix(end + 2);
    } else if (command.starts_with("$[[")) {
      if (group) return bad("`$[[ ]]` groups in the command lie inside one another");
      group = true;
      out.push_back({Piece::Kind::open, {}, {}});
      command.remove_prefix(3);
    } else if (group && command.starts_with("]]")) {
      group = false;
      out.push_back({Piece::Kind::close, {}, {}});
      command.remove_prefix(2);
    } else {
      text(command.substr(0, 1));
      command.remove_prefix(1);
    }
  }
  if (group) return bad("a `$[[` in the command has no `]]`");
  return out;
}

/// Follows the shell's quotes, to know what a path must look like where it stands.
class Quotes {
 public:
  void read(std::string_view text) {
    for (char c : text) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\' && open_ != '\'') {
        escaped_ = true;
      } else if (open_ == 0 && (c == '\'' || c == '"')) {
        open_ = c;
      } else if (c == open_) {
        open_ = 0;
      }
    }
  }

  std::string quoted(std::string const& path) const {
    static constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-";
    if (path.find_first_not_of(plain) == std::string::npos && !path.empty()) return path;
    std::string out;
    for (char c : path) {
      if (open_ == '"' && std::string_view{"\\\"$`"}.find(c) != std::string_view::npos) out += '\\';
      if (open_ != '"' && c == '\'') {
        out += "'\\''";
        continue;
      }
      out += c;
    }
    return open_ == 0 ? "'" + out + "'" : out;
  }

 private:
  char open_ = 0;
  bool escaped_ = false;
};

}  // namespace

Result<std::optional<Binding>> parse_binding(std::string_view text) {
  auto const whole = trimmed(text);
  if (whole.find("${{") == std::string_view::npos) return std::optional<Binding>{};
  auto const unknown = [&] {
    return bad("`" + std::string{whole} +
               "` is not a binding; a binding is the whole value, "
               "${{parent.inputs.NAME}} or ${{parent.jobs.STEP.outputs.NAME}}");
  };
  if (!whole.starts_with("${{") || !whole.ends_with("}}") || whole.find("${{", 3) != std::string_view::npos)
    return unknown();
  auto expression = trimmed(whole.substr(3, whole.size() - 5));
  auto const take = [&](std::string_view prefix) {
    if (!expression.starts_with(prefix)) return false;
    expression.remove_prefix(prefix.size());
    return true;
  };
  Binding out;
  if (take("parent.inputs.")) {
    out.to = Binding::To::parent_input;
  } else if (take("parent.outputs.")) {
    out.to = Binding::To::parent_output;
  } else if (take("parent.jobs.")) {
    auto const dot = expression.find('.');
    if (dot == std::string_view::npos) return unknown();
    out.to = Binding::To::step_output;
    out.step = expression.substr(0, dot);
    expression.remove_prefix(dot + 1);
    if (!take("outputs.")) return unknown();
  } else {
    return unknown();
  }
  if (expression.empty()) return unknown();
  out.name = expression;
  return std::optional{std::move(out)};
}

Result<std::vector<Reference>> references(std::string_view command) {
  auto parts = pieces(command);
  if (!parts) return std::move(parts).error();
  std::vector<Reference> out;
  for (auto& piece : *parts)
    if (piece.kind == Piece::Kind::reference) out.push_back(std::move(piece.reference));
  return out;
}

Result<std::string> render_command(std::string_view command,
                                   std::function<std::optional<Replacement>(Reference const&)> const& lookup) {
  auto parts = pieces(command);
  if (!parts) return std::move(parts).error();
  std::string out;
  Quotes quotes;
  std::optional<std::pair<std::string, Quotes>> before_group;
  bool missing = false;
  for (auto const& piece : *parts) {
    switch (piece.kind) {
      case Piece::Kind::text:
        out += piece.text;
        quotes.read(piece.text);
        break;
      case Piece::Kind::open:
        before_group.emplace(out, quotes);
        missing = false;
        break;
      case Piece::Kind::close:
        if (missing) std::tie(out, quotes) = *before_group;
        before_group.reset();
        break;
      case Piece::Kind::reference:
        if (auto value = lookup(piece.reference)) {
          out += value->path ? quotes.quoted(value->text) : value->text;
        } else if (before_group) {
          missing = true;
        } else {
          return bad("`${{" + piece.reference.kind + "." + piece.reference.name +
                     "}}` has no value; an optional input stands inside `$[[ ]]`");
        }
        break;
    }
  }
  return out;
}

Result<std::string> render_location(std::string_view location,
                                    std::vector<std::pair<std::string, std::string>> const& values) {
  std::string out;
  while (true) {
    auto const begin = location.find("${{");
    out += location.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    auto const end = location.find("}}", begin);
    if (end == std::string_view::npos) return bad("a `${{` in the location has no `}}`");
    auto const key = trimmed(location.substr(begin + 3, end - begin - 3));
    bool known = false;
    for (auto const& [name, value] : values) {
      if (name != key) continue;
      out += value;
      known = true;
      break;
    }
    if (!known)
      return bad("`${{" + std::string{key} + "}}` in a location; known are name, output_name, default_datastore");
    location.remove_prefix(end + 2);
  }
}

}  // namespace podium::inline v0::local
